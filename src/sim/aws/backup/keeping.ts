import type { DescribeRecoveryPointOutput } from "@aws-sdk/client-backup";
import { fault, unmodelled } from "../fault.ts";
import { uuid } from "../names.ts";
import { keyNamed } from "../rds/encryption.ts";
import type { StorageKey } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { BackupJob, BackupState, CopyJob, Plan, RecoveryPoint, Vault } from "./state.ts";

/** How what AWS Backup knows is found and changed. */

export function change(turn: Turn, changed: Partial<BackupState>): void {
  turn.state = { ...turn.state, backup: { ...turn.state.backup, ...changed } };
}

export function putVault(turn: Turn, vault: Vault): void {
  change(turn, { vaults: { ...turn.state.backup.vaults, [vault.name]: vault } });
}

const thirtyDays = 30 * 24 * 3_600_000;

/** Jobs are known for thirty days. Source: AWS Backup API, ListBackupJobs. */
function remembered<J extends { readonly createdAt: number }>(turn: Turn, jobs: Readonly<Record<string, J>>) {
  const recent = Object.entries(jobs).filter(([, { createdAt }]) => createdAt > turn.now - thirtyDays);
  return Object.fromEntries(recent);
}

export function putBackupJob(turn: Turn, job: BackupJob): void {
  change(turn, { backupJobs: { ...remembered(turn, turn.state.backup.backupJobs), [job.id]: job } });
}

export function putCopyJob(turn: Turn, job: CopyJob): void {
  change(turn, { copyJobs: { ...remembered(turn, turn.state.backup.copyJobs), [job.id]: job } });
}

export function putRecoveryPoint(turn: Turn, point: RecoveryPoint): void {
  change(turn, { recoveryPoints: { ...turn.state.backup.recoveryPoints, [point.arn]: point } });
}

export function putPlan(turn: Turn, plan: Plan): void {
  change(turn, { plans: { ...turn.state.backup.plans, [plan.id]: plan } });
}

export function newId(turn: Turn): string {
  const serial = turn.state.serial + 1;
  turn.state = { ...turn.state, serial };
  return uuid(turn.state, serial);
}

type Place = Pick<Turn["state"], "accountId" | "region">;

export function vaultArn({ accountId, region }: Place, name: string): string {
  return `arn:aws:backup:${region}:${accountId}:backup-vault:${name}`;
}

export function planArn({ accountId, region }: Place, id: string): string {
  return `arn:aws:backup:${region}:${accountId}:backup-plan:${id}`;
}

/**
 * The vault that is looked at. One that does not exist is refused as if the caller might not look at it, whatever the API reference
 * says: seen in boto/boto3#2269 and ansible-collections/amazon.aws#1436.
 */
export function vaultLookedAt(turn: Turn, name: string | undefined): Vault {
  const vault = turn.state.backup.vaults[name ?? ""];
  if (vault !== undefined) return vault;
  throw unmodelled("AccessDeniedException", "Insufficient privileges to perform this action.", 403);
}

/** The vault that is written into. Throws ResourceNotFoundException. */
export function vaultNamed(turn: Turn, name: string | undefined): Vault {
  const vault = turn.state.backup.vaults[name ?? ""];
  if (vault === undefined) throw notFound(`Backup vault ${name} does not exist.`);
  return vault;
}

export const notFound = (message: string) => fault("backup", "ResourceNotFoundException", message);
export const invalidValue = (message: string) => fault("backup", "InvalidParameterValueException", message);
export const invalidRequest = (message: string) => fault("backup", "InvalidRequestException", message);

/** Of a key that AWS manages for the account, such as aws/rds, neither of the two types is documented. */
export function keyView(
  turn: Turn,
  key: StorageKey,
): Pick<DescribeRecoveryPointOutput, "IsEncrypted" | "EncryptionKeyArn" | "EncryptionKeyType"> {
  if (key.type === "none") return { IsEncrypted: false };
  if (key.type === "sse-rds") return { IsEncrypted: true, EncryptionKeyType: "AWS_OWNED_KMS_KEY" as const };
  const isCustomers = keyNamed(turn, key.arn)?.manager === "CUSTOMER";
  return {
    IsEncrypted: true,
    EncryptionKeyArn: key.arn,
    ...(isCustomers && { EncryptionKeyType: "CUSTOMER_MANAGED_KMS_KEY" as const }),
  };
}

/** Dates as the service tells them, without those that are not there yet. */
export function dates<K extends string>(times: Readonly<Record<K, number | undefined>>): { [P in K]?: Date } {
  const given = Object.entries<number | undefined>(times).filter(([, at]) => at !== undefined);
  return Object.fromEntries(given.map(([name, at]) => [name, new Date(at ?? 0)])) as { [P in K]?: Date };
}

/** One page, as every list of the service has it; the token is opaque to callers. */
export function page<T>(
  records: readonly T[],
  {
    MaxResults = 1_000,
    NextToken,
  }: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
): { readonly records: readonly T[]; readonly NextToken?: string } {
  if (MaxResults < 1 || MaxResults > 1_000) throw invalidValue("MaxResults must be between 1 and 1000.");
  const start = NextToken === undefined ? 0 : Number(/^start-(\d+)$/.exec(NextToken)?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) throw invalidValue("The token is not valid.");
  const end = start + MaxResults;
  return { records: records.slice(start, end), ...(end < records.length && { NextToken: `start-${end}` }) };
}
