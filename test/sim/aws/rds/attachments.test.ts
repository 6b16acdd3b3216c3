import {
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  AddRoleToDBClusterCommand,
  CreateDBClusterEndpointCommand,
  DeleteDBClusterEndpointCommand,
  DeregisterDBProxyTargetsCommand,
  DescribeDBClusterEndpointsCommand,
  DescribeDBClustersCommand,
  DescribeDBProxyTargetsCommand,
  DescribeEventSubscriptionsCommand,
  DisableHttpEndpointCommand,
  EnableHttpEndpointCommand,
  ModifyDBClusterCommand,
  RegisterDBProxyTargetsCommand,
  RestoreDBClusterToPointInTimeCommand,
  StartActivityStreamCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { customEndpoint } from "../../../../src/sim/aws/names.ts";
import * as attach from "../../../../src/sim/aws/seeds/attach.ts";
import { laboratory, minute, second } from "../laboratory.ts";

type Laboratory = ReturnType<typeof laboratory>;

const arn = (id: string) => `arn:aws:rds:eu-central-1:123456789012:cluster:${id}`;
const refusedAs = (name: string) => expect.objectContaining({ name });

async function rename({ rds, pass }: Laboratory, from: string, to: string): Promise<void> {
  const names = { DBClusterIdentifier: from, NewDBClusterIdentifier: to };
  await rds.send(new ModifyDBClusterCommand({ ...names, ApplyImmediately: true }));
  await pass(3 * minute);
}

async function told({ rds }: Laboratory, id: string) {
  return (await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }))).DBClusters?.[0];
}

describe("a proxy", () => {
  function proxied(given: { secrets?: string[] } = {}) {
    const lab = laboratory();
    const orders = lab.seed({ id: "orders" });
    lab.seed({ id: "other" });
    lab.account.alter((turn) => attach.attachProxy(turn, orders, "front", given));
    const targets = async () =>
      (await lab.rds.send(new DescribeDBProxyTargetsCommand({ DBProxyName: "front" }))).Targets ?? [];
    const health = async () => (await targets()).find(({ Type }) => Type === "RDS_INSTANCE")?.TargetHealth;
    const to = (id: string) => ({ DBProxyName: "front", DBClusterIdentifiers: [id] });
    const proxyHost = lab.account.state.attachments.proxies[0]?.proxy.Endpoint ?? "";
    return { ...lab, lab, orders, targets, health, to, proxyHost };
  }

  test("goes on leading to the cluster that it was given, whatever that is called now", async () => {
    const { lab, account, proxyHost, orders, targets, seed } = proxied();
    const before = account.resolve(proxyHost);
    await rename(lab, "orders", "orders-old");
    seed({ id: "orders" });

    expect(account.resolve(proxyHost)).toEqual(before);
    expect(account.state.instances[before?.instanceId ?? ""]?.cluster).toBe(orders.resourceId);
    expect((await targets())[0]).toMatchObject({ RdsResourceId: "orders-old" });
  });

  test("leads nowhere once its target is taken away, and to another once that is registered and reached", async () => {
    const { rds, pass, account, proxyHost, to, targets, health } = proxied();
    await rds.send(new DeregisterDBProxyTargetsCommand(to("orders")));
    expect(await targets()).toEqual([]);
    expect(account.resolve(proxyHost)).toBeUndefined();

    await rds.send(new RegisterDBProxyTargetsCommand(to("other")));
    expect(await health()).toEqual({ State: "REGISTERING" });
    expect(account.resolve(proxyHost)).toBeUndefined();
    await pass(2 * minute);
    expect(await health()).toEqual({ State: "AVAILABLE" });
    const reached = account.resolve(proxyHost)?.instanceId ?? "";
    expect(account.state.instances[reached]?.id).toBe("other-1");
  });

  test("does not reach a target whose groups keep it out", async () => {
    const { rds, pass, to, health, cluster } = proxied();
    await rds.send(new DeregisterDBProxyTargetsCommand(to("orders")));
    await rds.send(
      new ModifyDBClusterCommand({ DBClusterIdentifier: "other", VpcSecurityGroupIds: ["sg-fence"] }),
    );
    await pass(2 * minute);
    await rds.send(new RegisterDBProxyTargetsCommand(to("other")));
    await pass(2 * minute);
    expect(cluster("other")?.status).toBe("available");
    expect(await health()).toMatchObject({ State: "UNAVAILABLE", Reason: "UNREACHABLE" });
  });

  test("does not get in with a master secret that is another cluster's", async () => {
    const secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds!cluster-of-orders";
    const { rds, pass, to, health } = proxied({ secrets: [secret] });
    await rds.send(new DeregisterDBProxyTargetsCommand(to("orders")));
    await rds.send(new RegisterDBProxyTargetsCommand(to("other")));
    await pass(2 * minute);
    expect(await health()).toMatchObject({ State: "UNAVAILABLE", Reason: "AUTH_FAILURE" });
  });

  test("has one target at a time, of which there must be one", async () => {
    const { rds, to } = proxied();
    const register = (id: string) => rds.send(new RegisterDBProxyTargetsCommand(to(id)));
    const deregister = (id: string) => rds.send(new DeregisterDBProxyTargetsCommand(to(id)));
    await expect(register("other")).rejects.toEqual(refusedAs("DBProxyTargetAlreadyRegisteredFault"));
    await expect(deregister("other")).rejects.toEqual(refusedAs("DBProxyTargetNotFoundFault"));
    await deregister("orders");
    await expect(register("absent")).rejects.toEqual(refusedAs("DBClusterNotFoundFault"));
    await expect(deregister("orders")).rejects.toEqual(refusedAs("DBProxyTargetNotFoundFault"));
  });
});

