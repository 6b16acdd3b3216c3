import { describe, expect, it, test } from "vitest";
import type { InstanceSettings } from "../../src/core/instance.ts";
import { addKey, addParameterGroup, addSecurityGroup } from "../../src/sim/aws/seeds/furniture.ts";
import { addInstance } from "../../src/sim/aws/seeds/instances.ts";
import type { InstanceSettings as Seeded } from "../../src/sim/aws/state.ts";
import { minute } from "../sim/aws/laboratory.ts";
import { gateway, instanceRef } from "./gateway.ts";

const hour = 60 * minute;
const monitoringRole = "arn:aws:iam::123456789012:role/rds-monitoring";

/** No setting is at its default, so that one which goes missing is seen. */
function unusual(insightsKey: string): Partial<Seeded> {
  return {
    DBInstanceClass: "db.m6g.xlarge",
    EngineVersion: "16.8",
    DbInstancePort: 6_432,
    MultiAZ: false,
    AvailabilityZone: "eu-central-1b",
    StorageType: "gp3",
    AllocatedStorage: 500,
    Iops: 14_000,
    StorageThroughput: 700,
    MaxAllocatedStorage: 900,
    DedicatedLogVolume: true,
    DBParameterGroups: [{ DBParameterGroupName: "own", ParameterApplyStatus: "in-sync" }],
    OptionGroupMemberships: [{ OptionGroupName: "own", Status: "in-sync" }],
    SubnetGroup: "production",
    VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-own", Status: "active" }],
    PubliclyAccessible: true,
    AutoMinorVersionUpgrade: false,
    CACertificateIdentifier: "rds-ca-ecc384-g1",
    IAMDatabaseAuthenticationEnabled: true,
    EnabledCloudwatchLogsExports: ["postgresql", "upgrade"],
    MonitoringInterval: 30,
    MonitoringRoleArn: monitoringRole,
    PerformanceInsightsEnabled: true,
    PerformanceInsightsKMSKeyId: insightsKey,
    PerformanceInsightsRetentionPeriod: 465,
    DatabaseInsightsMode: "advanced",
    BackupRetentionPeriod: 21,
    PreferredBackupWindow: "02:10-02:40",
    PreferredMaintenanceWindow: "tue:03:00-tue:03:30",
    DeletionProtection: true,
    CopyTagsToSnapshot: true,
    NetworkType: "IPV4",
    LicenseModel: "postgresql-license",
    EngineLifecycleSupport: "open-source-rds-extended-support-disabled",
    MasterUsername: "ledger_master",
    DBName: "ledger",
    TagList: [{ Key: "team", Value: "books" }],
  };
}

const told = (insightsKey: string): InstanceSettings => ({
  engine: "postgres",
  engineVersion: "16.8",
  instanceClass: "db.m6g.xlarge",
  port: 6_432,
  multiAz: false,
  availabilityZone: "eu-central-1b",
  storageType: "gp3",
  allocatedStorage: 500,
  iops: 14_000,
  storageThroughput: 700,
  maxAllocatedStorage: 900,
  dedicatedLogVolume: true,
  parameterGroup: "own",
  optionGroup: "own",
  subnetGroup: "production",
  securityGroups: ["sg-own"],
  publiclyAccessible: true,
  autoMinorVersionUpgrade: false,
  caCertificate: "rds-ca-ecc384-g1",
  iamAuthentication: true,
  logExports: ["postgresql", "upgrade"],
  monitoring: { intervalSeconds: 30, roleArn: monitoringRole },
  performanceInsights: { keyArn: insightsKey, retentionDays: 465 },
  databaseInsights: "advanced",
  backupRetentionDays: 21,
  backupWindow: "02:10-02:40",
  maintenanceWindow: "tue:03:00-tue:03:30",
  deletionProtection: true,
  copyTagsToSnapshots: true,
  networkType: "IPV4",
  licenseModel: "postgresql-license",
  lifecycleSupport: "open-source-rds-extended-support-disabled",
  tags: { team: "books" },
});

