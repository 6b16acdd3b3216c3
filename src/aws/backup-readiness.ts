import {
  type BackupClient,
  DescribeBackupVaultCommand,
  DescribeGlobalSettingsCommand,
  DescribeRegionSettingsCommand,
  GetBackupVaultAccessPolicyCommand,
} from "@aws-sdk/client-backup";
import type { KMSClient } from "@aws-sdk/client-kms";
import type { BackupCloud, BackupReadiness, BackupTarget, BackupVault } from "../core/backup.ts";
import { CloudFault } from "../core/cloud.ts";
import type { AccountClients, ElsewhereClients } from "./clients.ts";
import { calling, finding, incomplete, isDenied } from "./faults.ts";
import { rightByPolicy } from "./key-policy.ts";
import { rightOfDestination } from "./key-rights.ts";
import { findKey } from "./kms.ts";
import type { LookInto } from "./other-account.ts";
import { readPolicy } from "./policy-document.ts";
import { vaultName } from "./recovery-points.ts";

export const actions = [
  "backup:DescribeGlobalSettings",
  "backup:DescribeRegionSettings",
  "backup:DescribeBackupVault",
] as const;

/** What stands in the way of a copy in the other account, as far as either account tells. Throws a `CloudFault`. */
export async function backupReadiness(
  { backup, kms }: Pick<AccountClients, "backup" | "kms">,
  lookInto: LookInto,
  ...[target, of]: Parameters<BackupCloud["backupReadiness"]>
): Promise<BackupReadiness> {
  const destinationAccount = accountIn(target.destinationVaultArn);
  const [crossAccount, optedIn, vault, there, keyForDestination] = await Promise.all([
    crossAccountOf(backup),
    isOptedIn(backup, of.kind),
    findVault(backup, kms, target.vault),
    lookThere(lookInto, target),
    rightOfDestination(kms, of.keyArn, destinationAccount),
  ]);
  return { crossAccount, optedIn, vault, keyForDestination, ...there };
}

/** Source: AWS Backup API, DescribeGlobalSettings: an error where the account is in no organisation. */
async function crossAccountOf(client: BackupClient): Promise<BackupReadiness["crossAccount"]> {
  try {
    const { GlobalSettings } = await calling("DescribeGlobalSettings", () =>
      client.send(new DescribeGlobalSettingsCommand({})),
    );
    return GlobalSettings?.isCrossAccountBackupEnabled === "true" ? "enabled" : "disabled";
  } catch (fault) {
    if (isDenied(fault)) return "unread";
    if (fault instanceof CloudFault && fault.code === "InvalidRequestException") return "no-organization";
    throw fault;
  }
}

/** A kind that is not named is not backed up. */
async function isOptedIn(client: BackupClient, kind: "cluster" | "instance"): Promise<boolean> {
  const { ResourceTypeOptInPreference: optedIn } = await calling("DescribeRegionSettings", () =>
    client.send(new DescribeRegionSettingsCommand({})),
  );
  return optedIn?.[kind === "cluster" ? "Aurora" : "RDS"] ?? false;
}

type There = Pick<BackupReadiness, "destination" | "copyIntoVault">;

async function lookThere(lookInto: LookInto, target: BackupTarget): Promise<There> {
  const name = vaultName(target.destinationVaultArn);
  try {
    const { backup, kms } = await lookInto(target);
    const destination = await describeVault(backup, kms, name);
    if (!destination) return { destination: null, copyIntoVault: "unread" };
    return { destination, copyIntoVault: await rightToCopyInto(backup, name, accountIn(target.roleArn)) };
  } catch (fault) {
    if (isDenied(fault)) return { destination: "unreachable", copyIntoVault: "unread" };
    throw fault;
  }
}

/** AWS Backup says "denied" of a vault that does not exist, also to whoever may see every vault, as the worker may. */
async function findVault(client: BackupClient, kms: KMSClient, name: string): Promise<BackupVault | null> {
  return describeVault(client, kms, name).catch((fault: unknown) => {
    if (isDenied(fault)) return null;
    throw fault;
  });
}

async function describeVault(
  backup: ElsewhereClients["backup"],
  kms: KMSClient,
  name: string,
): Promise<BackupVault | null> {
  const operation = "DescribeBackupVault";
  const found = await finding(operation, "ResourceNotFoundException", () =>
    backup.send(new DescribeBackupVaultCommand({ BackupVaultName: name })),
  );
  if (!found) return null;
  if (found.BackupVaultArn === undefined) throw incomplete(operation, "BackupVaultArn");
  const keyArn = found.EncryptionKeyArn ?? null;
  return {
    name,
    arn: found.BackupVaultArn,
    keyArn,
    keyManager: found.EncryptionKeyType === "AWS_OWNED_KMS_KEY" ? "AWS" : await managerOf(kms, keyArn),
    kind: (found.VaultType ?? "BACKUP_VAULT") === "BACKUP_VAULT" ? "standard" : "air-gapped",
    minDays: found.MinRetentionDays ?? null,
    maxDays: found.MaxRetentionDays ?? null,
  };
}

async function managerOf(kms: KMSClient, keyArn: string | null): Promise<BackupVault["keyManager"]> {
  if (keyArn === null) return "unread";
  try {
    return (await findKey(kms, keyArn))?.manager ?? "unread";
  } catch (fault) {
    if (isDenied(fault)) return "unread";
    throw fault;
  }
}

/** A vault without a policy lets nobody in from another account. */
async function rightToCopyInto(
  client: BackupClient,
  vault: string,
  account: string,
): Promise<BackupReadiness["copyIntoVault"]> {
  const operation = "GetBackupVaultAccessPolicy";
  try {
    const found = await finding(operation, "ResourceNotFoundException", () =>
      client.send(new GetBackupVaultAccessPolicyCommand({ BackupVaultName: vault })),
    );
    if (!found?.Policy) return "refused";
    const caller = { account, region: undefined, roleArn: undefined };
    return rightByPolicy(readPolicy(operation, found.Policy), "backup:CopyIntoBackupVault", caller);
  } catch (fault) {
    if (isDenied(fault)) return "unread";
    throw fault;
  }
}

function accountIn(arn: string): string {
  return arn.split(":")[4] ?? "";
}
