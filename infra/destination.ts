import { type App, ArnFormat, CfnOutput, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { BackupVault } from "aws-cdk-lib/aws-backup";
import { AccountPrincipal, ArnPrincipal, PolicyDocument, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { lookingThere } from "../src/aws/other-account.ts";
import { accepted } from "./accepted.ts";
import type { DestinationSettings } from "./destination-settings.ts";
import { destinationNames, product } from "./names.ts";

/**
 * What the other account has: a vault for the copies under a key of its own, and a role under which the bot looks whether they are
 * there. Nothing in it runs, and nothing of it can be deleted from the account of the databases.
 */
export function createDestination(app: App, settings: DestinationSettings): Stack {
  const { account, region, worker } = settings;
  const stack = new Stack(app, destinationNames.stack, {
    env: { account, region },
    description: `${product}: keeps copies of databases of another account`,
    terminationProtection: true,
  });
  const key = new Key(stack, "CopiesKey", {
    alias: `alias/${destinationNames.vault}`,
    description: "Copies of databases that another account made",
    enableKeyRotation: true,
    // The copies outlive the stack, and nobody restores them without their key.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const vault = createVault(stack, key, settings);
  const role = createVerificationRole(stack, { worker, key, vault });
  output(
    stack,
    "DestinationVaultArn",
    "backup.destinationVaultArn in infra/settings.json",
    vault.backupVaultArn,
  );
  output(stack, "VerificationRoleArn", "backup.verificationRoleArn in infra/settings.json", role.roleArn);
  return stack;
}

function createVault(stack: Stack, key: Key, { worker, lockedDays }: DestinationSettings): BackupVault {
  const [, , , , source = ""] = worker.split(":");
  return new BackupVault(stack, "Copies", {
    backupVaultName: destinationNames.vault,
    encryptionKey: key,
    // The only action that another account can be allowed on a vault.
    // Source: AWS Backup Developer Guide, Creating backup copies across AWS accounts.
    accessPolicy: new PolicyDocument({
      statements: [
        new PolicyStatement({
          sid: "CopiesOfTheDatabases",
          principals: [new AccountPrincipal(source)],
          actions: ["backup:CopyIntoBackupVault"],
          resources: ["*"],
        }),
      ],
    }),
    ...(lockedDays !== undefined && { lockConfiguration: { minRetention: Duration.days(lockedDays) } }),
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

interface Verified {
  readonly worker: string;
  readonly key: Key;
  readonly vault: BackupVault;
}

/** It reads what a copy is and never what is in it; the worker alone may take it on. */
function createVerificationRole(stack: Stack, { worker, key, vault }: Verified): Role {
  const copies = ["cluster-snapshot", "snapshot"].map((resource) =>
    stack.formatArn({
      service: "rds",
      resource,
      resourceName: "awsbackup:*",
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    }),
  );
  // A copy of a database is a snapshot of RDS, and is called so.
  // Source: Service Authorization Reference, AWS Backup, recoveryPoint.
  const resources: Readonly<Record<(typeof lookingThere)[number], readonly string[]>> = {
    "backup:DescribeBackupVault": [vault.backupVaultArn],
    "backup:GetBackupVaultAccessPolicy": [vault.backupVaultArn],
    "backup:ListRecoveryPointsByBackupVault": [vault.backupVaultArn],
    "backup:DescribeRecoveryPoint": copies,
    "kms:DescribeKey": [key.keyArn],
  };
  const role = new Role(stack, "VerificationRole", {
    roleName: destinationNames.verificationRole,
    assumedBy: new ArnPrincipal(worker),
    inlinePolicies: {
      look: new PolicyDocument({
        statements: lookingThere.map(
          (action) => new PolicyStatement({ actions: [action], resources: [...resources[action]] }),
        ),
      }),
    },
  });
  for (const copy of copies)
    accepted(role, `AwsSolutions-IAM5[Resource::${copy}]`, "AWS Backup names copies after jobs to come.");
  return role;
}

function output(stack: Stack, id: string, description: string, value: string): void {
  new CfnOutput(stack, id, { description, value });
}
