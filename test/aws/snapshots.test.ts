import { describe, expect, it } from "vitest";
import type { Tags } from "../../src/core/cloud.ts";
import { addKey } from "../../src/sim/aws/seeds/furniture.ts";
import { addInstance } from "../../src/sim/aws/seeds/instances.ts";
import { minute } from "../sim/aws/laboratory.ts";
import { clusterRef, existing, gateway, instanceRef } from "./gateway.ts";

const hour = 60 * minute;

const as = (role: string, migration = "m00001"): Tags => ({
  "encrypt-db:migration": migration,
  "encrypt-db:role": role,
});
const safety = as("safety-copy");

/** A cluster, and an instance outside of it that is under another key of the account. */
async function both() {
  const world = gateway();
  const { cloud, seed, account, pass } = world;
  const source = seed({ id: "orders" });
  const former = account.alter((turn) => addKey(turn, {}));
  const ledger = account.alter((turn) =>
    addInstance(turn, {
      id: "ledger",
      storageKey: { type: "sse-kms", arn: former.arn },
      settings: { StorageType: "gp3", AllocatedStorage: 100, Iops: 3_000, StorageThroughput: 125 },
    }),
  );
  await pass(30 * minute, source);
  const cluster = await clusterRef(cloud, "orders");
  return { ...world, cluster, instance: await instanceRef(cloud, "ledger"), former, ledger, source };
}

const mismatch = expect.objectContaining({ kind: "mismatch", code: "OtherSnapshot" });

describe("a snapshot of a cluster", () => {
  it("says of which cluster it was taken by resource id, when, and under which key", async () => {
    const { cloud, cluster, pass, clock, source } = await both();
    const at = clock.time;

    await cloud.takeSnapshot(cluster, "orders-before-m1", safety);
    await pass(10_000);
    expect(await cloud.findSnapshot("cluster", "orders-before-m1")).toMatchObject({ status: "creating" });
    await pass(hour);

    expect(await cloud.findSnapshot("cluster", "Orders-before-M1")).toEqual({
      kind: "cluster",
      name: "orders-before-m1",
      arn: "arn:aws:rds:eu-central-1:123456789012:cluster-snapshot:orders-before-m1",
      status: "available",
      percent: 100,
      sourceResourceId: source.resourceId,
      encryption: "sse-kms",
      keyArn: source.storageKey.type === "sse-kms" ? source.storageKey.arn : "",
      createdAt: at,
      engine: "aurora-postgresql",
      engineVersion: source.settings.EngineVersion,
      allocatedStorage: expect.any(Number),
      // The cluster copies its own tags to its snapshots.
      tags: { service: "orders", environment: "production", "encrypt-db:enrolled": "true", ...safety },
    });
    expect(await cloud.findSnapshot("instance", "orders-before-m1")).toBeUndefined();
  });

  it("becomes a cluster with every setting, of the exact version, under the key that was named", async () => {
    const { cloud, cluster, pass, key, calls } = await both();
    const before = await existing(cloud, "orders");
    await cloud.takeSnapshot(cluster, "orders-after-m1", safety);
    await pass(hour);

    const settings = { ...before.settings, port: 6_543, backupRetentionDays: 21, tags: as("replacement") };
    const name = "restored";
    await cloud.restoreClusterFromSnapshot({
      snapshot: "orders-after-m1",
      name,
      keyArn: key.arn,
      settings,
    });
    await pass(hour);
    const { maintenanceWindow, databaseInsights } = settings;
    await cloud.changeCluster(await clusterRef(cloud, name), { maintenanceWindow, databaseInsights });
    await pass(hour);

    const after = await existing(cloud, name);
    expect(after.settings).toEqual(settings);
    expect(after).toMatchObject({ encryption: "sse-kms", keyArn: key.arn, status: "available" });
    const [restore] = calls("RestoreDBClusterFromSnapshot");
    expect(restore?.input).toMatchObject({ EngineVersion: settings.engineVersion, KmsKeyId: key.arn });
  });
});

describe("a snapshot of an instance", () => {
  it("says of which instance it was taken by resource id, when, and under which key", async () => {
    const { cloud, instance, pass, clock, former } = await both();
    const at = clock.time;

    await cloud.takeSnapshot(instance, "ledger-before-m1", safety);
    await pass(hour);

    expect(await cloud.findSnapshot("instance", "Ledger-before-M1")).toEqual({
      kind: "instance",
      name: "ledger-before-m1",
      arn: "arn:aws:rds:eu-central-1:123456789012:snapshot:ledger-before-m1",
      status: "available",
      percent: 100,
      sourceResourceId: instance.resourceId,
      encryption: "sse-kms",
      keyArn: former.arn,
      createdAt: at,
      engine: "postgres",
      engineVersion: expect.stringMatching(/^\d+\.\d+$/),
      allocatedStorage: 100,
      // The instance copies its own tags to its snapshots, too.
      tags: { service: "ledger", environment: "production", "encrypt-db:enrolled": "true", ...safety },
    });
    expect(await cloud.findSnapshot("cluster", "ledger-before-m1")).toBeUndefined();
  });

  it("is copied under another key, and the copy tells when its original was taken", async () => {
    const { cloud, instance, pass, clock, key } = await both();
    const at = clock.time;
    await cloud.takeSnapshot(instance, "ledger-after-m1", safety);
    await pass(hour);

    const tags = as("copy");
    await cloud.copySnapshot({ snapshot: "ledger-after-m1", name: "ledger-copy", keyArn: key.arn, tags });
    await pass(minute);
    expect(await cloud.findSnapshot("instance", "ledger-copy")).toMatchObject({ status: "copying" });
    await pass(24 * hour);

    const copy = await cloud.findSnapshot("instance", "ledger-copy");
    expect(copy).toMatchObject({
      status: "available",
      keyArn: key.arn,
      createdAt: at,
      sourceResourceId: instance.resourceId,
    });
    // Nothing of what its original is tagged with.
    expect(copy?.tags).toEqual(tags);
  });

  it("is encrypted by being copied", async () => {
    const { cloud, account, pass, key } = gateway();
    account.alter((turn) => addInstance(turn, { id: "wiki", storageKey: { type: "none" } }));
    await cloud.takeSnapshot(await instanceRef(cloud, "wiki"), "wiki-after-m1", safety);
    await pass(hour);
    expect(await cloud.findSnapshot("instance", "wiki-after-m1")).toMatchObject({
      encryption: "none",
      keyArn: null,
    });

    await cloud.copySnapshot({ snapshot: "wiki-after-m1", name: "wiki-copy", keyArn: key.arn, tags: safety });
    await pass(24 * hour);

    expect(await cloud.findSnapshot("instance", "wiki-copy")).toMatchObject({
      encryption: "sse-kms",
      keyArn: key.arn,
    });
  });
});

