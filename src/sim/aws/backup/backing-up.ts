import type { Tag } from "@aws-sdk/client-rds";
import { AwsFault } from "../fault.ts";
import { arn } from "../names.ts";
import { present } from "../parameters.ts";
import { takeInstanceSnapshot } from "../rds/instance-snapshots.ts";
import { takeSnapshot } from "../rds/snapshots.ts";
import type { InstanceSnapshot, Snapshot } from "../state.ts";
import { after, put, schedule, type Turn } from "../turn.ts";
import { beginCopyJob } from "./copies.ts";
import { endOf, type Failure, failBackup, invalid, other } from "./ends.ts";
import { isRunning } from "./jobs.ts";
import { putBackupJob, putRecoveryPoint } from "./keeping.ts";
import { isWithinLock } from "./limits.ts";
import { forget, scheduleExpiry } from "./recovery-points.ts";
import { cannotWorkAs } from "./role.ts";
import type { BackupJob, RecoveryPoint } from "./state.ts";
import { isCluster, type Subject, subjectOf } from "./subject.ts";
import { isNear } from "./windows.ts";

type OfJob = { readonly job: string };

/** "…at least every 10 minutes until the backup successfully begins" ([API] StartBackupJob, StartWindowMinutes). */
const retryAfter = 10 * 60_000;

/** CREATED, PENDING, and then it runs, fails, or tries again until its start window is over. */
export function beginBackup(turn: Turn, { job: id }: OfJob): void {
  const job = turn.state.backup.backupJobs[id];
  if (job?.state !== "CREATED" && job?.state !== "PENDING") return;
  if (turn.now >= job.startBy) {
    expire(turn, job);
    return;
  }
  if (job.state === "CREATED") {
    putBackupJob(turn, { ...job, state: "PENDING" });
    after(turn, turn.durations.startBackup, { do: "begin backup", job: id });
    return;
  }
  const subject = subjectOf(turn, job.of.arn);
  if (subject === undefined) {
    failBackup(turn, job, other(`Could not find resource ${job.of.arn}`));
    return;
  }
  if (!isReady(turn, subject)) {
    tryAgain(turn, job);
    return;
  }
  const failure = cannotBackUp(turn, job, subject);
  if (failure !== undefined) {
    failBackup(turn, job, failure);
    return;
  }
  run(turn, job, subject);
}

function tryAgain(turn: Turn, job: BackupJob): void {
  const at = Math.min(turn.now + retryAfter, job.startBy);
  schedule(turn, { at, event: { do: "begin backup", job: job.id } });
}

function expire(turn: Turn, job: BackupJob): void {
  putBackupJob(turn, {
    ...job,
    state: "EXPIRED",
    message: "Backup job expired before completion.",
    messageCategory: "MISCELLANEOUS",
    endedAt: turn.now,
  });
}

/**
 * That a database in another state makes a job try again, and not fail, is inferred from what the API says of the start window; and
 * that one without a restorable time yet is not ready, from what RDS says of snapshots.
 */
function isReady(turn: Turn, subject: Subject): boolean {
  if (!isCluster(subject)) return ["available", "storage-optimization"].includes(subject.status);
  const { status, restorableFrom } = subject;
  return status === "available" && restorableFrom !== undefined && restorableFrom <= turn.now;
}

function cannotBackUp(turn: Turn, job: BackupJob, subject: Subject): Failure | undefined {
  const vault = turn.state.backup.vaults[job.vault];
  if (vault === undefined) return other(`Backup vault ${job.vault} does not exist`);
  if (!isWithinLock(vault, job.lifecycle)) {
    return invalid(
      "Backup job failed. The retention specified in the job is not within the range specified for the target Backup Vault.",
    );
  }
  if (isRunning(turn, job)) {
    return other("Backup job failed because there was a running job for the same resource.");
  }
  const action = isCluster(subject) ? "rds:CreateDBClusterSnapshot" : "rds:CreateDBSnapshot";
  return cannotWorkAs(turn, job.roleArn, [{ action, resource: job.of.arn }]) ?? tooClose(turn, subject);
}

