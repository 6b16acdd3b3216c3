import { note } from "../core/sentences.ts";
import type { MoveStrategy } from "../core/strategy.ts";
import {
  attachEndpoints,
  attachProxies,
  attachRoles,
  attachSecret,
  attachStream,
} from "./attached-after-steps.ts";
import { dataApiOff, detachProxies, freeEndpoints, suspendScaling } from "./attached-before-steps.ts";
import {
  dataApiOn,
  proxiesLead,
  proxiesLeadBack,
  resumeScaling,
  verifyAttached,
} from "./attached-open-steps.ts";
import { canBeCarried } from "./attached-preconditions.ts";
import { auroraSnapshotByHand } from "./aurora-by-hand.ts";
import { clusterNeeds } from "./aurora-needs.ts";
import { surveyAurora } from "./aurora-survey.ts";
import { verifyContents, verifyWhole } from "./contents-steps.ts";
import { clusterDifferences } from "./differences.ts";
import { type AuroraPinned, auroraPinned, type Learned, learned, type Observed, observed } from "./facts.ts";
import { endSessions, fenceNetwork, markToCopyAfter, stillQuiet } from "./fence-steps.ts";
import { gate, gateBeforeOpening } from "./gates.ts";
import { snapshotRehearsalGuides } from "./guides-rehearsal.ts";
import { restoreWriters, silenceWriters } from "./inside-steps.ts";
import { readerEndpoint, writerEndpoint } from "./looks.ts";
import { createReaders, createWriter } from "./member-steps.ts";
import {
  endpointAnswers,
  lastLook,
  open,
  retireSource,
  sourceAnswers,
  writesSinceOpening,
} from "./open-steps.ts";
import { preconditions } from "./preconditions.ts";
import { prepareDatabase, protectSource } from "./prepare-steps.ts";
import { whatWakes } from "./rehearsal-preconditions.ts";
import { markRunning, silenceCopy, verifyCopy } from "./rehearsal-steps.ts";
import { renameMembers } from "./rename-members.ts";
import { endpointGone, renameCluster } from "./rename-steps.ts";
import { clusterTakes, introduceReplacement, restoreStep } from "./restore-steps.ts";
import { backUpReplacement } from "./schedule-steps.ts";
import { setAsideTags } from "./set-aside-steps.ts";
import { applyClusterSettings } from "./settings-steps.ts";
import { finalSnapshot, runningSnapshot, safetySnapshot } from "./snapshot-steps.ts";
import {
  deleteCopy,
  deleteMembers,
  deleteSnapshot,
  leaveSource,
  triedCopy,
  triedMembers,
  triedSnapshot,
} from "./take-down-steps.ts";
import { verifyClusterSettings } from "./verify-settings.ts";
import { verifyData, verifyKey, verifyRestorable } from "./verify-steps.ts";

const restore = restoreStep<AuroraPinned>(clusterTakes, async ({ cloud, pinned, names }, settings) => {
  await cloud.restoreClusterFromSnapshot({
    snapshot: names.finalSnapshot,
    name: names.replacement(pinned.source.name),
    keyArn: pinned.keyArn,
    settings,
  });
});

/**
 * For Aurora PostgreSQL that is not encrypted, whose point-in-time restore with a key AWS rejects: a snapshot of the fenced
 * source is restored with the key. Source: RDS API, RestoreDBClusterFromSnapshot, KmsKeyId; Aurora User Guide, Encrypting.
 *
 * The snapshot is taken after T1 and under the source's own name, before anything is renamed.
 */
export const auroraSnapshot: MoveStrategy<AuroraPinned, Observed, Learned> = {
  id: "aurora-snapshot",
  version: 1,
  title: note("strategy.aurora-snapshot", {}),
  pinned: auroraPinned,
  observed,
  learned,
  suits: ({ kind, facts: { encryption }, rehearsed }) => {
    if (kind === "instance") return { suits: "no", why: note("way.snapshot-instance", {}) };
    if (encryption === "none") return { suits: "yes", why: note("way.snapshot", {}) };
    if (encryption === "sse-kms") return { suits: "on request", why: note("way.snapshot-encrypted", {}) };
    if (encryption !== "sse-rds") return { suits: "no", why: note("way.snapshot-unknown", {}) };
    return rehearsed.includes("aurora-snapshot")
      ? { suits: "yes", why: note("way.snapshot-rehearsed", {}) }
      : { suits: "after rehearsal", why: note("way.snapshot-aws-owned", {}) };
  },
  survey: surveyAurora,
  preconditions: [...preconditions(clusterNeeds(2)), ...canBeCarried],
  differences: clusterDifferences,
  endpoints: (pinned) => ({ writer: writerEndpoint(pinned), reader: readerEndpoint(pinned) }),
  writesSinceOpening,
  steps: [
    gate("begin"),
    protectSource,
    suspendScaling,
    safetySnapshot,
    prepareDatabase,
    gate("cutover"),
    silenceWriters,
    fenceNetwork,
    detachProxies,
    dataApiOff,
    endSessions,
    markToCopyAfter,
    finalSnapshot,
    freeEndpoints,
    renameMembers,
    stillQuiet,
    renameCluster,
    endpointGone,
    restore,
    createWriter,
    createReaders,
    applyClusterSettings,
    attachSecret,
    attachStream,
    attachRoles,
    attachEndpoints,
    attachProxies,
    introduceReplacement,
    verifyKey,
    verifyClusterSettings,
    verifyData,
    verifyContents,
    verifyWhole,
    verifyRestorable,
    verifyAttached,
    gateBeforeOpening(),
    lastLook,
    open,
    restoreWriters,
    endpointAnswers,
    proxiesLead,
    dataApiOn,
    resumeScaling,
    setAsideTags,
    retireSource,
    ...backUpReplacement,
  ],
  afterRollback: [sourceAnswers, proxiesLeadBack],
  byHand: auroraSnapshotByHand,
  rehearsal: {
    title: note("strategy.aurora-snapshot-rehearsal", {}),
    preconditions: whatWakes,
    remarks: () => [],
    guides: snapshotRehearsalGuides,
    steps: [
      gate("begin"),
      protectSource,
      triedSnapshot(safetySnapshot, (names) => names.safetySnapshot),
      prepareDatabase,
      markRunning,
      triedSnapshot(runningSnapshot, (names) => names.finalSnapshot),
      triedCopy(restore),
      triedMembers(createWriter),
      silenceCopy,
      triedMembers(createReaders),
      applyClusterSettings,
      introduceReplacement,
      verifyKey,
      verifyClusterSettings,
      verifyCopy,
      verifyRestorable,
      gate("take-down"),
      deleteMembers,
      deleteCopy,
      deleteSnapshot("delete-safety-snapshot", (names) => names.safetySnapshot),
      deleteSnapshot("delete-final-snapshot", (names) => names.finalSnapshot),
      ...leaveSource,
    ],
  },
};
