import { formatDate } from "../dates.ts";
import { filesOf, sayBytes } from "../files.ts";
import type { Channel, Ephemeral, Message } from "../workspace.ts";
import { authorOf, avatarHtml, badgeHtml } from "./author-html.ts";
import { contentHtml } from "./blocks-html.ts";
import { html, type Markup, markupText } from "./markup.ts";
import type { Viewer } from "./text-html.ts";

/** One message of a list: the page replaces what changed under the same key and leaves the rest alone. */
export interface Row {
  readonly key: string;
  readonly html: string;
}

type Shown = Message | Ephemeral;

/** Where a message is drawn. `follows`: its author spoke just before it and need not be named again. */
interface Setting {
  readonly follows: boolean;
  readonly inThread: boolean;
}

const groupedWithinSeconds = 300;

/** Draws what a channel shows, in the order of time, with a line where a day begins. */
export function channelRows(viewer: Viewer, channel: Channel, messages: readonly Shown[]): readonly Row[] {
  const sorted = inOrder(messages);
  const rows = sorted.flatMap((message, index): Row[] => {
    const before = sorted[index - 1];
    const day = showDay(viewer, message);
    const newDay = before === undefined || showDay(viewer, before) !== day;
    const follows = !newDay && goesOn(before, message);
    const row = messageRow(viewer, message, { follows, inThread: false });
    return newDay ? [lineRow(`day ${message.ts}`, day), row] : [row];
  });
  return [beginningRow(channel), ...rows];
}

/** Draws a thread: its root, how many replies there are, and the replies. */
export function threadRows(
  viewer: Viewer,
  [root, ...replies]: readonly [Message, ...Message[]],
  ephemerals: readonly Ephemeral[],
): readonly Row[] {
  const sorted = inOrder([...replies, ...ephemerals]);
  return [
    messageRow(viewer, root, { follows: false, inThread: true }),
    ...(replies.length > 0 ? [lineRow("replies", countReplies(replies.length))] : []),
    ...sorted.map((message, index) => {
      const before = sorted[index - 1];
      const follows = before !== undefined && goesOn(before, message);
      return messageRow(viewer, message, { follows, inThread: true });
    }),
  ];
}

function inOrder(messages: readonly Shown[]): readonly Shown[] {
  return messages.toSorted((a, b) => Number(a.ts) - Number(b.ts));
}

function goesOn(before: Shown, message: Shown): boolean {
  return (
    before.author === message.author &&
    isEphemeral(before) === isEphemeral(message) &&
    before.threadTs === message.threadTs &&
    Number(message.ts) - Number(before.ts) < groupedWithinSeconds
  );
}

function isEphemeral(message: Shown): message is Ephemeral {
  return "user" in message;
}

function showDay(viewer: Viewer, message: Shown): string {
  const day = formatDate(Math.floor(Number(message.ts)), "{date_long_pretty}", viewer) ?? "";
  return day.charAt(0).toUpperCase() + day.slice(1);
}

function lineRow(key: string, label: string): Row {
  return { key, html: markupText(html`<div class="line"><span>${label}</span></div>`) };
}

function beginningRow(channel: Channel): Row {
  const beginning = html`<div class="beginning"><h3># ${channel.name}</h3>
    <p>This is the very beginning of the channel. ${channel.topic}</p></div>`;
  return { key: "beginning", html: markupText(beginning) };
}

function messageRow(viewer: Viewer, message: Shown, setting: Setting): Row {
  const author = authorOf(viewer, message.author);
  const at = timeHtml(viewer, message);
  const kind = ["message", isEphemeral(message) && "ephemeral", setting.follows && "follows"];
  const row = html`<article class="${kind.filter(Boolean).join(" ")}" data-ts="${message.ts}">
    ${setting.follows ? html`<div class="gutter">${at}</div>` : avatarHtml(viewer, author)}
    <div class="message-body">
      ${!setting.follows && html`<div class="byline"><b>${author.name}</b>${badgeHtml(author)}${at}</div>`}
      ${isEphemeral(message) ? html`<div class="only-you">Only visible to you</div>` : originHtml(message, setting)}
      <div class="content">${contentHtml({ ...viewer, chosen: chosenIn(viewer, message) }, message)}</div>
      ${!isEphemeral(message) && filesHtml(viewer, message)}
      ${!isEphemeral(message) && sequelHtml(viewer, message, setting)}
    </div></article>`;
  return { key: message.ts, html: markupText(row) };
}

function chosenIn({ workspace, person }: Viewer, { ts }: Shown) {
  return (blockId: string, actionId: string) =>
    workspace.chosen({ user: person, messageTs: ts, blockId, actionId });
}

function timeHtml(viewer: Viewer, { ts }: Shown): Markup {
  const at = Math.floor(Number(ts));
  const whole = formatDate(at, "{date_long} at {time_secs}", viewer);
  const iso = new Date(at * 1000).toISOString();
  return html`<time datetime="${iso}" title="${whole}">${formatDate(at, "{time}", viewer)}</time>`;
}

/** What hangs on a message, to be downloaded. */
function filesHtml({ workspace }: Viewer, message: Message): Markup {
  const files = filesOf(workspace, message);
  if (files.length === 0) return html``;
  return html`<div class="files">${files.map(
    ({ id, name, title, size }) =>
      html`<a class="file" href="/files/${id}/${name}" download="${name}"><b>${title}</b><span>${name} · ${sayBytes(size)}</span></a>`,
  )}</div>`;
}

/** What stands above a reply that was sent to the channel too. */
function originHtml({ threadTs }: Message, setting: Setting): Markup {
  if (threadTs === undefined || setting.inThread) return html``;
  return html`<button type="button" class="thread-origin" data-thread="${threadTs}">replied to a thread</button>`;
}

/** What stands below a message: that it was edited, and the way into its thread. */
function sequelHtml(viewer: Viewer, message: Message, setting: Setting): Markup {
  const edited = message.editedTs !== undefined && html`<span class="edited">(edited)</span>`;
  const replies = viewer.workspace.thread(message.channel, message.ts).slice(1);
  const last = replies.at(-1);
  if (setting.inThread || last === undefined) return html`${edited}`;
  const authors = [...new Set(replies.map((reply) => reply.author))].slice(0, 4);
  const when = formatDate(Math.floor(Number(last.ts)), "{date_short_pretty} at {time}", viewer);
  return html`${edited}<button type="button" class="thread-summary" data-thread="${message.ts}">
    ${authors.map((author) => avatarHtml(viewer, authorOf(viewer, author)))}
    <b>${countReplies(replies.length)}</b><span>Last reply ${when}</span></button>`;
}

function countReplies(count: number): string {
  return `${count} ${count === 1 ? "reply" : "replies"}`;
}