/** Documented of RDS; that it holds for clusters of Aurora as well is assumed, which is the safer way. */
function tooClose(turn: Turn, { settings }: Subject): Failure | undefined {
  const { PreferredBackupWindow: backup, PreferredMaintenanceWindow: maintenance } = settings;
  const said = (window: string) =>
    other(
      `Backup job could not start because it is either inside or too close to the ${window} window configured in RDS instance.`,
    );
  if (backup !== undefined && isNear(backup, turn.now)) return said("automated backup");
  return isNear(maintenance, turn.now) ? said("weekly maintenance") : undefined;
}

function run(turn: Turn, job: BackupJob, subject: Subject): void {
  const taken = takenBy(turn, job, subject);
  if ("message" in taken) {
    failBackup(turn, job, taken);
    return;
  }
  const { accountId, region } = turn.state;
  const point: RecoveryPoint = {
    // A snapshot is taken of a continuous one, too: only of that a copy could be made.
    arn: job.continuous
      ? `arn:aws:backup:${region}:${accountId}:recovery-point:continuous:${job.of.resourceId.toLowerCase()}-${job.id.slice(0, 8)}`
      : arn(turn.state, isCluster(subject) ? "cluster-snapshot" : "snapshot", taken.id),
    vault: job.vault,
    of: { ...job.of, resourceId: subject.resourceId },
    status: "CREATING",
    roleArn: job.roleArn,
    createdAt: turn.now,
    lifecycle: job.lifecycle,
    key: taken.storageKey,
    continuous: job.continuous,
    snapshot: taken.resourceId,
    tags: job.tags,
    ...present({ createdBy: job.createdBy }),
  };
  putRecoveryPoint(turn, point);
  putBackupJob(turn, { ...job, state: "RUNNING", recoveryPoint: point.arn });
  // Its snapshot is available by then, however both times are jittered.
  after(turn, turn.durations.snapshot * 1.3 + turn.durations.finishBackup, {
    do: "finish backup",
    job: job.id,
  });
}

function takenBy(turn: Turn, job: BackupJob, subject: Subject): Snapshot | InstanceSnapshot | Failure {
  const as = {
    id: `awsbackup:job-${job.id}`,
    managedBy: "awsbackup" as const,
    tags: snapshotTags(subject.settings.TagList, job),
  };
  try {
    if (isCluster(subject)) return takeSnapshot(turn, subject, as);
    const snapshot = takeInstanceSnapshot(turn, subject, as);
    put(turn, "instances", { ...subject, status: "backing-up" });
    return snapshot;
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return invalid("KMS key is either disabled or pending deletion or access to KMS key is denied");
  }
}

/** Those of the database come along; the job's own win. */
function snapshotTags(of: readonly Tag[], { tags, id }: BackupJob): readonly Tag[] {
  const own = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return [
    ...of.filter(({ Key = "" }) => !Key.startsWith("aws:") && !Object.hasOwn(tags, Key)),
    ...own,
    { Key: "aws:backup:source-resource", Value: id },
  ];
}

export function finishBackup(turn: Turn, { job: id }: OfJob): void {
  const job = turn.state.backup.backupJobs[id];
  const point = turn.state.backup.recoveryPoints[job?.recoveryPoint ?? ""];
  if (job?.state !== "RUNNING" || point === undefined) return;
  const end = endOf(turn, id) ?? { state: "COMPLETED" as const, message: undefined, category: "SUCCESS" };
  const { state, message, category: messageCategory } = end;
  putBackupJob(turn, { ...job, state, messageCategory, endedAt: turn.now, ...present({ message }) });
  if (state === "FAILED") {
    forget(turn, point);
    return;
  }
  const whole = point.continuous ? "AVAILABLE" : "COMPLETED";
  const done = {
    ...point,
    status: state === "PARTIAL" ? ("PARTIAL" as const) : (whole as "AVAILABLE" | "COMPLETED"),
  };
  putRecoveryPoint(turn, { ...done, endedAt: turn.now });
  scheduleExpiry(turn, point);
  if (state === "PARTIAL") return;
  for (const { DestinationBackupVaultArn = "", Lifecycle } of job.copies) {
    beginCopyJob(turn, {
      of: point.of,
      sourceVault: job.vault,
      recoveryPoint: point.arn,
      destinationVaultArn: DestinationBackupVaultArn,
      roleArn: job.roleArn,
      createdByJob: id,
      ...present({ lifecycle: Lifecycle, createdBy: job.createdBy }),
    });
  }
}
