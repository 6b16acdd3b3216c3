import { describe, expect, test } from "vitest";
import {
  changeInstanceInput,
  copySnapshotInput,
  createInstanceInput,
  deleteInstanceSnapshotInput,
  instanceSnapshotInput,
  replicaInput,
  restoreInstanceInput,
} from "../../src/aws/instance-inputs.ts";
import { deleteClusterSnapshotInput, restoreFromSnapshotInput } from "../../src/aws/rds-inputs.ts";
import { awsCommand } from "../../src/by-hand/aws-cli.ts";
import type { ClusterSettings } from "../../src/core/cloud.ts";
import type { InstanceSettings } from "../../src/core/instance.ts";
import { awsCall } from "./aws-command.ts";
import { wordsOf } from "./shell-words.ts";

const region = "eu-west-1";

const settings: InstanceSettings = {
  engine: "postgres",
  engineVersion: "16.8",
  instanceClass: "db.m6g.large",
  port: 5433,
  multiAz: true,
  availabilityZone: "eu-west-1b",
  storageType: "io1",
  allocatedStorage: 200,
  iops: 4_000,
  storageThroughput: null,
  maxAllocatedStorage: 1_000,
  dedicatedLogVolume: true,
  parameterGroup: "own",
  optionGroup: "default:postgres-16",
  subnetGroup: "production",
  securityGroups: ["sg-1", "sg-2"],
  publiclyAccessible: false,
  autoMinorVersionUpgrade: false,
  caCertificate: "",
  iamAuthentication: true,
  logExports: ["postgresql", "upgrade"],
  monitoring: { intervalSeconds: 30, roleArn: "arn:aws:iam::1:role/rds-monitoring" },
  performanceInsights: { keyArn: "arn:aws:kms:eu-west-1:1:key/1", retentionDays: 465 },
  databaseInsights: "advanced",
  backupRetentionDays: 7,
  backupWindow: "02:00-02:30",
  maintenanceWindow: "sun:04:00-sun:04:30",
  deletionProtection: false,
  copyTagsToSnapshots: true,
  networkType: "IPV4",
  licenseModel: "postgresql-license",
  lifecycleSupport: "open-source-rds-extended-support",
  tags: { team: "it's ours" },
};

const cluster: ClusterSettings = {
  ...settings,
  engine: "aurora-postgresql",
  engineMode: "provisioned",
  storageType: "aurora",
  localWriteForwarding: false,
  serverlessScaling: null,
};

const source = { kind: "instance", name: "ledger", resourceId: "db-A" } as const;

// The names of options are those that the CLI's help lists; it makes them from the API as we do, and may not change them.
test("a restore of an instance is every setting that it takes as an option of the CLI, and no key", () => {
  const input = restoreInstanceInput({ snapshot: "ledger-copy", name: "ledger", settings });
  expect(awsCommand(region, "RestoreDBInstanceFromDBSnapshot", input).split(" \\\n  ")).toEqual([
    "aws rds restore-db-instance-from-db-snapshot --region eu-west-1",
    "--db-instance-identifier ledger",
    "--db-snapshot-identifier ledger-copy",
    "--db-instance-class db.m6g.large",
    "--port 5433",
    "--multi-az",
    "--db-subnet-group-name production",
    "--vpc-security-group-ids sg-1 sg-2",
    "--no-publicly-accessible",
    "--network-type IPV4",
    "--option-group-name default:postgres-16",
    "--storage-type io1",
    "--allocated-storage 200",
    "--iops 4000",
    "--dedicated-log-volume",
    "--enable-iam-database-authentication",
    "--enable-cloudwatch-logs-exports postgresql upgrade",
    "--no-auto-minor-version-upgrade",
    "--no-deletion-protection",
    "--copy-tags-to-snapshot",
    expect.stringMatching(/^--tags /),
    "--db-parameter-group-name own",
    "--backup-retention-period 7",
    "--preferred-backup-window 02:00-02:30",
    "--license-model postgresql-license",
    "--engine-lifecycle-support open-source-rds-extended-support",
  ]);
});

test("a copy names the key", () => {
  const input = copySnapshotInput({ snapshot: "ledger-after", name: "ledger-copy", keyArn: "key", tags: {} });
  expect(awsCommand(region, "CopyDBSnapshot", input).split(" \\\n  ")).toEqual([
    "aws rds copy-db-snapshot --region eu-west-1",
    "--source-db-snapshot-identifier ledger-after",
    "--target-db-snapshot-identifier ledger-copy",
    "--kms-key-id key",
    "--tags '[]'",
  ]);
});

describe("a command of the sheet, typed into a shell, is the call that the bot makes", () => {
  test.each([
    ["CreateDBSnapshot", instanceSnapshotInput("ledger", "ledger-before", settings.tags)],
    [
      "CopyDBSnapshot",
      copySnapshotInput({ snapshot: "ledger-before", name: "copy", keyArn: "key", tags: settings.tags }),
    ],
    ["DeleteDBSnapshot", deleteInstanceSnapshotInput("copy")],
    ["DeleteDBClusterSnapshot", deleteClusterSnapshotInput("orders-after")],
    [
      "RestoreDBClusterFromSnapshot",
      restoreFromSnapshotInput({
        snapshot: "orders-after",
        name: "orders",
        keyArn: "key",
        settings: cluster,
      }),
    ],
    ["RestoreDBInstanceFromDBSnapshot", restoreInstanceInput({ snapshot: "copy", name: "ledger", settings })],
    [
      "CreateDBInstance",
      createInstanceInput({
        source,
        name: "ledger-new",
        keyArn: "key",
        masterUser: "postgres",
        databaseName: "ledger",
        settings,
      }),
    ],
    ["CreateDBInstanceReadReplica", replicaInput({ source, name: "ledger-2", settings })],
    ["ModifyDBInstance", changeInstanceInput("ledger", { newName: "ledger-old" })],
    [
      "ModifyDBInstance",
      changeInstanceInput("ledger", {
        ...settings,
        maxAllocatedStorage: 1_000,
        monitoring: null,
        performanceInsights: null,
        databaseInsights: "standard",
      }),
    ],
  ])("%s %o", (operation, input) => {
    const command = awsCommand(region, operation, input);
    const call = awsCall(wordsOf(command.replaceAll("\\\n", " "), {}));
    expect(call.operation).toBe(operation);
    expect(call.input).toEqual(input);
  });
});
