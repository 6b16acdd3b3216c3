import { formatDate } from "../dates.ts";
import type { Ephemeral, Message } from "../workspace.ts";
import { authorOf, avatarHtml } from "./author-html.ts";
import { contentHtml } from "./blocks-html.ts";
import { html, type Markup, markupText } from "./markup.ts";
import type { Viewer } from "./text-html.ts";

/** One message of a list: the page replaces what changed under the same key and leaves the rest alone. */
export interface Row {
  readonly key: string;
  readonly html: string;
}

type Shown = Message | Ephemeral;

const groupedWithinSeconds = 300;

/** Draws messages in the order of their time, with a line where a day begins in the channel. */
export function drawRows(viewer: Viewer, messages: readonly Shown[], inThread: boolean): Row[] {
  const sorted = messages.toSorted((a, b) => Number(a.ts) - Number(b.ts));
  return sorted.flatMap((message, index): Row[] => {
    const before = sorted[index - 1];
    const day = showDay(viewer, message);
    const newDay = before === undefined || showDay(viewer, before) !== day;
    const follows =
      !newDay &&
      before.author === message.author &&
      "user" in before === "user" in message &&
      Number(message.ts) - Number(before.ts) < groupedWithinSeconds;
    const row = { key: message.ts, html: markupText(messageHtml(viewer, message, { follows, inThread })) };
    if (!newDay || inThread) return [row];
    return [
      { key: `day ${message.ts}`, html: markupText(html`<div class="day"><span>${day}</span></div>`) },
      row,
    ];
  });
}

function showDay(viewer: Viewer, message: Shown): string {
  const day = formatDate(Math.floor(Number(message.ts)), "{date_long_pretty}", viewer) ?? "";
  return day.charAt(0).toUpperCase() + day.slice(1);
}

function messageHtml(
  viewer: Viewer,
  message: Shown,
  where: { readonly follows: boolean; readonly inThread: boolean },
): Markup {
  const at = Math.floor(Number(message.ts));
  const time = html`<time datetime="${new Date(at * 1000).toISOString()}" title="${formatDate(at, "{date_long} {time_secs}", viewer)}">${formatDate(at, "{time}", viewer)}</time>`;
  const ephemeral = "user" in message;
  const author = authorOf(viewer, message.author);
  const kind = `message${ephemeral ? " ephemeral" : ""}${where.follows ? " follows" : ""}`;
  return html`<article class="${kind}" data-ts="${message.ts}">
    ${where.follows ? html`<div class="gutter">${time}</div>` : avatarHtml(author)}
    <div class="message-body">
      ${!where.follows && html`<div class="byline"><b>${author.name}</b>${author.badge && html`<span class="badge">${author.badge}</span>`}${time}</div>`}
      ${ephemeral && html`<div class="only-you">👁 Only visible to you</div>`}
      ${!ephemeral && !where.inThread && message.threadTs && html`<button type="button" class="thread-origin" data-thread="${message.threadTs}">replied to a thread</button>`}
      <div class="content">${contentHtml(viewer, message)}</div>
      ${!ephemeral && message.editedTs !== undefined && html`<span class="edited">(edited)</span>`}
      ${!ephemeral && !where.inThread && threadSummaryHtml(viewer, message)}
    </div></article>`;
}

function threadSummaryHtml(viewer: Viewer, message: Message): Markup {
  const replies = viewer.workspace.thread(message.channel, message.ts).slice(1);
  const last = replies.at(-1);
  if (last === undefined) return html``;
  const authors = [...new Set(replies.map((reply) => reply.author))].slice(0, 4);
  const when = formatDate(Math.floor(Number(last.ts)), "{date_short_pretty} at {time}", viewer);
  return html`<button type="button" class="thread-summary" data-thread="${message.ts}">
    ${authors.map((author) => avatarHtml(authorOf(viewer, author)))}
    <b>${replies.length} ${replies.length === 1 ? "reply" : "replies"}</b><span>Last reply ${when}</span></button>`;
}
