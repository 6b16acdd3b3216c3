import type {
  DeleteRecoveryPointInput,
  DescribeRecoveryPointInput,
  ListRecoveryPointsByBackupVaultInput,
  ListRecoveryPointsByResourceInput,
  ListTagsInput,
} from "@aws-sdk/client-backup";
import { present, refuseUncovered } from "../parameters.ts";
import { beginDeletingInstanceSnapshot } from "../rds/instance-snapshots.ts";
import { beginDeletingSnapshot } from "../rds/snapshots.ts";
import { schedule, type Turn, unschedule } from "../turn.ts";
import { isWithin } from "./jobs.ts";
import {
  change,
  dates,
  invalidRequest,
  keyView,
  notFound,
  page,
  planArn,
  vaultArn,
  vaultLookedAt,
} from "./keeping.ts";
import { daysOf } from "./limits.ts";
import type { RecoveryPoint } from "./state.ts";

const day = 24 * 3_600_000;

/** When it is deleted; undefined for never. */
function deleteAt({ createdAt, lifecycle }: RecoveryPoint): number | undefined {
  const days = daysOf(lifecycle);
  return days === null ? undefined : createdAt + days * day;
}

export function scheduleExpiry(turn: Turn, point: RecoveryPoint): void {
  const at = deleteAt(point);
  if (at === undefined) return;
  schedule(turn, {
    at: Math.max(at, turn.now),
    event: { do: "expire recovery point", recoveryPoint: point.arn },
  });
}

export function expireRecoveryPoint(turn: Turn, event: { readonly recoveryPoint: string }): void {
  const point = turn.state.backup.recoveryPoints[event.recoveryPoint];
  if (point !== undefined) forget(turn, point);
}

/** It goes, and its snapshot with it. */
export function forget(turn: Turn, point: RecoveryPoint): void {
  const { [point.arn]: _, ...recoveryPoints } = turn.state.backup.recoveryPoints;
  change(turn, { recoveryPoints });
  unschedule(turn, (due) => due.do === "expire recovery point" && due.recoveryPoint === point.arn);
  const ofCluster = turn.state.snapshots[point.snapshot];
  if (ofCluster !== undefined) beginDeletingSnapshot(turn, ofCluster);
  const ofInstance = turn.state.instanceSnapshots[point.snapshot];
  if (ofInstance !== undefined) beginDeletingInstanceSnapshot(turn, ofInstance);
}

export function recoveryPointIn(turn: Turn, vault: string, arn: string | undefined): RecoveryPoint {
  const point = turn.state.backup.recoveryPoints[arn ?? ""];
  if (point?.vault !== vault) throw notFound(`There is no recovery point ${arn} in ${vault}.`);
  return point;
}

function view(turn: Turn, point: RecoveryPoint) {
  const { of, vault } = point;
  return {
    RecoveryPointArn: point.arn,
    BackupVaultName: vault,
    BackupVaultArn: vaultArn(turn.state, vault),
    ...present({ SourceBackupVaultArn: point.sourceVaultArn, CreatedBy: point.createdBy }),
    ResourceArn: of.arn,
    ResourceName: of.name,
    ResourceType: of.type,
    IamRoleArn: point.roleArn,
    Status: point.status,
    ...dates({
      CreationDate: point.createdAt,
      InitiationDate: point.createdAt,
      CompletionDate: point.endedAt,
    }),
    // Nothing that could be checked: not told of Aurora, and 0 of instances ([API] BackupSizeInBytes).
    ...(of.type === "RDS" && { BackupSizeInBytes: 0 }),
    Lifecycle: point.lifecycle,
    CalculatedLifecycle: dates({ DeleteAt: deleteAt(point) }),
    ...keyView(turn, point.key),
    IsParent: false,
    VaultType: "BACKUP_VAULT" as const,
  };
}

export function describeRecoveryPoint(turn: Turn, input: DescribeRecoveryPointInput) {
  refuseUncovered("DescribeRecoveryPoint", input, ["BackupVaultName", "RecoveryPointArn"]);
  const { name } = vaultLookedAt(turn, input.BackupVaultName);
  return {
    ...view(turn, recoveryPointIn(turn, name, input.RecoveryPointArn)),
    StorageClass: "WARM" as const,
  };
}

export function deleteRecoveryPoint(turn: Turn, input: DeleteRecoveryPointInput): object {
  const vault = vaultLookedAt(turn, input.BackupVaultName);
  const point = recoveryPointIn(turn, vault.name, input.RecoveryPointArn);
  if (vault.lock !== undefined) throw invalidRequest(`The backup vault ${vault.name} is locked.`);
  forget(turn, point);
  return {};
}

const newestFirst = (a: RecoveryPoint, b: RecoveryPoint) => b.createdAt - a.createdAt;

/** By the ARN that it was asked for with: of a database that has been renamed since, they stand under the name that it had. */
export function listRecoveryPointsByResource(turn: Turn, input: ListRecoveryPointsByResourceInput) {
  refuseUncovered("ListRecoveryPointsByResource", input, ["ResourceArn", "NextToken", "MaxResults"]);
  const found = Object.values(turn.state.backup.recoveryPoints)
    .filter(({ of }) => of.arn === input.ResourceArn)
    .sort(newestFirst);
  const { records, ...token } = page(found, input);
  return {
    RecoveryPoints: records.map((point) => {
      const { IsEncrypted: _, ...key } = keyView(turn, point.key);
      return {
        RecoveryPointArn: point.arn,
        CreationDate: new Date(point.createdAt),
        Status: point.status,
        BackupVaultName: point.vault,
        ...(point.of.type === "RDS" && { BackupSizeBytes: 0 }),
        ...key,
        IsParent: false,
        ResourceName: point.of.name,
        VaultType: "BACKUP_VAULT" as const,
      };
    }),
    ...token,
  };
}

export function listRecoveryPointsByBackupVault(turn: Turn, input: ListRecoveryPointsByBackupVaultInput) {
  const { ByResourceArn: of, ByResourceType: type, ByBackupPlanId: plan } = input;
  refuseUncovered("ListRecoveryPointsByBackupVault", input, [
    "BackupVaultName",
    "ByResourceArn",
    "ByResourceType",
    "ByBackupPlanId",
    "ByCreatedAfter",
    "ByCreatedBefore",
    "NextToken",
    "MaxResults",
  ]);
  const { name } = vaultLookedAt(turn, input.BackupVaultName);
  const found = Object.values(turn.state.backup.recoveryPoints)
    .filter((point) => point.vault === name)
    .filter((point) => of === undefined || point.of.arn === of)
    .filter((point) => type === undefined || point.of.type === type)
    .filter((point) => plan === undefined || point.createdBy?.BackupPlanId === plan)
    .filter((point) => isWithin(point, input))
    .sort(newestFirst);
  const { records, ...token } = page(found, input);
  return { RecoveryPoints: records.map((point) => view(turn, point)), ...token };
}

/** Of a plan, a vault or a recovery point, by ARN. */
export function listTags(turn: Turn, { ResourceArn: resource = "" }: ListTagsInput) {
  const tags = tagsOn(turn, resource);
  if (tags === undefined) throw notFound(`There is no resource ${resource}.`);
  return { Tags: { ...tags } };
}

export function tagsOn({ state }: Turn, resource: string): Readonly<Record<string, string>> | undefined {
  const { plans, vaults, recoveryPoints } = state.backup;
  const plan = Object.values(plans).find(({ id }) => planArn(state, id) === resource);
  const vault = Object.values(vaults).find(({ name }) => vaultArn(state, name) === resource);
  return (plan ?? vault ?? recoveryPoints[resource])?.tags;
}
