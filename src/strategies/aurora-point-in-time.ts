import { canonical } from "../core/hash.ts";
import { note } from "../core/sentences.ts";
import type { Strategy } from "../core/strategy.ts";
import { auroraByHand } from "./aurora-by-hand.ts";
import { auroraPreconditions } from "./aurora-preconditions.ts";
import { surveyAurora } from "./aurora-survey.ts";
import {
  type AuroraLearned,
  type AuroraObserved,
  type AuroraPinned,
  auroraLearned,
  auroraObserved,
  auroraPinned,
} from "./facts.ts";
import { afterMark, endSessions, fenceNetwork, mark, stillQuiet } from "./fence-steps.ts";
import { gate, gateBeforeOpening } from "./gates.ts";
import { clusterEndpoint, readerEndpoint } from "./looks.ts";
import { createReaders, createWriter } from "./member-steps.ts";
import {
  endpointAnswers,
  lastLook,
  open,
  retireSource,
  sourceAnswers,
  writesSinceOpening,
} from "./open-steps.ts";
import { prepareDatabase, protectSource, safetySnapshot } from "./prepare-steps.ts";
import { endpointGone, renameMembers, renameSource } from "./rename-steps.ts";
import { applySettings, introduceReplacement, restorable, restore } from "./restore-steps.ts";
import { verifyData, verifyKey, verifyRestorable, verifySettings } from "./verify-steps.ts";

/**
 * For Aurora PostgreSQL under aws/rds or another key of KMS: the API takes a different key for a point-in-time restore
 * of an encrypted cluster. Source: RDS API, RestoreDBClusterToPointInTime, KmsKeyId.
 *
 * The order is the safety argument: nobody can write (fence), nobody does (sessions, counters), the moment is marked
 * (T1); only then the name is freed and the copy made, behind the fence; only what is verified is opened.
 */
export const auroraPointInTime: Strategy<AuroraPinned, AuroraObserved, AuroraLearned> = {
  id: "aurora-point-in-time",
  version: 1,
  title: note("strategy.aurora-point-in-time", {}),
  pinned: auroraPinned,
  observed: auroraObserved,
  learned: auroraLearned,
  survey: surveyAurora,
  preconditions: auroraPreconditions,
  differences: auroraDifferences,
  endpoints: (pinned) => ({
    writer: clusterEndpoint(pinned),
    reader: pinned.members.length > 1 ? readerEndpoint(pinned) : null,
  }),
  writesSinceOpening,
  steps: [
    gate("begin"),
    protectSource,
    safetySnapshot,
    prepareDatabase,
    gate("cutover"),
    fenceNetwork,
    endSessions,
    mark,
    afterMark,
    renameMembers,
    stillQuiet,
    renameSource,
    endpointGone,
    restorable,
    restore,
    createWriter,
    createReaders,
    applySettings,
    introduceReplacement,
    verifyKey,
    verifySettings,
    verifyData,
    verifyRestorable,
    gateBeforeOpening(),
    lastLook,
    open,
    endpointAnswers,
    retireSource,
  ],
  afterRollback: [sourceAnswers],
  byHand: auroraByHand,
};

/** Every pinned fact that differs, by its path. The migration's own protection of the source is no difference. */
function auroraDifferences(planned: AuroraPinned, fresh: AuroraPinned): readonly string[] {
  const settled = fresh.settings.deletionProtection
    ? { ...fresh, settings: { ...fresh.settings, deletionProtection: planned.settings.deletionProtection } }
    : fresh;
  return differencesAt("", planned, settled);
}

function differencesAt(path: string, planned: unknown, fresh: unknown): string[] {
  if (canonical(planned) === canonical(fresh)) return [];
  if (isRecord(planned) && isRecord(fresh)) {
    const keys = [...new Set([...Object.keys(planned), ...Object.keys(fresh)])];
    return keys.flatMap((key) =>
      differencesAt(path === "" ? key : `${path}.${key}`, planned[key], fresh[key]),
    );
  }
  return [`${path} was ${canonical(planned)} and is ${canonical(fresh)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}
