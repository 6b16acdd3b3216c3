import { note } from "../core/sentences.ts";
import type { MoveStrategy } from "../core/strategy.ts";
import { nothingOnInstance } from "./attached-preconditions.ts";
import { differences } from "./differences.ts";
import { dumpByHand } from "./dump-by-hand.ts";
import { dumpPreflight, surveyForDump } from "./dump-survey.ts";
import {
  type DumpObserved,
  type DumpPinned,
  dumpObserved,
  dumpPinned,
  type Learned,
  learned,
  type Observed,
} from "./facts.ts";
import { endSessions, fenceNetwork, markToDumpAfter, stillQuiet } from "./fence-steps.ts";
import { gate, gateBeforeOpening } from "./gates.ts";
import { dumpRehearsalGuides } from "./guides-rehearsal.ts";
import { instancePreflight } from "./instance-preflight.ts";
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
import { endpointGone, renameInstance } from "./rename-steps.ts";
import { backUpReplacement } from "./schedule-steps.ts";
import { setAsideTags } from "./set-aside-steps.ts";
import { applyInstanceSettings } from "./settings-steps.ts";
import { instanceSafetySnapshot } from "./snapshot-steps.ts";
import { deleteCopy, leaveSource, triedCopy } from "./take-down-steps.ts";
import { makeTarget, nameTarget, targetAnswers } from "./target-steps.ts";
import { prepareTransfer, transferData, verifyTransfer } from "./transfer-steps.ts";
import { verifyInstanceSettings } from "./verify-settings.ts";
import { verifyKey, verifyRestorable } from "./verify-steps.ts";

/** A second instance and the safety snapshot. */
function needs({ quotas, safetySnapshotExists }: Observed): readonly Need[] {
  return [
    { what: "instances", quota: quotas.instances, needed: 1 },
    {
      what: "manual DB snapshots",
      quota: quotas.manualInstanceSnapshots,
      needed: safetySnapshotExists ? 0 : 1,
    },
  ];
}

/**
 * For RDS for PostgreSQL, where somebody wants everything written anew: the fenced source is dumped and restored into an instance
 * that was made under the key and tried before the downtime. Source: PostgreSQL, pg_dump; RDS API, CreateDBInstance.
 *
 * The target has a name of its own until all of it is there, so that until then going back only lifts the fence.
 */
export const rdsDumpRestore: MoveStrategy<DumpPinned, DumpObserved, Learned> = {
  id: "rds-dump-restore",
  version: 1,
  title: note("strategy.rds-dump-restore", {}),
  pinned: dumpPinned,
  observed: dumpObserved,
  learned,
  suits: (candidate) => {
    if (candidate.kind === "cluster") return { suits: "no", why: note("way.dump-cluster", {}) };
    const { instanceClass } = candidate.facts.settings;
    return candidate.canBeEncrypted
      ? { suits: "on request", why: note("way.dump", {}) }
      : { suits: "no", why: note("way.dump-class", { instanceClass }) };
  },
  survey: surveyForDump,
  preconditions: [
    ...preconditions(needs),
    ...instancePreflight,
    ...nothingOnInstance,
    notAttached("read-replica", "It has no read replicas"),
    ...dumpPreflight,
  ],
  differences,
  endpoints: (pinned) => ({ writer: writerEndpoint(pinned), reader: readerEndpoint(pinned) }),
  writesSinceOpening,
  steps: [
    gate("begin"),
    protectSource,
    instanceSafetySnapshot,
    prepareDatabase,
    makeTarget,
    applyInstanceSettings,
    prepareTransfer,
    gate("cutover"),
    fenceNetwork,
    endSessions,
    markToDumpAfter,
    transferData,
    verifyTransfer,
    renameInstance,
    stillQuiet,
    endpointGone,
    nameTarget,
    targetAnswers,
    verifyKey,
    verifyInstanceSettings,
    verifyRestorable,
    gateBeforeOpening(),
    lastLook,
    open,
    endpointAnswers,
    setAsideTags,
    retireSource,
    ...backUpReplacement,
  ],
  afterRollback: [sourceAnswers],
  byHand: dumpByHand,
  rehearsal: {
    title: note("strategy.rds-dump-restore-rehearsal", {}),
    preconditions: [],
    remarks: () => [],
    guides: dumpRehearsalGuides,
    steps: [
      gate("begin"),
      protectSource,
      prepareDatabase,
      // The target is no change of the source, for which the plan would have to be approved anew.
      { ...triedCopy(makeTarget), settlesPlan: true },
      applyInstanceSettings,
      prepareTransfer,
      verifyKey,
      verifyInstanceSettings,
      verifyRestorable,
      gate("take-down"),
      deleteCopy,
      ...leaveSource,
    ],
  },
};