function ledger(settings: Partial<Seeded> = {}) {
  const world = gateway();
  const { account, cloud } = world;
  const insightsKey = account.alter((turn) => {
    addParameterGroup(turn, { name: "own", family: "postgres16" });
    const own = { name: "own", engine: "postgres", majorVersion: "16" };
    turn.state = { ...turn.state, optionGroups: { ...turn.state.optionGroups, own } };
    addSecurityGroup(turn, { id: "sg-own", admits: ["application"] });
    const { arn } = addKey(turn, {});
    addInstance(turn, {
      id: "ledger",
      storageKey: { type: "none" },
      settings: { ...unusual(arn), ...settings },
    });
    return arn;
  });
  const standalone = async (name: string) => {
    const found = (await cloud.findInstance(name))?.standalone;
    if (!found) throw new Error(`there is no instance ${name}`);
    return found;
  };
  return { ...world, insightsKey, standalone };
}

const own = { "encrypt-db:migration": "m00001", "encrypt-db:role": "safety-copy" };

describe("an instance outside of a cluster", () => {
  it("is told with every setting that a restore forgets", async () => {
    const { standalone, insightsKey } = ledger();

    const found = await standalone("ledger");
    expect(found.settings).toEqual(told(insightsKey));
    expect(found).toMatchObject({
      securityGroupsActive: true,
      masterUser: "ledger_master",
      databaseName: "ledger",
      own: {
        replicationSource: null,
        readReplicas: [],
        clusterReplicas: [],
        roles: [],
        masterSecretArn: null,
        domains: [],
        activityStream: false,
      },
    });
  });

  it("has no settings of its own where it is the member of a cluster", async () => {
    const { cloud, seed } = gateway();
    seed({ id: "orders" });
    expect((await cloud.findInstance("orders-1"))?.standalone).toBeNull();
  });

  it("tells what replicates from it, and what it replicates from", async () => {
    const { cloud, standalone, insightsKey, pass } = ledger();
    const settings = { ...told(insightsKey), databaseInsights: "standard" };
    await cloud.createReplica({ source: await instanceRef(cloud, "ledger"), name: "ledger-2", settings });
    await pass(hour);

    expect((await standalone("ledger")).own.readReplicas).toEqual(["ledger-2"]);
    expect((await standalone("ledger-2")).own.replicationSource).toBe("ledger");
  });
});

describe("a restore of a snapshot", () => {
  it("gives the replacement every setting, some of them by a change afterwards", async () => {
    const { cloud, standalone, insightsKey, pass, key } = ledger();
    await cloud.takeSnapshot(await instanceRef(cloud, "ledger"), "ledger-after-m1", own);
    await pass(hour);
    const copy = { snapshot: "ledger-after-m1", name: "ledger-copy", keyArn: key.arn, tags: own };
    await cloud.copySnapshot(copy);
    await pass(24 * hour);

    const settings = { ...told(insightsKey), tags: { team: "books", "encrypt-db:role": "replacement" } };
    await cloud.restoreInstanceFromSnapshot({ snapshot: "ledger-copy", name: "restored", settings });
    await pass(24 * hour);
    const { monitoring, performanceInsights, databaseInsights, maintenanceWindow } = settings;
    await cloud.changeInstance(await instanceRef(cloud, "restored"), {
      monitoring,
      performanceInsights,
      databaseInsights,
      maintenanceWindow,
      maxAllocatedStorage: settings.maxAllocatedStorage ?? 0,
    });
    await pass(hour);

    expect((await standalone("restored")).settings).toEqual(settings);
    expect(await cloud.findInstance("restored")).toMatchObject({
      encryption: "sse-kms",
      keyArn: key.arn,
      pendingChanges: [],
    });
  });
});

