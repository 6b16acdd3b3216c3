import { describe, expect, it } from "vitest";
import { operations } from "../../src/aws/cloud.ts";
import { CloudFault, type ClusterSettings, type MemberSettings } from "../../src/core/cloud.ts";
import {
  attachCustomEndpoint,
  attachProxy,
  attachReaderAutoscaling,
} from "../../src/sim/aws/seeds/attach.ts";
import { addInstance } from "../../src/sim/aws/seeds/instances.ts";
import { stoppedCluster } from "../../src/sim/aws/seeds/topologies.ts";
import { minute } from "../sim/aws/laboratory.ts";
import { backedUp, twoAccounts } from "./backup-lab.ts";
import { everyBackupChange, everyChange, everySnapshot } from "./every-change.ts";
import { clusterRef, existing, gateway, instanceRef } from "./gateway.ts";

const hour = 60 * minute;

/** A restored cluster `orders` beside its source `orders-old`, as after the swap. */
async function swapped() {
  const world = gateway();
  const { cloud, seed, pass, key, clock } = world;
  const source = seed({ id: "orders" });
  await pass(30 * minute, source);
  const before = await existing(cloud, "orders");
  const ref = await clusterRef(cloud, "orders");
  await cloud.changeCluster(ref, { newName: "orders-old" });
  await pass(5 * minute);
  const retired = { ...ref, name: "orders-old" };
  const at = clock.time - 20 * minute;
  await cloud.restoreClusterToTime({ ...before, source: retired, at, keyArn: key.arn });
  await pass(hour);
  return { ...world, before, ref, retired };
}

const refusedByMismatch = (code: string) => expect.objectContaining({ kind: "mismatch", code });
const putOff = (code: string) => expect.objectContaining({ kind: "busy", code });

describe("a restore", () => {
  it("gives the replacement every setting of its source, under the key that was named", async () => {
    const { cloud, key, seed, pass, clock } = gateway();
    const source = seed({
      id: "orders",
      settings: {
        Port: 6432,
        IAMDatabaseAuthenticationEnabled: true,
        EnabledCloudwatchLogsExports: ["postgresql"],
        StorageType: "aurora-iopt1",
        BackupRetentionPeriod: 21,
        ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 4, SecondsUntilAutoPause: 900 },
      },
    });
    await pass(30 * minute, source);
    const before = await existing(cloud, "orders");
    const settings: ClusterSettings = {
      ...before.settings,
      securityGroups: ["sg-fence"],
      tags: { service: "orders", "encrypt-db:role": "replacement" },
    };

    const at = clock.time - 20 * minute;
    const ref = await clusterRef(cloud, "orders");
    await cloud.restoreClusterToTime({ source: ref, at, name: "restored", keyArn: key.arn, settings });
    await pass(hour);
    const { maintenanceWindow, databaseInsights } = settings;
    const restored = await clusterRef(cloud, "restored");
    await cloud.changeCluster(restored, { maintenanceWindow, databaseInsights });
    await pass(hour);

    const after = await existing(cloud, "restored");
    expect(after.settings).toEqual(settings);
    expect(after).toMatchObject({ encryption: "sse-kms", keyArn: key.arn, members: [], status: "available" });
  });

  it("is made of the cluster that was meant, whoever has its name", async () => {
    const { cloud, retired, before, calls, key, clock } = await swapped();
    const misled = { ...retired, name: "orders" };

    await expect(
      cloud.restoreClusterToTime({
        ...before,
        name: "copy",
        source: misled,
        at: clock.time,
        keyArn: key.arn,
      }),
    ).rejects.toEqual(refusedByMismatch("OtherResource"));
    const [restore] = calls("RestoreDBClusterToPointInTime");
    expect(restore?.input).toMatchObject({ SourceDbClusterResourceId: retired.resourceId });
    expect(restore?.input).not.toHaveProperty("SourceDBClusterIdentifier");
    expect(calls("RestoreDBClusterToPointInTime")).toHaveLength(1);
  });
});

describe("a member", () => {
  const settings: MemberSettings = {
    name: "orders-1",
    instanceClass: "db.r7g.large",
    promotionTier: 2,
    availabilityZone: "eu-central-1b",
    parameterGroup: "default.aurora-postgresql16",
    monitoring: { intervalSeconds: 30, roleArn: "arn:aws:iam::123456789012:role/rds-monitoring" },
    performanceInsights: null,
    caCertificate: "rds-ca-rsa2048-g1",
    publiclyAccessible: true,
    autoMinorVersionUpgrade: false,
    maintenanceWindow: "mon:01:00-mon:01:30",
    tags: { team: "orders" },
  };

  it("is made with every setting that is given, and the first one is the writer", async () => {
    const { cloud, seed, pass, key } = gateway();
    seed({ id: "orders", members: [] });
    const given = { ...settings, performanceInsights: { keyArn: key.arn, retentionDays: 31 } };

    await cloud.createMember(await clusterRef(cloud, "orders"), given);
    await pass(hour);
    const other = { ...settings, name: "orders-2", monitoring: null };
    await cloud.createMember(await clusterRef(cloud, "orders"), other);
    await pass(hour);

    const members = await cloud.membersOf("orders");
    expect(members.map((member) => member.settings)).toEqual([given, other]);
    expect(members.map(({ status }) => status)).toEqual(["available", "available"]);
    expect((await existing(cloud, "orders")).members).toEqual([
      { name: "orders-1", writer: true },
      { name: "orders-2", writer: false },
    ]);
  });

  it("takes the defaults of RDS for what RDS never told", async () => {
    const { cloud, seed, pass } = gateway();
    seed({ id: "orders", members: [] });
    const untold = { ...settings, availabilityZone: "", caCertificate: "", maintenanceWindow: "" };

    await cloud.createMember(await clusterRef(cloud, "orders"), untold);
    await pass(hour);

    const [member] = await cloud.membersOf("orders");
    expect(member?.settings.caCertificate).toBe("rds-ca-rsa2048-g1");
    expect(member?.settings.availabilityZone).toMatch(/^eu-central-1/);
  });
});

