import type { Ephemeral } from "../workspace.ts";
import { markupText } from "./markup.ts";
import { drawRows, type Row } from "./message-html.ts";
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
  const mine = workspace.state.channels.filter(({ members }) => members.includes(viewer.person));
  const channel = mine.find(({ id }) => id === place.channel) ?? mine[0];
  if (channel === undefined) throw new RangeError(`${viewer.person} is in no channel`);
  const thread = place.thread === undefined ? [] : workspace.thread(channel.id, place.thread);
  const root = thread[0];
  return {
    person: viewer.person,
    channel: channel.id,
    people: markupText(peopleHtml(viewer)),
    sidebar: markupText(sidebarHtml(viewer, mine, channel)),
    header: markupText(channelHeaderHtml(channel)),
    placeholder: `Message #${channel.name}`,
    rows: drawRows(
      viewer,
      [...workspace.timeline(channel.id), ...ephemeralsIn(viewer, channel.id, undefined)],
      false,
    ),
    ...(root !== undefined && {
      thread: {
        ts: root.ts,
        rows: drawRows(viewer, [...thread, ...ephemeralsIn(viewer, channel.id, root.ts)], true),
      },
    }),
  };
}

function ephemeralsIn(
  { workspace, person }: Viewer,
  channel: string,
  threadTs: string | undefined,
): Ephemeral[] {
  return workspace.state.ephemerals.filter(
    (each) => each.user === person && each.channel === channel && each.threadTs === threadTs,
  );
}
