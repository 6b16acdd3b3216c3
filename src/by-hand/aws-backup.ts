import type { BackupLook } from "../core/by-hand.ts";
import { command, quoted } from "./shell.ts";

/** What is asked of AWS Backup. A vault of the other account is asked with a profile for it, in the vault's own Region. */
export function backupLook(region: string, look: BackupLook): string {
  switch (look.of) {
    case "backup-jobs":
      return asked(
        region,
        "list-backup-jobs",
        [`--by-resource-arn ${quoted(look.arn)}`, `--by-backup-vault-name ${quoted(look.vault)}`, completed],
        "BackupJobs[].[RecoveryPointArn]",
      );
    case "recovery-point":
      return point(region, look.vault, look.point, "[ResourceArn, EncryptionKeyArn]");
    case "copy-jobs":
      return asked(
        region,
        "list-copy-jobs",
        [
          `--by-source-recovery-point-arn ${quoted(look.point)}`,
          `--by-destination-vault-arn ${quoted(look.vaultArn)}`,
          completed,
        ],
        "CopyJobs[].[DestinationRecoveryPointArn]",
      );
    case "copy":
      return there(look.vaultArn, look.point, "[ResourceArn, SourceBackupVaultArn, IsEncrypted]");
    case "copy-key":
      return there(look.vaultArn, look.point, "[EncryptionKeyArn]");
    case "vault-key": {
      const { region: home, vault } = placeOf(look.vaultArn);
      const options = [otherAccount, `--backup-vault-name ${quoted(vault)}`];
      return asked(home, "describe-backup-vault", options, "[EncryptionKeyArn]");
    }
    case "backup-plan":
      return asked(
        region,
        "list-backup-plans",
        [],
        `BackupPlansList[?BackupPlanName=='${look.name}'].[BackupPlanId]`,
      );
    case "backup-selections":
      return asked(
        region,
        "list-backup-selections",
        [`--backup-plan-id ${quoted(look.plan)}`],
        `BackupSelectionsList[].[${look.shows === "name" ? "SelectionName" : "SelectionId"}]`,
      );
  }
}

const completed = "--by-state COMPLETED";
const otherAccount = `--profile ${quoted("$OTHER_ACCOUNT")}`;

function there(vaultArn: string, arn: string, shown: string): string {
  const { region, vault } = placeOf(vaultArn);
  return point(region, vault, arn, shown, [otherAccount]);
}

function point(region: string, vault: string, arn: string, shown: string, options: readonly string[] = []) {
  const which = [`--backup-vault-name ${quoted(vault)}`, `--recovery-point-arn ${quoted(arn)}`];
  return asked(region, "describe-recovery-point", [...options, ...which], shown);
}

function placeOf(vaultArn: string): { readonly region: string; readonly vault: string } {
  const [, , , region = "", , , vault = ""] = vaultArn.split(":");
  return { region, vault };
}

function asked(region: string, what: string, options: readonly string[], query: string): string {
  return command(`aws backup ${what} --region ${quoted(region)}`, [
    ...options,
    `--query ${quoted(query)}`,
    "--output text",
  ]);
}

/** Operations of AWS Backup among those that the sheets tell. Source: AWS Backup API. */
const ofBackup = /^(Start|Create|Delete)(BackupJob|CopyJob|BackupPlan|BackupSelection)$/;

export function isOfBackup(operation: string): boolean {
  return ofBackup.test(operation);
}