describe("a custom endpoint", () => {
  function endowed() {
    const lab = laboratory();
    const orders = lab.seed({ id: "orders" });
    lab.account.alter((turn) => attach.attachCustomEndpoint(turn, orders, "reports"));
    const make = (cluster: string, more: object = {}) =>
      lab.rds.send(
        new CreateDBClusterEndpointCommand({
          DBClusterIdentifier: cluster,
          DBClusterEndpointIdentifier: "reports",
          EndpointType: "READER",
          ...more,
        }),
      );
    const remove = () =>
      lab.rds.send(new DeleteDBClusterEndpointCommand({ DBClusterEndpointIdentifier: "reports" }));
    const list = async (cluster: string) => {
      const Filters = [{ Name: "db-cluster-endpoint-type", Values: ["custom"] }];
      const input = { DBClusterIdentifier: cluster, Filters };
      return (await lab.rds.send(new DescribeDBClusterEndpointsCommand(input))).DBClusterEndpoints;
    };
    return { ...lab, lab, make, remove, list };
  }

  test("keeps its name taken with the renamed cluster until it is gone there", async () => {
    const { lab, make, remove, list, pass, seed } = endowed();
    await rename(lab, "orders", "orders-old");
    seed({ id: "orders" });
    await expect(make("orders")).rejects.toEqual(refusedAs("DBClusterEndpointAlreadyExistsFault"));

    await remove();
    expect(await list("orders-old")).toMatchObject([{ Status: "deleting" }]);
    await expect(make("orders")).rejects.toEqual(refusedAs("DBClusterEndpointAlreadyExistsFault"));
    await expect(remove()).rejects.toEqual(refusedAs("InvalidDBClusterEndpointStateFault"));
    await pass(minute);
    await make("orders");
    expect(await list("orders-old")).toEqual([]);
  });

  test("leads to its members only when it has been made", async () => {
    const { account, make, remove, pass, list } = endowed();
    const host = customEndpoint(account.state, "reports");
    await remove();
    await pass(minute);
    expect(account.resolve(host)).toBeUndefined();

    await make("orders", { EndpointType: "ANY", StaticMembers: ["orders-1"] });
    expect(account.resolve(host)).toBeUndefined();
    await pass(minute);
    expect(account.state.instances[account.resolve(host)?.instanceId ?? ""]?.id).toBe("orders-1");
    expect(await list("orders")).toMatchObject([
      { Status: "available", CustomEndpointType: "ANY", StaticMembers: ["orders-1"], ExcludedMembers: [] },
    ]);
  });

  test("is refused for members that are another's, for a kind that is none, and where there are five", async () => {
    const { make, remove, pass, account, cluster } = endowed();
    await remove();
    await pass(minute);
    const strange = make("orders", { ExcludedMembers: ["other-1"] });
    await expect(strange).rejects.toEqual(refusedAs("DBInstanceNotFoundFault"));
    await expect(make("orders", { EndpointType: "WRITER" })).rejects.toEqual(
      refusedAs("InvalidParameterValue"),
    );
    account.alter((turn) => {
      const orders = cluster("orders");
      for (const id of ["a", "b", "c", "d", "e"]) orders && attach.attachCustomEndpoint(turn, orders, id);
    });
    await expect(make("orders")).rejects.toEqual(refusedAs("DBClusterEndpointQuotaExceededFault"));
  });
});