describe("a snapshot that somebody else made", () => {
  it.each([
    ["another migration's", as("safety-copy", "m00002")],
    ["nobody's", { "encrypt-db:role": "safety-copy" }],
    ["without a role", { "encrypt-db:migration": "m00001" }],
  ])("is not restored and not copied: %s", async (_, tags) => {
    const { cloud, cloudFor, cluster, instance, pass, key, calls } = await both();
    await cloud.takeSnapshot(cluster, "orders-nightly", tags);
    await cloud.takeSnapshot(instance, "ledger-nightly", tags);
    await pass(hour);
    const { settings } = await existing(cloud, "orders");
    const ledger = (await cloud.findInstance("ledger"))?.standalone?.settings;
    if (!ledger) throw new Error("there is no ledger");
    const before = calls().length;
    const own = cloudFor({
      effect: "creates",
      migration: "m00001",
      actor: "m00001.restore",
      approver: null,
      until: Number.POSITIVE_INFINITY,
    });

    const keyArn = key.arn;
    const cases = [
      () => own.restoreClusterFromSnapshot({ snapshot: "orders-nightly", name: "copy", keyArn, settings }),
      () => own.restoreInstanceFromSnapshot({ snapshot: "ledger-nightly", name: "copy", settings: ledger }),
      () => own.copySnapshot({ snapshot: "ledger-nightly", name: "copy", keyArn, tags: safety }),
    ];
    for (const one of cases) await expect(one()).rejects.toEqual(mismatch);
    const made = calls().slice(before);
    expect(made.filter(({ operation }) => !operation.startsWith("Describe"))).toEqual([]);
  });

  it("that is not there is worth another look", async () => {
    const { cloud, key } = await both();
    const copy = { snapshot: "ledger-after-m1", name: "copy", keyArn: key.arn, tags: safety };
    await expect(cloud.copySnapshot(copy)).rejects.toMatchObject({
      kind: "busy",
      code: "DBSnapshotNotFoundFault",
    });
  });
});

describe("a snapshot that goes between the look and the call", () => {
  it.each([
    ["CopyDBSnapshot", "DBSnapshotNotFound"],
    ["RestoreDBClusterFromSnapshot", "DBClusterSnapshotNotFoundFault"],
  ])("is worth another look: %s", async (operation, code) => {
    const { cloud, cluster, instance, pass, key, account } = await both();
    await cloud.takeSnapshot(cluster, "orders-after-m1", safety);
    await cloud.takeSnapshot(instance, "ledger-after-m1", safety);
    await pass(hour);
    const { settings } = await existing(cloud, "orders");
    account.faults = (call) => (call.operation === operation ? { code, status: 404 } : undefined);

    const keyArn = key.arn;
    const late =
      operation === "CopyDBSnapshot"
        ? cloud.copySnapshot({ snapshot: "ledger-after-m1", name: "copy", keyArn, tags: safety })
        : cloud.restoreClusterFromSnapshot({ snapshot: "orders-after-m1", name: "copy", keyArn, settings });
    await expect(late).rejects.toMatchObject({ kind: "busy", operation });
  });
});

describe("a snapshot is deleted", () => {
  it("where it was only a means", async () => {
    const { cloud, cluster, instance, pass } = await both();
    await cloud.takeSnapshot(cluster, "orders-after-m1", as("copy"));
    await cloud.takeSnapshot(instance, "ledger-after-m1", as("copy"));
    await pass(hour);

    await cloud.deleteSnapshot("cluster", "orders-after-m1");
    await cloud.deleteSnapshot("instance", "ledger-after-m1");
    await pass(hour);

    expect(await cloud.findSnapshot("cluster", "orders-after-m1")).toBeUndefined();
    expect(await cloud.findSnapshot("instance", "ledger-after-m1")).toBeUndefined();
  });

  it.each([safety, as("copy", "m00002"), {}])("and never where it is marked as %o", async (tags) => {
    const { cloud, cluster, instance, pass, calls } = await both();
    await cloud.takeSnapshot(cluster, "orders-before-m1", tags);
    await cloud.takeSnapshot(instance, "ledger-before-m1", tags);
    await pass(hour);

    await expect(cloud.deleteSnapshot("cluster", "orders-before-m1")).rejects.toEqual(mismatch);
    await expect(cloud.deleteSnapshot("instance", "ledger-before-m1")).rejects.toEqual(mismatch);
    expect(calls().filter(({ operation }) => operation.startsWith("Delete"))).toEqual([]);
  });
});
