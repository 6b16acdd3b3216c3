import type { ActionElement } from "./block-elements.ts";
import type { Block, TableCell } from "./block-kit.ts";
import { formatDate } from "./dates.ts";
import { filesOf, sayBytes } from "./files.ts";
import { optionsOf } from "./payloads.ts";
import { plainTextOf, richTextText } from "./plain-text.ts";
import { inTwoColumns, table, wrap } from "./text-layout.ts";
import { type Content, type Ephemeral, type Message, slackbot, type Workspace } from "./workspace.ts";

const width = 100;
const indent = "      ";
const replyIndent = `${indent}│ `;

type Shown = Message | Ephemeral;

/**
 * What was said, as text of at most 100 columns: a whole channel with its threads, or one thread. Edited
 * messages show what they say now, times are UTC, a day is told where it begins, and messages to one person say to whom.
 */
export function transcript(
  workspace: Workspace,
  place: { readonly channel: string; readonly thread?: string },
): string {
  const ephemerals = workspace.state.ephemerals.filter(({ channel }) => channel === place.channel);
  const roots: readonly Shown[] = workspace
    .timeline(place.channel)
    .filter((message) => message.threadTs === undefined && (place.thread ?? message.ts) === message.ts);
  const aside = place.thread === undefined ? ephemerals.filter((each) => each.threadTs === undefined) : [];
  const messages = inOrder([...roots, ...aside]).map((message, at, all) => {
    const replies = "user" in message ? [] : workspace.thread(message.channel, message.ts).slice(1);
    const inThread = inOrder([...replies, ...ephemerals.filter(({ threadTs }) => threadTs === message.ts)]);
    return [
      ...messageLines(workspace, message, "", all[at - 1]),
      ...inThread.flatMap((reply, nth) => [
        replyIndent,
        ...messageLines(workspace, reply, replyIndent, inThread[nth - 1] ?? message),
      ]),
    ];
  });
  // A control character in somebody's text must not reach the terminal.
  const printable = (line: string) => line.trimEnd().replaceAll(/\p{Cc}/gu, "\uFFFD");
  return messages.map((lines) => lines.map(printable).join("\n")).join("\n\n");
}

function inOrder(messages: readonly Shown[]): readonly Shown[] {
  return messages.toSorted((a, b) => Number(a.ts) - Number(b.ts));
}

/** The day is told where it is another than that of the message `before`. */
function messageLines(workspace: Workspace, message: Shown, margin: string, before?: Shown): string[] {
  const at = { timeZone: "UTC", now: workspace.now() };
  const when = (shown: Shown, format: string) => formatDate(Math.floor(Number(shown.ts)), format, at);
  const isSameDay = !before || when(before, "{date_num}") === when(message, "{date_num}");
  const time = when(message, isSameDay ? "{time}" : "{date_short} {time}");
  const remarks =
    "user" in message
      ? `, only to ${nameOf(workspace, message.user)}`
      : `${message.broadcast ? ", also to the channel" : ""}${message.editedTs ? " (edited)" : ""}`;
  const body = contentLines(workspace, message, width - margin.length - indent.length);
  return [
    `${margin}${time} ${nameOf(workspace, message.author)}${remarks}`,
    ...body.map((line) => margin + indent + line),
    ...fileLines(workspace, message).map((line) => margin + indent + line),
  ];
}

function fileLines(workspace: Workspace, message: Shown): string[] {
  if ("user" in message) return [];
  return filesOf(workspace, message).map(({ name, size }) => `[File: ${name}, ${sayBytes(size)}]`);
}

function nameOf(workspace: Workspace, id: string): string {
  return id === slackbot ? "Slackbot" : (workspace.person(id)?.realName ?? id);
}

function contentLines(workspace: Workspace, content: Content, space: number): string[] {
  if (content.blocks === undefined) {
    return wrap(plainTextOf(workspace, { type: "mrkdwn", text: content.text }), space);
  }
  return content.blocks.flatMap((block) => blockLines(workspace, block, space));
}

function blockLines(workspace: Workspace, block: Block, space: number): string[] {
  const text = (object: Parameters<typeof plainTextOf>[1]) => plainTextOf(workspace, object);
  switch (block.type) {
    case "header": {
      const lines = wrap(text(block.text), space);
      return [...lines, "=".repeat(Math.max(...lines.map((line) => line.length)))];
    }
    case "section":
      return [
        ...(block.text ? wrap(text(block.text), space) : []),
        ...inTwoColumns(block.fields?.map(text) ?? [], space),
        ...(block.accessory ? wrap(actionText(block.accessory), space) : []),
      ];
    case "context":
      return wrap(block.elements.map(text).join("  ·  "), space);
    case "actions":
      return wrap(block.elements.map(actionText).join("  "), space);
    case "divider":
      return ["-".repeat(space)];
    case "rich_text":
      return wrap(richTextText(workspace, block.elements), space);
    case "table":
      return table(
        block.rows.map((row) => row.map((cell) => cellText(workspace, cell))),
        block.column_settings?.map((settings) => settings?.align) ?? [],
        space,
      );
    case "container": {
      const title = [block.title, ...(block.subtitle ? [block.subtitle] : [])].map(text).join(", ");
      const children = block.child_blocks.flatMap((child) => blockLines(workspace, child, space - 2));
      return [...wrap(`▾ ${title}`, space), ...children.map((line) => `  ${line}`)];
    }
  }
}

function cellText(workspace: Workspace, cell: TableCell): string {
  if (cell.type === "raw_text") return cell.text;
  if (cell.type === "raw_number") return cell.text ?? String(cell.value);
  return richTextText(workspace, cell.elements).replaceAll("\n", " ");
}

function actionText(element: ActionElement): string {
  if (element.type === "button") return `[${element.text.text}]`;
  if (element.type === "datetimepicker") return "[Date and time]";
  const options = optionsOf(element).map((option) => option.text.text);
  const label = element.type === "overflow" ? "…" : (element.placeholder?.text ?? "Choose");
  return `[${label}: ${options.join(" | ")}]`;
}
