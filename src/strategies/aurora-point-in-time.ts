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
import { auroraPointInTimeByHand } from "./aurora-by-hand.ts";
import { clusterNeeds } from "./aurora-needs.ts";
import { surveyAurora } from "./aurora-survey.ts";
import { verifyContents, verifyWhole } from "./contents-steps.ts";
import { clusterDifferences } from "./differences.ts";
import {
  type AuroraPinned,
  auroraPinned,
  known,
  type Learned,
  learned,
  type Observed,
  observed,
} from "./facts.ts";
import {
  afterMark,
  afterMarkRunning,
  endSessions,
  fenceNetwork,
  markToRestoreTo,
  stillQuiet,
} from "./fence-steps.ts";
import { gate, gateBeforeOpening } from "./gates.ts";
import { toTimeRehearsalGuides } from "./guides-rehearsal.ts";
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
import { hasRestorableTime, preconditions } from "./preconditions.ts";
import { prepareDatabase, protectSource } from "./prepare-steps.ts";
import { whatWakes } from "./rehearsal-preconditions.ts";
import { markRunning, silenceCopy, verifyCopy } from "./rehearsal-steps.ts";
import { renameMembers } from "./rename-members.ts";
import { endpointGone, renameCluster } from "./rename-steps.ts";
import { restorable } from "./restorable-step.ts";
import { clusterTakes, introduceReplacement, restoreStep } from "./restore-steps.ts";
import { backUpReplacement } from "./schedule-steps.ts";
import { setAsideTags } from "./set-aside-steps.ts";
import { applyClusterSettings } from "./settings-steps.ts";
import { fallbackSnapshot, runningFallback, safetySnapshot } from "./snapshot-steps.ts";
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

const restore = restoreStep<AuroraPinned>(
  clusterTakes,
  async ({ cloud, pinned, names, learned }, settings) => {
    const { source, keyArn } = pinned;
    const name = names.replacement(source.name);
    if (learned.stalled) {
      return cloud.restoreClusterFromSnapshot({ snapshot: names.finalSnapshot, name, keyArn, settings });
    }
    await cloud.restoreClusterToTime({
      source: { ...source, name: names.retired(source.name) },
      at: known({ learned }, "restoreAt"),
      name,
      keyArn,
      settings,
    });
  },
);

/**
 * For Aurora PostgreSQL under aws/rds or another key of KMS: the API takes a different key for a point-in-time restore
 * of an encrypted cluster. Source: RDS API, RestoreDBClusterToPointInTime, KmsKeyId.
 *
 * The order is the safety argument: nobody can write (fence), nobody does (sessions, counters), the moment is marked
 * (T1); only then the name is freed and the copy made, behind the fence; only what is verified is opened.
 */
export const auroraPointInTime: MoveStrategy<AuroraPinned, Observed, Learned> = {
  id: "aurora-point-in-time",
  version: 1,
  title: note("strategy.aurora-point-in-time", {}),
  pinned: auroraPinned,
  observed,
  learned,
  suits: ({ kind, facts: { encryption } }) => {
    if (kind === "instance") return { suits: "no", why: note("way.to-time-instance", {}) };
    if (encryption === "none") return { suits: "no", why: note("way.to-time-unencrypted", {}) };
    return encryption === "sse-kms"
      ? { suits: "yes", why: note("way.to-time", {}) }
      : { suits: "no", why: note("way.to-time-aws-owned", {}) };
  },
  survey: surveyAurora,
  preconditions: [...preconditions(clusterNeeds(2)), ...canBeCarried, hasRestorableTime],
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
    markToRestoreTo,
    afterMark,
    freeEndpoints,
    renameMembers,
    stillQuiet,
    renameCluster,
    endpointGone,
    restorable,
    fallbackSnapshot,
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
  byHand: auroraPointInTimeByHand,
  rehearsal: {
    title: note("strategy.aurora-point-in-time-rehearsal", {}),
    preconditions: whatWakes,
    remarks: () => [],
    guides: toTimeRehearsalGuides,
    steps: [
      gate("begin"),
      protectSource,
      triedSnapshot(safetySnapshot, (names) => names.safetySnapshot),
      prepareDatabase,
      markRunning,
      afterMarkRunning,
      restorable,
      triedSnapshot(runningFallback, (names) => names.finalSnapshot),
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