describe("what a restore forgets of the cluster itself", () => {
  test("a restored cluster has none of it, and a new secret is another one with another name", async () => {
    const lab = laboratory();
    const { account, rds, pass, seed, key, clock } = lab;
    const orders = seed({ id: "orders" });
    const old = account.alter((turn) => {
      attach.attachRole(turn, orders, "import");
      attach.attachDataApi(turn, orders);
      attach.attachActivityStream(turn, orders, key.arn);
      attach.attachLocalWriteForwarding(turn, orders);
      return attach.attachManagedSecret(turn, orders);
    });
    await pass(30 * minute, orders);
    await rds.send(
      new RestoreDBClusterToPointInTimeCommand({
        SourceDBClusterIdentifier: "orders",
        DBClusterIdentifier: "copy",
        RestoreToTime: new Date(clock.time - 20 * minute),
        KmsKeyId: key.arn,
      }),
    );
    await pass(60 * minute);
    const copy = await told(lab, "copy");
    expect(copy).toMatchObject({
      AssociatedRoles: [],
      HttpEndpointEnabled: false,
      ActivityStreamStatus: "stopped",
    });
    expect(copy?.MasterUserSecret).toBeUndefined();
    expect(copy?.LocalWriteForwardingStatus).toBeUndefined();

    await rds.send(
      new ModifyDBClusterCommand({
        DBClusterIdentifier: "copy",
        ManageMasterUserPassword: true,
        EnableLocalWriteForwarding: true,
        ApplyImmediately: true,
      }),
    );
    await pass(3 * minute);
    const managed = await told(lab, "copy");
    expect(managed?.MasterUserSecret).toMatchObject({ SecretStatus: "active", KmsKeyId: expect.any(String) });
    expect(managed?.MasterUserSecret?.SecretArn).not.toBe(old);
    expect(managed?.LocalWriteForwardingStatus).toBe("enabled");
    expect((await told(lab, "orders"))?.MasterUserSecret?.SecretArn).toBe(old);
  });

  test("a role is pending for a moment, is added once, and five are the most", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const add = (role: string) =>
      lab.rds.send(
        new AddRoleToDBClusterCommand({
          DBClusterIdentifier: "orders",
          RoleArn: `arn:aws:iam::123456789012:role/${role}`,
          FeatureName: "s3Import",
        }),
      );
    await add("one");
    expect((await told(lab, "orders"))?.AssociatedRoles).toMatchObject([{ Status: "PENDING" }]);
    await lab.pass(minute);
    expect((await told(lab, "orders"))?.AssociatedRoles).toMatchObject([{ Status: "ACTIVE" }]);
    await expect(add("one")).rejects.toEqual(refusedAs("DBClusterRoleAlreadyExistsFault"));
    for (const role of ["two", "three", "four", "five"]) await add(role);
    await expect(add("six")).rejects.toEqual(refusedAs("DBClusterRoleQuotaExceededFault"));
  });

  test("the Data API is switched by calls of its own, and never by ModifyDBCluster", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const { rds } = lab;
    await rds.send(new EnableHttpEndpointCommand({ ResourceArn: arn("orders") }));
    expect((await told(lab, "orders"))?.HttpEndpointEnabled).toBe(true);
    await rds.send(new DisableHttpEndpointCommand({ ResourceArn: arn("orders") }));
    expect((await told(lab, "orders"))?.HttpEndpointEnabled).toBe(false);
    const absent = rds.send(new EnableHttpEndpointCommand({ ResourceArn: arn("absent") }));
    await expect(absent).rejects.toEqual(refusedAs("ResourceNotFoundFault"));
    const byModify = { DBClusterIdentifier: "orders", EnableHttpEndpoint: true };
    await expect(rds.send(new ModifyDBClusterCommand(byModify))).rejects.toThrow("does not cover");
  });

  test("an activity stream takes its time, and has a Kinesis stream named after the resource id", async () => {
    const lab = laboratory();
    const orders = lab.seed({ id: "orders" });
    const start = () =>
      lab.rds.send(
        new StartActivityStreamCommand({
          ResourceArn: arn("orders"),
          Mode: "async",
          KmsKeyId: lab.key.arn,
          ApplyImmediately: true,
        }),
      );
    expect(await start()).toMatchObject({ Status: "starting" });
    await expect(start()).rejects.toEqual(refusedAs("InvalidDBClusterStateFault"));
    await lab.pass(5 * minute);
    expect(await told(lab, "orders")).toMatchObject({
      ActivityStreamStatus: "started",
      ActivityStreamMode: "async",
      ActivityStreamKmsKeyId: lab.key.arn,
      ActivityStreamKinesisStreamName: `aws-rds-das-${orders.resourceId}`,
    });
  });

  test("each of them is refused while the cluster is busy", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const { rds, pass } = lab;
    const names = { DBClusterIdentifier: "orders", NewDBClusterIdentifier: "orders-old" };
    await rds.send(new ModifyDBClusterCommand({ ...names, ApplyImmediately: true }));
    await pass(10 * second);
    const role = { DBClusterIdentifier: "orders", RoleArn: "arn:aws:iam::123456789012:role/import" };
    const busy = refusedAs("InvalidDBClusterStateFault");
    await expect(rds.send(new AddRoleToDBClusterCommand(role))).rejects.toEqual(busy);
    const api = rds.send(new EnableHttpEndpointCommand({ ResourceArn: arn("orders") }));
    await expect(api).rejects.toEqual(refusedAs("InvalidResourceStateFault"));
  });
});

