import type { ActionElement, Confirmation, Option } from "../block-elements.ts";
import type { Block, TableBlock, TableCell } from "../block-kit.ts";
import { optionsOf } from "../payloads.ts";
import { html, type Markup, markupText } from "./markup.ts";
import { mrkdwnHtml, plainTextHtml, richTextHtml, textHtml, type Viewer } from "./text-html.ts";

// Our own rendering and not slack-blocks-to-jsx: that one drops a button's value and confirmation, names
// buttons by ids that repeat on the page, shows dates in the server's time zone, and its menus need React in
// the browser. Here every element carries its block and action, and the click reads the stored message.

/** What a message says: its blocks, or its text when it has none. */
export function contentHtml(
  viewer: Viewer,
  content: { readonly text: string; readonly blocks?: readonly Block[] },
): Markup {
  if (content.blocks === undefined) return html`<div class="text">${mrkdwnHtml(viewer, content.text)}</div>`;
  return html`${content.blocks.map((block) => blockHtml(viewer, block))}`;
}

function blockHtml(viewer: Viewer, block: Block): Markup {
  const place = block.block_id ?? "";
  switch (block.type) {
    case "header":
      return html`<h3 class="block-header">${plainTextHtml(viewer, block.text.text)}</h3>`;
    case "section":
      return html`<div class="section"><div class="section-main">
        ${block.text && html`<div class="text">${textHtml(viewer, block.text)}</div>`}
        ${block.fields && html`<div class="fields">${block.fields.map((field) => html`<div class="text">${textHtml(viewer, field)}</div>`)}</div>`}
      </div>${block.accessory && html`<div class="accessory">${actionHtml(viewer, place, block.accessory)}</div>`}</div>`;
    case "context":
      return html`<div class="context">${block.elements.map((text) => html`<div class="text">${textHtml(viewer, text)}</div>`)}</div>`;
    case "actions":
      return html`<div class="actions">${block.elements.map((element) => actionHtml(viewer, place, element))}</div>`;
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

function containerHtml(viewer: Viewer, block: Extract<Block, { type: "container" }>): Markup {
  const title = html`<span class="container-title">${plainTextHtml(viewer, block.title.text)}</span>
    ${block.subtitle && html`<span class="container-subtitle">${textHtml(viewer, block.subtitle)}</span>`}`;
  const children = html`<div class="container-body">${block.child_blocks.map((child) => blockHtml(viewer, child))}</div>`;
  if (!block.is_collapsible)
    return html`<section class="container"><header>${title}</header>${children}</section>`;
  const open = block.default_collapsed ? html`` : html` open`;
  return html`<details class="container" data-keep="${block.title.text}"${open}><summary>${title}</summary>${children}</details>`;
}

function tableHtml(viewer: Viewer, block: TableBlock): Markup {
  const [head = [], ...body] = block.rows;
  const className = (column: number) => block.column_settings?.[column]?.align ?? "left";
  const cells = (row: readonly TableCell[]) =>
    row.map((cell, column) => html`<td class="${className(column)}">${cellHtml(viewer, cell)}</td>`);
  return html`<div class="table" tabindex="0" role="region" aria-label="Table"><table>
    <thead><tr>${head.map((cell, column) => html`<th scope="col" class="${className(column)}">${cellHtml(viewer, cell)}</th>`)}</tr></thead>
    <tbody>${body.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody></table></div>`;
}

function cellHtml(viewer: Viewer, cell: TableCell): Markup {
  if (cell.type === "raw_text") return html`${cell.text}`;
  if (cell.type === "raw_number") return html`${cell.text ?? cell.value}`;
  return richTextHtml(viewer, cell.elements);
}

function actionHtml(viewer: Viewer, blockId: string, element: ActionElement): Markup {
  const data = html`data-block="${blockId}" data-action="${element.action_id ?? ""}"${confirmHtml(viewer, element.confirm)}`;
  switch (element.type) {
    case "button": {
      const label = plainTextHtml(viewer, element.text.text);
      const spoken = element.accessibility_label && html` aria-label="${element.accessibility_label}"`;
      const link = element.url && html` data-url="${element.url}"`;
      return html`<button type="button" class="button ${element.style ?? ""}" ${data}${spoken}${link}>${label}</button>`;
    }
    case "overflow":
      return html`<details class="overflow"><summary class="button" aria-label="More actions">⋯</summary>
        <div class="menu">${element.options.map(
          (option) =>
            html`<button type="button" ${data} data-option="${option.value}">${plainTextHtml(viewer, option.text.text)}</button>`,
        )}</div></details>`;
    case "static_select": {
      const chosen = element.initial_option?.value;
      const placeholder = element.placeholder?.text ?? "Choose an option";
      return html`<select class="button" ${data} aria-label="${placeholder}">
        ${chosen === undefined && html`<option value="" selected disabled>${placeholder}</option>`}
        ${optionsOf(element).map((option) => optionHtml(option, chosen))}</select>`;
    }
  }
}

function optionHtml(option: Option, chosen: string | undefined): Markup {
  return html`<option value="${option.value}"${option.value === chosen && html` selected`}>${option.text.text}</option>`;
}

/** The question that is asked before the click is sent, as the page's script reads it. */
function confirmHtml(viewer: Viewer, confirm: Confirmation | undefined): Markup {
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
