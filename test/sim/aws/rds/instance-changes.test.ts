import {
  CreateDBSnapshotCommand,
  DBInstanceAlreadyExistsFault,
  DescribeDBInstancesCommand,
  InsufficientDBInstanceCapacityFault,
  InvalidDBInstanceStateFault,
  ModifyDBInstanceCommand,
  type ModifyDBInstanceMessage,
  RebootDBInstanceCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { addKey } from "../../../../src/sim/aws/seeds/furniture.ts";
import { day, laboratory, minute, second } from "../laboratory.ts";

type Laboratory = ReturnType<typeof laboratory>;

const modify = async ({ rds }: Laboratory, input: Partial<ModifyDBInstanceMessage>) => {
  const command = new ModifyDBInstanceCommand({ DBInstanceIdentifier: "ledger", ...input });
  return (await rds.send(command)).DBInstance;
};

const now = { ApplyImmediately: true };

const look = async ({ rds }: Laboratory, DBInstanceIdentifier = "ledger") =>
  (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0];

function withInstance(given: Omit<Parameters<Laboratory["seedInstance"]>[0], "id"> = {}) {
  const lab = laboratory();
  const { resourceId } = lab.seedInstance({ id: "ledger", ...given });
  return { ...lab, resourceId };
}

describe("a rename of an instance outside Aurora", () => {
  const rename = { ...now, NewDBInstanceIdentifier: "Ledger-Old" };

  test("takes the old name away at once, and answers under the new one some ten minutes later, restarted", async () => {
    const lab = withInstance();
    const before = (await look(lab))?.Endpoint?.Address ?? "";
    await modify(lab, rename);
    expect((await look(lab))?.PendingModifiedValues).toEqual({ DBInstanceIdentifier: "ledger-old" });
    await lab.pass(5 * second);
    expect(lab.instance("ledger")?.status).toBe("renaming");
    expect(lab.account.resolve(before)).toBeUndefined();
    await lab.pass(7 * minute);
    expect(lab.instance("ledger")?.status).toBe("renaming");
    expect(lab.data.sessions).toEqual([]);
    await lab.pass(3 * minute);
    const renamed = await look(lab, "ledger-old");
    expect(renamed).toMatchObject({ DBInstanceStatus: "available", DbiResourceId: lab.resourceId });
    expect(lab.account.resolve(renamed?.Endpoint?.Address ?? "")?.instanceId).toBe(lab.resourceId);
    expect(lab.data.sessions).toEqual([`reboot ${lab.resourceId}`]);
    expect(lab.account.certificateNames(lab.resourceId)).toEqual([renamed?.Endpoint?.Address]);
  });

  test("lets nobody connect meanwhile", async () => {
    const lab = withInstance();
    await modify(lab, rename);
    await lab.pass(5 * second);
    expect(lab.account.admits(lab.resourceId, "probe")).toBe(false);
    await lab.pass(12 * minute);
    expect(lab.account.admits(lab.resourceId, "probe")).toBe(true);
  });

  test("waits for the maintenance window unless it is told otherwise", async () => {
    const lab = withInstance();
    await modify(lab, { NewDBInstanceIdentifier: "ledger-old" });
    await lab.pass(2 * day);
    expect(lab.instance("ledger")?.status).toBe("available");
    await lab.pass(6 * day);
    await lab.pass(20 * minute);
    expect(lab.instance("ledger-old")?.resourceId).toBe(lab.resourceId);
  });

  test("takes no name that is taken or promised, and frees the old one for another", async () => {
    const lab = withInstance();
    lab.seedInstance({ id: "wiki" });
    await expect(modify(lab, { ...now, NewDBInstanceIdentifier: "wiki" })).rejects.toThrow(
      DBInstanceAlreadyExistsFault,
    );
    await modify(lab, rename);
    const promised = { ...now, DBInstanceIdentifier: "wiki", NewDBInstanceIdentifier: "ledger-old" };
    await expect(modify(lab, promised)).rejects.toThrow(DBInstanceAlreadyExistsFault);
    await lab.pass(12 * minute);
    await modify(lab, { ...now, DBInstanceIdentifier: "wiki", NewDBInstanceIdentifier: "ledger" });
    await lab.pass(12 * minute);
    expect(lab.instance("ledger")?.resourceId).not.toBe(lab.resourceId);
  });

  test("takes replicas along, which name their source as it is called now", async () => {
    const lab = withInstance({ replicas: ["ledger-replica"] });
    await modify(lab, rename);
    await lab.pass(12 * minute);
    expect((await look(lab, "ledger-old"))?.ReadReplicaDBInstanceIdentifiers).toEqual(["ledger-replica"]);
    expect(await look(lab, "ledger-replica")).toMatchObject({
      ReadReplicaSourceDBInstanceIdentifier: "ledger-old",
    });
  });
});

describe("the security groups of an instance outside Aurora", () => {
  test("change as soon as possible, and the old ones hold until then", async () => {
    const lab = withInstance();
    const changed = await modify(lab, { VpcSecurityGroupIds: ["sg-fence"] });
    expect(changed?.VpcSecurityGroups).toEqual([
      { VpcSecurityGroupId: "sg-0da7aba5e5", Status: "removing" },
      { VpcSecurityGroupId: "sg-fence", Status: "adding" },
    ]);
    expect(lab.account.admits(lab.resourceId, "application")).toBe(true);
    await lab.pass(minute);
    expect((await look(lab))?.VpcSecurityGroups).toEqual([
      { VpcSecurityGroupId: "sg-fence", Status: "active" },
    ]);
    expect(lab.account.admits(lab.resourceId, "application")).toBe(false);
    expect(lab.account.admits(lab.resourceId, "probe")).toBe(true);
    expect(lab.data.sessions).toEqual([]);
  });

  test("stay as they were where something has overtaken the change", async () => {
    const lab = withInstance();
    await modify(lab, { VpcSecurityGroupIds: ["sg-fence"] });
    const of = { DBInstanceIdentifier: "ledger", DBSnapshotIdentifier: "safety" };
    await lab.rds.send(new CreateDBSnapshotCommand(of));
    await lab.pass(5 * minute);
    expect((await look(lab))?.VpcSecurityGroups).toEqual([
      { VpcSecurityGroupId: "sg-0da7aba5e5", Status: "active" },
    ]);
  });
});

describe("what happens when", () => {
  test("protection, windows, tags of snapshots, the limit of storage: at once", async () => {
    const lab = withInstance();
    const asked = {
      DeletionProtection: false,
      PreferredMaintenanceWindow: "mon:01:00-mon:01:30",
      PreferredBackupWindow: "05:00-05:30",
      CopyTagsToSnapshot: false,
      MaxAllocatedStorage: 900,
      AutoMinorVersionUpgrade: true,
    };
    expect(await modify(lab, asked)).toMatchObject({ ...asked, DBInstanceStatus: "available" });
  });

  test("monitoring, log exports, insights, the master's secret: as soon as possible, and each has a status", async () => {
    const role = "arn:aws:iam::123456789012:role/other";
    const insights = { EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod: 465 };
    const cases: [Partial<ModifyDBInstanceMessage>, string, object][] = [
      [
        { MonitoringInterval: 60, MonitoringRoleArn: role },
        "configuring-enhanced-monitoring",
        { MonitoringInterval: 60, MonitoringRoleArn: role },
      ],
      [
        { CloudwatchLogsExportConfiguration: { DisableLogTypes: ["upgrade"] } },
        "configuring-log-exports",
        { EnabledCloudwatchLogsExports: ["postgresql"] },
      ],
      [
        { ...insights, DatabaseInsightsMode: "advanced" },
        "modifying",
        { DatabaseInsightsMode: "advanced", PerformanceInsightsRetentionPeriod: 465 },
      ],
      [
        { ManageMasterUserPassword: true },
        "resetting-master-credentials",
        { MasterUserSecret: { SecretStatus: "active" } },
      ],
    ];
    for (const [input, status, told] of cases) {
      const lab = withInstance();
      await modify(lab, input);
      await lab.pass(10 * second);
      expect(lab.instance("ledger")?.status).toBe(status);
      expect(lab.account.admits(lab.resourceId, "application")).toBe(true);
      await lab.pass(2 * minute);
      expect(await look(lab)).toMatchObject({ ...told, DBInstanceStatus: "available" });
    }
  });

  test("class, Multi-AZ, IAM login, option group: in the window, or now, with what was waiting", async () => {
    const lab = withInstance();
    const waiting = await modify(lab, { MultiAZ: false, EnableIAMDatabaseAuthentication: false });
    expect(waiting).toMatchObject({
      MultiAZ: true,
      PendingModifiedValues: { MultiAZ: false, IAMDatabaseAuthenticationEnabled: false },
    });
    await lab.pass(10 * minute);
    expect((await look(lab))?.MultiAZ).toBe(true);
    await modify(lab, { ...now, DBInstanceClass: "db.r6g.xlarge", OptionGroupName: "default:postgres-17" });
    await lab.pass(5 * minute);
    expect(await look(lab)).toMatchObject({
      MultiAZ: false,
      IAMDatabaseAuthenticationEnabled: false,
      DBInstanceClass: "db.r6g.xlarge",
      OptionGroupMemberships: [{ OptionGroupName: "default:postgres-17" }],
      PendingModifiedValues: {},
      DBInstanceStatus: "available",
    });
    expect(lab.data.sessions).toEqual([`reboot ${lab.resourceId}`]);
  });

  test("what is there already: nothing", async () => {
    const lab = withInstance();
    await modify(lab, {
      ...now,
      MultiAZ: true,
      BackupRetentionPeriod: 14,
      MonitoringInterval: 30,
      MonitoringRoleArn: lab.instance("ledger")?.settings.MonitoringRoleArn,
    });
    await lab.pass(10 * second);
    expect(lab.instance("ledger")?.status).toBe("available");
  });

  test("a parameter group: its name at once, and what it says after a reboot", async () => {
    const lab = withInstance();
    const status = async () => (await look(lab))?.DBParameterGroups?.[0];
    await modify(lab, { ...now, DBParameterGroupName: "default.postgres17" });
    await lab.pass(8 * day);
    expect(await status()).toEqual({
      DBParameterGroupName: "default.postgres17",
      ParameterApplyStatus: "pending-reboot",
    });
    await lab.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "ledger" }));
    await lab.pass(minute);
    expect((await status())?.ParameterApplyStatus).toBe("in-sync");
    await expect(modify(lab, { DBParameterGroupName: "default.postgres16" })).rejects.toThrow(/Family/);
  });
});

