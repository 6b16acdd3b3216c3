import type { Guide } from "../core/by-hand.ts";
import type { Learned, Pinned } from "./facts.ts";
import {
  changes,
  fenced,
  host,
  keptAs,
  marked,
  named,
  replacementHost,
  replacementName,
  restoreTime,
  rows,
  snapshot,
  source,
  whole,
  writer,
} from "./signs.ts";

type Guides = Readonly<Record<string, Guide<Pinned, Learned>>>;

const thisIsT1 =
  "This is T1: only once nobody is in. If the changes are not what they were when it was quiet, go back: somebody " +
  "has written since.";

function isRestored(of: string): Guide<Pinned, Learned> {
  return {
    careful:
      `Read it before you send it: the key, ${of}, and no group but the fence's. It takes twenty minutes and can ` +
      "take hours. If it ends in a status that says failed, error or incompatible, go back.",
    done: (cx) => [
      {
        look: whole(cx, named(cx), ["name", "status", "endpoint"]),
        must: { be: [`${replacementName(cx)} available ${replacementHost(cx)}`] },
      },
      fenced(cx, named(cx)),
      keptAs(whole(cx, named(cx), ["resourceId"]), "REPLACEMENT_ID"),
    ],
  };
}

/** Where it is restored to a time. */
export const toTimeGuides: Guides = {
  mark: {
    careful: thisIsT1,
    first: (cx) => [fenced(cx, source(cx))],
    done: (cx) => [
      marked(host(cx, writer(cx)), cx.names.migration, "1"),
      { look: changes(host(cx, writer(cx))), must: { be: rows(cx.learned.quiet, "$QUIET") } },
      keptAs({ of: "database", asks: "restore-time", host: host(cx, writer(cx)) }, "RESTORE_AT"),
    ],
  },
  "after-mark": {
    careful: "Not before the clock has passed the restore time: this row must not be in the replacement.",
    first: (cx) => [
      {
        look: { of: "database", asks: "clock", host: host(cx, writer(cx)) },
        must: { beLaterThan: restoreTime(cx) },
      },
    ],
    done: (cx) => [
      marked(host(cx, writer(cx)), `${cx.names.migration}-after`, "1"),
      { look: changes(host(cx, writer(cx))), must: { be: rows(cx.learned.quiet, "$QUIET") } },
    ],
  },
  restorable: {
    careful:
      "Restoring before this is seen loses the last writes without a word. It trails by about five minutes; if it does " +
      "not move, repeat the heartbeat every twenty seconds. If it has not come twenty minutes after T1, take the snapshot " +
      "of the fallback yourself, of the source under the name it has now, and restore that with the same settings.",
    done: (cx) => [
      {
        look: whole(cx, source(cx), ["latestRestorableTime"]),
        must: { beLaterThan: restoreTime(cx) },
      },
    ],
  },
  "fallback-snapshot": {
    careful: "Only if the restorable time did not come.",
    done: (cx) => (cx.learned.stalled ? [snapshot(cx, cx.names.finalSnapshot)] : []),
  },
  restore: isRestored("the time"),
};

/** Where the replacement is made of a snapshot. */
export const snapshotGuides: Guides = {
  mark: {
    careful: thisIsT1,
    first: (cx) => [fenced(cx, source(cx))],
    done: (cx) => [
      marked(host(cx, writer(cx)), cx.names.migration, "1"),
      { look: changes(host(cx, writer(cx))), must: { be: rows(cx.learned.quiet, "$QUIET") } },
    ],
  },
  "final-snapshot": {
    careful:
      "Only after T1: what is written later is not in it. If the changes are not what they were when it was quiet, go " +
      "back: somebody has written since.",
    first: (cx) => [fenced(cx, source(cx)), marked(host(cx, writer(cx)), cx.names.migration, "1")],
    done: (cx) => [
      snapshot(cx, cx.names.finalSnapshot),
      { look: changes(host(cx, writer(cx))), must: { be: rows(cx.learned.quiet, "$QUIET") } },
    ],
  },
  restore: isRestored("the snapshot"),
};
