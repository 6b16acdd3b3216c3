import type { RichTextElement, RichTextInline, TextObject } from "../block-elements.ts";
import { formatDate, type Viewpoint } from "../dates.ts";
import { emojiCharacter } from "../emoji.ts";
import { calls, mentionText } from "../mentions.ts";
import { isLink, readMrkdwn, readPlainText } from "../mrkdwn.ts";
import type { Workspace } from "../workspace.ts";
import { html, type Markup } from "./markup.ts";

/** Whose eyes the page is drawn for. */
export interface Viewer extends Viewpoint {
  readonly workspace: Workspace;
  readonly person: string;
}

export function textHtml(viewer: Viewer, text: TextObject): Markup {
  return text.type === "mrkdwn" ? mrkdwnHtml(viewer, text.text) : plainTextHtml(viewer, text.text);
}

export function mrkdwnHtml(viewer: Viewer, source: string): Markup {
  return richTextHtml(viewer, readMrkdwn(source));
}

export function plainTextHtml(viewer: Viewer, source: string): Markup {
  return inlinesHtml(viewer, readPlainText(source));
}

export function richTextHtml(viewer: Viewer, elements: readonly RichTextElement[]): Markup {
  return html`${elements.map((element) => elementHtml(viewer, element))}`;
}

function elementHtml(viewer: Viewer, element: RichTextElement): Markup {
  if (element.type === "rich_text_list") {
    const items = element.elements.map((item) => html`<li>${inlinesHtml(viewer, item.elements)}</li>`);
    const indent = html`indent-${element.indent ?? 0}`;
    return element.style === "ordered"
      ? html`<ol class="${indent}">${items}</ol>`
      : html`<ul class="${indent}">${items}</ul>`;
  }
  const content = inlinesHtml(viewer, element.elements);
  if (element.type === "rich_text_quote") return html`<blockquote>${content}</blockquote>`;
  if (element.type === "rich_text_preformatted") return html`<pre>${content}</pre>`;
  return html`<p>${content}</p>`;
}

function inlinesHtml(viewer: Viewer, inlines: readonly RichTextInline[]): Markup {
  return html`${inlines.map((inline) => inlineHtml(viewer, inline))}`;
}

function inlineHtml(viewer: Viewer, inline: RichTextInline): Markup {
  switch (inline.type) {
    case "text":
      return styled(inline.style, html`${inline.text}`);
    case "link":
      return styled(inline.style, linkHtml(inline.url, html`${inline.text ?? inline.url}`));
    case "emoji":
      return html`<span class="emoji" title=":${inline.name}:">${emojiCharacter(inline.name) ?? `:${inline.name}:`}</span>`;
    case "date": {
      const text = formatDate(inline.timestamp, inline.format, viewer) ?? inline.fallback ?? "";
      const moment = new Date(inline.timestamp * 1000);
      const iso = Number.isNaN(moment.getTime()) ? "" : moment.toISOString();
      const shown = html`<time datetime="${iso}" title="${inline.fallback ?? iso}">${text}</time>`;
      return styled(inline.style, inline.url === undefined ? shown : linkHtml(inline.url, shown));
    }
    default: {
      const me = calls(viewer.workspace, inline, viewer.person) ? "mention me" : "mention";
      return html`<span class="${me}">${mentionText(viewer.workspace, inline)}</span>`;
    }
  }
}

function linkHtml(address: string, content: Markup): Markup {
  if (!isLink(address)) return content;
  return html`<a href="${address}" target="_blank" rel="noopener noreferrer">${content}</a>`;
}

function styled(style: Extract<RichTextInline, { type: "text" }>["style"], content: Markup): Markup {
  let shown = style?.code ? html`<code>${content}</code>` : content;
  if (style?.bold) shown = html`<strong>${shown}</strong>`;
  if (style?.italic) shown = html`<em>${shown}</em>`;
  if (style?.strike) shown = html`<s>${shown}</s>`;
  return shown;
}
