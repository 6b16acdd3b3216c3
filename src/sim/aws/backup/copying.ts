import { accountIn, inAccount } from "../accounts.ts";
import { arn } from "../names.ts";
import { present } from "../parameters.ts";
import { keyNamed } from "../rds/encryption.ts";
import { dataOf } from "../rds/snapshot-data.ts";
import type { AccountState, InstanceSnapshot, Snapshot, StorageKey } from "../state.ts";
import { after, newResourceId, put, type Turn } from "../turn.ts";
import { accessDenied, endOf, type Failure, failCopy, invalid, other } from "./ends.ts";
import { putCopyJob, putRecoveryPoint, vaultArn } from "./keeping.ts";
import { isWithinLock } from "./limits.ts";
import { letsBeCopiedBy, letsCopyInto } from "./policies.ts";
import { forget, scheduleExpiry } from "./recovery-points.ts";
import { cannotWorkAs } from "./role.ts";
import type { CopyJob, RecoveryPoint, Vault } from "./state.ts";

type OfJob = { readonly job: string };

/** Looks first at the organization, then at the vault, then at the keys; in which order AWS does is not documented. */
export function beginCopy(turn: Turn, { job: id }: OfJob): void {
  const job = turn.state.backup.copyJobs[id];
  if (job?.state !== "CREATED") return;
  const point = turn.state.backup.recoveryPoints[job.recoveryPoint];
  if (point === undefined) {
    failCopy(turn, job, other(`Cannot find recovery point ${job.recoveryPoint}`));
    return;
  }
  const lifecycle = lifecycleOf(job, point);
  const destination = accountIn(job.destinationVaultArn);
  const began = inAccount(turn, destination, (there) => {
    const vault = there.state.backup.vaults[job.destinationVaultArn.split(":").slice(6).join(":")];
    const failure: Failure | undefined =
      notTogether(turn.state, there.state) ??
      notInto(turn, job, vault) ??
      (vault && (notWithin(vault, lifecycle) ?? notUnder(turn, there, point, vault)));
    return failure ?? (vault && arrive(turn, there, { job, point, vault, lifecycle }));
  });
  if (began === undefined) {
    failCopy(turn, job, notMembers);
    return;
  }
  if (typeof began === "object") {
    failCopy(turn, job, began);
    return;
  }
  putCopyJob(turn, { ...job, state: "RUNNING", copy: began, lifecycle });
  after(turn, turn.durations.copyBackup, { do: "finish copy", job: id });
}

/** A copy without a lifecycle of its own, or one for ever, has that of what it is a copy of (Developer Guide, Backup and tag copy). */
function lifecycleOf({ lifecycle }: CopyJob, point: RecoveryPoint): RecoveryPoint["lifecycle"] {
  return lifecycle === undefined || lifecycle.DeleteAfterDays === -1 ? point.lifecycle : lifecycle;
}

const notMembers = other(
  "Copy job failed. Both source and destination account must be a member of the same organization.",
);

function notTogether(here: AccountState, there: AccountState): Failure | undefined {
  if (here.accountId === there.accountId) return undefined;
  if (here.organization === null || here.organization.id !== there.organization?.id) return notMembers;
  return here.organization.crossAccountBackup
    ? undefined
    : other("Copy job failed. Cross-account copy feature is not enabled for the current organization.");
}

/** Whether the vault is missing or closed to the account, AWS does not tell another account. */
function notInto(turn: Turn, job: CopyJob, vault: Vault | undefined): Failure | undefined {
  const { destinationVaultArn, roleArn } = job;
  const asks = [{ action: "backup:CopyIntoBackupVault", resource: destinationVaultArn }];
  const failure = cannotWorkAs(turn, roleArn, asks);
  if (failure !== undefined) return failure;
  const isForeign = accountIn(destinationVaultArn) !== turn.state.accountId;
  const policy = vault?.policy;
  if (
    vault === undefined ||
    (isForeign && !letsCopyInto({ policy, arn: destinationVaultArn }, turn.state, roleArn))
  ) {
    return accessDenied("Access Denied trying to call AWS Backup service");
  }
  if (vault.type !== "BACKUP_VAULT") throw new Error("the simulated AWS Backup covers no air-gapped vaults");
  // "The Default vault can't be the destination of a copy into another account" (Developer Guide, create-cross-account-backup).
  return isForeign && vault.name === "Default"
    ? invalid("Copy job failed. The default Backup vault can't be the destination of a cross-account copy.")
    : undefined;
}

const notWithin = (vault: Vault, lifecycle: RecoveryPoint["lifecycle"]): Failure | undefined =>
  isWithinLock(vault, lifecycle)
    ? undefined
    : invalid(
        "Copy job failed. The retention specified in the job is not within the range specified for the target Backup Vault.",
      );

