import { describe, expect, test } from "vitest";
import { addKey } from "../../src/sim/aws/seeds/furniture.ts";
import { minute } from "../sim/aws/laboratory.ts";
import { marks, narrowed, ref, source } from "./narrowed.ts";

const hour = 60 * minute;

describe("the credentials for what is made of a snapshot", () => {
  const safety = { "encrypt-db:migration": "m00001", "encrypt-db:role": "safety-copy" };
  const replacement = { ...marks, "encrypt-db:role": "replacement" };

  /** A snapshot of an instance under a former key, complete; then whatever comes between its look and the next call. */
  async function snapshotted(name = "ledger") {
    let between = () => {};
    const lab = narrowed(() => between());
    const { resourceId } = lab.markedInstance(name, source);
    const instance = { kind: "instance", name, resourceId } as const;
    const snapshot = `${name}-after-m00001`;
    await lab.act().takeSnapshot(instance, snapshot, safety);
    await lab.pass(hour);
    const settings = (await lab.act().findInstance(name))?.standalone?.settings;
    if (!settings) throw new Error("there is no instance");
    return {
      ...lab,
      instance,
      snapshot,
      settings: { ...settings, tags: replacement },
      meanwhile: (happens: () => void) => {
        between = happens;
      },
    };
  }

  test("copy it under the new key, with the use of both, and restore the copy with every group", async () => {
    const { act, snapshot, settings, key, pass, account } = await snapshotted();
    const copy = { snapshot, name: `${snapshot}-copy`, keyArn: key.arn, tags: safety };
    await act().copySnapshot(copy);
    await pass(24 * hour);
    await act().restoreInstanceFromSnapshot({ snapshot: copy.name, name: "restored", settings });
    expect(account.ledger.at(-1)).toMatchObject({
      operation: "RestoreDBInstanceFromDBSnapshot",
      outcome: "ok",
    });
  });

  test("restore a cluster of its snapshot", async () => {
    const { act, marked, pass, key, account } = narrowed();
    const orders = marked("orders", source);
    await pass(hour, orders);
    await act().takeSnapshot(ref(orders), "orders-after-m00001", safety);
    await pass(hour);
    const settings = (await act().findCluster("orders"))?.settings;
    if (!settings) throw new Error("there is no cluster");
    await act().restoreClusterFromSnapshot({
      snapshot: "orders-after-m00001",
      name: "restored",
      keyArn: key.arn,
      settings: { ...settings, tags: replacement },
    });
    expect(account.ledger.at(-1)).toMatchObject({ operation: "RestoreDBClusterFromSnapshot", outcome: "ok" });
  });

  test("make a new instance and keep its master password, and replicate it", async () => {
    const { act, instance, settings, key, pass, account } = await snapshotted();
    await act().createInstance({
      source: instance,
      name: "created",
      keyArn: key.arn,
      masterUser: "postgres",
      databaseName: null,
      settings: { ...settings, backupRetentionDays: 7 },
    });
    await pass(hour);
    const created = await act().findInstance("created");
    const of = { kind: "instance", name: "created", resourceId: created?.resourceId ?? "" } as const;
    await act().createReplica({ source: of, name: "replica", settings });
    expect(account.ledger.at(-1)).toMatchObject({
      operation: "CreateDBInstanceReadReplica",
      outcome: "ok",
    });
  });

  test("watch an instance by a role and under a key", async () => {
    const { act, instance, key, account } = await snapshotted();
    await act().changeInstance(instance, {
      monitoring: { intervalSeconds: 30, roleArn: "arn:aws:iam::123456789012:role/rds-monitoring" },
      performanceInsights: { keyArn: key.arn, retentionDays: 31 },
    });
    expect(account.ledger.at(-1)).toMatchObject({ operation: "ModifyDBInstance", outcome: "ok" });
  });

  test("do not reach a snapshot that is another migration's within the same second", async () => {
    const { act, snapshot, settings, retag, meanwhile } = await snapshotted();
    meanwhile(() => retag(snapshot, { ...safety, "encrypt-db:migration": "m00002" }));
    const late = act().restoreInstanceFromSnapshot({ snapshot, name: "restored", settings });
    await expect(late).rejects.toMatchObject({ kind: "refused", code: "AccessDenied" });
  });

  test("do not reach a key that the account has not given for databases", async () => {
    const { act, account, snapshot } = await snapshotted();
    const foreign = account.alter((turn) => addKey(turn, {}));
    const copying = act().copySnapshot({
      snapshot,
      name: `${snapshot}-copy`,
      keyArn: foreign.arn,
      tags: safety,
    });
    await expect(copying).rejects.toMatchObject({ kind: "refused", code: "AccessDenied" });
  });

  test("fit into what STS takes, also with the longest names", async () => {
    const longest = "l".repeat(48);
    const { act, instance, snapshot, settings, key, pass, account } = await snapshotted(longest);
    const long = (prefix: string) => prefix.padEnd(255, "x");
    const groups = { parameterGroup: long("p"), optionGroup: long("o"), subnetGroup: long("s") };
    const given = { ...settings, ...groups };
    await act()
      .restoreInstanceFromSnapshot({ snapshot, name: "r".repeat(63), settings: given })
      .catch(() => {});
    await act()
      .createInstance({
        source: instance,
        name: "n".repeat(63),
        keyArn: key.arn,
        masterUser: "postgres",
        databaseName: null,
        settings: given,
      })
      .catch(() => {});
    await act()
      .copySnapshot({ snapshot, name: `${snapshot}-copy`, keyArn: key.arn, tags: safety })
      .catch(() => {});
    await pass(hour);
    const policies = account.ledger
      .filter(({ operation }) => operation === "AssumeRole")
      .map(({ input }) => String((input as { Policy?: string }).Policy));
    expect(policies.length).toBeGreaterThan(3);
    for (const policy of policies) expect(policy.length).toBeLessThanOrEqual(2_048);
  });

  test("delete a snapshot that was only a means, and under no mandate one that is insurance", async () => {
    const { act, snapshot, retag, pass, account } = await snapshotted();
    await expect(act().deleteSnapshot("instance", snapshot)).rejects.toMatchObject({ kind: "mismatch" });
    retag(snapshot, { ...safety, "encrypt-db:role": "copy" });
    await act().deleteSnapshot("instance", snapshot);
    await pass(hour);
    expect(account.ledger.at(-1)).toMatchObject({ operation: "DeleteDBSnapshot", outcome: "ok" });
    expect(await act().findSnapshot("instance", snapshot)).toBeUndefined();
  });
});
