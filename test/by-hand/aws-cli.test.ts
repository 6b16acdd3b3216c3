import { expect, test } from "vitest";
import { memberInput } from "../../src/aws/instance-inputs.ts";
import {
  changeInput,
  deleteClusterInput,
  restoreInput,
  tagInput,
  untagInput,
} from "../../src/aws/rds-inputs.ts";
import { awsCommand } from "../../src/by-hand/aws-cli.ts";
import type { ClusterSettings, MemberSettings } from "../../src/core/cloud.ts";
import { awsCall } from "./aws-command.ts";
import { wordsOf } from "./shell-words.ts";

const region = "eu-west-1";

const settings: ClusterSettings = {
  engine: "aurora-postgresql",
  engineVersion: "16.6",
  engineMode: "provisioned",
  port: 5433,
  parameterGroup: "own",
  subnetGroup: "production",
  securityGroups: ["sg-1", "sg-2"],
  iamAuthentication: true,
  logExports: ["instance", "postgresql"],
  backupRetentionDays: 7,
  backupWindow: "02:00-02:30",
  maintenanceWindow: "sun:04:00-sun:04:30",
  deletionProtection: false,
  copyTagsToSnapshots: false,
  storageType: "aurora-iopt1",
  networkType: "DUAL",
  lifecycleSupport: "open-source-rds-extended-support",
  databaseInsights: "advanced",
  localWriteForwarding: false,
  serverlessScaling: { minimum: 0, maximum: 8, secondsUntilPause: 300 },
  tags: {},
};

const member: MemberSettings = {
  name: "orders-1",
  instanceClass: "db.serverless",
  promotionTier: 1,
  availabilityZone: "",
  parameterGroup: "own",
  monitoring: null,
  performanceInsights: { keyArn: "arn:aws:kms:eu-west-1:1:key/1", retentionDays: 465 },
  caCertificate: "rds-ca-rsa2048-g1",
  publiclyAccessible: true,
  autoMinorVersionUpgrade: false,
  maintenanceWindow: "",
  tags: {},
};

// The names of options are those that the CLI's help lists; it makes them from the API as we do, and may not change them.
test("a restore is every setting as an option of the CLI", () => {
  const source = { kind: "cluster", name: "orders-old", resourceId: "cluster-A" } as const;
  const input = restoreInput({
    source,
    at: Date.UTC(2026, 0, 2, 3, 4, 5),
    name: "orders",
    keyArn: "key",
    settings,
  });
  expect(awsCommand(region, "RestoreDBClusterToPointInTime", input).split(" \\\n  ")).toEqual([
    "aws rds restore-db-cluster-to-point-in-time --region eu-west-1",
    "--db-cluster-identifier orders",
    "--source-db-cluster-resource-id cluster-A",
    "--restore-type full-copy",
    "--restore-to-time 2026-01-02T03:04:05Z",
    "--kms-key-id key",
    "--port 5433",
    "--db-cluster-parameter-group-name own",
    "--db-subnet-group-name production",
    "--vpc-security-group-ids sg-1 sg-2",
    "--enable-iam-database-authentication",
    "--enable-cloudwatch-logs-exports instance postgresql",
    "--backup-retention-period 7",
    "--preferred-backup-window 02:00-02:30",
    "--no-deletion-protection",
    "--no-copy-tags-to-snapshot",
    "--storage-type aurora-iopt1",
    "--network-type DUAL",
    "--engine-lifecycle-support open-source-rds-extended-support",
    `--serverless-v2-scaling-configuration '{"MinCapacity":0,"MaxCapacity":8,"SecondsUntilAutoPause":300}'`,
    "--tags '[]'",
  ]);
});

test("a restore to a time that nobody knows yet asks the shell for it", () => {
  const source = { kind: "cluster", name: "orders-old", resourceId: "cluster-A" } as const;
  const input = restoreInput({ source, at: Number.NaN, name: "orders", keyArn: "key", settings });
  expect(awsCommand(region, "RestoreDBClusterToPointInTime", input)).toContain(
    '--restore-to-time "$RESTORE_AT"',
  );
});

test("a member is every setting as an option of the CLI, and what is empty is left out", () => {
  const input = memberInput("orders", "aurora-postgresql", member);
  expect(awsCommand(region, "CreateDBInstance", input).split(" \\\n  ")).toEqual([
    "aws rds create-db-instance --region eu-west-1",
    "--db-instance-identifier orders-1",
    "--db-cluster-identifier orders",
    "--engine aurora-postgresql",
    "--db-instance-class db.serverless",
    "--promotion-tier 1",
    "--db-parameter-group-name own",
    "--monitoring-interval 0",
    "--enable-performance-insights",
    "--performance-insights-kms-key-id arn:aws:kms:eu-west-1:1:key/1",
    "--performance-insights-retention-period 465",
    "--ca-certificate-identifier rds-ca-rsa2048-g1",
    "--publicly-accessible",
    "--no-auto-minor-version-upgrade",
    "--tags '[]'",
  ]);
});

test.each([
  [
    "ModifyDBCluster",
    changeInput("orders", { newName: "orders-old" }),
    "modify-db-cluster --region eu-west-1 --db-cluster-identifier orders --apply-immediately --new-db-cluster-identifier orders-old",
  ],
  [
    "ModifyDBCluster",
    changeInput("orders", { databaseInsights: "advanced" }),
    "modify-db-cluster --region eu-west-1 --db-cluster-identifier orders --apply-immediately --database-insights-mode advanced --enable-performance-insights --performance-insights-retention-period 465",
  ],
  [
    "DeleteDBCluster",
    deleteClusterInput("orders"),
    "delete-db-cluster --region eu-west-1 --db-cluster-identifier orders --skip-final-snapshot",
  ],
  [
    "RemoveTagsFromResource",
    untagInput("arn", ["a:b", "c d"]),
    "remove-tags-from-resource --region eu-west-1 --resource-name arn --tag-keys a:b 'c d'",
  ],
])("%s with %j is one command", (operation, input, command) => {
  expect(awsCommand(region, operation, input).replaceAll(" \\\n  ", " ")).toBe(`aws rds ${command}`);
});

test.each([
  "it's",
  'say "no"',
  "$HOME",
  "`id`",
  "a\\b",
  "two\nlines",
  "#5; rm -rf",
  "', \"', $(id)",
  "größer",
])("a tag of the value %j reaches AWS as it is", (value) => {
  const input = tagInput("arn", { "who's": value });
  const command = awsCommand(region, "AddTagsToResource", input);
  expect(awsCall(wordsOf(command.replaceAll("\\\n", " "), {})).input).toEqual(input);
});
