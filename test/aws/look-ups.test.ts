import { describe, expect, it } from "vitest";
import { type Cloud, CloudFault } from "../../src/core/cloud.ts";
import * as attach from "../../src/sim/aws/seeds/attach.ts";
import { addKey } from "../../src/sim/aws/seeds/furniture.ts";
import * as topologies from "../../src/sim/aws/seeds/topologies.ts";
import { day } from "../sim/aws/laboratory.ts";
import { clusterRef, existing, gateway } from "./gateway.ts";

describe("a cluster", () => {
  it("is told with every setting that a restore forgets", async () => {
    const { cloud, seed, clock } = gateway();
    const scaling = { MinCapacity: 0, MaxCapacity: 8.5, SecondsUntilAutoPause: 600 };
    const { resourceId, storageKey } = seed({
      id: "orders",
      settings: {
        Port: 6432,
        IAMDatabaseAuthenticationEnabled: true,
        EnabledCloudwatchLogsExports: ["postgresql", "instance"],
        StorageType: "aurora-iopt1",
        DatabaseInsightsMode: "advanced",
        PreferredBackupWindow: "02:10-02:40",
        PreferredMaintenanceWindow: "sun:04:10-sun:04:40",
        ServerlessV2ScalingConfiguration: scaling,
      },
    });

    const found = await existing(cloud, "orders");
    expect(found.settings).toEqual({
      engine: "aurora-postgresql",
      engineVersion: "16.4",
      engineMode: "provisioned",
      port: 6432,
      parameterGroup: "default.aurora-postgresql16",
      subnetGroup: "production",
      securityGroups: ["sg-0da7aba5e5"],
      iamAuthentication: true,
      logExports: ["instance", "postgresql"],
      backupRetentionDays: 14,
      backupWindow: "02:10-02:40",
      maintenanceWindow: "sun:04:10-sun:04:40",
      deletionProtection: true,
      copyTagsToSnapshots: true,
      storageType: "aurora-iopt1",
      networkType: "IPV4",
      lifecycleSupport: "open-source-rds-extended-support-disabled",
      localWriteForwarding: false,
      databaseInsights: "advanced",
      serverlessScaling: { minimum: 0, maximum: 8.5, secondsUntilPause: 600 },
      tags: { service: "orders", environment: "production", "encrypt-db:enrolled": "true" },
    });
    expect(found).toMatchObject({
      name: "orders",
      resourceId,
      arn: "arn:aws:rds:eu-central-1:123456789012:cluster:orders",
      status: "available",
      encryption: "sse-kms",
      keyArn: storageKey.type === "sse-kms" ? storageKey.arn : "",
      securityGroupsActive: true,
      members: [
        { name: "orders-1", writer: true },
        { name: "orders-2", writer: false },
      ],
      pendingChanges: [],
      masterUser: "postgres",
      databaseName: "orders",
    });
    expect(found.endpoint).toMatch(/^orders\.cluster-[a-z0-9]+\.eu-central-1\.rds\.amazonaws\.com$/);
    expect(found.readerEndpoint).toMatch(/^orders\.cluster-ro-/);
    const { earliestRestorableTime, latestRestorableTime } = found;
    expect(earliestRestorableTime).toBe(clock.time - 14 * day);
    expect(latestRestorableTime).toBeGreaterThan(earliestRestorableTime ?? Number.POSITIVE_INFINITY);
  });

  it("is found under whatever letters its name was typed in, and by its id under any name", async () => {
    const { cloud, seed, pass } = gateway();
    const { resourceId } = seed({ id: "orders" });
    expect((await cloud.findCluster("Orders"))?.resourceId).toBe(resourceId);

    await cloud.changeCluster(await clusterRef(cloud, "orders"), { newName: "orders-old" });
    await pass(5 * 60_000);

    expect(await cloud.findCluster("orders")).toBeUndefined();
    expect((await cloud.findClusterById(resourceId))?.name).toBe("orders-old");
  });

  it.each([
    ["none", topologies.unencryptedAurora],
    ["sse-rds", topologies.auroraUnderRdsKey],
  ] as const)("without a key of an account's KMS is told as %s, with no key", async (encryption, add) => {
    const { cloud, account } = gateway();
    account.alter((turn) => add(turn, "orders"));

    expect(await cloud.findCluster("orders")).toMatchObject({ encryption, keyArn: null });
  });

  it.each([
    ["neptune", topologies.neptune],
    ["docdb", topologies.documentDb],
    ["postgres", topologies.multiAzDbCluster],
  ] as const)("of the engine %s is told as that, for RDS answers with them all", async (engine, add) => {
    const { cloud, account } = gateway();
    account.alter((turn) => add(turn, "orders"));

    expect((await cloud.findCluster("orders"))?.settings.engine).toBe(engine);
  });

  it("tells what hangs on it and cannot be taken along", async () => {
    const { cloud, account, seed, key } = gateway();
    const cluster = seed({ id: "orders", settings: { BacktrackWindow: 3_600 } });
    account.alter((turn) => {
      attach.attachRole(turn, cluster, "import");
      attach.attachManagedSecret(turn, cluster);
      attach.attachDataApi(turn, cluster);
      attach.attachActivityStream(turn, cluster, key.arn);
      attach.attachPendingModification(turn, cluster);
      topologies.replicatingCluster(turn, "replicating");
      topologies.crossRegionReplica(turn, "replica");
      topologies.limitless(turn, "limitless");
      topologies.multiAzDbCluster(turn, "multi-az");
    });

    const { own, pendingChanges } = await existing(cloud, "orders");
    expect(own).toMatchObject({
      roles: [{ arn: "arn:aws:iam::123456789012:role/import", feature: "s3Import", active: true }],
      dataApi: true,
      activityStream: { mode: "async", keyArn: key.arn, started: true, kinesis: expect.any(String) },
      masterSecret: { arn: expect.stringMatching(/^arn:aws:secretsmanager:/), active: true },
      backtrackSeconds: 3_600,
    });
    expect(pendingChanges).toEqual(["EngineVersion"]);
    expect((await existing(cloud, "replicating")).own.readReplicas).toHaveLength(1);
    expect((await existing(cloud, "replica")).own.replicationSource).toMatch(/^arn:aws:rds:us-east-1/);
    expect((await existing(cloud, "limitless")).own.scalability).toBe("limitless");
    expect((await existing(cloud, "multi-az")).own.clusterInstanceClass).toBe("db.m6gd.large");
  });

  it("has nothing on it by default", async () => {
    const { cloud, seed } = gateway();
    seed({ id: "orders" });

    const found = await existing(cloud, "orders");
    expect(found.own).toEqual({
      clusterInstanceClass: null,
      scalability: "standard",
      replicationSource: null,
      readReplicas: [],
      globalWriteForwarding: false,
      roles: [],
      dataApi: false,
      activityStream: null,
      masterSecret: null,
      domains: [],
      backtrackSeconds: 0,
    });
    expect(await cloud.attachmentsOf({ ...found, kind: "cluster" })).toEqual([]);
    expect(await cloud.attachedTo(found)).toEqual({
      customEndpoints: [],
      proxies: [],
      scaling: undefined,
      subscriptions: [],
    });
  });
});

