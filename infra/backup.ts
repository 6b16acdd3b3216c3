import { RemovalPolicy, type Stack } from "aws-cdk-lib";
import { BackupVault } from "aws-cdk-lib/aws-backup";
import { ManagedPolicy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { accepted } from "./accepted.ts";
import { backupNames } from "./names.ts";
import type { Settings } from "./settings.ts";

/** What AWS Backup works with in the account of the databases, and where it copies to. */
export interface Backups extends NonNullable<Settings["backup"]> {
  readonly vault: string;
  readonly roleArn: string;
}

/**
 * The vault that backups are made into before they are copied, and the role under which AWS Backup makes them. A backup of a
 * database is under the database's own key, whichever the vault has.
 */
export function createBackups(stack: Stack, key: IKey, backup: NonNullable<Settings["backup"]>): Backups {
  const { vault } = backupNames;
  new BackupVault(stack, "Backups", {
    backupVaultName: vault,
    encryptionKey: key,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const policy = "service-role/AWSBackupServiceRolePolicyForBackup";
  const role = new Role(stack, "BackupRole", {
    roleName: backupNames.role,
    assumedBy: new ServicePrincipal("backup.amazonaws.com"),
    managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(policy)],
  });
  accepted(
    role,
    `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`,
    "What AWS Backup calls is AWS's to say, and grows with it. It cannot restore.",
  );
  return { ...backup, vault, roleArn: role.roleArn };
}
