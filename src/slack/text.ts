import type { Person } from "../core/approval.ts";
import { type Format, lastInstant, sayDuration } from "../core/note.ts";
import type { Instant } from "../core/time.ts";

/** No value that comes from elsewhere may fill a message: AWS's messages have no limit of their own. */
const longestValue = 500;

/**
 * How Slack's mrkdwn writes what a sentence interpolates. Everything that comes from elsewhere goes through `text`:
 * without it, a tag or an error message could ping a channel or draw a link.
 */
export const mrkdwn: Format = { text: sayText, instant: sayInstant, duration: sayDuration };

/** A link to a channel notifies nobody, and is how a problem names one. */
function sayText(value: string): string {
  return /^<#[CG][A-Z0-9]{2,20}>$/.test(value) ? value : escaped(value);
}

/** Escapes a value for mrkdwn, on one line and without backticks, which would end the code it stands in. */
export function escaped(value: string): string {
  return shorten(oneLine(value), longestValue)
    .replaceAll("`", "'")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** A value for `plain_text` and table cells, which Slack does not parse. */
export function bare(value: string, longest = longestValue): string {
  return shorten(oneLine(value), longest);
}

/** The viewer's own time zone, with the seconds; UTC where dates are not understood, as in notifications. */
export function sayInstant(at: Instant): string {
  return sayDate(at, "{date_short_pretty} {time_secs}", 19);
}

/** The same without the seconds. */
export function sayMinute(at: Instant): string {
  return sayDate(at, "{date_short_pretty} {time}", 16);
}

function sayDate(at: Instant, shape: string, digits: number): string {
  if (!(Math.abs(at) <= lastInstant)) return escaped(String(at));
  const utc = new Date(at).toISOString().slice(0, digits).replace("T", " ");
  return `<!date^${Math.floor(at / 1_000)}^${shape}|${utc} UTC>`;
}

/** A resource id, name or key as code. */
export function code(value: string): string {
  return `\`${escaped(value)}\``;
}

/** A mention, which notifies where it is posted. An id that is not one of Slack's is shown as text. */
export function mention(person: Person): string {
  return /^[UW][A-Z0-9]{2,20}$/.test(person.user) ? `<@${person.user}>` : escaped(person.name);
}

/** Cuts finished mrkdwn to `longest` units, never inside an entity or between `<` and `>`. */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  let kept = text.slice(0, longest - 1);
  if (kept.lastIndexOf("<") > kept.lastIndexOf(">")) kept = kept.slice(0, kept.lastIndexOf("<"));
  return `${kept.replace(/&[a-z]{0,3}$/, "").replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** `1 step`, `2 steps`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function oneLine(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach a message
  return value.replace(/[\u0000-\u001F\u007F\u2028\u2029\u202A-\u202E\u2066-\u2069]+/g, " ").trim();
}

function shorten(value: string, longest: number): string {
  if (value.length <= longest) return value;
  return `${value.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
