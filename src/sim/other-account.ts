import type { BackupTarget } from "../core/backup.ts";
import { Account, type AccountOptions } from "./aws/account.ts";
import { vaultArn } from "./aws/backup/keeping.ts";
import { addRole, roleArn, trust } from "./aws/iam/identities.ts";
import { joinOrganization } from "./aws/organization.ts";
import { addBackupRole, addVault, policyLettingCopiesIn } from "./aws/seeds/backup.ts";
import { addKey, furnish } from "./aws/seeds/furniture.ts";
import type { AccountState } from "./aws/state.ts";
import type { Turn } from "./aws/turn.ts";

/** The account that copies of backups go to, in the same organization. */
export const otherAccountId = "210987654321";

/** An access key of whoever owns it. Calls that are made with it are answered by that account, wherever they are sent. */
export const otherOwnerKey = "AKIAOTHEROWNER";

const organization = { id: "o-acmecorp01", crossAccountBackup: true };
const vault = "encrypt-db";
const copies = "encrypt-db-copies";
const jobRole = "encrypt-db-AWSBackup";
const verifyRole = "encrypt-db-verify";

/** Opens the other account, furnished at the first time; `trusted` may look at the copies in it, by ARN. */
export function openOtherAccount(
  options: Omit<AccountOptions, "accountId"> & { readonly source: string; readonly trusted: string },
): Account {
  const { source, trusted, ...given } = options;
  const account = new Account({ ...given, accountId: otherAccountId });
  if (!options.state) account.alter((turn) => furnishDestination(turn, { source, trusted }));
  return account;
}

/** As a deployment furnishes it: a vault under a key of its own that takes copies, and a role that looks at them. */
function furnishDestination(
  turn: Turn,
  { source, trusted }: { readonly source: string; readonly trusted: string },
): void {
  furnish(turn);
  joinOrganization(turn, organization);
  const key = addKey(turn, {
    alias: `alias/${copies}`,
    description: "Copies of another account's databases",
  });
  addVault(turn, { name: copies, keyArn: key.arn, policy: policyLettingCopiesIn(source) });
  const { accountId, region } = turn.state;
  const there = vaultArn(turn.state, copies);
  const snapshots = ["cluster-snapshot", "snapshot"].map(
    (kind) => `arn:aws:rds:${region}:${accountId}:${kind}:awsbackup:*`,
  );
  const may = (Action: string | readonly string[], Resource: string | readonly string[]) =>
    ({ Effect: "Allow", Action, Resource }) as const;
  turn.state = addRole(turn.state, verifyRole, [
    may("backup:DescribeRecoveryPoint", snapshots),
    may(
      [
        "backup:ListRecoveryPointsByBackupVault",
        "backup:DescribeBackupVault",
        "backup:GetBackupVaultAccessPolicy",
      ],
      there,
    ),
    may("kms:DescribeKey", key.arn),
  ]);
  turn.state = trust(turn.state, verifyRole, [
    { Effect: "Allow", Principal: { AWS: trusted }, Action: "sts:AssumeRole" },
  ]);
  const owner = { arn: `arn:aws:iam::${accountId}:root`, policies: [], expiresAt: null };
  turn.state = { ...turn.state, identities: { ...turn.state.identities, [otherOwnerKey]: owner } };
}

/** What the account of the databases needs to back them up: a vault under one of its keys, the role of AWS Backup, the organization. */
export function furnishBackups(turn: Turn, keyArn: string): void {
  joinOrganization(turn, organization);
  addVault(turn, { name: vault, keyArn });
  addBackupRole(turn, jobRole);
}

/** Where backups of an account go, as a deployment is told it. */
export function backupTarget({
  accountId,
  region,
}: Pick<AccountState, "accountId" | "region">): BackupTarget {
  const there = { accountId: otherAccountId, region };
  return {
    vault,
    roleArn: roleArn({ accountId }, jobRole),
    destinationVaultArn: vaultArn(there, copies),
    verificationRoleArn: roleArn(there, verifyRole),
    keepDays: 35,
  };
}

/** The same as environment variables. */
export function backupVariables(of: Pick<AccountState, "accountId" | "region">): Record<string, string> {
  const { vault: into, roleArn: jobs, destinationVaultArn, verificationRoleArn, keepDays } = backupTarget(of);
  return {
    BACKUP_VAULT: into,
    BACKUP_ROLE_ARN: jobs,
    BACKUP_DESTINATION_VAULT_ARN: destinationVaultArn,
    BACKUP_VERIFICATION_ROLE_ARN: verificationRoleArn,
    BACKUP_KEEP_DAYS: String(keepDays),
  };
}