describe("a change", () => {
  it("happens at once, and not in the next maintenance window", async () => {
    const { cloud, seed, pass } = gateway();
    seed({ id: "orders" });

    await cloud.changeCluster(await clusterRef(cloud, "orders"), { newName: "orders-old" });
    await cloud.changeInstance(await instanceRef(cloud, "orders-1"), { newName: "orders-1-old" });
    await pass(10 * minute);

    expect((await existing(cloud, "orders-old")).members[0]?.name).toBe("orders-1-old");
    expect(await cloud.findCluster("orders")).toBeUndefined();
  });

  it("leaves alone what it does not name", async () => {
    const { cloud, seed, pass } = gateway();
    seed({ id: "orders" });
    const before = await existing(cloud, "orders");

    await cloud.changeCluster(await clusterRef(cloud, "orders"), { securityGroups: ["sg-fence"] });
    expect((await existing(cloud, "orders")).settings.deletionProtection).toBe(true);
    await pass(10 * minute);

    const after = await existing(cloud, "orders");
    expect(after.settings).toEqual({ ...before.settings, securityGroups: ["sg-fence"] });
    expect(after.securityGroupsActive).toBe(true);
  });

  it("tells while groups are still being changed", async () => {
    const { cloud, seed, pass } = gateway();
    seed({ id: "orders" });

    await cloud.changeCluster(await clusterRef(cloud, "orders"), { securityGroups: ["sg-fence"] });
    await pass(10_000);

    expect((await existing(cloud, "orders")).securityGroupsActive).toBe(false);
  });

  it("that is repeated does not rename the replacement", async () => {
    const { cloud, ref, calls } = await swapped();

    await expect(cloud.changeCluster(ref, { newName: "orders-old" })).rejects.toEqual(
      refusedByMismatch("OtherResource"),
    );
    expect(calls("ModifyDBCluster")).toHaveLength(1);
    expect((await existing(cloud, "orders")).resourceId).not.toBe(ref.resourceId);
  });

  it("to a name that nobody has is put off, also where it goes between the look and the call", async () => {
    const { cloud, seed, pass, account } = gateway();
    seed({ id: "orders" });
    const ref = await clusterRef(cloud, "orders");
    await expect(
      cloud.deleteInstance({ kind: "instance", name: "orders-9", resourceId: "db-9" }),
    ).rejects.toEqual(putOff("DBInstanceNotFoundFault"));
    await cloud.changeCluster(ref, { newName: "orders-old" });
    await pass(1_000);
    account.faults = ({ operation }) => (operation === "DescribeDBClusters" ? "stale-describe" : undefined);
    await pass(5 * minute);

    await expect(cloud.addTags(ref, { a: "b" })).rejects.toMatchObject({ kind: "busy" });
  });

  it("in the wrong state is busy, and not refused", async () => {
    const { cloud, account } = gateway();
    account.alter((turn) => stoppedCluster(turn, "orders"));

    await expect(
      cloud.changeCluster(await clusterRef(cloud, "orders"), { newName: "orders-old" }),
    ).rejects.toMatchObject({ kind: "busy", code: "InvalidDBClusterStateFault" });
  });

  it("whose answer is lost is unanswered, and was made once", async () => {
    const { cloud, account, seed, pass, calls } = gateway();
    seed({ id: "orders" });
    const ref = await clusterRef(cloud, "orders");
    account.faults = ({ mutates }) => (mutates ? "timeout-after" : undefined);

    await expect(cloud.changeCluster(ref, { newName: "orders-old" })).rejects.toMatchObject({
      kind: "unanswered",
      operation: "ModifyDBCluster",
    });
    account.faults = undefined;
    await pass(5 * minute);
    expect(calls("ModifyDBCluster")).toHaveLength(1);
    expect((await existing(cloud, "orders-old")).resourceId).toBe(ref.resourceId);
  });
});

