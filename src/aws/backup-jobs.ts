import {
  type BackupClient,
  type BackupJob as BackupJobAnswer,
  type CopyJob as CopyJobAnswer,
  paginateListBackupJobs,
  paginateListCopyJobs,
} from "@aws-sdk/client-backup";
import type { BackupCloud, BackupJob, CopyJob } from "../core/backup.ts";
import { type Instant, seconds } from "../core/time.ts";
import { instant } from "./facts.ts";
import { calling, incomplete } from "./faults.ts";
import { everyPage } from "./pages.ts";

export const actions = ["backup:ListBackupJobs", "backup:ListCopyJobs"] as const;

export function createBackupJobLookups(
  client: BackupClient,
): Pick<BackupCloud, "backupJobsOf" | "copyJobsOf"> {
  return {
    backupJobsOf: (resourceArn, vault, since) => backupJobsOf(client, resourceArn, vault, since),
    copyJobsOf: (resourceArn, recoveryPointArn) => copyJobsOf(client, resourceArn, recoveryPointArn),
  };
}

async function backupJobsOf(
  client: BackupClient,
  resourceArn: string,
  vault: string,
  since: Instant,
): Promise<readonly BackupJob[]> {
  const operation = "ListBackupJobs";
  const input = {
    ByResourceArn: resourceArn,
    ByBackupVaultName: vault,
    // "After" leaves out what was created at that very moment.
    ByCreatedAfter: new Date(since - seconds(1)),
  };
  const found = await calling(operation, () =>
    everyPage(paginateListBackupJobs({ client }, input), ({ BackupJobs }) => BackupJobs),
  );
  return newestFirst(found.map((job) => backupJob(operation, job))).filter(
    ({ createdAt }) => createdAt >= since,
  );
}

async function copyJobsOf(
  client: BackupClient,
  resourceArn: string,
  recoveryPointArn: string,
): Promise<readonly CopyJob[]> {
  const operation = "ListCopyJobs";
  const input = { ByResourceArn: resourceArn, BySourceRecoveryPointArn: recoveryPointArn };
  const found = await calling(operation, () =>
    everyPage(paginateListCopyJobs({ client }, input), ({ CopyJobs }) => CopyJobs),
  );
  return newestFirst(found.map((job) => copyJob(operation, job)));
}

function newestFirst<T extends { readonly createdAt: Instant }>(jobs: readonly T[]): T[] {
  return jobs.toSorted((a, b) => b.createdAt - a.createdAt);
}

function backupJob(operation: string, job: BackupJobAnswer): BackupJob {
  const percent = Number.parseFloat(job.PercentDone ?? "");
  return {
    ...anyJob(operation, job.BackupJobId, job),
    recoveryPointArn: job.RecoveryPointArn ?? null,
    onDemand: job.CreatedBy?.BackupPlanId === undefined,
    percent: Number.isNaN(percent) ? null : percent,
  };
}

function copyJob(operation: string, job: CopyJobAnswer): CopyJob {
  const { DestinationBackupVaultArn: destinationVaultArn } = job;
  if (destinationVaultArn === undefined) throw incomplete(operation, "DestinationBackupVaultArn");
  return {
    ...anyJob(operation, job.CopyJobId, job),
    destinationVaultArn,
    destinationRecoveryPointArn: job.DestinationRecoveryPointArn ?? null,
  };
}

function anyJob(
  operation: string,
  id: string | undefined,
  job: Pick<BackupJobAnswer | CopyJobAnswer, "State" | "StatusMessage" | "MessageCategory" | "CreationDate">,
) {
  const createdAt = instant(job.CreationDate);
  if (id === undefined || job.State === undefined || createdAt === null) {
    throw incomplete(operation, "id, state or date of a job");
  }
  return {
    id,
    state: job.State,
    message: job.StatusMessage ?? null,
    messageCategory: job.MessageCategory ?? null,
    createdAt,
  };
}