async function asCluster(cloud: Cloud, name: string) {
  return { ...(await existing(cloud, name)), kind: "cluster" } as const;
}

describe("what is told elsewhere", () => {
  it("is found for this cluster, every kind of it, and not for its neighbour", async () => {
    const { cloud, account, seed } = gateway();
    const [orders, neighbour] = [seed({ id: "orders" }), seed({ id: "neighbour" })];
    for (const cluster of [orders, neighbour]) {
      account.alter((turn) => {
        attach.attachProxy(turn, cluster, `${cluster.id}-proxy`);
        attach.attachCustomEndpoint(turn, cluster, `${cluster.id}-reports`);
        attach.attachReaderAutoscaling(turn, cluster);
        attach.attachIntegration(turn, cluster, `${cluster.id}-redshift`);
        attach.attachBlueGreen(turn, cluster, `${cluster.id}-upgrade`);
        attach.attachPendingMaintenance(turn, cluster);
        attach.attachPendingMaintenance(turn, cluster, "writer");
      });
    }
    const [shared, member] = account.alter((turn) => [
      topologies.sharedCluster(turn, "shared"),
      topologies.globalDatabaseMember(turn, "member"),
    ]);

    expect(await cloud.attachmentsOf(await asCluster(cloud, "orders"))).toEqual([
      { kind: "zero-etl", name: "orders-redshift" },
      { kind: "blue-green", name: "orders-upgrade" },
      { kind: "pending-maintenance", name: "system-update on orders" },
      { kind: "pending-maintenance", name: "system-update on orders-1" },
    ]);
    expect(await cloud.attachmentsOf(await asCluster(cloud, shared?.id ?? ""))).toEqual([
      { kind: "ram-share", name: "arn:aws:ram:eu-central-1:123456789012:resource-share/shared" },
    ]);
    expect(await cloud.attachmentsOf(await asCluster(cloud, member?.id ?? ""))).toEqual([
      { kind: "global-database", name: "member-global" },
    ]);
  });

  it("is no list at all when one of the questions goes unanswered", async () => {
    const { cloud, account, seed } = gateway();
    seed({ id: "orders" });
    const orders = await existing(cloud, "orders");
    account.faults = ({ operation }) =>
      operation === "ListResources" ? { code: "AccessDeniedException" } : undefined;

    await expect(cloud.attachmentsOf({ ...orders, kind: "cluster" })).rejects.toMatchObject({
      kind: "refused",
      operation: "ListResources",
    });
  });
});

