import {
  DBClusterAlreadyExistsFault,
  DBClusterQuotaExceededFault,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  InvalidDBClusterStateFault,
  KMSKeyNotAccessibleFault,
  RestoreDBClusterToPointInTimeCommand,
  type RestoreDBClusterToPointInTimeMessage,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { addKey } from "../../../../src/sim/aws/seeds/furniture.ts";
import { auroraUnderRdsKey, unencryptedAurora } from "../../../../src/sim/aws/seeds/topologies.ts";
import { laboratory, minute, second, start } from "../laboratory.ts";

type Laboratory = ReturnType<typeof laboratory>;

const restore = ({ rds }: Laboratory, input: Partial<RestoreDBClusterToPointInTimeMessage> = {}) =>
  rds.send(
    new RestoreDBClusterToPointInTimeCommand({
      SourceDBClusterIdentifier: "orders",
      DBClusterIdentifier: "copy",
      ...(input.RestoreToTime === undefined && { UseLatestRestorableTime: true }),
      ...input,
    }),
  );

const described = async ({ rds }: Laboratory, id: string) =>
  (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }))).DBClusters?.[0];

const ids = ({ data, cluster }: Laboratory, id: string) =>
  data.volumes.get(cluster(id)?.resourceId ?? "")?.map((write) => write.id);

async function busyLaboratory() {
  const lab = laboratory();
  const source = lab.seed({
    id: "orders",
    settings: {
      Port: 6543,
      IAMDatabaseAuthenticationEnabled: true,
      EnabledCloudwatchLogsExports: ["postgresql"],
      StorageType: "aurora-iopt1",
      DatabaseInsightsMode: "advanced",
    },
  });
  await lab.pass(10 * minute, source);
  return { ...lab, source };
}

describe("restorable times", () => {
  test("the latest trails by up to five minutes, in steps, and never beyond the last commit", async () => {
    const lab = laboratory();
    const source = lab.seed({ id: "orders" });
    const seen = new Set<number>();
    for (let n = 0; n < 40; n++) {
      await lab.pass(30 * second, source);
      const latest = (await described(lab, "orders"))?.LatestRestorableTime?.getTime() ?? 0;
      expect(lab.clock.now() - latest).toBeLessThanOrEqual(5 * minute);
      expect(latest).toBeLessThan(lab.clock.now());
      seen.add(latest);
    }
    expect(seen.size).toBeLessThan(10);
    await lab.pass(60 * minute);
    expect((await described(lab, "orders"))?.LatestRestorableTime?.getTime()).toBe(start + 20 * minute - 1);
  });

  test("there are none for a restored cluster until some minutes after the restore", async () => {
    const lab = await busyLaboratory();
    await restore(lab);
    await lab.pass(10 * second);
    expect((await described(lab, "copy"))?.LatestRestorableTime).toBeUndefined();
    await lab.pass(24 * minute);
    expect(await described(lab, "copy")).toMatchObject({ Status: "available" });
    expect((await described(lab, "copy"))?.EarliestRestorableTime).toBeUndefined();
    await expect(
      restore(lab, { SourceDBClusterIdentifier: "copy", DBClusterIdentifier: "again" }),
    ).rejects.toThrow(InvalidDBClusterStateFault);
    await lab.pass(5 * minute);
    const { EarliestRestorableTime: earliest } = (await described(lab, "copy")) ?? {};
    expect(earliest?.getTime()).toBeGreaterThan(start + 34 * minute);
  });
});