/** Of the two keys: the vault's must be the other account's own, and the database's one that the other account may use. */
function notUnder(here: Turn, there: Turn, point: RecoveryPoint, vault: Vault): Failure | undefined {
  if (here.state.accountId === there.state.accountId) return undefined;
  const ofVault = keyNamed(there, vault.keyArn);
  if (ofVault?.manager !== "CUSTOMER") {
    return invalid(
      "Copy job failed because the destination Backup vault is encrypted with the default Backup service managed key. The contents of this vault cannot be copied. Only the contents of a Backup vault encrypted by an AWS KMS key may be copied.",
    );
  }
  const unusable = invalid("KMS key is either disabled or pending deletion or access to KMS key is denied");
  if (ofVault.state !== "Enabled") return unusable;
  if (point.key.type === "none") return undefined;
  const ofSource = point.key.type === "sse-kms" ? keyNamed(here, point.key.arn) : undefined;
  // What holds for a key that AWS owns is inferred from what holds for one that it manages: neither can be shared.
  if (ofSource?.manager !== "CUSTOMER") {
    return invalid("Snapshots encrypted with the AWS managed key can't be shared. Specify another snapshot.");
  }
  const isUsable =
    ofSource.state === "Enabled" && letsBeCopiedBy(ofSource.policy, ofSource.arn, there.state.accountId);
  return isUsable ? undefined : unusable;
}

interface Copied {
  readonly job: CopyJob;
  readonly point: RecoveryPoint;
  readonly vault: Vault;
  readonly lifecycle: RecoveryPoint["lifecycle"];
}

/** Makes the copy in the account that it goes to, where it is not yet whole; by its ARN. */
function arrive(here: Turn, there: Turn, { job, point, vault, lifecycle }: Copied): string {
  const id = `awsbackup:copyjob-${job.id}`;
  const known = Object.values(there.state.backup.recoveryPoints).find((one) => one.arn.endsWith(`:${id}`));
  if (known !== undefined) return known.arn;
  const key = keyOfCopy(point, vault);
  const copy = { id, status: "creating", createdAt: there.now, visibleAt: there.now, storageKey: key };
  const ofCluster = here.state.snapshots[point.snapshot];
  const ofInstance = here.state.instanceSnapshots[point.snapshot];
  const { copiedFrom: _, ...instances } = ofInstance ?? ({} as InstanceSnapshot);
  const snapshot = ofCluster
    ? { ...ofCluster, ...copy, resourceId: newResourceId(there, "snapshot"), data: dataOf(ofCluster) }
    : { ...instances, ...copy, resourceId: newResourceId(there, "dbsnapshot") };
  if (ofCluster) put(there, "snapshots", snapshot as Snapshot);
  else put(there, "instanceSnapshots", snapshot as InstanceSnapshot);
  const made: RecoveryPoint = {
    arn: arn(there.state, ofCluster ? "cluster-snapshot" : "snapshot", id),
    vault: vault.name,
    of: point.of,
    status: "CREATING",
    roleArn: job.roleArn,
    createdAt: point.createdAt,
    lifecycle,
    key,
    sourceVaultArn: vaultArn(here.state, point.vault),
    // What is copied of a continuous one is a snapshot.
    continuous: false,
    snapshot: snapshot.resourceId,
    tags: point.tags,
    ...present({ createdBy: job.createdBy }),
  };
  putRecoveryPoint(there, made);
  return made.arn;
}

/**
 * The destination vault's key; of an unencrypted cluster of Aurora the copy stays unencrypted, of an unencrypted instance it does not
 * (Developer Guide, Encryption for copies).
 */
function keyOfCopy({ key, of }: RecoveryPoint, { keyArn }: Vault): StorageKey {
  return key.type === "none" && of.type === "Aurora" ? key : { type: "sse-kms", arn: keyArn };
}

export function finishCopy(turn: Turn, { job: id }: OfJob): void {
  const job = turn.state.backup.copyJobs[id];
  if (job?.state !== "RUNNING") return;
  const end = endOf(turn, id) ?? { state: "COMPLETED" as const, message: undefined, category: "SUCCESS" };
  const { state, message, category: messageCategory } = end;
  inAccount(turn, accountIn(job.destinationVaultArn), (there) => complete(there, job.copy ?? "", state));
  putCopyJob(turn, { ...job, state, messageCategory, endedAt: turn.now, ...present({ message }) });
}

function complete(there: Turn, copy: string, state: "COMPLETED" | "PARTIAL" | "FAILED"): void {
  const point = there.state.backup.recoveryPoints[copy];
  if (point?.status !== "CREATING") return;
  if (state === "FAILED") {
    forget(there, point);
    return;
  }
  putRecoveryPoint(there, { ...point, status: state, endedAt: there.now });
  scheduleExpiry(there, point);
  const { [point.snapshot]: ofCluster } = there.state.snapshots;
  if (ofCluster !== undefined) put(there, "snapshots", { ...ofCluster, status: "available" });
  const { [point.snapshot]: ofInstance } = there.state.instanceSnapshots;
  if (ofInstance !== undefined) put(there, "instanceSnapshots", { ...ofInstance, status: "available" });
}
