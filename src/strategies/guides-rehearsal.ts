import type { Guide } from "../core/by-hand.ts";
import { migrationTag } from "../core/names.ts";
import type { Learned, Pinned } from "./facts.ts";
import {
  asked,
  available,
  type Cx,
  fenced,
  host,
  keptAs,
  marked,
  named,
  protection,
  replacementHost,
  restoreTime,
  serverNames,
  snapshot,
  source,
  tagged,
  whole,
  writer,
} from "./signs.ts";

type Guides = Readonly<Record<string, Guide<Pinned, Learned>>>;

const nothingIsLeft: Guide<Pinned, Learned> = {
  careful:
    "Only the copy, whose name says try. While it is being made or changed AWS does not delete it: wait. Repeat the " +
    "deletion if the change of its protection is still on its way.",
  first: (cx) => [fenced(cx, named(cx))],
  done: (cx) => [{ look: whole(cx, named(cx), ["name"]), must: { be: [] } }],
};

const membersAreGone: Guide<Pinned, Learned> = {
  careful: "Only those whose names say try. While one is being created AWS does not delete it: wait.",
  first: (cx) => [available({ names: tried(cx) }, tried(cx))],
  done: (cx) => [
    { look: { of: "instances", which: { names: tried(cx) }, shows: ["name"] }, must: { be: [] } },
  ],
};

const tried = (cx: Cx) => serverNames(cx).map((name) => cx.names.replacement(name));

function snapshotIsGone(nameOf: (names: Cx["names"]) => string): Guide<Pinned, Learned> {
  return {
    done: (cx) => [
      { look: { of: "snapshot", kind: cx.pinned.source.kind, name: nameOf(cx.names) }, must: { be: [] } },
    ],
  };
}

/** The source as it was before. */
const leavesSource: Guides = {
  "forget-database": { done: (cx) => [asked(cx.pinned.endpoints.writer, "own-schema", ["0"])] },
  "unprotect-source": {
    done: (cx) => [
      protection(cx, source(cx), cx.pinned.settings.deletionProtection),
      ...tagged(cx, migrationTag, null),
    ],
  },
};

/** What only rehearsals have, of any database. */
const ofAny: Guides = {
  "silence-copy": {
    careful: "At once: what is on in the copy runs there as it does in the source.",
    done: (cx) => [asked(replacementHost(cx), "writers", [])],
  },
  "verify-copy": {
    careful:
      "Rows and sequences go on in the source and say nothing. If the marker is not there, the copy is older than it says.",
    done: (cx) => [
      marked(replacementHost(cx), cx.names.migration, "1"),
      {
        look: { of: "database", asks: "relations", host: host(cx, writer(cx)) },
        must: { equal: { of: "database", asks: "relations", host: replacementHost(cx) } },
      },
    ],
  },
  "delete-copy": nothingIsLeft,
  "undo:restore": nothingIsLeft,
  "delete-safety-snapshot": snapshotIsGone((names) => names.safetySnapshot),
  "undo:safety-snapshot": snapshotIsGone((names) => names.safetySnapshot),
  "delete-final-snapshot": snapshotIsGone((names) => names.finalSnapshot),
  "undo:final-snapshot": snapshotIsGone((names) => names.finalSnapshot),
  "undo:fallback-snapshot": snapshotIsGone((names) => names.finalSnapshot),
  ...leavesSource,
};

const ofClusters: Guides = {
  "delete-members": membersAreGone,
  "undo:create-writer": membersAreGone,
  "undo:create-readers": membersAreGone,
};

export const toTimeRehearsalGuides: Guides = {
  ...ofAny,
  ...ofClusters,
  "mark-running": {
    done: (cx) => [
      marked(host(cx, writer(cx)), cx.names.migration, "1"),
      keptAs({ of: "database", asks: "restore-time", host: host(cx, writer(cx)) }, "RESTORE_AT"),
    ],
  },
  "after-mark": {
    careful: "Not before the clock has passed the restore time: this row must not be in the copy.",
    first: (cx) => [
      {
        look: { of: "database", asks: "clock", host: host(cx, writer(cx)) },
        must: { beLaterThan: restoreTime(cx) },
      },
    ],
    done: (cx) => [marked(host(cx, writer(cx)), `${cx.names.migration}-after`, "1")],
  },
};

const toCopyAfter: Guides = {
  "mark-running": { done: (cx) => [marked(host(cx, writer(cx)), cx.names.migration, "1")] },
  "final-snapshot": {
    careful: "After the marker, or it is not in it.",
    first: (cx) => [marked(host(cx, writer(cx)), cx.names.migration, "1")],
    done: (cx) => [snapshot(cx, cx.names.finalSnapshot)],
  },
};

export const snapshotRehearsalGuides: Guides = { ...ofAny, ...ofClusters, ...toCopyAfter };

export const instanceRehearsalGuides: Guides = {
  ...ofAny,
  ...toCopyAfter,
  "delete-first-copy": snapshotIsGone((names) => names.firstCopy),
  "undo:first-copy": snapshotIsGone((names) => names.firstCopy),
  "delete-final-copy": snapshotIsGone((names) => names.finalCopy),
  "undo:final-copy": snapshotIsGone((names) => names.finalCopy),
};

/** Of a dump only the trial is rehearsed, in an instance that is deleted. */
export const dumpRehearsalGuides: Guides = {
  ...leavesSource,
  "delete-copy": nothingIsLeft,
  "undo:make-target": nothingIsLeft,
};
