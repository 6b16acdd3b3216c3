import { markupText } from "./markup.ts";
import { channelRows, type Row, threadRows } from "./message-html.ts";
import { channelHeaderHtml, peopleHtml, sidebarHtml } from "./sidebar-html.ts";
import type { Viewer } from "./text-html.ts";

/** Everything that the page shows to one person, drawn. */
export interface View {
  readonly person: string;
  readonly channel: string;
  readonly people: string;
  readonly sidebar: string;
  readonly header: string;
  readonly placeholder: string;
  readonly rows: readonly Row[];
  /** The open thread, if it exists. */
  readonly thread?: { readonly ts: string; readonly rows: readonly Row[] };
}

/** Draws the page. An unknown channel, or one that the person is not in, becomes their first one. */
export function drawView(viewer: Viewer, place: { channel: string; thread: string | undefined }): View {
  const { workspace } = viewer;
  const mine = workspace.state.channels.filter(
    ({ members, archived }) => members.includes(viewer.person) && !archived,
  );
  const channel = mine.find(({ id }) => id === place.channel) ?? mine[0];
  if (channel === undefined) throw new RangeError(`${viewer.person} is in no channel`);
  const [root, ...replies] = place.thread === undefined ? [] : workspace.thread(channel.id, place.thread);
  const ephemerals = (threadTs: string | undefined) =>
    workspace.state.ephemerals.filter(
      (each) => each.user === viewer.person && each.channel === channel.id && each.threadTs === threadTs,
    );
  return {
    person: viewer.person,
    channel: channel.id,
    people: markupText(peopleHtml(viewer)),
    sidebar: markupText(sidebarHtml(viewer, mine, channel)),
    header: markupText(channelHeaderHtml(channel)),
    placeholder: `Message #${channel.name}`,
    rows: channelRows(viewer, channel, [...workspace.timeline(channel.id), ...ephemerals(undefined)]),
    ...(root !== undefined && {
      thread: { ts: root.ts, rows: threadRows(viewer, [root, ...replies], ephemerals(root.ts)) },
    }),
  };
}