describe("automated backups", () => {
  test("keep for another number of days as soon as possible, and are switched off in the window", async () => {
    const lab = withInstance();
    await modify(lab, { BackupRetentionPeriod: 3 });
    await lab.pass(3 * minute);
    expect((await look(lab))?.BackupRetentionPeriod).toBe(3);
    expect((await modify(lab, { BackupRetentionPeriod: 0 }))?.PendingModifiedValues).toEqual({
      BackupRetentionPeriod: 0,
    });
    await lab.pass(3 * minute);
    expect((await look(lab))?.BackupRetentionPeriod).toBe(3);
  });

  test("are all gone when they are switched off, and begin anew some minutes after they are switched on", async () => {
    const lab = withInstance();
    const restorable = async () => (await look(lab))?.LatestRestorableTime;
    expect(await restorable()).toBeInstanceOf(Date);
    await modify(lab, { ...now, BackupRetentionPeriod: 0 });
    await lab.pass(3 * minute);
    expect(await restorable()).toBeUndefined();
    await modify(lab, { ...now, BackupRetentionPeriod: 7 });
    await lab.pass(3 * minute);
    expect(await restorable()).toBeUndefined();
    lab.data.write(lab.resourceId, { at: lab.clock.now() + minute, id: "2", value: "" });
    await lab.pass(10 * minute);
    expect(await restorable()).toBeInstanceOf(Date);
  });

  test("ship their logs every five minutes", async () => {
    const lab = withInstance();
    const latest = async () => (await look(lab))?.LatestRestorableTime?.getTime() ?? 0;
    const seen = new Set<number>();
    await lab.pass(30 * second);
    for (let step = 0; step < 20; step++) {
      lab.data.write(lab.resourceId, { at: lab.clock.now(), id: "beat", value: "" });
      seen.add(await latest());
      expect(lab.clock.now() - (await latest())).toBeLessThanOrEqual(5 * minute);
      await lab.pass(minute);
    }
    expect(seen.size).toBe(4);
  });
});

