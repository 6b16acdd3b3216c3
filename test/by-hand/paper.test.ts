import { describe, expect, test } from "vitest";
import { createPaper } from "../../src/by-hand/paper.ts";
import type { ClusterFacts, InstanceFacts } from "../../src/core/cloud.ts";
import { addInstance } from "../../src/sim/aws/seeds/instances.ts";
import { existing, gateway, instanceRef } from "../aws/gateway.ts";

/** The facts of a cluster with its members and of an instance outside of it, as the gateway tells them. */
async function facts() {
  const { cloud, seed, account } = gateway();
  seed({ id: "orders" });
  account.alter((turn) => addInstance(turn, { id: "ledger", storageKey: { type: "none" } }));
  const orders: ClusterFacts = await existing(cloud, "orders");
  const members = await cloud.membersOf("orders");
  const ledger: InstanceFacts | undefined = await cloud.findInstance("ledger");
  const settings = ledger?.standalone?.settings;
  if (!ledger || !settings) throw new Error("there is no ledger");
  return { orders, members, ledger, settings, ref: await instanceRef(cloud, "ledger") };
}

const nothingAttached = { customEndpoints: [], proxies: [] };
const ownTags = { "encrypt-db:role": "replacement" };

describe("on paper", () => {
  test("an instance is restored of the copy of its snapshot, under the copy's key, whatever it is called now", async () => {
    const { ledger, settings, ref } = await facts();
    const paper = createPaper(
      { ...nothingAttached, clusters: [], instances: [ledger] },
      "$REPLACEMENT_ID",
      "m1",
    );
    const { cloud } = paper;

    await cloud.takeSnapshot(ref, "after", {});
    await cloud.copySnapshot({ snapshot: "after", name: "after-copy", keyArn: "key", tags: {} });
    await cloud.changeInstance(ref, { newName: "ledger-old" });
    await cloud.restoreInstanceFromSnapshot({
      snapshot: "after-copy",
      name: "ledger",
      settings: { ...settings, tags: ownTags },
    });

    expect(await cloud.findInstance("ledger")).toMatchObject({
      resourceId: "$REPLACEMENT_ID",
      encryption: "sse-kms",
      keyArn: "key",
      endpoint: ledger.endpoint,
      settings: { name: "ledger", tags: ownTags },
      // The call does not take these.
      standalone: {
        settings: {
          ...settings,
          tags: ownTags,
          monitoring: null,
          performanceInsights: null,
          databaseInsights: "standard",
          maxAllocatedStorage: null,
          maintenanceWindow: "",
        },
      },
    });
    expect((await cloud.findInstanceById(ledger.resourceId))?.name).toBe("ledger-old");
    expect(paper.take().map((act) => act.to === "aws" && act.operation)).toEqual([
      "CreateDBSnapshot",
      "CopyDBSnapshot",
      "ModifyDBInstance",
      "RestoreDBInstanceFromDBSnapshot",
    ]);
  });

  test("a cluster is restored of its snapshot, and has no members yet", async () => {
    const { orders, members } = await facts();
    const { cloud } = createPaper(
      { ...nothingAttached, clusters: [orders], instances: members },
      "$REPLACEMENT_ID",
      "m1",
    );
    const ref = { kind: "cluster", name: "orders", resourceId: orders.resourceId } as const;

    await cloud.takeSnapshot(ref, "after", {});
    await cloud.changeCluster(ref, { newName: "orders-old" });
    await cloud.restoreClusterFromSnapshot({
      snapshot: "after",
      name: "orders",
      keyArn: "key",
      settings: { ...orders.settings, tags: ownTags },
    });

    expect(await cloud.findCluster("orders")).toMatchObject({
      resourceId: "$REPLACEMENT_ID",
      encryption: "sse-kms",
      keyArn: "key",
      members: [],
      settings: { tags: ownTags },
    });
    expect((await cloud.findClusterById(orders.resourceId))?.name).toBe("orders-old");
  });

  test("tags and settings of an instance are changed where each look finds them", async () => {
    const { ledger, settings, ref } = await facts();
    const { cloud } = createPaper(
      { ...nothingAttached, clusters: [], instances: [ledger] },
      "$REPLACEMENT_ID",
      "m1",
    );

    await cloud.addTags(ref, { "encrypt-db:role": "source" });
    await cloud.changeInstance(ref, { securityGroups: ["sg-fence"], deletionProtection: true });

    const found = await cloud.findInstance("ledger");
    const tags = { ...settings.tags, "encrypt-db:role": "source" };
    expect(found?.settings.tags).toEqual(tags);
    expect(found?.standalone?.settings).toEqual({
      ...settings,
      tags,
      securityGroups: ["sg-fence"],
      deletionProtection: true,
    });
  });

  test("a new instance and its replica are there, and can fail", async () => {
    const { ledger, settings, ref } = await facts();
    const paper = createPaper(
      { ...nothingAttached, clusters: [], instances: [ledger] },
      "$REPLACEMENT_ID",
      "m1",
    );
    const { cloud } = paper;

    const master = { masterUser: "postgres", databaseName: null };
    await cloud.createInstance({ ...master, source: ref, name: "new", keyArn: "key", settings });
    const made = { kind: "instance", name: "new", resourceId: "$REPLACEMENT_ID" } as const;
    await cloud.createReplica({ source: made, name: "replica", settings });

    expect(await cloud.findInstance("new")).toMatchObject({ keyArn: "key", encryption: "sse-kms" });
    expect(await cloud.findInstance("replica")).toMatchObject({ keyArn: "key", encryption: "sse-kms" });
    paper.fail();
    expect((await cloud.findInstance("ledger"))?.status).toBe("available");
    expect((await cloud.findInstance("new"))?.status).toBe("failed");
  });

  test("nothing is restored of a snapshot that nobody took", async () => {
    const { ledger, settings } = await facts();
    const { cloud } = createPaper(
      { ...nothingAttached, clusters: [], instances: [ledger] },
      "$REPLACEMENT_ID",
      "m1",
    );
    const restoring = cloud.restoreInstanceFromSnapshot({ snapshot: "none", name: "ledger", settings });
    await expect(restoring).rejects.toThrow("no snapshot is named none on paper");
  });
});
