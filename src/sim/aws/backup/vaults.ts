import type {
  CreateBackupVaultInput,
  DescribeBackupVaultInput,
  GetBackupVaultAccessPolicyInput,
  PutBackupVaultAccessPolicyInput,
  PutBackupVaultLockConfigurationInput,
} from "@aws-sdk/client-backup";
import { fault } from "../fault.ts";
import { present, refuseUncovered } from "../parameters.ts";
import { keyNamed } from "../rds/encryption.ts";
import { addKey } from "../seeds/furniture.ts";
import type { Turn } from "../turn.ts";
import {
  dates,
  invalidValue,
  keyView,
  notFound,
  putVault,
  vaultArn,
  vaultLookedAt,
  vaultNamed,
} from "./keeping.ts";
import type { Vault } from "./state.ts";

const day = 24 * 3_600_000;

/** `aws/backup`, under which a vault is if nobody names a key: of such a one nothing can be copied into another account. */
function managedKey(turn: Turn): string {
  const known = keyNamed(turn, "alias/aws/backup");
  return (
    known ??
    addKey(turn, { alias: "alias/aws/backup", manager: "AWS", description: "Default key of AWS Backup" })
  ).arn;
}

export function createBackupVault(turn: Turn, input: CreateBackupVaultInput) {
  const { BackupVaultName: name = "", EncryptionKeyArn: key, CreatorRequestId } = input;
  if (!/^[a-zA-Z0-9_-]{2,50}$/.test(name)) throw invalidValue(`${name} is no valid name of a backup vault.`);
  const existing = turn.state.backup.vaults[name];
  if (
    existing !== undefined &&
    (CreatorRequestId === undefined || existing.creatorRequestId !== CreatorRequestId)
  ) {
    throw fault(
      "backup",
      "AlreadyExistsException",
      `Backup vault with the same name already exists: ${name}`,
    );
  }
  if (key !== undefined && keyNamed(turn, key) === undefined) throw invalidValue(`There is no key ${key}.`);
  const vault: Vault = existing ?? {
    name,
    type: "BACKUP_VAULT",
    keyArn: keyNamed(turn, key ?? "")?.arn ?? managedKey(turn),
    createdAt: turn.now,
    tags: { ...input.BackupVaultTags },
    ...present({ creatorRequestId: CreatorRequestId }),
  };
  putVault(turn, vault);
  return {
    BackupVaultName: name,
    BackupVaultArn: vaultArn(turn.state, name),
    CreationDate: new Date(vault.createdAt),
  };
}

export function describeBackupVault(turn: Turn, input: DescribeBackupVaultInput) {
  refuseUncovered("DescribeBackupVault", input, ["BackupVaultName"]);
  const { name, type, keyArn, createdAt, creatorRequestId, lock } = vaultLookedAt(
    turn,
    input.BackupVaultName,
  );
  const { IsEncrypted: _, ...key } = keyView(turn, { type: "sse-kms", arn: keyArn });
  const points = Object.values(turn.state.backup.recoveryPoints).filter(({ vault }) => vault === name);
  return {
    BackupVaultName: name,
    BackupVaultArn: vaultArn(turn.state, name),
    VaultType: type,
    VaultState: "AVAILABLE" as const,
    ...key,
    CreationDate: new Date(createdAt),
    NumberOfRecoveryPoints: points.length,
    Locked: lock !== undefined,
    ...dates({ LockDate: lock?.lockedAt }),
    ...present({
      CreatorRequestId: creatorRequestId,
      MinRetentionDays: lock?.minDays,
      MaxRetentionDays: lock?.maxDays,
    }),
  };
}

export function putBackupVaultAccessPolicy(turn: Turn, input: PutBackupVaultAccessPolicyInput): object {
  const { policy: _, ...vault } = vaultNamed(turn, input.BackupVaultName);
  putVault(turn, { ...vault, ...present({ policy: input.Policy }) });
  return {};
}

export function getBackupVaultAccessPolicy(turn: Turn, input: GetBackupVaultAccessPolicyInput) {
  const { name, policy } = vaultLookedAt(turn, input.BackupVaultName);
  if (policy === undefined) throw notFound(`Backup vault ${name} has no access policy.`);
  return { BackupVaultName: name, BackupVaultArn: vaultArn(turn.state, name), Policy: policy };
}

/** With `ChangeableForDays` the lock becomes irrevocable after these days; without, it stays as it can be undone. */
export function putBackupVaultLockConfiguration(
  turn: Turn,
  input: PutBackupVaultLockConfigurationInput,
): object {
  const { MinRetentionDays: minDays, MaxRetentionDays: maxDays, ChangeableForDays: grace } = input;
  const vault = vaultNamed(turn, input.BackupVaultName);
  if (grace !== undefined && grace < 3) throw invalidValue("ChangeableForDays must be at least 3.");
  if (vault.lock?.lockedAt !== undefined && vault.lock.lockedAt <= turn.now) {
    throw fault("backup", "InvalidRequestException", `The lock of ${vault.name} can't be changed any more.`);
  }
  const lockedAt = grace === undefined ? undefined : turn.now + grace * day;
  putVault(turn, { ...vault, lock: present({ minDays, maxDays, lockedAt }) });
  return {};
}
