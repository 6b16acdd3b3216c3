import { isDeepStrictEqual } from "node:util";
import type {
  DescribeBackupJobInput,
  Lifecycle,
  ListBackupJobsInput,
  BackupJob as Listed,
  StartBackupJobInput,
  StopBackupJobInput,
} from "@aws-sdk/client-backup";
import { present, refuseUncovered } from "../parameters.ts";
import { jittered, schedule, type Turn } from "../turn.ts";
import { takeMishap } from "./ends.ts";
import {
  dates,
  invalidRequest,
  invalidValue,
  keyView,
  newId,
  notFound,
  page,
  putBackupJob,
  vaultArn,
  vaultNamed,
} from "./keeping.ts";
import type { BackedUp, BackupJob } from "./state.ts";
import { backedUpNamed } from "./subject.ts";

const minute = 60_000;

/** Throws InvalidParameterValueException where AWS Backup does not take a lifecycle on. */
export function assertLifecycle({
  DeleteAfterDays: gone,
  MoveToColdStorageAfterDays: cold,
}: Lifecycle): void {
  if (gone !== undefined && gone !== -1 && (gone < 1 || gone > 36_500)) {
    throw invalidValue("DeleteAfterDays must be between 1 and 36500.");
  }
  if (cold !== undefined && cold !== -1 && gone !== undefined && gone !== -1 && gone < cold + 90) {
    throw invalidValue("DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays.");
  }
}

/**
 * What is wrong with the role, the key, the database or the moment is not found here but by the job. What AWS answers to a token that
 * it knows from another call is not documented.
 */
export function startBackupJob(turn: Turn, input: StartBackupJobInput) {
  refuseUncovered("StartBackupJob", input, [
    "BackupVaultName",
    "ResourceArn",
    "IamRoleArn",
    "IdempotencyToken",
    "StartWindowMinutes",
    "Lifecycle",
    "RecoveryPointTags",
  ]);
  const { StartWindowMinutes = 480, Lifecycle = {}, IdempotencyToken: token } = input;
  if (StartWindowMinutes < 60) throw invalidValue("StartWindowMinutes must be at least 60.");
  assertLifecycle(Lifecycle);
  const vault = vaultNamed(turn, input.BackupVaultName);
  const of = backedUpNamed(turn, input.ResourceArn);
  // Without the opt-in a job on demand is refused; with which exception is not documented.
  if (turn.state.backup.optIn[of.type] === false) {
    throw invalidRequest(`The account has not opted in to backups of ${of.type}.`);
  }
  const asked = { vault: vault.name, of, roleArn: input.IamRoleArn ?? "", lifecycle: Lifecycle };
  const known = Object.values(turn.state.backup.backupJobs).find(
    (job) => token !== undefined && job.token === token,
  );
  if (known !== undefined) {
    const { vault: into, of: ofWhat, roleArn, lifecycle } = known;
    if (!isDeepStrictEqual({ vault: into, of: ofWhat, roleArn, lifecycle }, asked)) {
      throw invalidValue("The idempotency token was used with other parameters.");
    }
    return started(known);
  }
  const job = beginBackupJob(turn, {
    ...asked,
    startWindow: StartWindowMinutes * minute,
    tags: { ...input.RecoveryPointTags },
    continuous: false,
    copies: [],
    ...present({ token }),
  });
  return started(job);
}

/** `RecoveryPointArn` is told for EFS and DynamoDB only ([API] StartBackupJob). */
const started = ({ id, createdAt }: BackupJob) => ({
  BackupJobId: id,
  CreationDate: new Date(createdAt),
  IsParent: false,
});

export function beginBackupJob(
  turn: Turn,
  given: Omit<BackupJob, "id" | "state" | "createdAt" | "startBy"> & { readonly startWindow: number },
): BackupJob {
  const { startWindow, ...asked } = given;
  const startBy = turn.now + startWindow;
  const job: BackupJob = { ...asked, id: newId(turn), state: "CREATED", createdAt: turn.now, startBy };
  putBackupJob(turn, job);
  const { sits } = takeMishap(turn, "backup", job.id);
  const at = Math.min(turn.now + jittered(turn, turn.durations.startBackup + sits), startBy);
  schedule(turn, { at, event: { do: "begin backup", job: job.id } });
  return job;
}

