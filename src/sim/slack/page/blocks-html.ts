import type { ActionElement, Confirmation, Option, TextObject } from "../block-elements.ts";
import type { Block, TableBlock, TableCell } from "../block-kit.ts";
import { formatDate } from "../dates.ts";
import { optionsOf } from "../payloads.ts";
import { html, type Markup, markupText } from "./markup.ts";
import { mrkdwnHtml, plainTextHtml, richTextHtml, textHtml, type Viewer } from "./text-html.ts";

// Our own rendering and not slack-blocks-to-jsx: that one drops a button's value and confirmation, names
// buttons by ids that repeat on the page, shows dates in the server's time zone, and its menus need React in
// the browser. Here every element carries its block and action, and the click reads the stored message.

/** Whose eyes a message is drawn for, and what they have chosen in it. */
interface Reader extends Viewer {
  chosen(blockId: string, actionId: string): string | undefined;
}

/** What a message says: its blocks, or its text when it has none. */
export function contentHtml(
  viewer: Reader,
  content: { readonly text: string; readonly blocks?: readonly Block[] },
): Markup {
  if (content.blocks === undefined) return html`<div class="text">${mrkdwnHtml(viewer, content.text)}</div>`;
  return html`${content.blocks.map((block) => blockHtml(viewer, block))}`;
}

function blockHtml(viewer: Reader, block: Block): Markup {
  const place = block.block_id ?? "";
  switch (block.type) {
    case "header":
      return html`<h3 class="block-header">${plainTextHtml(viewer, block.text.text)}</h3>`;
    case "section":
      return sectionHtml(viewer, block);
    case "context":
      return html`<div class="context">${block.elements.map((text) => paragraphHtml(viewer, text))}</div>`;
    case "actions": {
      const elements = block.elements.map((element) => actionHtml(viewer, place, element));
      return html`<div class="actions">${elements}</div>`;
    }
    case "divider":
      return html`<hr>`;
    case "rich_text":
      return html`<div class="text">${richTextHtml(viewer, block.elements)}</div>`;
    case "table":
      return tableHtml(viewer, block);
    case "container":
      return containerHtml(viewer, block);
  }
}

function paragraphHtml(viewer: Reader, text: TextObject): Markup {
  return html`<div class="text">${textHtml(viewer, text)}</div>`;
}

function sectionHtml(viewer: Reader, block: Extract<Block, { type: "section" }>): Markup {
  const { text, fields, accessory, block_id } = block;
  return html`<div class="section">
    <div class="section-main">
      ${text && paragraphHtml(viewer, text)}
      ${fields && html`<div class="fields">${fields.map((field) => paragraphHtml(viewer, field))}</div>`}
    </div>
    ${accessory && html`<div class="accessory">${actionHtml(viewer, block_id ?? "", accessory)}</div>`}
  </div>`;
}

function containerHtml(viewer: Reader, block: Extract<Block, { type: "container" }>): Markup {
  const { title, subtitle, child_blocks, is_collapsible, default_collapsed } = block;
  const heading = html`<span class="container-title">${plainTextHtml(viewer, title.text)}</span>
    ${subtitle && html`<span class="container-subtitle">${textHtml(viewer, subtitle)}</span>`}`;
  const children = child_blocks.map((child) => blockHtml(viewer, child));
  const body = html`<div class="container-body">${children}</div>`;
  if (!is_collapsible) return html`<section class="container"><header>${heading}</header>${body}</section>`;
  return html`<details class="container" data-keep="${title.text}"${!default_collapsed && html` open`}>
    <summary>${heading}</summary>${body}</details>`;
}

function tableHtml(viewer: Reader, block: TableBlock): Markup {
  const [head = [], ...body] = block.rows;
  const align = (column: number) => block.column_settings?.[column]?.align ?? "left";
  const headCells = head.map(
    (cell, column) => html`<th scope="col" class="${align(column)}">${cellHtml(viewer, cell)}</th>`,
  );
  const bodyRows = body.map((row) => {
    const cells = row.map(
      (cell, column) => html`<td class="${align(column)}">${cellHtml(viewer, cell)}</td>`,
    );
    return html`<tr>${cells}</tr>`;
  });
  return html`<div class="table" tabindex="0" role="region" aria-label="Table"><table>
    <thead><tr>${headCells}</tr></thead><tbody>${bodyRows}</tbody></table></div>`;
}

function cellHtml(viewer: Reader, cell: TableCell): Markup {
  if (cell.type === "raw_text") return html`${cell.text}`;
  if (cell.type === "raw_number") return html`${cell.text ?? cell.value}`;
  return richTextHtml(viewer, cell.elements);
}

function actionHtml(viewer: Reader, blockId: string, element: ActionElement): Markup {
  const ids = html`data-block="${blockId}" data-action="${element.action_id ?? ""}"`;
  const data = html`${ids}${confirmHtml(viewer, element.confirm)}`;
  switch (element.type) {
    case "button": {
      const { text, style = "", accessibility_label: spoken, url } = element;
      return html`<button type="button" class="button ${style}" ${data}
        ${spoken && html` aria-label="${spoken}"`}${url && html` data-url="${url}"`}
        >${plainTextHtml(viewer, text.text)}</button>`;
    }
    case "overflow": {
      const options = element.options.map(
        ({ text, value }) =>
          html`<button type="button" ${data} data-option="${value}">${plainTextHtml(viewer, text.text)}</button>`,
      );
      return html`<details class="overflow"><summary class="button" aria-label="More actions">⋯</summary>
        <div class="menu">${options}</div></details>`;
    }
    case "static_select": {
      const chosen = viewer.chosen(blockId, element.action_id ?? "") ?? element.initial_option?.value;
      const placeholder = element.placeholder?.text ?? "Choose an option";
      return html`<select class="button" ${data} aria-label="${placeholder}">
        ${chosen === undefined && html`<option value="" selected disabled>${placeholder}</option>`}
        ${optionsOf(element).map((option) => optionHtml(option, chosen))}</select>`;
    }
    case "datetimepicker": {
      const chosen = Number(viewer.chosen(blockId, element.action_id ?? "") ?? element.initial_date_time);
      const shown = Number.isNaN(chosen) ? "" : formatDate(chosen, "{date_num}T{time}", viewer);
      return html`<input type="datetime-local" class="button" ${data} aria-label="Date and time" value="${shown ?? ""}">`;
    }
  }
}

function optionHtml({ value, text }: Option, chosen: string | undefined): Markup {
  return html`<option value="${value}"${value === chosen && html` selected`}>${text.text}</option>`;
}

/** The question that is asked before the click is sent, as the page's script reads it. */
function confirmHtml(viewer: Reader, confirm: Confirmation | undefined): Markup {
  if (confirm === undefined) return html``;
  const question = {
    title: confirm.title.text,
    html: markupText(textHtml(viewer, confirm.text)),
    confirm: confirm.confirm.text,
    deny: confirm.deny.text,
    style: confirm.style ?? "primary",
  };
  return html` data-confirm="${JSON.stringify(question)}"`;
}
