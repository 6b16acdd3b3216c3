import { describe, expect, it } from "vitest";
import { CloudFault } from "../../src/core/cloud.ts";
import * as attach from "../../src/sim/aws/seeds/attach.ts";
import { addInstance } from "../../src/sim/aws/seeds/instances.ts";
import { minute } from "../sim/aws/laboratory.ts";
import { clusterRef, existing, gateway } from "./gateway.ts";

/** `orders` with one of each, and a neighbour with the same. */
async function attached() {
  const world = gateway();
  const { account, seed, cloud } = world;
  const [orders, neighbour] = [seed({ id: "orders" }), seed({ id: "neighbour" })];
  const [reader] = Object.values(account.state.instances).filter(({ id }) => id === "orders-2");
  for (const cluster of [orders, neighbour]) {
    account.alter((turn) => {
      attach.attachProxy(turn, cluster, `${cluster.id}-proxy`);
      attach.attachCustomEndpoint(turn, cluster, `${cluster.id}-reports`, {
        type: "ANY",
        excludedMembers: cluster === orders ? [reader?.resourceId ?? ""] : [],
        tags: { team: "reports" },
      });
      attach.attachReaderAutoscaling(turn, cluster, 1, 4);
      attach.attachEventSubscription(turn, cluster, `${cluster.id}-on-call`);
    });
  }
  return {
    ...world,
    ref: await clusterRef(cloud, "orders"),
    neighbour: await clusterRef(cloud, "neighbour"),
  };
}

const endpoint = {
  name: "orders-reports",
  type: "READER",
  staticMembers: ["orders-2"],
  excludedMembers: [],
  tags: { team: "reports" },
} as const;
const editable = { ...endpoint, staticMembers: ["orders-2"], excludedMembers: [] };
const mismatch = expect.objectContaining({ kind: "mismatch", code: "OtherResource" });
const suspended = { in: true, out: true, scheduled: true };

describe("what hangs on a cluster", () => {
  it("is told with all that it takes to hang it on another, and not its neighbour's", async () => {
    const { cloud } = await attached();
    expect(await cloud.attachedTo(await existing(cloud, "orders"))).toEqual({
      customEndpoints: [
        {
          name: "orders-reports",
          arn: "arn:aws:rds:eu-central-1:123456789012:cluster-endpoint:orders-reports",
          type: "ANY",
          status: "available",
          clusterName: "orders",
          staticMembers: [],
          excludedMembers: ["orders-2"],
          tags: { team: "reports" },
        },
      ],
      proxies: [
        {
          name: "orders-proxy",
          arn: "arn:aws:rds:eu-central-1:123456789012:db-proxy:prx-orders-proxy",
          targetGroupArn: "arn:aws:rds:eu-central-1:123456789012:target-group:prx-tg-orders-proxy",
          tags: { "encrypt-db:enrolled": "true" },
          secretArns: ["arn:aws:secretsmanager:eu-central-1:123456789012:secret:orders-proxy-AbCdEf"],
          clusters: ["orders"],
          instances: [
            { name: "orders-1", cluster: "orders", state: "AVAILABLE", reason: null },
            { name: "orders-2", cluster: "orders", state: "AVAILABLE", reason: null },
          ],
        },
      ],
      scaling: {
        arn: expect.stringContaining(":scalable-target/"),
        minimum: 1,
        maximum: 4,
        suspended: { in: false, out: false, scheduled: false },
      },
      subscriptions: ["orders-on-call"],
    });
  });

  it("is nothing where there is nothing of that name", async () => {
    const { cloud } = await attached();
    expect(await cloud.findCustomEndpoint("none")).toBeUndefined();
    expect(await cloud.findProxy("none")).toBeUndefined();
    expect(await cloud.findScaling("none")).toBeUndefined();
  });
});

describe("a custom endpoint", () => {
  it("is deleted at one cluster and made at another, with its tags", async () => {
    const { cloud, ref, pass } = await attached();
    await cloud.deleteCustomEndpoint(ref, "orders-reports");
    expect((await cloud.findCustomEndpoint("orders-reports"))?.status).toBe("deleting");
    await pass(minute);
    await cloud.createCustomEndpoint(ref, editable);
    await pass(minute);
    expect(await cloud.findCustomEndpoint("orders-reports")).toMatchObject({
      ...endpoint,
      status: "available",
    });
    await cloud.removeEndpointTags(ref, "orders-reports", ["team"]);
    expect((await cloud.findCustomEndpoint("orders-reports"))?.tags).toEqual({});
  });

  it("of another cluster is left alone", async () => {
    const { cloud, ref } = await attached();
    await expect(cloud.deleteCustomEndpoint(ref, "neighbour-reports")).rejects.toEqual(mismatch);
    await expect(cloud.removeEndpointTags(ref, "neighbour-reports", ["team"])).rejects.toEqual(mismatch);
    expect(await cloud.findCustomEndpoint("neighbour-reports")).toMatchObject({ status: "available" });
  });
});