function view(turn: Turn, job: BackupJob): Listed {
  const { of, recoveryPoint } = job;
  const point = turn.state.backup.recoveryPoints[recoveryPoint ?? ""];
  const { EncryptionKeyType: _, ...key } = point === undefined ? {} : keyView(turn, point.key);
  return {
    AccountId: turn.state.accountId,
    BackupJobId: job.id,
    BackupVaultName: job.vault,
    BackupVaultArn: vaultArn(turn.state, job.vault),
    VaultType: "BACKUP_VAULT",
    ...present({
      RecoveryPointArn: recoveryPoint,
      StatusMessage: job.message,
      MessageCategory: job.messageCategory,
      CreatedBy: job.createdBy,
    }),
    RecoveryPointLifecycle: job.lifecycle,
    ...key,
    ResourceArn: of.arn,
    ResourceName: of.name,
    ResourceType: of.type,
    ...dates({
      CreationDate: job.createdAt,
      InitiationDate: job.createdAt,
      CompletionDate: job.endedAt,
      StartBy: job.startBy,
    }),
    State: job.state,
    PercentDone: job.state === "COMPLETED" ? "100.0" : "0.0",
    // Nothing that could be checked: not told of Aurora, and 0 of instances ([API] BackupSizeInBytes).
    ...(of.type === "RDS" && { BackupSizeInBytes: 0 }),
    IamRoleArn: job.roleArn,
    IsParent: false,
  };
}

export function describeBackupJob(turn: Turn, { BackupJobId: id }: DescribeBackupJobInput) {
  const job = turn.state.backup.backupJobs[id ?? ""];
  if (job === undefined) throw notFound(`There is no backup job ${id}.`);
  return view(turn, job);
}

const ended = ["COMPLETED", "FAILED", "EXPIRED", "PARTIAL"];

/** The newest first. */
export function listBackupJobs(turn: Turn, input: ListBackupJobsInput) {
  const { ByResourceArn: of, ByState: state, ByBackupVaultName: vault, ByResourceType: type } = input;
  const { ByAccountId: account, ByMessageCategory: category } = input;
  const found = Object.values(turn.state.backup.backupJobs)
    .filter((job) => of === undefined || job.of.arn === of)
    .filter((job) => state === undefined || job.state === state)
    .filter((job) => vault === undefined || job.vault === vault)
    .filter((job) => type === undefined || job.of.type === type)
    .filter((job) => category === undefined || job.messageCategory === category)
    .filter(() => account === undefined || ["*", turn.state.accountId].includes(account))
    .filter((job) => isWithin(job, input))
    .sort((a, b) => b.createdAt - a.createdAt);
  const { records, ...token } = page(found, input);
  return { BackupJobs: records.map((job) => view(turn, job)), ...token };
}

/** What every list of jobs and recovery points filters by time. */
export function isWithin(
  { createdAt, endedAt }: { readonly createdAt: number; readonly endedAt?: number },
  times: {
    readonly ByCreatedAfter?: Date | undefined;
    readonly ByCreatedBefore?: Date | undefined;
    readonly ByCompleteAfter?: Date | undefined;
    readonly ByCompleteBefore?: Date | undefined;
  },
): boolean {
  const { ByCreatedAfter, ByCreatedBefore, ByCompleteAfter, ByCompleteBefore } = times;
  return (
    (ByCreatedAfter === undefined || createdAt > ByCreatedAfter.getTime()) &&
    (ByCreatedBefore === undefined || createdAt < ByCreatedBefore.getTime()) &&
    (ByCompleteAfter === undefined || (endedAt !== undefined && endedAt > ByCompleteAfter.getTime())) &&
    (ByCompleteBefore === undefined || (endedAt !== undefined && endedAt < ByCompleteBefore.getTime()))
  );
}

/** "This action is not supported for … Amazon Aurora … Amazon RDS" ([API] StopBackupJob). */
export function stopBackupJob(turn: Turn, { BackupJobId: id }: StopBackupJobInput): never {
  const job = turn.state.backup.backupJobs[id ?? ""];
  if (job === undefined) throw notFound(`There is no backup job ${id}.`);
  if (ended.includes(job.state)) throw invalidRequest(`The backup job ${id} is ${job.state}.`);
  throw invalidRequest(`Stopping a backup job is not supported for ${job.of.type}.`);
}

/** The same database, asked for in the same words. */
export function isRunning(turn: Turn, { id, of }: { readonly id: string; readonly of: BackedUp }): boolean {
  return Object.values(turn.state.backup.backupJobs).some(
    (job) => job.id !== id && job.state === "RUNNING" && job.of.resourceId === of.resourceId,
  );
}