describe("a restore to a point in time", () => {
  test("holds what was committed until then", async () => {
    const lab = await busyLaboratory();
    const { data, source, clock } = lab;
    const t1 = clock.now() + second;
    data.write(source.resourceId, { at: t1, id: "marker", value: "" });
    data.write(source.resourceId, { at: t1 + 1, id: "late", value: "" });
    await lab.pass(10 * minute, source);
    await restore(lab, { RestoreToTime: new Date(t1) });
    expect(ids(lab, "copy")).toEqual(["1", "heartbeat", "marker"]);
  });

  test("to the latest restorable time loses what was committed after it", async () => {
    const lab = await busyLaboratory();
    lab.data.write(lab.source.resourceId, { at: lab.clock.now(), id: "fresh", value: "" });
    await restore(lab);
    expect(ids(lab, "copy")).not.toContain("fresh");
  });

  test("must be before the latest restorable time and not before the earliest", async () => {
    const lab = await busyLaboratory();
    const { LatestRestorableTime: latest, EarliestRestorableTime: earliest } =
      (await described(lab, "orders")) ?? {};
    const refused = { name: "InvalidParameterValue" };
    await expect(restore(lab, { RestoreToTime: latest })).rejects.toMatchObject(refused);
    const tooEarly = new Date((earliest?.getTime() ?? 0) - 1);
    await expect(restore(lab, { RestoreToTime: tooEarly })).rejects.toMatchObject(refused);
    await restore(lab, { RestoreToTime: new Date((latest?.getTime() ?? 0) - 1) });
  });

  test("takes a time or the latest, and not both; a clone takes no time", async () => {
    const lab = await busyLaboratory();
    const time = new Date(start + minute);
    const refused = { name: "InvalidParameterCombination" };
    await expect(restore(lab, { UseLatestRestorableTime: false })).rejects.toMatchObject(refused);
    await expect(restore(lab, { RestoreToTime: time, UseLatestRestorableTime: true })).rejects.toMatchObject(
      refused,
    );
    await expect(restore(lab, { RestoreToTime: time, RestoreType: "copy-on-write" })).rejects.toMatchObject(
      refused,
    );
  });

  test("makes no member, and forgets every setting that the call does not name", async () => {
    const lab = await busyLaboratory();
    await restore(lab);
    await lab.pass(30 * minute);
    expect(await described(lab, "copy")).toMatchObject({
      Status: "available",
      DBClusterMembers: [],
      DBClusterParameterGroup: "default.aurora-postgresql16",
      DBSubnetGroup: "default",
      VpcSecurityGroups: [{ VpcSecurityGroupId: expect.stringMatching(/^sg-default/) }],
      Port: 5432,
      IAMDatabaseAuthenticationEnabled: false,
      DeletionProtection: false,
      CopyTagsToSnapshot: false,
      EngineLifecycleSupport: "open-source-rds-extended-support",
      EngineVersion: "16.4",
      BackupRetentionPeriod: 14,
    });
    const copy = await described(lab, "copy");
    expect(copy?.EnabledCloudwatchLogsExports).toBeUndefined();
    expect(copy?.StorageType).toBeUndefined();
    expect(copy?.DatabaseInsightsMode).toBeUndefined();
    expect(copy?.PreferredMaintenanceWindow).not.toBe(lab.source.settings.PreferredMaintenanceWindow);
    expect(copy?.TagList).toEqual(lab.source.settings.TagList);
    const endpoint = copy?.Endpoint ?? "";
    expect(lab.account.resolve(endpoint)).toBeUndefined();
  });

  test("any tags given replace all of the source's, and an empty list gives none", async () => {
    const lab = await busyLaboratory();
    const { DBCluster } = await restore(lab, { DBClusterIdentifier: "other", Tags: [] });
    expect(DBCluster?.TagList).toEqual(lab.source.settings.TagList);
    await restore(lab, { Tags: [{ Key: "run", Value: "1" }] });
    expect(lab.cluster("copy")?.settings.TagList).toEqual([{ Key: "run", Value: "1" }]);
  });

  test("is unknown to a Describe for a moment, and takes tens of minutes", async () => {
    const lab = await busyLaboratory();
    await restore(lab);
    await expect(described(lab, "copy")).rejects.toMatchObject({ name: "DBClusterNotFoundFault" });
    await lab.pass(5 * second);
    expect((await described(lab, "copy"))?.Status).toBe("creating");
    await lab.pass(20 * minute);
    expect((await described(lab, "copy"))?.Status).toBe("creating");
  });

  test("to a name that is taken, or beyond the quota, is refused", async () => {
    const lab = await busyLaboratory();
    await expect(restore(lab, { DBClusterIdentifier: "ORDERS" })).rejects.toThrow(
      DBClusterAlreadyExistsFault,
    );
    lab.account.alter((turn) => {
      turn.state = { ...turn.state, quotas: { ...turn.state.quotas, DBClusters: 1 } };
    });
    await expect(restore(lab)).rejects.toThrow(DBClusterQuotaExceededFault);
  });

  test("refuses the monitoring members, which belong to Limitless and to instances", async () => {
    const lab = await busyLaboratory();
    await expect(restore(lab, { MonitoringInterval: 60 })).rejects.toMatchObject({
      name: "InvalidParameterCombination",
    });
  });

  test("by the source's resource id finds it under any name", async () => {
    const lab = await busyLaboratory();
    await lab.rds.send(
      new RestoreDBClusterToPointInTimeCommand({
        SourceDbClusterResourceId: lab.source.resourceId,
        DBClusterIdentifier: "copy",
        UseLatestRestorableTime: true,
      }),
    );
    expect(lab.account.ledger.at(-1)?.touched.map(({ name }) => name)).toEqual(["orders", "copy"]);
  });
});