describe("a new instance", () => {
  it("has every setting, the key that was named, and a master password that only AWS knows", async () => {
    const { cloud, standalone, insightsKey, pass, key, calls } = ledger();
    const settings = { ...told(insightsKey), tags: { "encrypt-db:role": "replacement" } };

    await cloud.createInstance({
      source: await instanceRef(cloud, "ledger"),
      name: "ledger-new",
      keyArn: key.arn,
      masterUser: "ledger_master",
      databaseName: "ledger",
      settings,
    });
    await pass(hour);

    const found = await standalone("ledger-new");
    expect(found.settings).toEqual(settings);
    expect(found).toMatchObject({ masterUser: "ledger_master", databaseName: "ledger" });
    expect(found.own.masterSecretArn).toMatch(/^arn:aws:secretsmanager:.*:secret:rds!db-/);
    expect(await cloud.findInstance("ledger-new")).toMatchObject({ keyArn: key.arn, encryption: "sse-kms" });
    expect(calls("CreateDBInstance")[0]?.input).not.toHaveProperty("MasterUserPassword");
  });

  it("is not made once the name of what it shall replace is another's", async () => {
    const { cloud, insightsKey, key, calls } = ledger();
    const source = { ...(await instanceRef(cloud, "ledger")), resourceId: "db-OTHER" };
    const making = cloud.createInstance({
      source,
      name: "ledger-new",
      keyArn: key.arn,
      masterUser: "ledger_master",
      databaseName: null,
      settings: told(insightsKey),
    });
    await expect(making).rejects.toMatchObject({ kind: "mismatch", code: "OtherResource" });
    expect(calls("CreateDBInstance")).toEqual([]);
  });
});

describe("a replica", () => {
  it("has its settings again, and from its source the key, the parameter group and the life cycle", async () => {
    const { cloud, standalone, insightsKey, pass, key } = ledger();
    const settings = told(insightsKey);
    await cloud.createInstance({
      source: await instanceRef(cloud, "ledger"),
      name: "ledger-new",
      keyArn: key.arn,
      masterUser: "ledger_master",
      databaseName: null,
      settings,
    });
    await pass(hour);

    const own = { ...settings, instanceClass: "db.m6g.large", port: 6_433, tags: { team: "reports" } };
    await cloud.createReplica({
      source: await instanceRef(cloud, "ledger-new"),
      name: "ledger-2",
      settings: own,
    });
    await pass(hour);

    const { settings: found } = await standalone("ledger-2");
    const { backupRetentionDays, backupWindow, maintenanceWindow, databaseInsights } = found;
    expect(backupRetentionDays).toBe(0);
    expect(databaseInsights).toBe("standard");
    expect(found).toEqual({ ...own, backupRetentionDays, backupWindow, maintenanceWindow, databaseInsights });
    expect((await cloud.findInstance("ledger-2"))?.keyArn).toBe(key.arn);
  });
});

describe("storage", () => {
  it.each([
    ["small gp3, whose speed AWS tells and takes from nobody", 100, "gp3", 3_000, 125],
    ["gp3 from 400 GiB on at its least", 400, "gp3", 12_000, 500],
    ["io1", 200, "io1", 4_000, null],
    ["gp2", 200, "gp2", null, null],
  ] as const)("is had again: %s", async (_, AllocatedStorage, StorageType, iops, storageThroughput) => {
    const { cloud, standalone, pass, key } = ledger({
      PerformanceInsightsEnabled: false,
      DatabaseInsightsMode: "standard",
      AllocatedStorage,
      StorageType,
      Iops: iops ?? undefined,
      StorageThroughput: storageThroughput ?? undefined,
    });
    const { settings } = await standalone("ledger");
    expect(settings).toMatchObject({ storageType: StorageType, iops, storageThroughput });
    await cloud.createInstance({
      source: await instanceRef(cloud, "ledger"),
      name: "ledger-new",
      keyArn: key.arn,
      masterUser: "postgres",
      databaseName: null,
      settings,
    });
    await pass(hour);
    expect((await standalone("ledger-new")).settings).toEqual(settings);
  });
});

test("IOPS of gp2, which nobody can choose, are not asked for", async () => {
  const { cloud, standalone, insightsKey, pass, key } = ledger();
  const settings = { ...told(insightsKey), storageType: "gp2", iops: 1_500, storageThroughput: 250 };
  await cloud.createInstance({
    source: await instanceRef(cloud, "ledger"),
    name: "ledger-new",
    keyArn: key.arn,
    masterUser: "postgres",
    databaseName: null,
    settings,
  });
  await pass(hour);
  expect((await standalone("ledger-new")).settings).toMatchObject({
    storageType: "gp2",
    iops: null,
    storageThroughput: null,
  });
});

