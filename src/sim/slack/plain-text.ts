import type { RichTextElement, RichTextInline, TextObject } from "./block-elements.ts";
import { formatDate } from "./dates.ts";
import { emojiCharacter } from "./emoji.ts";
import { mentionText } from "./mentions.ts";
import { readMrkdwn, readPlainText } from "./mrkdwn.ts";
import type { Workspace } from "./workspace.ts";

/** A text object as a terminal can show it: names for mentions, dates in UTC, no bold. */
export function plainTextOf(workspace: Workspace, text: TextObject): string {
  if (text.type === "plain_text") return inlinesText(workspace, readPlainText(text.text));
  return richTextText(workspace, readMrkdwn(text.text));
}

export function richTextText(workspace: Workspace, elements: readonly RichTextElement[]): string {
  return elements.map((element) => elementText(workspace, element)).join("\n");
}

function elementText(workspace: Workspace, element: RichTextElement): string {
  if (element.type === "rich_text_list") {
    const indent = "  ".repeat(element.indent ?? 0);
    return element.elements
      .map((item, index) => {
        const mark = element.style === "ordered" ? `${index + 1}.` : "•";
        return `${indent}${mark} ${inlinesText(workspace, item.elements)}`;
      })
      .join("\n");
  }
  const text = inlinesText(workspace, element.elements);
  if (element.type === "rich_text_quote") return text.replaceAll(/^/gm, "> ");
  if (element.type === "rich_text_preformatted") return text.replaceAll(/^/gm, "  ");
  return text;
}

function inlinesText(workspace: Workspace, inlines: readonly RichTextInline[]): string {
  return inlines.map((inline) => inlineText(workspace, inline)).join("");
}

function inlineText(workspace: Workspace, inline: RichTextInline): string {
  switch (inline.type) {
    case "text":
      return styled(inline.style, inline.text);
    case "link":
      return inline.text === undefined ? inline.url : `${inline.text} (${inline.url})`;
    case "emoji":
      return emojiCharacter(inline.name) ?? `:${inline.name}:`;
    case "date": {
      const from = { timeZone: "UTC", now: workspace.now() };
      return formatDate(inline.timestamp, inline.format, from) ?? inline.fallback ?? "";
    }
    default:
      return mentionText(workspace, inline);
  }
}

// Bold and italics only stress; what is struck out or code means something else without its marks.
function styled(style: Extract<RichTextInline, { type: "text" }>["style"], text: string): string {
  if (style?.code) return `\`${text}\``;
  return style?.strike ? `~${text}~` : text;
}
