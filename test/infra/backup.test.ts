import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import { createApp } from "../../infra/app.ts";
import { actions as gateway } from "../../src/aws/cloud.ts";
import {
  changeStatements,
  destroyStatements,
  lookElsewhereStatements,
  type Scope,
} from "../../src/aws/permissions.ts";
import { readConfig, workerSchema } from "../../src/config.ts";
import {
  all,
  deployed,
  emptyBundles,
  exampleSettings,
  functionNamed,
  inFolder,
  settingsWithBackup,
  sorted,
  statementsOf,
  synthesise,
} from "./deployment.ts";

const template = synthesise(settingsWithBackup);

function workerConfig(of: typeof template) {
  const { Environment } = functionNamed(of, "encrypt-db-worker");
  const given = Object.entries<unknown>(Environment.Variables).map(([name, value]) => [
    name,
    deployed(value).replace(/\/BackupRole.*/, "/encrypt-db-AWSBackup"),
  ]);
  return readConfig(workerSchema, { ...Object.fromEntries(given), AWS_REGION: exampleSettings.region });
}

test("without another account nothing of it is made, and the worker is not told of any", () => {
  const without = synthesise();
  without.resourceCountIs("AWS::Backup::BackupVault", 0);
  expect(JSON.stringify(without.toJSON())).not.toContain("aws.backup");
  expect(workerConfig(without)).not.toHaveProperty("BACKUP_VAULT");
});

test("the worker is told where backups are made, where copies go, and who looks at them there", () => {
  const { backup } = settingsWithBackup;
  expect(workerConfig(template)).toMatchObject({
    BACKUP_VAULT: all(template, "AWS::Backup::BackupVault")[0].BackupVaultName,
    BACKUP_ROLE_ARN: expect.stringMatching(/:role\/encrypt-db-AWSBackup$/),
    BACKUP_DESTINATION_VAULT_ARN: backup?.destinationVaultArn,
    BACKUP_VERIFICATION_ROLE_ARN: backup?.verificationRoleArn,
    BACKUP_KEEP_DAYS: 35,
    RETENTION_DAYS: 14,
  });
});

test("for how long is said where the settings do", () => {
  const backup = settingsWithBackup.backup && { ...settingsWithBackup.backup, keepDays: 90 };
  const told = synthesise({ ...exampleSettings, ...(backup && { backup }), retentionDays: 30 });
  expect(workerConfig(told)).toMatchObject({ BACKUP_KEEP_DAYS: 90, RETENTION_DAYS: 30 });
});

describe("the vault of this account", () => {
  test("stays when the stack goes, under the bot's own key, and lets no other account in", () => {
    template.hasResource("AWS::Backup::BackupVault", {
      DeletionPolicy: "Retain",
      UpdateReplacePolicy: "Retain",
    });
    const [vault] = all(template, "AWS::Backup::BackupVault");
    expect(vault).toEqual({
      BackupVaultName: "encrypt-db",
      EncryptionKeyArn: { "Fn::GetAtt": [expect.stringMatching(/^Key/), "Arn"] },
    });
  });
});

test("the role of AWS Backup makes backups, cannot restore, and has a name that AWS Backup takes", () => {
  const [role] = all(template, "AWS::IAM::Role").filter(({ RoleName }) => RoleName !== undefined);
  expect(role.RoleName).toBe("encrypt-db-AWSBackup");
  expect(role.AssumeRolePolicyDocument.Statement).toEqual([
    { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "backup.amazonaws.com" } },
  ]);
  expect(JSON.stringify(role.ManagedPolicyArns).match(/service-role\/\w+/g)).toEqual([
    "service-role/AWSBackupServiceRolePolicyForBackup",
  ]);
  expect(role).not.toHaveProperty("Policies");
});

describe("the roles", () => {
  const { account, region, keys } = exampleSettings;
  const scope: Scope = {
    ...{ partition: "aws", account, region, keyArns: [keys.default] },
    ...{ monitoringRoleArns: [], clusterRoleArns: [] },
    backup: { vault: "encrypt-db", roleArn: `arn:aws:iam::${account}:role/encrypt-db-AWSBackup` },
  };
  const made = (role: string) =>
    statementsOf(template, role).map((statement) => ({
      ...statement,
      Resource: statement.Resource.map((resource) =>
        deployed(resource).replace(/\/BackupRole.*/, "/encrypt-db-AWSBackup"),
      ),
    }));

  test("may do for backups what the code declares for this vault and this role", () => {
    expect(sorted(made("ChangeRole"))).toEqual(sorted(changeStatements(scope)));
    expect(sorted(made("DestroyRole"))).toEqual(sorted(destroyStatements(scope)));
  });

  test("may together call whatever the gateway calls", () => {
    const allowed = ["WorkerRole", "ChangeRole", "DestroyRole"].flatMap((role) =>
      statementsOf(template, role).flatMap(({ Effect, Action }) => (Effect === "Allow" ? Action : [])),
    );
    expect(gateway.filter((action) => !allowed.includes(action))).toEqual([]);
  });

  test("of the other account the worker takes on the one role that only looks", () => {
    const elsewhere = statementsOf(template, "WorkerRole").filter(({ Sid }) => Sid === "LookElsewhere");
    expect(elsewhere).toEqual(lookElsewhereStatements(settingsWithBackup.backup?.verificationRoleArn ?? ""));
    expect(statementsOf(synthesise(), "WorkerRole").map(({ Sid }) => Sid)).not.toContain("LookElsewhere");
  });
});

test("a backup or a copy of a database that has ended wakes the worker", () => {
  const [rule] = all(template, "AWS::Events::Rule").filter(({ Name }) => Name === "encrypt-db-backup-events");
  expect(rule.EventPattern).toEqual({
    source: ["aws.backup"],
    "detail-type": ["Backup Job State Change", "Copy Job State Change"],
    detail: {
      resourceType: ["Aurora", "RDS"],
      state: ["COMPLETED", "FAILED", "ABORTED", "EXPIRED", "PARTIAL"],
    },
  });
  expect(rule.Targets).toMatchObject([
    { Arn: { "Fn::GetAtt": [expect.stringMatching(/^Worker/), "Arn"] }, RetryPolicy: expect.anything() },
  ]);
});

test("the role that the other account is to trust is printed", () => {
  const [output] = Object.values(template.findOutputs("WorkerRoleArn"));
  expect(output?.Value).toEqual({ "Fn::GetAtt": [expect.stringMatching(/^WorkerRole/), "Arn"] });
});

test("cdk-nag has nothing to say that was not argued", () => {
  inFolder((folder) => {
    const { app } = createApp(settingsWithBackup, emptyBundles(folder), folder);
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    expect(violations.map(({ ruleName }) => ruleName)).toEqual([]);
  });
});
