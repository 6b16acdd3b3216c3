import { describe, expect, test } from "vitest";
import {
  changeStatements,
  destroyStatements,
  lookElsewhereStatements,
  type Scope,
} from "../../src/aws/permissions.ts";
import { type Ask, isAllowed } from "../../src/sim/aws/iam/evaluate.ts";

const jobRole = "arn:aws:iam::123456789012:role/AWSBackup-encrypt-db";
const scope: Scope = {
  partition: "aws",
  account: "123456789012",
  region: "eu-west-1",
  keyArns: [],
  monitoringRoleArns: [],
  clusterRoleArns: [],
  backup: { vault: "encrypt-db", roleArn: jobRole },
};
const roles = { change: changeStatements(scope), destroy: destroyStatements(scope) };

const inBackup = (resource: string) => `arn:aws:backup:eu-west-1:123456789012:${resource}`;
const plan = inBackup("backup-plan:0a1b");
const point = "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:awsbackup:job-1";
const here = { "aws:RequestedRegion": "eu-west-1" };
const toBackup = { "iam:PassedToService": "backup.amazonaws.com" };
const migration = "encrypt-db:migration";
const marking = { [`aws:RequestTag/${migration}`]: "m00001", "aws:TagKeys": [migration] };
const marked = { [`aws:ResourceTag/${migration}`]: "m00001" };

function may(role: keyof typeof roles, action: string, resource: string, context: Ask["context"] = {}) {
  return isAllowed([roles[role]], { action, resource, context });
}

describe("the role that changes", () => {
  test.each([
    ["backs up into its vault", "backup:StartBackupJob", inBackup("backup-vault:encrypt-db"), here],
    ["copies what AWS Backup made", "backup:StartCopyJob", point, here],
    ["lets AWS Backup work as its role", "iam:PassRole", jobRole, toBackup],
    ["makes a plan that says whose it is", "backup:CreateBackupPlan", plan, marking],
    ["marks it so", "backup:TagResource", plan, marking],
    ["selects in one that the bot made", "backup:CreateBackupSelection", plan, marked],
  ])("%s", (_, action, resource, context) => {
    expect(may("change", action, resource, context)).toBe(true);
  });

  test.each([
    ["backs up into no other vault", "backup:StartBackupJob", inBackup("backup-vault:Default"), here],
    ["copies no snapshot of another kind", "backup:StartCopyJob", point.replace("awsbackup:", ""), here],
    [
      "passes the role to nobody else",
      "iam:PassRole",
      jobRole,
      { "iam:PassedToService": "ec2.amazonaws.com" },
    ],
    ["passes AWS Backup no other role", "iam:PassRole", `${jobRole}-other`, toBackup],
    ["makes no plan without a mark", "backup:CreateBackupPlan", plan, {}],
    [
      "sets no other tag on a plan",
      "backup:TagResource",
      plan,
      { ...marking, "aws:TagKeys": [migration, "cost-centre"] },
    ],
    ["selects in nobody else's plan", "backup:CreateBackupSelection", plan, {}],
    ["deletes no plan", "backup:DeleteBackupPlan", plan, marked],
    ["deletes no backup", "backup:DeleteRecoveryPoint", point, here],
  ])("%s", (_, action, resource, context) => {
    expect(may("change", action, resource, context)).toBe(false);
  });
});

describe("the role that destroys", () => {
  test("deletes plans that the bot made with what they select, and no others", () => {
    for (const action of ["backup:DeleteBackupPlan", "backup:DeleteBackupSelection"]) {
      expect(may("destroy", action, plan, marked)).toBe(true);
      expect(may("destroy", action, plan)).toBe(false);
    }
  });

  test("deletes no backup and no vault", () => {
    expect(may("destroy", "backup:DeleteRecoveryPoint", point, here)).toBe(false);
    expect(may("destroy", "backup:DeleteBackupVault", inBackup("backup-vault:encrypt-db"))).toBe(false);
  });
});

test("where no other account is configured, neither role may do anything in AWS Backup", () => {
  const without = { ...scope, backup: null };
  const statements = [...changeStatements(without), ...destroyStatements(without)];
  expect(statements.filter(({ Action }) => Action.some((one) => one.startsWith("backup:")))).toEqual([]);
});

test("the worker may take on the one role of the other account that looks there", () => {
  const verify = "arn:aws:iam::210987654321:role/encrypt-db-verify";
  const own = lookElsewhereStatements(verify);
  const assume = (resource: string) => isAllowed([own], { action: "sts:AssumeRole", resource, context: {} });
  expect(assume(verify)).toBe(true);
  expect(assume(`${verify}-other`)).toBe(false);
});