describe("a Multi-AZ instance", () => {
  it("is made again wherever AWS places it", async () => {
    const { cloud, standalone, insightsKey, pass, key } = ledger({ MultiAZ: true });
    const settings = { ...told(insightsKey), multiAz: true };
    await cloud.createInstance({
      source: await instanceRef(cloud, "ledger"),
      name: "ledger-new",
      keyArn: key.arn,
      masterUser: "postgres",
      databaseName: null,
      settings,
    });
    await pass(hour);
    const { availabilityZone, ...rest } = (await standalone("ledger-new")).settings;
    expect({ ...settings, availabilityZone }).toEqual({ ...rest, availabilityZone });
    expect(availabilityZone).toMatch(/^eu-central-1/);
  });
});

describe("a change of an instance", () => {
  it("touches nothing that it does not name, and happens at once", async () => {
    const { cloud, standalone, insightsKey, pass } = ledger();
    await cloud.changeInstance(await instanceRef(cloud, "ledger"), { securityGroups: ["sg-fence"] });
    expect((await standalone("ledger")).securityGroupsActive).toBe(false);
    await pass(hour);

    const found = await standalone("ledger");
    expect(found.settings).toEqual({ ...told(insightsKey), securityGroups: ["sg-fence"] });
    expect(found.securityGroupsActive).toBe(true);
  });

  it.each([
    [{ deletionProtection: false }],
    [{ monitoring: null }],
    [{ performanceInsights: null, databaseInsights: "standard" }],
    [{ databaseInsights: "standard" }],
    [{ maxAllocatedStorage: 1_500 }],
    [{ maintenanceWindow: "sat:01:00-sat:01:30" }],
    [{ backupRetentionDays: 3 }],
    [{ multiAz: true }],
  ] as const)("changes %o", async (change) => {
    const { cloud, standalone, insightsKey, pass } = ledger();
    await cloud.changeInstance(await instanceRef(cloud, "ledger"), change);
    await pass(hour);
    expect((await standalone("ledger")).settings).toEqual({ ...told(insightsKey), ...change });
    expect((await cloud.findInstance("ledger"))?.pendingChanges).toEqual([]);
  });

  it("to another name follows the resource id, and repeated it does not touch whoever has the name", async () => {
    const { cloud, account, pass, calls } = ledger();
    const ref = await instanceRef(cloud, "ledger");
    await cloud.changeInstance(ref, { newName: "ledger-old" });
    await pass(hour);
    account.alter((turn) => addInstance(turn, { id: "ledger" }));

    await expect(cloud.changeInstance(ref, { newName: "ledger-old" })).rejects.toMatchObject({
      kind: "mismatch",
    });
    expect((await cloud.findInstanceById(ref.resourceId))?.name).toBe("ledger-old");
    expect(calls("ModifyDBInstance")).toHaveLength(1);
  });
});

describe("what can be ordered", () => {
  const question = { engine: "postgres", engineVersion: "16.8", storageType: "gp3" };

  it("is told with its Availability Zones, and whether it can be encrypted", async () => {
    const { cloud } = gateway();
    expect(await cloud.orderable({ ...question, instanceClass: "db.m6g.large" })).toEqual({
      storageEncryption: true,
      multiAz: true,
      zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
    });
    const old = { ...question, engineVersion: "13.20", instanceClass: "db.t2.micro" };
    expect(await cloud.orderable(old)).toMatchObject({ storageEncryption: false });
  });

  it.each([
    ["a class", { instanceClass: "db.m9x.large" }],
    ["a version", { instanceClass: "db.m6g.large", engineVersion: "9.4.1" }],
    ["a kind of storage", { instanceClass: "db.m6g.large", storageType: "aurora" }],
  ])("is undefined for %s that there is not", async (_, other) => {
    const { cloud } = gateway();
    expect(await cloud.orderable({ ...question, ...other })).toBeUndefined();
  });
});
