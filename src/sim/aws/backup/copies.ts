import { isDeepStrictEqual } from "node:util";
import type {
  DescribeCopyJobInput,
  ListCopyJobsInput,
  CopyJob as Listed,
  StartCopyJobInput,
} from "@aws-sdk/client-backup";
import { present, refuseUncovered } from "../parameters.ts";
import { after, type Turn } from "../turn.ts";
import { takeMishap } from "./ends.ts";
import { assertLifecycle, isWithin } from "./jobs.ts";
import {
  dates,
  invalidRequest,
  invalidValue,
  newId,
  notFound,
  page,
  putCopyJob,
  vaultArn,
  vaultNamed,
} from "./keeping.ts";
import { recoveryPointIn } from "./recovery-points.ts";
import type { CopyJob } from "./state.ts";

/** Whether anything may be copied to where it is to go is not found here but by the job. */
export function startCopyJob(turn: Turn, input: StartCopyJobInput) {
  refuseUncovered("StartCopyJob", input, [
    "RecoveryPointArn",
    "SourceBackupVaultName",
    "DestinationBackupVaultArn",
    "IamRoleArn",
    "IdempotencyToken",
    "Lifecycle",
  ]);
  const { DestinationBackupVaultArn = "", IdempotencyToken: token, Lifecycle } = input;
  if (Lifecycle !== undefined) assertLifecycle(Lifecycle);
  if (!/^arn:aws:backup:[a-z0-9-]+:\d{12}:backup-vault:.+$/.test(DestinationBackupVaultArn)) {
    throw invalidValue(`${DestinationBackupVaultArn} is not the ARN of a backup vault.`);
  }
  const { name } = vaultNamed(turn, input.SourceBackupVaultName);
  const point = recoveryPointIn(turn, name, input.RecoveryPointArn);
  // "Does not support continuous backups" ([API] StartCopyJob).
  if (point.continuous) throw invalidRequest("A continuous recovery point can't be copied on demand.");
  if (point.status === "CREATING")
    throw invalidRequest(`The recovery point ${point.arn} is ${point.status}.`);
  const asked = {
    recoveryPoint: point.arn,
    sourceVault: name,
    destinationVaultArn: DestinationBackupVaultArn,
    roleArn: input.IamRoleArn ?? "",
  };
  const known = Object.values(turn.state.backup.copyJobs).find(
    (job) => token !== undefined && job.token === token,
  );
  if (known !== undefined) {
    const { recoveryPoint, sourceVault, destinationVaultArn, roleArn } = known;
    if (!isDeepStrictEqual({ recoveryPoint, sourceVault, destinationVaultArn, roleArn }, asked)) {
      throw invalidValue("The idempotency token was used with other parameters.");
    }
    return started(known);
  }
  return started(beginCopyJob(turn, { ...asked, of: point.of, ...present({ token, lifecycle: Lifecycle }) }));
}

const started = ({ id, createdAt }: CopyJob) => ({
  CopyJobId: id,
  CreationDate: new Date(createdAt),
  IsParent: false,
});

export function beginCopyJob(turn: Turn, asked: Omit<CopyJob, "id" | "state" | "createdAt">): CopyJob {
  const job: CopyJob = { ...asked, id: newId(turn), state: "CREATED", createdAt: turn.now };
  putCopyJob(turn, job);
  after(turn, turn.durations.startCopy + takeMishap(turn, "copy", job.id).sits, {
    do: "begin copy",
    job: job.id,
  });
  return job;
}

function view(turn: Turn, job: CopyJob): Listed {
  const { of } = job;
  return {
    AccountId: turn.state.accountId,
    CopyJobId: job.id,
    SourceBackupVaultArn: vaultArn(turn.state, job.sourceVault),
    SourceRecoveryPointArn: job.recoveryPoint,
    DestinationBackupVaultArn: job.destinationVaultArn,
    ...present({
      DestinationRecoveryPointArn: job.copy,
      DestinationRecoveryPointLifecycle: job.lifecycle,
      StatusMessage: job.message,
      MessageCategory: job.messageCategory,
      CreatedBy: job.createdBy,
      CreatedByBackupJobId: job.createdByJob,
    }),
    ResourceArn: of.arn,
    ResourceName: of.name,
    ResourceType: of.type,
    ...dates({ CreationDate: job.createdAt, CompletionDate: job.endedAt }),
    State: job.state,
    ...(of.type === "RDS" && { BackupSizeInBytes: 0 }),
    IamRoleArn: job.roleArn,
    IsParent: false,
  };
}

export function describeCopyJob(turn: Turn, { CopyJobId: id }: DescribeCopyJobInput) {
  const job = turn.state.backup.copyJobs[id ?? ""];
  if (job === undefined) throw notFound(`There is no copy job ${id}.`);
  return { CopyJob: view(turn, job) };
}

/** The newest first. */
export function listCopyJobs(turn: Turn, input: ListCopyJobsInput) {
  const { ByResourceArn: of, ByState: state, ByDestinationVaultArn: vault, ByResourceType: type } = input;
  const { BySourceRecoveryPointArn: source, ByMessageCategory: category, ByAccountId: account } = input;
  const found = Object.values(turn.state.backup.copyJobs)
    .filter((job) => of === undefined || job.of.arn === of)
    .filter((job) => state === undefined || job.state === state)
    .filter((job) => vault === undefined || job.destinationVaultArn === vault)
    .filter((job) => type === undefined || job.of.type === type)
    .filter((job) => source === undefined || job.recoveryPoint === source)
    .filter((job) => category === undefined || job.messageCategory === category)
    .filter(() => account === undefined || ["*", turn.state.accountId].includes(account))
    .filter((job) => isWithin(job, input))
    .sort((a, b) => b.createdAt - a.createdAt);
  const { records, ...token } = page(found, input);
  return { CopyJobs: records.map((job) => view(turn, job)), ...token };
}