describe("an instance", () => {
  it("is told with every setting that its successor must have again", async () => {
    const { cloud, seed, key } = gateway();
    const settings = {
      DBInstanceClass: "db.r7g.large",
      PromotionTier: 3,
      PerformanceInsightsEnabled: true,
      PerformanceInsightsKMSKeyId: key.arn,
      PerformanceInsightsRetentionPeriod: 31,
      AutoMinorVersionUpgrade: false,
      PreferredMaintenanceWindow: "sun:05:10-sun:05:40",
      TagList: [{ Key: "team", Value: "a & b" }],
    };
    seed({ id: "orders", members: [{ id: "orders-1", settings }] });

    const found = await cloud.findInstance("ORDERS-1");
    expect(found).toMatchObject({
      name: "orders-1",
      engine: "aurora-postgresql",
      clusterName: "orders",
      encryption: "sse-kms",
      port: 5432,
      status: "available",
      settings: {
        name: "orders-1",
        instanceClass: "db.r7g.large",
        promotionTier: 3,
        availabilityZone: "eu-central-1a",
        parameterGroup: "default.aurora-postgresql16",
        monitoring: { intervalSeconds: 60, roleArn: "arn:aws:iam::123456789012:role/rds-monitoring" },
        performanceInsights: { keyArn: key.arn, retentionDays: 31 },
        caCertificate: "rds-ca-rsa2048-g1",
        publiclyAccessible: false,
        autoMinorVersionUpgrade: false,
        maintenanceWindow: "sun:05:10-sun:05:40",
        tags: { team: "a & b" },
      },
    });
    expect(await cloud.findInstanceById(found?.resourceId ?? "")).toEqual(found);
    expect(await cloud.membersOf("orders")).toEqual([found]);
  });

  it("outside Aurora belongs to no cluster", async () => {
    const { cloud, account } = gateway();
    account.alter((turn) => topologies.rdsInstance(turn, "ledger"));

    expect(await cloud.findInstance("ledger")).toMatchObject({ clusterName: null, engine: "postgres" });
    expect(await cloud.membersOf("ledger")).toEqual([]);
  });
});

