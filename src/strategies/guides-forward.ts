import type { Guide } from "../core/by-hand.ts";
import { migrationTag, roleTag } from "../core/names.ts";
import type { Learned, Pinned } from "./facts.ts";
import { backupGuides } from "./guides-backup.ts";
import {
  asked,
  changes,
  fenced,
  groups,
  host,
  keptAs,
  marked,
  named,
  nobodyIsIn,
  protection,
  replacementHost,
  replacementId,
  retiredHost,
  rows,
  scheduledTags,
  serverNames,
  snapshot,
  source,
  sourceIsNamed,
  tagged,
  whole,
  writer,
  writerIs,
  writerRows,
} from "./signs.ts";

type Guides = Readonly<Record<string, Guide<Pinned, Learned>>>;

/** What every strategy shares of the way there. */
export const sharedGuides: Guides = {
  "protect-source": {
    done: (cx) => [protection(cx, source(cx), true), ...tagged(cx, migrationTag, cx.names.migration)],
  },
  "safety-snapshot": {
    done: (cx) => [snapshot(cx, cx.names.safetySnapshot)],
  },
  "prepare-database": {
    careful: "If you cannot log in to every instance here, stop: without it there is no proof and no T1.",
    done: (cx) =>
      serverNames(cx).map((name) => asked(host(cx, name), "identity", [cx.pinned.source.resourceId])),
  },
  "silence-writers": {
    careful:
      "What is silent is written down in the database. Anything that is on afterwards goes on writing behind the fence.",
    done: (cx) => [asked(cx.pinned.endpoints.writer, "writers", [])],
  },
  "fence-network": {
    careful:
      "The downtime begins. Connections that stand go on as if nothing had happened: the group only keeps new ones " +
      "out. If another instance than the one below writes, exchange the two where the replacement's are created.",
    done: (cx) => [fenced(cx, source(cx)), ...writerIs(cx, writer(cx))],
  },
  "end-sessions": {
    careful:
      "Whoever is back at once is told again: repeat it until nobody is in. A prepared transaction must be committed " +
      "or rolled back by its owner. If the changes still move when you look again, somebody writes: do not go on.",
    done: (cx) => [
      ...nobodyIsIn(serverNames(cx).map((name) => host(cx, name))),
      asked(host(cx, writer(cx)), "writers", []),
      keptAs(changes(host(cx, writer(cx))), "QUIET"),
      { look: changes(host(cx, writer(cx))), must: { be: ["$QUIET"] } },
    ],
  },
  "still-quiet": {
    careful:
      "The restart may have begun the counters anew, so they may be lower than before it and never higher. If anybody " +
      "is in, or they are higher, go back: T1 is worth nothing.",
    first: (cx) => [fenced(cx, source(cx)), ...writerIs(cx, cx.names.retired(writer(cx)))],
    done: (cx) => [
      ...nobodyIsIn(serverNames(cx).map((name) => retiredHost(cx, name))),
      asked(retiredHost(cx, writer(cx)), "writers", []),
      keptAs(changes(retiredHost(cx, writer(cx))), "STILL_QUIET"),
      { look: changes(retiredHost(cx, writer(cx))), must: { be: ["$STILL_QUIET"] } },
    ],
  },
  "rename-source": {
    careful: "It only frees the name. Sessions survive it, so it is no fence.",
    first: (cx) => [fenced(cx, source(cx))],
    done: (cx) => [sourceIsNamed(cx, cx.names.retired(cx.pinned.source.name))],
  },
  "endpoint-gone": {
    done: ({ pinned }) => [{ look: { of: "host", host: pinned.endpoints.writer }, must: { be: [] } }],
  },
  "introduce-replacement": {
    done: (cx) => [asked(replacementHost(cx), "identity", [replacementId(cx)])],
  },
  "verify-data": {
    careful: "If the marker is not there, what was acknowledged last is not either: do not open, go back.",
    done: (cx) => {
      const { writer: replacement } = cx.pinned.endpoints;
      return [
        marked(replacement, cx.names.migration, "1"),
        marked(replacement, `${cx.names.migration}-after`, "0"),
        {
          look: { of: "database", asks: "relations", host: retiredHost(cx, writer(cx)) },
          must: { equal: { of: "database", asks: "relations", host: replacement } },
        },
      ];
    },
  },
  "verify-contents": {
    careful: "A table that you may not read is not in either list. If a line differs, do not open: go back.",
    done: (cx) => [
      {
        look: { of: "database", asks: "contents", host: retiredHost(cx, writer(cx)) },
        must: { equal: { of: "database", asks: "contents", host: cx.pinned.endpoints.writer } },
      },
    ],
  },
  "verify-whole": {
    careful: "It reads every row of both. If a line differs, do not open: go back.",
    done: (cx) => [
      {
        look: { of: "database", asks: "whole-contents", host: retiredHost(cx, writer(cx)) },
        must: { equal: { of: "database", asks: "whole-contents", host: cx.pinned.endpoints.writer } },
      },
    ],
  },
  "verify-restorable": {
    done: (cx) => [
      {
        look: whole(cx, named(cx), ["latestRestorableTime"]),
        must: { beGiven: true },
      },
    ],
  },
  "last-look": {
    careful:
      "The last moment at which going back loses nothing. If the source's changes are not what they were, somebody " +
      "has written to it: do not open, go back.",
    done: (cx) => [
      fenced(cx, source(cx)),
      fenced(cx, named(cx)),
      {
        look: changes(retiredHost(cx, writer(cx))),
        must: { be: rows(cx.learned.stillQuiet, "$STILL_QUIET") },
      },
      keptAs(changes(cx.pinned.endpoints.writer), "AT_OPENING"),
    ],
  },
  open: {
    careful: "The downtime ends with it. From here on, going back loses what clients write.",
    first: (cx) => [fenced(cx, named(cx))],
    done: (cx) => [groups(cx, named(cx), cx.pinned.settings.securityGroups)],
  },
  "restore-writers": {
    careful: "Here only: a subscription that is on in both takes its changes from the same slot.",
    done: (cx) => [asked(cx.pinned.endpoints.writer, "writers", writerRows(cx))],
  },
  "endpoint-answers": {
    careful: "Clients that keep failing hold the old address: restart or recycle their connection pools.",
    done: (cx) => {
      const { writer: primary, reader } = cx.pinned.endpoints;
      const hosts = reader !== null && serverNames(cx).length > 1 ? [primary, reader] : [primary];
      return hosts.map((one) => asked(one, "identity", [replacementId(cx)]));
    },
  },
  "set-aside-tags": {
    careful:
      "Take off as well, from it and from its instances, each tag by which a backup plan selects (`aws backup get-backup-selection`), " +
      "and note it: a rollback puts it back.",
    done: (cx) => scheduledTags(cx, () => []),
  },
  "retire-source": {
    careful: "Do not delete it. It stays fenced and protected until somebody decides that nobody needs it.",
    done: (cx) => [
      {
        look: { of: "tag", kind: cx.pinned.source.kind, which: source(cx), tag: roleTag },
        must: { be: ["retired"] },
      },
      protection(cx, source(cx), true),
      fenced(cx, source(cx)),
    ],
  },
  ...backupGuides,
};
