import {
  CopyDBSnapshotCommand,
  CreateDBSnapshotCommand,
  DBInstanceAlreadyExistsFault,
  DBParameterGroupNotFoundFault,
  DBSnapshotNotFoundFault,
  DescribeDBInstancesCommand,
  InstanceQuotaExceededFault,
  InsufficientDBInstanceCapacityFault,
  InvalidDBSnapshotStateFault,
  InvalidVPCNetworkStateFault,
  KMSKeyNotAccessibleFault,
  OptionGroupNotFoundFault,
  RestoreDBInstanceFromDBSnapshotCommand,
  type RestoreDBInstanceFromDBSnapshotMessage,
  StorageQuotaExceededFault,
  type Tag,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { addOptionGroup, addSecurityGroup } from "../../../../src/sim/aws/seeds/furniture.ts";
import { instanceOfOldClass } from "../../../../src/sim/aws/seeds/topologies.ts";
import type { AccountState, InstanceSettings, StorageKey } from "../../../../src/sim/aws/state.ts";
import { laboratory, minute, start } from "../laboratory.ts";

type Laboratory = ReturnType<typeof laboratory>;

const restore = async ({ rds }: Laboratory, input: Partial<RestoreDBInstanceFromDBSnapshotMessage> = {}) => {
  const names = { DBInstanceIdentifier: "copy", DBSnapshotIdentifier: "safety" };
  return (await rds.send(new RestoreDBInstanceFromDBSnapshotCommand({ ...names, ...input }))).DBInstance;
};

const look = async ({ rds }: Laboratory, DBInstanceIdentifier = "copy") =>
  (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0];

async function withSnapshot(given: { storageKey?: StorageKey; settings?: Partial<InstanceSettings> } = {}) {
  const lab = laboratory();
  const { resourceId } = lab.seedInstance({ id: "ledger", ...given });
  lab.data.write(resourceId, { at: start, id: "2", value: "" });
  const of = { DBInstanceIdentifier: "ledger", DBSnapshotIdentifier: "safety" };
  await lab.rds.send(new CreateDBSnapshotCommand(of));
  lab.data.write(resourceId, { at: start + 1, id: "late", value: "" });
  await lab.pass(4 * minute);
  return { ...lab, resourceId };
}

const change = ({ account }: Laboratory, part: (state: AccountState) => Partial<AccountState>) =>
  account.alter((turn) => {
    turn.state = { ...turn.state, ...part(turn.state) };
  });

describe("an instance that is restored from a snapshot", () => {
  test("holds what the snapshot holds, under a resource id of its own", async () => {
    const lab = await withSnapshot();
    const copy = await restore(lab);
    expect(copy?.DbiResourceId).toMatch(/^db-/);
    expect(copy?.DbiResourceId).not.toBe(lab.resourceId);
    expect(lab.data.volumes.get(copy?.DbiResourceId ?? "")?.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  test("has no address at first, serves in a quarter of an hour, and is slow for longer", async () => {
    const lab = await withSnapshot();
    const made = await restore(lab);
    expect(made).toMatchObject({ DBInstanceStatus: "creating" });
    expect(made?.Endpoint).toBeUndefined();
    await lab.pass(13 * minute);
    const served = await look(lab);
    expect(served).toMatchObject({
      DBInstanceStatus: "storage-initialization",
      StorageOperationStatus: "Initializing",
    });
    const { instanceId = "" } = lab.account.resolve(served?.Endpoint?.Address ?? "") ?? {};
    expect(lab.data.instances.get(instanceId)).toEqual({ volume: instanceId, writer: true });
    await lab.pass(45 * minute);
    const settled = await look(lab);
    expect(settled?.DBInstanceStatus).toBe("available");
    expect(settled?.StorageOperationStatus).toBeUndefined();
  });

  test("cannot be restored to a time until its first backup", async () => {
    const lab = await withSnapshot();
    const copy = await restore(lab);
    await lab.pass(13 * minute);
    expect((await look(lab))?.LatestRestorableTime).toBeUndefined();
    await lab.pass(6 * minute);
    lab.data.write(copy?.DbiResourceId ?? "", { at: lab.clock.now(), id: "3", value: "" });
    await lab.pass(10 * minute);
    expect((await look(lab))?.LatestRestorableTime).toBeInstanceOf(Date);
  });

  test("has of everything that is not named what AWS gives a new one, and not what its source has", async () => {
    const lab = await withSnapshot();
    const group = { VpcSecurityGroupId: "sg-default-vpc-0a1b2c3d4e5f60718", Status: "active" };
    const copy = await restore(lab);
    expect(copy).toMatchObject({
      DBParameterGroups: [{ DBParameterGroupName: "default.postgres17" }],
      OptionGroupMemberships: [{ OptionGroupName: "default:postgres-17" }],
      VpcSecurityGroups: [group],
      DBSubnetGroup: { DBSubnetGroupName: "default" },
      MultiAZ: false,
      StorageType: "gp3",
      Iops: 12_000,
      StorageThroughput: 500,
      DeletionProtection: false,
      IAMDatabaseAuthenticationEnabled: false,
      CopyTagsToSnapshot: false,
      AutoMinorVersionUpgrade: true,
      MonitoringInterval: 0,
      PerformanceInsightsEnabled: false,
      CACertificateIdentifier: "rds-ca-rsa2048-g1",
      EngineLifecycleSupport: "open-source-rds-extended-support",
    });
    for (const forgotten of [
      "EnabledCloudwatchLogsExports",
      "MonitoringRoleArn",
      "MaxAllocatedStorage",
      "MasterUserSecret",
      "PerformanceInsightsKMSKeyId",
    ] as const) {
      expect([forgotten, copy?.[forgotten]]).toEqual([forgotten, undefined]);
    }
    const source = await look(lab, "ledger");
    expect(copy?.PreferredMaintenanceWindow).not.toBe(source?.PreferredMaintenanceWindow);
    expect(copy?.PreferredBackupWindow).not.toBe(source?.PreferredBackupWindow);
  });

  test("keeps engine, version, class, port, size, master, database and retention of the snapshot", async () => {
    const lab = await withSnapshot({ settings: { EngineVersion: "16.4", DbInstancePort: 6543 } });
    await restore(lab, { DBParameterGroupName: "production-postgres16" });
    await lab.pass(13 * minute);
    expect(await look(lab)).toMatchObject({
      Engine: "postgres",
      EngineVersion: "16.4",
      DBInstanceClass: "db.r6g.large",
      Endpoint: { Port: 6543 },
      AllocatedStorage: 500,
      MasterUsername: "postgres",
      DBName: "orders",
      BackupRetentionPeriod: 14,
    });
  });

  test("has everything that is named", async () => {
    const lab = await withSnapshot();
    const named = {
      DBInstanceClass: "db.r6g.xlarge",
      MultiAZ: true,
      PubliclyAccessible: true,
      AutoMinorVersionUpgrade: false,
      LicenseModel: "postgresql-license",
      CopyTagsToSnapshot: true,
      DeletionProtection: true,
      NetworkType: "DUAL",
      DedicatedLogVolume: true,
      CACertificateIdentifier: "rds-ca-ecc384-g1",
      EngineLifecycleSupport: "open-source-rds-extended-support-disabled",
      BackupRetentionPeriod: 7,
      PreferredBackupWindow: "03:00-03:30",
      StorageType: "io2",
      Iops: 4_000,
      AllocatedStorage: 600,
    };
    const copy = await restore(lab, {
      ...named,
      Port: 6543,
      VpcSecurityGroupIds: ["sg-fence"],
      DBSubnetGroupName: "production",
      DBParameterGroupName: "production-postgres17",
      OptionGroupName: "production-postgres17",
      EnableIAMDatabaseAuthentication: true,
      EnableCloudwatchLogsExports: ["postgresql"],
    });
    expect(copy).toMatchObject({
      ...named,
      VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-fence" }],
      DBSubnetGroup: { DBSubnetGroupName: "production" },
      DBParameterGroups: [{ DBParameterGroupName: "production-postgres17", ParameterApplyStatus: "in-sync" }],
      OptionGroupMemberships: [{ OptionGroupName: "production-postgres17" }],
      IAMDatabaseAuthenticationEnabled: true,
      EnabledCloudwatchLogsExports: ["postgresql"],
    });
    expect(lab.instance("copy")?.settings.DbInstancePort).toBe(6543);
  });

  test("has the tags of the instance at that time, or only those that are named", async () => {
    const lab = await withSnapshot();
    const keys = (tags: readonly Tag[] = []) => tags.map(({ Key }) => Key);
    expect(keys((await restore(lab))?.TagList)).toEqual(["service", "environment", "encrypt-db:enrolled"]);
    const other = await restore(lab, {
      DBInstanceIdentifier: "other",
      Tags: [{ Key: "run", Value: "1" }],
    });
    expect(keys(other?.TagList)).toEqual(["run"]);
  });
});

describe("the key of an instance that is restored", () => {
  test("is that of its snapshot, and there is none where that has none", async () => {
    const encrypted = await withSnapshot();
    const { storageKey } = encrypted.instance("ledger") ?? {};
    expect(await restore(encrypted)).toMatchObject({
      StorageEncrypted: true,
      KmsKeyId: storageKey?.type === "sse-kms" && storageKey.arn,
    });
    const plain = await withSnapshot({ storageKey: { type: "none" } });
    const copy = await restore(plain);
    expect(copy).toMatchObject({ StorageEncrypted: false, StorageEncryptionType: "none" });
    expect(copy?.KmsKeyId).toBeUndefined();
  });

  test("is another by way of a copy of the snapshot, which holds the same", async () => {
    const lab = await withSnapshot({ storageKey: { type: "none" } });
    const names = { SourceDBSnapshotIdentifier: "safety", TargetDBSnapshotIdentifier: "encrypted" };
    await lab.rds.send(new CopyDBSnapshotCommand({ ...names, KmsKeyId: lab.key.arn }));
    await lab.pass(60 * minute);
    const copy = await restore(lab, { DBSnapshotIdentifier: "encrypted" });
    expect(copy).toMatchObject({
      StorageEncrypted: true,
      StorageEncryptionType: "sse-kms",
      KmsKeyId: lab.key.arn,
    });
    expect(lab.data.volumes.get(copy?.DbiResourceId ?? "")?.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  test("has to be usable", async () => {
    const lab = await withSnapshot();
    change(lab, ({ keys }) => ({
      keys: Object.fromEntries(
        Object.entries(keys).map(([id, key]) => [id, { ...key, state: "Disabled" as const }]),
      ),
    }));
    await expect(restore(lab)).rejects.toThrow(KMSKeyNotAccessibleFault);
  });
});

describe("storage in a restore", () => {
  test("is io1 where IOPS are named and no type is, and io1 has the IOPS of the snapshot where none are", async () => {
    const lab = await withSnapshot({
      settings: { StorageType: "io1", Iops: 3_000, StorageThroughput: undefined },
    });
    expect(await restore(lab, { Iops: 5_000 })).toMatchObject({ StorageType: "io1", Iops: 5_000 });
    const kept = await restore(lab, { DBInstanceIdentifier: "kept", StorageType: "io1" });
    expect(kept).toMatchObject({ StorageType: "io1", Iops: 3_000 });
    const forgotten = await restore(lab, { DBInstanceIdentifier: "forgotten" });
    expect(forgotten).toMatchObject({ StorageType: "gp3", Iops: 12_000 });
  });

  test("of small gp3 has its speed by itself, which is told and refused", async () => {
    const small = { AllocatedStorage: 100, StorageType: "gp3", Iops: 3_000, StorageThroughput: 125 };
    const lab = await withSnapshot({ settings: small });
    await expect(restore(lab, small)).rejects.toThrow(/storage size less than 400/);
    expect(await restore(lab, { StorageType: "gp3" })).toMatchObject(small);
  });

  test("has to fit together, and to hold the snapshot", async () => {
    const lab = await withSnapshot();
    const refused: [Partial<RestoreDBInstanceFromDBSnapshotMessage>, RegExp][] = [
      [{ StorageType: "io2" }, /must specify IOPS/],
      [{ StorageType: "gp2", Iops: 3_000 }, /can't specify IOPS/],
      [{ StorageType: "io1", Iops: 3_000, StorageThroughput: 500 }, /can't specify storage throughput/],
      [{ StorageType: "tape" }, /Invalid storage type/],
      [{ AllocatedStorage: 100 }, /at least 500/],
    ];
    for (const [input, says] of refused) await expect(restore(lab, input)).rejects.toThrow(says);
  });
});

describe("a restore is refused", () => {
  test("under a name that is taken or promised, and of a snapshot that is not there or not finished", async () => {
    const lab = await withSnapshot();
    await expect(restore(lab, { DBInstanceIdentifier: "Ledger" })).rejects.toThrow(
      DBInstanceAlreadyExistsFault,
    );
    await expect(restore(lab, { DBSnapshotIdentifier: "absent" })).rejects.toThrow(DBSnapshotNotFoundFault);
    const of = { DBInstanceIdentifier: "ledger", DBSnapshotIdentifier: "second" };
    await lab.rds.send(new CreateDBSnapshotCommand(of));
    await expect(restore(lab, { DBSnapshotIdentifier: "second" })).rejects.toThrow(
      InvalidDBSnapshotStateFault,
    );
  });

  test("with groups that are not there, of another version or of another network", async () => {
    const lab = await withSnapshot();
    lab.account.alter((turn) => {
      addOptionGroup(turn, { name: "old", majorVersion: "13" });
      addSecurityGroup(turn, { id: "sg-elsewhere", vpcId: "vpc-other", admits: [] });
    });
    await expect(restore(lab, { DBParameterGroupName: "absent" })).rejects.toThrow(
      DBParameterGroupNotFoundFault,
    );
    await expect(restore(lab, { OptionGroupName: "absent" })).rejects.toThrow(OptionGroupNotFoundFault);
    await expect(restore(lab, { DBParameterGroupName: "default.postgres16" })).rejects.toThrow(/Family/);
    await expect(restore(lab, { OptionGroupName: "old" })).rejects.toThrow(/can't be used with postgres 17/);
    await expect(restore(lab, { VpcSecurityGroupIds: ["sg-elsewhere"] })).rejects.toThrow(
      InvalidVPCNetworkStateFault,
    );
  });

  test("with what its call does not take", async () => {
    const lab = await withSnapshot();
    const refused: [Partial<RestoreDBInstanceFromDBSnapshotMessage>, RegExp][] = [
      [{ ManageMasterUserPassword: true }, /ManageMasterUserPassword/],
      [{ MultiAZ: true, AvailabilityZone: "eu-central-1a" }, /not valid for Multi-AZ/],
      [{ BackupRetentionPeriod: 36 }, /0 to 35/],
      [{ Engine: "mysql" }, /snapshot is of postgres/],
      [{ DBInstanceClass: "db.z9.huge" }, /Invalid DB Instance class/],
      [{ Tags: [{ Key: "aws:mine", Value: "" }] }, /reserved/],
    ];
    for (const [input, says] of refused) await expect(restore(lab, input)).rejects.toThrow(says);
  });

  test("where there is no capacity or no room in a quota", async () => {
    const lab = await withSnapshot();
    change(lab, () => ({ shortOf: ["db.r6g.large"] }));
    await expect(restore(lab)).rejects.toThrow(InsufficientDBInstanceCapacityFault);
    await restore(lab, { DBInstanceClass: "db.r6g.xlarge" });
    change(lab, ({ quotas }) => ({ shortOf: [], quotas: { ...quotas, AllocatedStorage: 1_400 } }));
    await expect(restore(lab, { DBInstanceIdentifier: "second" })).rejects.toThrow(StorageQuotaExceededFault);
    change(lab, ({ quotas }) => ({ quotas: { ...quotas, DBInstances: 2 } }));
    await expect(restore(lab, { DBInstanceIdentifier: "second" })).rejects.toThrow(
      InstanceQuotaExceededFault,
    );
  });

  test("under a key where the class cannot encrypt", async () => {
    const lab = laboratory();
    lab.account.alter((turn) => instanceOfOldClass(turn, "attic"));
    const of = { DBInstanceIdentifier: "attic", DBSnapshotIdentifier: "safety" };
    await lab.rds.send(new CreateDBSnapshotCommand(of));
    await lab.pass(4 * minute);
    const names = { SourceDBSnapshotIdentifier: "safety", TargetDBSnapshotIdentifier: "encrypted" };
    await lab.rds.send(new CopyDBSnapshotCommand({ ...names, KmsKeyId: lab.key.arn }));
    await lab.pass(60 * minute);
    await expect(restore(lab, { DBSnapshotIdentifier: "encrypted" })).rejects.toThrow(
      /does not support encryption at rest/,
    );
    await restore(lab, { DBSnapshotIdentifier: "encrypted", DBInstanceClass: "db.t2.small" });
  });
});