describe("a proxy", () => {
  it("loses its target and gets another", async () => {
    const { cloud, ref, neighbour, pass } = await attached();
    await cloud.deregisterProxyTarget(ref, "orders-proxy");
    expect(await cloud.findProxy("orders-proxy")).toMatchObject({ clusters: [], instances: [] });
    await cloud.registerProxyTarget(neighbour, "orders-proxy");
    expect((await cloud.findProxy("orders-proxy"))?.instances[0]?.state).toBe("REGISTERING");
    await pass(2 * minute);
    expect((await cloud.findProxy("orders-proxy"))?.instances[0]).toMatchObject({
      cluster: "neighbour",
      state: "AVAILABLE",
    });
  });
});

describe("a cluster", () => {
  it("gets a role, a secret, a stream, the Data API and write forwarding", async () => {
    const { cloud, ref, key, pass } = await attached();
    const role = { arn: "arn:aws:iam::123456789012:role/import", feature: "s3Import" };
    await cloud.addRole(ref, role);
    await cloud.switchDataApi(ref, true);
    await cloud.startActivityStream(ref, { mode: "sync", keyArn: key.arn });
    const begun = (await existing(cloud, "orders")).own;
    expect(begun).toMatchObject({ roles: [{ ...role, active: false }], activityStream: { started: false } });
    await cloud.manageMasterPassword(ref, key.arn);
    await pass(5 * minute);
    await cloud.changeCluster(ref, { localWriteForwarding: true });
    await pass(5 * minute);

    const { own, settings } = await existing(cloud, "orders");
    expect(own).toMatchObject({
      roles: [{ ...role, active: true }],
      dataApi: true,
      activityStream: { mode: "sync", keyArn: key.arn, started: true },
      masterSecret: { keyArn: key.arn, active: true },
    });
    expect(settings.localWriteForwarding).toBe(true);
    await cloud.switchDataApi(ref, false);
    expect((await existing(cloud, "orders")).own.dataApi).toBe(false);
  });

  it("has its scaling suspended, which keeps its capacities", async () => {
    const { cloud, ref } = await attached();
    await cloud.suspendScaling(ref, suspended);
    expect(await cloud.findScaling("orders")).toMatchObject({ minimum: 1, maximum: 4, suspended });
    expect((await cloud.findScaling("neighbour"))?.suspended.out).toBe(false);
  });
});

it("a proxy to an instance outside of a cluster is told, and stands against moving it", async () => {
  const { cloud, account } = gateway();
  account.alter((turn) => attach.attachProxy(turn, addInstance(turn, { id: "ledger" }), "ledger-proxy"));
  const found = await cloud.findInstance("ledger");
  if (!found) throw new Error("there is no ledger");
  expect(await cloud.attachmentsOf({ ...found, kind: "instance", members: [] })).toEqual([
    { kind: "proxy", name: "ledger-proxy" },
  ]);
});

it("no change is made where the name belongs to another cluster by now", async () => {
  const { cloud, ref, calls, key } = await attached();
  const other = { ...ref, resourceId: "cluster-ANOTHER" };
  const changes = [
    () => cloud.addRole(other, { arn: "arn:aws:iam::123456789012:role/r", feature: "s3Import" }),
    () => cloud.createCustomEndpoint(other, editable),
    () => cloud.deleteCustomEndpoint(other, "orders-reports"),
    () => cloud.registerProxyTarget(other, "orders-proxy"),
    () => cloud.deregisterProxyTarget(other, "orders-proxy"),
    () => cloud.suspendScaling(other, suspended),
    () => cloud.switchDataApi(other, true),
    () => cloud.startActivityStream(other, { mode: "async", keyArn: key.arn }),
    () => cloud.manageMasterPassword(other, null),
  ];
  for (const change of changes) await expect(change()).rejects.toEqual(mismatch);
  expect(calls().filter(({ mutates }) => mutates)).toEqual([]);
});

it("what is not there to be changed is worth another look, and no bug", async () => {
  const { cloud, ref } = await attached();
  const absent = [
    () => cloud.deleteCustomEndpoint(ref, "none"),
    () => cloud.registerProxyTarget(ref, "none"),
    () => cloud.suspendScaling({ ...ref, name: "none" }, suspended),
  ];
  for (const change of absent) {
    const fault = await change().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(CloudFault);
    expect(fault).toMatchObject({ kind: "busy" });
  }
});
