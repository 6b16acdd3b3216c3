import * as z from "zod";
import { backupReadiness, backupTarget } from "../core/backup.ts";
import { keyFacts } from "../core/cloud.ts";
import { type Problem, problem } from "../core/problem.ts";
import { backupStrategy } from "../core/purpose.ts";
import { note } from "../core/sentences.ts";
import type { Precondition, Strategy, Survey, SurveyContext } from "../core/strategy.ts";
import { crossAccountBackupByHand } from "./backup-by-hand.ts";
import { clocksDiffer } from "./backup-jobs.ts";
import { canBeBackedUp } from "./backup-preconditions.ts";
import type { BackupLearned, Serving } from "./backup-steps.ts";
import { differencesBetween } from "./differences.ts";
import { learned } from "./facts.ts";
import { gate } from "./gates.ts";
import { blockedBy, isUsable } from "./looks.ts";
import { stepsToBackUp } from "./schedule-steps.ts";
import { ofInstance, subjectById } from "./subject.ts";

const backupPinned = z.object({
  source: z.object({
    kind: z.enum(["cluster", "instance"]),
    name: z.string(),
    resourceId: z.string(),
    arn: z.string(),
    keyArn: z.string(),
  }),
  /** The one that it is under. */
  keyArn: z.string(),
  endpoint: z.object({ host: z.string(), port: z.number(), database: z.string() }),
  backup: backupTarget,
  /** Away from which it is backed up. */
  settings: z.object({
    backupRetentionDays: z.number(),
    backupWindow: z.string(),
    maintenanceWindow: z.string(),
  }),
  members: z.array(z.object({ settings: z.object({ name: z.string(), maintenanceWindow: z.string() }) })),
});
export type BackupPinned = z.infer<typeof backupPinned>;

const backupObserved = z.object({ status: z.string(), key: keyFacts, backup: backupReadiness });
type BackupObserved = z.infer<typeof backupObserved>;

/** Reads what a backup of a database that serves rests on, and what AWS Backup needs for it. */
async function survey(
  cx: SurveyContext,
): Promise<Survey<BackupPinned, BackupObserved> | { problem: Problem }> {
  const { cloud, backup } = cx;
  const { kind, name, region } = cx.target;
  if (!backup) return { problem: problem("backup.not-configured", { name }) };
  const [cluster, instance, members] = await (kind === "cluster"
    ? Promise.all([cloud.findCluster(name), undefined, cloud.membersOf(name)])
    : Promise.all([undefined, cloud.findInstance(name), []]));
  const found = cluster ?? ofInstance(instance);
  if (!found) return { problem: problem("target.not-found", { name, region }) };
  const { resourceId, arn, keyArn, status, endpoint, settings } = found;
  if (keyArn === null) return { problem: problem("target.no-key", { name }) };
  if (endpoint === null) return { problem: problem("target.not-available", { name, status }) };
  const key = await cloud.findKey(keyArn);
  if (!key) return { problem: problem("source-key.not-enabled", { name, state: "missing" }) };
  if (key.manager === "AWS") return { problem: problem("backup.aws-key", { name, key: key.arn }) };
  const readiness = await cloud.backupReadiness(backup, { kind, keyArn });
  const database = cluster?.databaseName ?? instance?.standalone?.databaseName ?? "postgres";
  const { port, backupRetentionDays, backupWindow, maintenanceWindow } = settings;
  return {
    pinned: {
      source: { kind, name, resourceId, arn, keyArn },
      keyArn,
      endpoint: { host: endpoint, port, database },
      backup,
      settings: { backupRetentionDays, backupWindow, maintenanceWindow },
      members: members
        .map((member) => ({
          settings: { name: member.name, maintenanceWindow: member.settings.maintenanceWindow },
        }))
        .sort((a, b) => (a.settings.name < b.settings.name ? -1 : 1)),
    },
    keyArn,
    observed: { status, key, backup: readiness },
    remarks: [note("remark.backup", { days: backup.keepDays })],
  };
}

type Condition = Precondition<BackupPinned, BackupObserved>;

const conditions: readonly Condition[] = [
  {
    claim: note("check.available", {}),
    check: ({ observed: { status }, pinned: { source } }) =>
      isUsable(status) ? undefined : problem("target.not-available", { name: source.name, status }),
  },
  {
    claim: note("check.key-enabled", {}),
    check: ({ observed: { key }, pinned: { source } }) =>
      key.state === "Enabled"
        ? undefined
        : problem("source-key.not-enabled", { name: source.name, state: key.state }),
  },
];

/** What was made before it was approved was not asked for. The bot's clock, which dates the approval, may be ahead of AWS's. */
const serves: Serving = {
  find: async (cx) => {
    const { resourceId } = cx.pinned.source;
    return (await subjectById(cx, resourceId)) ?? blockedBy(problem("source.missing", { resourceId }));
  },
  since: ({ approvals, now }) =>
    (approvals.findLast(({ gate }) => gate === "begin")?.at ?? now) - clocksDiffer,
};

/**
 * For a database that is under a customer-managed key already: the steps with which a move ends, by themselves. Nothing of the
 * database is changed, so that it need not be enrolled.
 */
export const crossAccountBackup: Strategy<BackupPinned, BackupObserved, BackupLearned> = {
  id: backupStrategy,
  version: 1,
  title: note("strategy.cross-account-backup", {}),
  pinned: backupPinned,
  observed: backupObserved,
  learned: learned.pick({ recoveryPoint: true, copy: true, backupPlan: true }),
  survey,
  preconditions: [...conditions, ...canBeBackedUp],
  differences: differencesBetween,
  endpoints: ({ endpoint }) => ({ writer: endpoint, reader: null }),
  // Nothing is opened, so that going back discards nothing.
  writesSinceOpening: async () => 0,
  steps: [gate("begin"), ...stepsToBackUp(serves)],
  afterRollback: [],
  byHand: crossAccountBackupByHand,
};