describe("the key of a restore to a point in time", () => {
  test("is the source's when none is given, in silence", async () => {
    const lab = await busyLaboratory();
    const { DBCluster } = await restore(lab);
    expect(DBCluster?.KmsKeyId).toBe((await described(lab, "orders"))?.KmsKeyId);
  });

  test("can be another", async () => {
    const lab = await busyLaboratory();
    const { DBCluster } = await restore(lab, { KmsKeyId: lab.key.arn });
    expect(DBCluster).toMatchObject({
      KmsKeyId: lab.key.arn,
      StorageEncrypted: true,
      StorageEncryptionType: "sse-kms",
    });
  });

  test("is refused for a source that is not encrypted, or under a key that AWS owns", async () => {
    const lab = laboratory();
    const sources = lab.account.alter((turn) => [
      unencryptedAurora(turn, "plain"),
      auroraUnderRdsKey(turn, "owned"),
    ]);
    for (const source of sources) {
      lab.data.write(source.resourceId, { at: start - minute, id: "1", value: "" });
      const asked = restore(lab, { SourceDBClusterIdentifier: source.id, KmsKeyId: lab.key.arn });
      await expect(asked).rejects.toMatchObject({ name: "InvalidParameterCombination" });
    }
    expect(await described(lab, "owned")).toMatchObject({
      StorageEncrypted: false,
      StorageEncryptionType: "sse-rds",
    });
  });

  test.each([
    { state: "Disabled" },
    { state: "PendingDeletion" },
    { spec: "RSA_2048" },
    { usage: "SIGN_VERIFY" },
    { grantable: false },
    { region: "us-east-1" },
  ] as const)("%j is refused", async (key) => {
    const lab = await busyLaboratory();
    const unusable = lab.account.alter((turn) => addKey(turn, { ...key }));
    await expect(restore(lab, { KmsKeyId: unusable.arn })).rejects.toThrow(KMSKeyNotAccessibleFault);
  });
});

test("a clone holds what is there now, within minutes", async () => {
  const lab = await busyLaboratory();
  lab.data.write(lab.source.resourceId, { at: lab.clock.now(), id: "fresh", value: "" });
  await restore(lab, { RestoreType: "copy-on-write" });
  await lab.pass(5 * minute);
  expect(lab.cluster("copy")?.status).toBe("available");
  expect(ids(lab, "copy")).toContain("fresh");
  expect(lab.data.snapshots.size).toBe(0);
});

test("a restored cluster has no instances to describe", async () => {
  const lab = await busyLaboratory();
  await restore(lab);
  await lab.pass(30 * minute);
  const { DBInstances } = await lab.rds.send(
    new DescribeDBInstancesCommand({ Filters: [{ Name: "db-cluster-id", Values: ["copy"] }] }),
  );
  expect(DBInstances).toEqual([]);
});