describe("a key", () => {
  it("is found by alias, id and ARN, and told as KMS tells it", async () => {
    const { cloud, key, account } = gateway();
    const validTo = Date.UTC(2027, 0, 1);
    const imported = account.alter((turn) =>
      addKey(turn, {
        origin: "EXTERNAL",
        validTo,
        state: "Disabled",
        spec: "RSA_2048",
        usage: "SIGN_VERIFY",
      }),
    );

    const facts = await cloud.findKey("alias/databases");
    expect(facts).toEqual({
      arn: key.arn,
      account: "123456789012",
      region: "eu-central-1",
      manager: "CUSTOMER",
      state: "Enabled",
      spec: "SYMMETRIC_DEFAULT",
      usage: "ENCRYPT_DECRYPT",
      origin: "AWS_KMS",
      validUntil: null,
    });
    expect(await cloud.findKey(key.arn)).toEqual(facts);
    expect(await cloud.findKey(key.id)).toEqual(facts);
    expect((await cloud.findKey("alias/aws/rds"))?.manager).toBe("AWS");
    expect(await cloud.findKey(imported.arn)).toMatchObject({
      state: "Disabled",
      spec: "RSA_2048",
      usage: "SIGN_VERIFY",
      origin: "EXTERNAL",
      validUntil: validTo,
    });
  });
});

describe("the account", () => {
  it("tells its quotas, its VPCs and all its databases, members aside", async () => {
    const { cloud, account, seed } = gateway();
    seed({ id: "orders" });
    account.alter((turn) => topologies.rdsInstance(turn, "ledger", { type: "none" }));

    expect(await cloud.quotas()).toEqual({
      clusters: { used: 1, max: 40 },
      instances: { used: 3, max: 40 },
      manualClusterSnapshots: { used: 0, max: 100 },
      manualInstanceSnapshots: { used: 0, max: 100 },
      allocatedStorage: { used: 500, max: 100_000 },
    });
    expect(await cloud.findSubnetGroup("production")).toEqual({
      vpc: "vpc-0a1b2c3d4e5f60718",
      zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
    });
    expect(await cloud.listDatabases()).toMatchObject([
      { kind: "cluster", name: "orders", engine: "aurora-postgresql", encryption: "sse-kms" },
      { kind: "instance", name: "ledger", engine: "postgres", encryption: "none", keyArn: null },
    ]);
  });

  it("tells which versions AWS makes, and until when its certificate authorities are valid", async () => {
    const { cloud } = gateway();

    expect(await cloud.offersVersion("aurora-postgresql", "16.4")).toBe(true);
    expect(await cloud.offersVersion("aurora-postgresql", "16.2")).toBe(false);
    expect(await cloud.offersVersion("aurora-postgresql", "16")).toBe(false);
    expect(await cloud.certificateValidUntil("rds-ca-2019")).toBe(Date.UTC(2024, 7, 22));
    expect(await cloud.certificateValidUntil("rds-ca-2015")).toBeUndefined();
  });

  it("is read to its last page", async () => {
    const { cloud, seed, calls } = gateway();
    const names = Array.from({ length: 130 }, (_, index) => `db-${String(index).padStart(3, "0")}`);
    for (const id of names) seed({ id, members: [] });

    const listed = await cloud.listDatabases();
    expect(listed.map(({ name }) => name).sort()).toEqual(names);
    expect(calls("DescribeDBClusters")).toHaveLength(2);
  });
});