describe("autoscaling of readers", () => {
  function scaled() {
    const lab = laboratory();
    const orders = lab.seed({ id: "orders", members: [{ id: "orders-1" }] });
    lab.account.alter((turn) => attach.attachReaderAutoscaling(turn, orders));
    const call = (operation: string, input: object) =>
      lab.account.handle("application-autoscaling", operation, input);
    const register = (SuspendedState: object, name = "orders") =>
      call("RegisterScalableTarget", {
        ...new RegisterScalableTargetCommand({
          ServiceNamespace: "rds",
          ResourceId: `cluster:${name}`,
          ScalableDimension: "rds:cluster:ReadReplicaCount",
          SuspendedState,
        }).input,
      });
    const members = () => Object.values(lab.account.state.instances).map(({ id }) => id);
    return { ...lab, call, register, members };
  }
  const all = (suspended: boolean) => ({
    DynamicScalingInSuspended: suspended,
    DynamicScalingOutSuspended: suspended,
    ScheduledScalingSuspended: suspended,
  });

  test("adds a reader to whatever cluster has the name, and marks it", async () => {
    const { register, pass, members, instance } = scaled();
    await register(all(false));
    await pass(5 * minute);
    const added = members().find((id) => id.startsWith("application-autoscaling-")) ?? "";
    expect(instance(added)?.settings.TagList).toEqual([
      { Key: "application-autoscaling:resourceId", Value: "cluster:orders" },
    ]);
  });

  test("does nothing while it is suspended, and keeps its capacities", async () => {
    const { register, pass, members, call } = scaled();
    await register(all(true));
    await pass(30 * minute);
    expect(members()).toEqual(["orders-1"]);
    const { input } = new DescribeScalableTargetsCommand({ ServiceNamespace: "rds" });
    expect(await call("DescribeScalableTargets", input)).toMatchObject({
      ScalableTargets: [{ MinCapacity: 1, MaxCapacity: 4, SuspendedState: all(true) }],
    });
    await expect(register(all(true), "absent")).rejects.toEqual(refusedAs("AwsFault"));
  });
});

test("an event subscription names what it watches, and goes on with the name", async () => {
  const lab = laboratory();
  const orders = lab.seed({ id: "orders" });
  lab.account.alter((turn) => attach.attachEventSubscription(turn, orders, "on-call"));
  await rename(lab, "orders", "orders-old");
  const { EventSubscriptionsList } = await lab.rds.send(new DescribeEventSubscriptionsCommand({}));
  expect(EventSubscriptionsList).toMatchObject([
    { CustSubscriptionId: "on-call", SourceIdsList: ["orders"] },
  ]);
});
