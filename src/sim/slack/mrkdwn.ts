import type { RichTextElement, RichTextInline } from "./block-elements.ts";
import { emojiCharacter } from "./emoji.ts";

type Style = NonNullable<Extract<RichTextInline, { type: "text" }>["style"]>;

const fence = /\n?```\n?([\s\S]*?)\n?```\n?/;
const quoted = /^(?:&gt;|>) ?/;

// A code span, something in angle brackets, an emoji, or a run between two equal marks that hug their text
// and do not touch a word: `orders_prod_old` has no italics in it. Formatting never crosses a line.
const token =
  /`([^`\n]+)`|<([^<>\n]+)>|:([a-z0-9_+'-]+):|(?<![\p{L}\p{N}*_~])([*_~])(?=\S)(.*?\S)\4(?![\p{L}\p{N}*_~])/gu;

const styleOf: Readonly<Record<string, Style>> = {
  "*": { bold: true },
  _: { italic: true },
  "~": { strike: true },
};

/**
 * Reads Slack's markup (https://docs.slack.dev/messaging/formatting-message-text) into the same elements that
 * a `rich_text` block has. Never fails: what is no markup is text.
 */
export function readMrkdwn(source: string): readonly RichTextElement[] {
  return source.split(fence).flatMap((part, index): RichTextElement[] => {
    if (index % 2 === 0) return readLines(part);
    return [{ type: "rich_text_preformatted", elements: [{ type: "text", text: unescapeText(part) }] }];
  });
}

function readLines(source: string): RichTextElement[] {
  if (source === "") return [];
  const groups: { quote: boolean; lines: string[] }[] = [];
  for (const line of source.split("\n")) {
    const quote = quoted.test(line);
    const last = groups.at(-1);
    if (last?.quote === quote) last.lines.push(line.replace(quoted, ""));
    else groups.push({ quote, lines: [quote ? line.replace(quoted, "") : line] });
  }
  return groups.map(({ quote, lines }) => ({
    type: quote ? "rich_text_quote" : "rich_text_section",
    elements: readInline(lines.join("\n"), {}),
  }));
}

function readInline(source: string, style: Style): RichTextInline[] {
  const found: RichTextInline[] = [];
  let end = 0;
  const text = (plain: string) => {
    if (plain !== "") found.push({ type: "text", text: unescapeText(plain), style });
  };
  for (const match of source.matchAll(token)) {
    const [whole, code, angle, emoji, mark, inner] = match;
    text(source.slice(end, match.index));
    end = match.index + whole.length;
    if (code !== undefined)
      found.push({ type: "text", text: unescapeText(code), style: { ...style, code: true } });
    else if (angle !== undefined) found.push(readAngle(angle, style));
    else if (emoji !== undefined) found.push(readEmoji(emoji, style));
    else found.push(...readInline(inner ?? "", { ...style, ...styleOf[mark ?? ""] }));
  }
  text(source.slice(end));
  return found;
}

/** A colon on either side does not make an emoji: `02:19:09` is a time. */
function readEmoji(name: string, style: Style): RichTextInline {
  if (emojiCharacter(name) !== undefined) return { type: "emoji", name, style };
  return { type: "text", text: `:${name}:`, style };
}

/** Reads what stands between `<` and `>`: a mention, a date, a link; anything else is shown as it is. */
function readAngle(content: string, style: Style): RichTextInline {
  const bar = content.indexOf("|");
  const target = bar < 0 ? content : content.slice(0, bar);
  const label = bar < 0 ? undefined : unescapeText(content.slice(bar + 1));
  if (/^@[UW][A-Z0-9]+$/.test(target)) return { type: "user", user_id: target.slice(1), style };
  if (/^#C[A-Z0-9]+$/.test(target)) return { type: "channel", channel_id: target.slice(1), style };
  if (/^!subteam\^S[A-Z0-9]+$/.test(target))
    return { type: "usergroup", usergroup_id: target.slice(9), style };
  if (target === "!here" || target === "!channel" || target === "!everyone") {
    return { type: "broadcast", range: target.slice(1) as "here" | "channel" | "everyone" };
  }
  const date = /^!date\^(\d+)\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date !== null) {
    return {
      type: "date",
      timestamp: Number(date[1]),
      format: date[2] ?? "",
      ...(date[3] !== undefined && { url: unescapeText(date[3]) }),
      ...(label !== undefined && { fallback: label }),
      style,
    };
  }
  if (isLink(target)) {
    return { type: "link", url: unescapeText(target), ...(label !== undefined && { text: label }), style };
  }
  return { type: "text", text: unescapeText(`<${content}>`), style };
}

/** Whether an address may become a link: a `javascript:` address must stay text. */
export function isLink(address: string): boolean {
  return /^(?:https?:\/\/|mailto:)/i.test(address);
}

/** The three entities that Slack knows. */
function unescapeText(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** Reads a `plain_text` object, in which only emoji mean anything. */
export function readPlainText(source: string): readonly RichTextInline[] {
  return source.split(/:([a-z0-9_+'-]+):/).flatMap((part, index): RichTextInline[] => {
    if (index % 2 === 1) return [readEmoji(part, {})];
    return part === "" ? [] : [{ type: "text", text: part }];
  });
}