describe("what is not there", () => {
  it("is undefined, or an empty list", async () => {
    const { cloud } = gateway();

    expect(await cloud.findCluster("orders")).toBeUndefined();
    expect(await cloud.findClusterById("cluster-NONE")).toBeUndefined();
    expect(await cloud.findInstance("orders-1")).toBeUndefined();
    expect(await cloud.findInstanceById("db-NONE")).toBeUndefined();
    expect(await cloud.findSnapshot("cluster", "orders-before-m1")).toBeUndefined();
    expect(await cloud.findKey("alias/nobody")).toBeUndefined();
    expect(await cloud.findSubnetGroup("nowhere")).toBeUndefined();
    expect(await cloud.membersOf("orders")).toEqual([]);
  });

  it.each([
    ["throttled", "throttle", "Throttling"],
    ["unanswered", "timeout-before", "TimeoutError"],
    ["unanswered", { code: "ServiceUnavailable", status: 503 }, "ServiceUnavailable"],
    ["refused", { code: "AccessDenied", status: 403 }, "AccessDenied"],
    ["refused", { code: "ResourceNotFoundFault", status: 404 }, "ResourceNotFoundFault"],
  ] as const)("is not concluded from a call that was %s (%o)", async (kind, injected, code) => {
    const { cloud, account, seed } = gateway();
    seed({ id: "orders" });
    const orders = await existing(cloud, "orders");
    account.faults = () => injected;

    for (const look of [
      () => cloud.findCluster("orders"),
      () => cloud.findClusterById(orders.resourceId),
      () => cloud.findInstance("orders-1"),
      () => cloud.findInstanceById("db-1"),
      () => cloud.membersOf("orders"),
      () => cloud.findSnapshot("cluster", "orders"),
      () => cloud.findKey("alias/databases"),
      () => cloud.attachmentsOf({ ...orders, kind: "cluster" }),
      () => cloud.quotas(),
      () => cloud.findSubnetGroup("production"),
      () => cloud.offersVersion("aurora-postgresql", "16.4"),
      () => cloud.certificateValidUntil("rds-ca-2019"),
      () => cloud.listDatabases(),
    ]) {
      const fault = await look().catch((thrown: unknown) => thrown);
      expect(fault).toBeInstanceOf(CloudFault);
      expect(fault).toMatchObject({ kind, code });
    }
  });
});

describe("look-ups of one turn of the event loop", () => {
  it("are one call for a hundred databases, and each gets its own", async () => {
    const { cloudFor, seed, calls } = gateway();
    const names = Array.from({ length: 100 }, (_, index) => `db-${index}`);
    for (const id of names.slice(1)) seed({ id, members: [{ id: `${id}-1` }] });

    const found = await Promise.all(names.map((name) => cloudFor({ effect: "reads" }).findCluster(name)));
    expect(calls()).toHaveLength(1);
    expect(found.map((facts) => facts?.name)).toEqual([undefined, ...names.slice(1)]);

    const members = await Promise.all(names.map((name) => cloudFor({ effect: "reads" }).membersOf(name)));
    expect(calls()).toHaveLength(2);
    expect(members.map((of) => of.map(({ name }) => name))).toEqual([
      [],
      ...names.slice(1).map((name) => [`${name}-1`]),
    ]);
  });

  it("are asked for anew in the next turn: nothing is kept", async () => {
    const { cloud, seed, calls } = gateway();
    expect(await cloud.findCluster("orders")).toBeUndefined();
    seed({ id: "orders" });

    expect(await cloud.findCluster("orders")).toBeDefined();
    expect(calls()).toHaveLength(2);
  });

  it("all fail when their one call does, and the next succeed", async () => {
    const { cloud, account, seed } = gateway();
    seed({ id: "orders" });
    account.faults = () => "throttle";
    const names = ["orders", "orders", "absent", "another"];

    const looks = await Promise.allSettled(names.map((name) => cloud.findCluster(name)));
    expect(looks.map(({ status }) => status)).toEqual(names.map(() => "rejected"));

    account.faults = undefined;
    expect((await cloud.findCluster("orders"))?.name).toBe("orders");
  });
});
