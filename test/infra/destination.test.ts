import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import { createDestinationApp } from "../../infra/app.ts";
import { lookingThere } from "../../src/aws/other-account.ts";
import {
  all,
  exampleDestination,
  inFolder,
  settingsWithBackup,
  synthesiseDestination,
} from "./deployment.ts";

const template = synthesiseDestination();
const { account, region, worker } = exampleDestination;

test("the other account has a vault, its key and one role, and nothing that runs", () => {
  const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>);
  expect(types.map(({ Type }) => Type).sort()).toEqual([
    "AWS::Backup::BackupVault",
    "AWS::IAM::Role",
    "AWS::KMS::Alias",
    "AWS::KMS::Key",
  ]);
});

describe("the vault", () => {
  const [vault] = all(template, "AWS::Backup::BackupVault");

  test("is under a rotated key of its own, and both outlive the stack", () => {
    expect(vault.BackupVaultName).toBe("encrypt-db-copies");
    expect(vault.EncryptionKeyArn).toEqual({ "Fn::GetAtt": [expect.stringMatching(/^CopiesKey/), "Arn"] });
    template.hasResource("AWS::KMS::Key", {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
      Properties: { EnableKeyRotation: true },
    });
    template.hasResource("AWS::Backup::BackupVault", {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
    });
  });

  test("lets the account of the databases copy into it, and lets nobody do anything else", () => {
    expect(vault.AccessPolicy.Statement).toEqual([
      {
        Sid: "CopiesOfTheDatabases",
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${worker.split(":")[4]}:root` },
        Action: "backup:CopyIntoBackupVault",
        Resource: "*",
      },
    ]);
  });

  test("is locked only where that is asked for, and never for good", () => {
    expect(vault).not.toHaveProperty("LockConfiguration");
    const [locked] = all(
      synthesiseDestination({ ...exampleDestination, lockedDays: 30 }),
      "AWS::Backup::BackupVault",
    );
    // With ChangeableForDays nobody could ever lift it, nor delete the account.
    expect(locked.LockConfiguration).toEqual({ MinRetentionDays: 30 });
  });
});

test("its key is its own account's alone: the other one may neither use it nor delete it", () => {
  const [key] = all(template, "AWS::KMS::Key");
  const principals = key.KeyPolicy.Statement.map(({ Principal }: { Principal: object }) => Principal);
  expect(principals).toEqual([{ AWS: `arn:aws:iam::${account}:root` }]);
});

describe("the verification role", () => {
  const [role] = all(template, "AWS::IAM::Role");

  test("is taken on by the worker and by nobody else", () => {
    expect(role.AssumeRolePolicyDocument.Statement).toEqual([
      { Effect: "Allow", Action: "sts:AssumeRole", Principal: { AWS: worker } },
    ]);
  });

  test("reads what is in the vault, and changes, restores and decrypts nothing", () => {
    const statements = role.Policies.flatMap(
      ({ PolicyDocument }: { PolicyDocument: { Statement: { Action: unknown; Resource: unknown }[] } }) =>
        PolicyDocument.Statement,
    );
    const actions = statements.flatMap(({ Action }: { Action: string | string[] }) => Action);
    expect(actions.sort()).toEqual([...lookingThere].sort());
    expect(actions.filter((action: string) => !/:(?:Describe|Get|List)/.test(action))).toEqual([]);
    for (const { Effect, Resource } of statements) {
      expect(Effect).toBe("Allow");
      expect([Resource].flat()).not.toContain("*");
    }
    expect(JSON.stringify(statements)).toContain(`:rds:${region}:${account}:cluster-snapshot:awsbackup:*`);
    expect(role).not.toHaveProperty("ManagedPolicyArns");
  });
});

test("what it prints is what the settings of the first deployment take", () => {
  const { verificationRoleArn = "", destinationVaultArn = "" } = settingsWithBackup.backup ?? {};
  expect(Object.keys(template.findOutputs("*")).sort()).toEqual([
    "DestinationVaultArn",
    "VerificationRoleArn",
  ]);
  expect(all(template, "AWS::IAM::Role")[0].RoleName).toBe(verificationRoleArn.split("/").at(-1));
  expect(all(template, "AWS::Backup::BackupVault")[0].BackupVaultName).toBe(
    destinationVaultArn.split(":").at(-1),
  );
});

test("cdk-nag has nothing to say that was not argued", () => {
  inFolder((folder) => {
    const { app } = createDestinationApp(exampleDestination, folder);
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
  });
});