describe("the storage of an instance outside Aurora", () => {
  test("is optimized for hours after a change, while the instance serves and takes other changes", async () => {
    const lab = withInstance();
    await modify(lab, { ...now, StorageType: "io2", Iops: 9_000 });
    await lab.pass(3 * minute);
    expect(await look(lab)).toMatchObject({
      DBInstanceStatus: "storage-optimization",
      StorageOperationStatus: "Optimizing",
      StorageType: "io2",
      Iops: 9_000,
    });
    expect(lab.account.admits(lab.resourceId, "application")).toBe(true);
    await expect(modify(lab, { ...now, AllocatedStorage: 900, Iops: 9_000 })).rejects.toThrow(/optimized/);
    await modify(lab, { ...now, MultiAZ: false });
    await lab.pass(5 * minute);
    expect(await look(lab)).toMatchObject({ MultiAZ: false, DBInstanceStatus: "storage-optimization" });
    await lab.pass(7 * 60 * minute);
    expect((await look(lab))?.DBInstanceStatus).toBe("available");
  });

  test("may be done being optimized in the middle of something else, which is not cut short", async () => {
    const lab = withInstance();
    await modify(lab, { ...now, StorageType: "io2", Iops: 9_000 });
    await lab.pass(2 * minute);
    await lab.pass(6 * 60 * minute - 2 * minute);
    await modify(lab, { ...now, NewDBInstanceIdentifier: "ledger-old" });
    await lab.pass(5 * minute);
    expect(lab.instance("ledger")?.status).toBe("renaming");
    await lab.pass(6 * minute);
    expect(lab.instance("ledger-old")?.status).toBe("available");
  });

  test("grows by a tenth at least, and never shrinks", async () => {
    const lab = withInstance();
    await expect(modify(lab, { ...now, AllocatedStorage: 400 })).rejects.toThrow(/less than 500/);
    const asked = await modify(lab, { ...now, AllocatedStorage: 510, Iops: 15_000, StorageThroughput: 750 });
    expect(asked?.PendingModifiedValues).toEqual({ AllocatedStorage: 550 });
  });
});

