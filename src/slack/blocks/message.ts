import type {
  Button,
  ContextBlock,
  KnownBlock,
  MrkdwnElement,
  PlainTextElement,
  SectionBlock,
  TableBlock,
} from "@slack/types";
import { limits } from "../limits.ts";
import { bare, cut } from "../text.ts";

/** What is shown, and `text`, the same in one sentence: screen readers and notifications have nothing else. */
export interface Message {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** A message within Slack's limits: what is too much goes from the middle, so that buttons and context stay. */
export function message(
  text: string,
  blocks: readonly KnownBlock[],
  tail: readonly KnownBlock[] = [],
): Message {
  const room = limits.blocks - tail.length;
  return { text: cut(text, limits.messageText), blocks: [...blocks.slice(0, room), ...tail] };
}

/** A message of one sentence, which is finished mrkdwn. */
export function saying(text: string): Message {
  return message(text, [section(text)]);
}

export function header(text: string): KnownBlock {
  return { type: "header", text: plain(text, limits.headerText) };
}

export function section(text: string): SectionBlock {
  return { type: "section", text: mrkdwnText(text, limits.sectionText), expand: true };
}

/** Name and value, two columns; values are finished mrkdwn. */
export function fields(pairs: readonly (readonly [string, string])[]): KnownBlock {
  return {
    type: "section",
    fields: pairs
      .slice(0, limits.sectionFields)
      .map(([name, value]) => mrkdwnText(`*${name}*\n${value}`, limits.fieldText)),
  };
}

export function context(texts: readonly string[]): ContextBlock {
  return {
    type: "context",
    elements: texts.slice(0, limits.contextElements).map((text) => mrkdwnText(text, limits.contextText)),
  };
}

export function actions(buttons: readonly Button[]): KnownBlock[] {
  return buttons.length === 0 ? [] : [{ type: "actions", elements: buttons.slice(0, limits.actions) }];
}

/** As many sections as the lines need, at most `most`; it says how many lines had no room. */
export function listing(lines: readonly string[], most: number): SectionBlock[] {
  const pages: string[] = [];
  let page = "";
  for (const [index, line] of lines.entries()) {
    const next = page === "" ? cut(line, limits.sectionText) : `${page}\n${line}`;
    if (next.length <= limits.sectionText) {
      page = next;
      continue;
    }
    pages.push(page);
    page = cut(line, limits.sectionText);
    if (pages.length === most) {
      pages.push(`… and ${lines.length - index} more.`);
      page = "";
      break;
    }
  }
  if (page !== "") pages.push(page);
  return pages.map(section);
}

/** What only some readers want: behind a title that opens it. */
export function folded(title: string, blocks: readonly (SectionBlock | ContextBlock)[]): KnownBlock {
  return {
    type: "container",
    title: plain(title, limits.containerTitle),
    child_blocks: blocks.slice(0, limits.containerBlocks),
    is_collapsible: true,
    default_collapsed: true,
  };
}

/** A table of plain values, which Slack does not parse; rows past its limits are left out and counted. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): KnownBlock[] {
  const shown: (readonly string[])[] = [head];
  let characters = head.join("").length;
  for (const row of rows) {
    const cells = row.map((cell) => bare(cell) || "–");
    characters += cells.join("").length;
    if (shown.length === limits.tableRows || characters > limits.tableCharacters) break;
    shown.push(cells);
  }
  const left = rows.length - (shown.length - 1);
  const block: TableBlock = {
    type: "table",
    rows: shown.map((row) => row.map((text) => ({ type: "raw_text", text }))),
    column_settings: head.map(() => ({ is_wrapped: true })),
  };
  return left > 0 ? [block, context([`… and ${left} more.`])] : [block];
}

export function plain(text: string, longest: number): PlainTextElement {
  return { type: "plain_text", text: bare(text, longest) || "–", emoji: true };
}

/** `verbatim` keeps Slack from turning `@here` or a host name in a value into a mention or a link. */
function mrkdwnText(text: string, longest: number): MrkdwnElement {
  return { type: "mrkdwn", text: cut(text, longest) || "–", verbatim: true };
}
