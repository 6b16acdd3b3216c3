import { note } from "../core/sentences.ts";
import type { MoveStrategy } from "../core/strategy.ts";
import { minutes } from "../core/time.ts";
import { nothingOnInstance } from "./attached-preconditions.ts";
import { verifyContents, verifyWhole } from "./contents-steps.ts";
import { differences } from "./differences.ts";
import {
  type InstancePinned,
  instancePinned,
  type Learned,
  learned,
  type Observed,
  observed,
} from "./facts.ts";
import { endSessions, fenceNetwork, markToCopyAfter, stillQuiet } from "./fence-steps.ts";
import { gate, gateBeforeOpening } from "./gates.ts";
import { instanceRehearsalGuides } from "./guides-rehearsal.ts";
import { restoreWriters, silenceWriters } from "./inside-steps.ts";
import { instanceByHand } from "./instance-by-hand.ts";
import { instancePreflight } from "./instance-preflight.ts";
import { surveyForCopy } from "./instance-survey.ts";
import { readerEndpoint, writerEndpoint } from "./looks.ts";
import {
  endpointAnswers,
  lastLook,
  open,
  retireSource,
  sourceAnswers,
  writesSinceOpening,
} from "./open-steps.ts";
import { type Need, notAttached, preconditions } from "./preconditions.ts";
import { prepareDatabase, protectSource } from "./prepare-steps.ts";
import { whatWakes } from "./rehearsal-preconditions.ts";
import { markRunning, silenceCopy, verifyCopy } from "./rehearsal-steps.ts";
import { endpointGone, renameInstance } from "./rename-steps.ts";
import { introduceReplacement, restoreStep } from "./restore-steps.ts";
import { backUpReplacement } from "./schedule-steps.ts";
import { setAsideTags } from "./set-aside-steps.ts";
import { applyInstanceSettings } from "./settings-steps.ts";
import {
  finalCopy,
  firstCopy,
  instanceFinalSnapshot,
  instanceSafetySnapshot,
  runningSnapshot,
  safetySnapshot,
} from "./snapshot-steps.ts";
import { deleteCopy, deleteSnapshot, leaveSource, triedCopy, triedSnapshot } from "./take-down-steps.ts";
import { verifyInstanceSettings } from "./verify-settings.ts";
import { verifyData, verifyKey, verifyRestorable } from "./verify-steps.ts";

/** Out of the way: a rename of "about ten minutes", or half of that for the deletion of one that failed. Source: RDS User Guide. */
const instanceTakes = { expect: minutes(15), undoing: minutes(8) };

/** A second instance, and two snapshots with their copies. */
function needs({ quotas, safetySnapshotExists }: Observed): readonly Need[] {
  return [
    { what: "instances", quota: quotas.instances, needed: 1 },
    {
      what: "manual DB snapshots",
      quota: quotas.manualInstanceSnapshots,
      needed: 4 - (safetySnapshotExists ? 1 : 0),
    },
  ];
}

const restore = restoreStep<InstancePinned>(instanceTakes, async ({ cloud, pinned, names }, settings) => {
  const name = names.replacement(pinned.source.name);
  await cloud.restoreInstanceFromSnapshot({ snapshot: names.finalCopy, name, settings });
});

/**
 * For RDS for PostgreSQL, encrypted or not: no restore of an instance takes a key, but the copy of a snapshot does. One
 * snapshot and its copy are made before the downtime, so that the pair inside it holds only what has changed since.
 * Source: RDS API, CopyDBSnapshot, RestoreDBInstanceFromDBSnapshot; RDS User Guide, Copying a snapshot.
 *
 * The rename comes after the second copy, so that until then going back only lifts the fence.
 */
export const rdsSnapshotCopy: MoveStrategy<InstancePinned, Observed, Learned> = {
  id: "rds-snapshot-copy",
  version: 1,
  title: note("strategy.rds-snapshot-copy", {}),
  pinned: instancePinned,
  observed,
  learned,
  suits: (candidate) => {
    if (candidate.kind === "cluster") return { suits: "no", why: note("way.copy-cluster", {}) };
    const instanceClass = candidate.facts.settings.instanceClass;
    return candidate.canBeEncrypted
      ? { suits: "yes", why: note("way.copy", {}) }
      : { suits: "no", why: note("way.copy-class", { instanceClass }) };
  },
  survey: surveyForCopy,
  preconditions: [
    ...preconditions(needs),
    ...instancePreflight,
    ...nothingOnInstance,
    notAttached("read-replica", "It has no read replicas"),
  ],
  differences,
  endpoints: (pinned) => ({ writer: writerEndpoint(pinned), reader: readerEndpoint(pinned) }),
  writesSinceOpening,
  steps: [
    gate("begin"),
    protectSource,
    instanceSafetySnapshot,
    firstCopy,
    prepareDatabase,
    gate("cutover"),
    silenceWriters,
    fenceNetwork,
    endSessions,
    markToCopyAfter,
    instanceFinalSnapshot,
    finalCopy,
    renameInstance,
    stillQuiet,
    endpointGone,
    restore,
    applyInstanceSettings,
    introduceReplacement,
    verifyKey,
    verifyInstanceSettings,
    verifyData,
    verifyContents,
    verifyWhole,
    verifyRestorable,
    gateBeforeOpening(),
    lastLook,
    open,
    restoreWriters,
    endpointAnswers,
    setAsideTags,
    retireSource,
    ...backUpReplacement,
  ],
  afterRollback: [sourceAnswers],
  byHand: instanceByHand,
  rehearsal: {
    title: note("strategy.rds-snapshot-copy-rehearsal", {}),
    preconditions: whatWakes,
    remarks: ({ settings, source: { name } }) =>
      settings.multiAz ? [] : [note("remark.snapshot-pauses", { name })],
    guides: instanceRehearsalGuides,
    steps: [
      gate("begin"),
      protectSource,
      triedSnapshot(safetySnapshot, (names) => names.safetySnapshot),
      triedSnapshot(firstCopy, (names) => names.firstCopy),
      prepareDatabase,
      markRunning,
      triedSnapshot(runningSnapshot, (names) => names.finalSnapshot),
      triedSnapshot(finalCopy, (names) => names.finalCopy),
      triedCopy(restore),
      silenceCopy,
      applyInstanceSettings,
      introduceReplacement,
      verifyKey,
      verifyInstanceSettings,
      verifyCopy,
      verifyRestorable,
      gate("take-down"),
      deleteCopy,
      deleteSnapshot("delete-final-copy", (names) => names.finalCopy),
      deleteSnapshot("delete-first-copy", (names) => names.firstCopy),
      deleteSnapshot("delete-final-snapshot", (names) => names.finalSnapshot),
      deleteSnapshot("delete-safety-snapshot", (names) => names.safetySnapshot),
      ...leaveSource,
    ],
  },
};