describe("tags", () => {
  it("are added and removed on clusters and on instances, beside those that were there", async () => {
    const { cloud, seed } = gateway();
    seed({ id: "orders" });
    for (const ref of [await clusterRef(cloud, "orders"), await instanceRef(cloud, "orders-2")]) {
      await cloud.addTags(ref, { "encrypt-db:migration": "m1", "encrypt-db:role": "source" });
      await cloud.removeTags(ref, ["encrypt-db:role"]);
    }

    const expected = {
      service: "orders",
      environment: "production",
      "encrypt-db:enrolled": "true",
      "encrypt-db:migration": "m1",
    };
    expect((await existing(cloud, "orders")).settings.tags).toEqual(expected);
    expect((await cloud.findInstance("orders-2"))?.settings.tags).toEqual(expected);
  });
});

/** A cluster with its members, and an instance outside of it. */
async function both() {
  const world = gateway();
  const { cloud, seed, account, key, pass } = world;
  const source = seed({ id: "orders" });
  account.alter((turn) => {
    attachProxy(turn, source, "proxy");
    attachCustomEndpoint(turn, source, "reports");
    attachReaderAutoscaling(turn, source);
  });
  account.alter((turn) => addInstance(turn, { id: "ledger" }));
  await pass(30 * minute, source);
  const found = await existing(cloud, "orders");
  const [first] = await cloud.membersOf("orders");
  const ledger = (await cloud.findInstance("ledger"))?.standalone;
  if (!first || !ledger) throw new Error("they are not there");
  const given = {
    cluster: await clusterRef(cloud, "orders"),
    member: await instanceRef(cloud, "orders-1"),
    instance: await instanceRef(cloud, "ledger"),
    clusterSettings: found.settings,
    memberSettings: first.settings,
    instanceSettings: ledger.settings,
    keyArn: key.arn,
  };
  return { ...world, found, given };
}

/** A cluster that was backed up, and a plan. */
async function backups() {
  const world = twoAccounts();
  const { act, cloud, target, key, seed, pass } = world;
  const of = backedUp(seed({ id: "orders", storageKey: { type: "sse-kms", arn: key.arn } }));
  await act().startBackup(of, target, "first", {});
  await pass(hour);
  const [job] = await cloud.backupJobsOf(of.arn, target.vault, 0);
  await act().createBackupPlan(of, { name: "daily", schedule: "cron(0 12 * * ? *)", target }, "daily");
  const planId = (await cloud.findBackupPlan("daily"))?.id ?? "";
  await act().selectForBackup(of, { planId, name: "first", target }, "first");
  return { ...world, of, made: { target, planId, point: job?.recoveryPointArn ?? "" } };
}

describe("a step that was declared to read", () => {
  it("changes nothing: every change is a bug, and no call is made", async () => {
    const { cloudFor, calls, given } = await both();
    const before = calls().length;
    const reading = cloudFor({ effect: "reads" });

    for (const change of [...everySnapshot(reading), ...everyChange(reading)]) {
      const thrown = await change(given).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Error);
      expect(thrown).not.toBeInstanceOf(CloudFault);
    }
    expect(calls()).toHaveLength(before);
  });

  it("changes nothing in AWS Backup either", async () => {
    const { cloud: reading, account, of, made } = await backups();
    const before = account.ledger.length;
    for (const change of everyBackupChange(reading, of, made)) {
      const thrown = await change().catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(Error);
      expect(thrown).not.toBeInstanceOf(CloudFault);
    }
    expect(account.ledger).toHaveLength(before);
  });
});

describe("the list of operations", () => {
  it("is what the gateway calls, neither more nor less", async () => {
    const { cloud, calls, found, given, pass } = await both();

    await Promise.all([cloud.attachmentsOf({ ...found, kind: "cluster" }), cloud.attachedTo(found)]);
    await Promise.all([cloud.quotas(), cloud.findSubnetGroup("production"), cloud.listDatabases()]);
    await Promise.all([cloud.findKey(given.keyArn), cloud.rightOnKey(given.keyArn)]);
    await cloud.orderable(given.instanceSettings);
    await cloud.findAutomatedBackups(given.cluster);
    await cloud.findAutomatedBackups(given.instance);
    const { engine, engineVersion, caCertificate } = given.instanceSettings;
    await Promise.all([
      cloud.offersVersion(engine, engineVersion),
      cloud.certificateValidUntil(caCertificate),
    ]);
    for (const snapshot of everySnapshot(cloud)) await snapshot(given);
    await pass(10 * minute);
    for (const change of everyChange(cloud)) await change(given).catch(() => {});

    const { of, made, account, ...backup } = await backups();
    for (const change of everyBackupChange(backup.act(), of, made)) await change();
    await backup.cloud.backupReadiness(made.target, { kind: "cluster", keyArn: backup.key.arn });
    await Promise.all([backup.cloud.recoveryPointsOf(of.arn), backup.cloud.copyJobsOf(of.arn, made.point)]);
    const inBackup = account.ledger.filter(({ service }) => service === "backup");

    const named = (all: typeof operations) =>
      new Set(all.map(({ service, operation }) => `${service}:${operation}`));
    // Secrets Manager is asked without a client of the SDK, past which the account stands in.
    const byClients = operations.filter(({ service }) => service !== "secretsmanager");
    expect([...named([...calls(), ...inBackup])].sort()).toEqual([...named(byClients)].sort());
  });
});