describe("a modification is refused", () => {
  test("where a class has no capacity, is not known or cannot encrypt", async () => {
    const lab = withInstance();
    lab.account.alter((turn) => {
      turn.state = { ...turn.state, shortOf: ["db.r6g.2xlarge"] };
    });
    await expect(modify(lab, { DBInstanceClass: "db.r6g.2xlarge" })).rejects.toThrow(
      InsufficientDBInstanceCapacityFault,
    );
    await expect(modify(lab, { DBInstanceClass: "db.z9.huge" })).rejects.toThrow(/Invalid DB Instance class/);
    await expect(modify(lab, { DBInstanceClass: "db.t2.micro" })).rejects.toThrow(/EngineVersion=17.4/);
  });

  test("where its parts do not come together", async () => {
    const lab = withInstance();
    const refused: [Partial<ModifyDBInstanceMessage>, RegExp][] = [
      [{ MonitoringInterval: 60 }, /MonitoringRoleArn value is required/],
      [{ MonitoringInterval: 0, MonitoringRoleArn: "arn:aws:iam::1:role/x" }, /above 0/],
      [{ DatabaseInsightsMode: "advanced" }, /465 days/],
      [{ BackupRetentionPeriod: -1 }, /0 to 35/],
    ];
    for (const [input, says] of refused) await expect(modify(lab, input)).rejects.toThrow(says);
  });

  test("of a member of a cluster, for what is the cluster's", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const asked: Partial<ModifyDBInstanceMessage>[] = [
      { VpcSecurityGroupIds: ["sg-fence"] },
      { BackupRetentionPeriod: 3 },
      { ManageMasterUserPassword: true },
      { AllocatedStorage: 100 },
    ];
    for (const input of asked) {
      const of = { ...input, DBInstanceIdentifier: "orders-1" };
      await expect(modify(lab, of)).rejects.toThrow(/modify the cluster/);
    }
  });

  test("while the instance is not ready", async () => {
    const lab = withInstance({ status: "stopped" });
    await expect(modify(lab, { DeletionProtection: false })).rejects.toThrow(InvalidDBInstanceStateFault);
  });
});

describe("a master password that RDS manages", () => {
  test("is in a secret of its own, under the account's key for secrets or the one that is named", async () => {
    const lab = withInstance();
    const secret = async () => (await look(lab))?.MasterUserSecret;
    await modify(lab, { ManageMasterUserPassword: true });
    await lab.pass(3 * minute);
    const first = await secret();
    expect(first?.SecretArn).toMatch(/^arn:aws:secretsmanager:.*:secret:rds!db-/);
    await modify(lab, { ManageMasterUserPassword: true });
    await lab.pass(3 * minute);
    expect(await secret()).toEqual(first);

    const other = withInstance();
    const key = other.account.alter((turn) => addKey(turn, { alias: "alias/secrets" }));
    await modify(other, { ManageMasterUserPassword: true, MasterUserSecretKmsKeyId: key.arn });
    await other.pass(3 * minute);
    expect((await look(other))?.MasterUserSecret?.KmsKeyId).toBe(key.arn);
  });
});

describe("a reboot", () => {
  test("with failover needs a Multi-AZ instance", async () => {
    const lab = withInstance({ settings: { MultiAZ: false } });
    const reboot = new RebootDBInstanceCommand({ DBInstanceIdentifier: "ledger", ForceFailover: true });
    await expect(lab.rds.send(reboot)).rejects.toThrow(/not a Multi-AZ instance/);
    const wide = withInstance();
    await wide.rds.send(reboot);
    await wide.pass(minute);
    expect(wide.data.sessions).toEqual([`reboot ${wide.resourceId}`]);
  });
});
