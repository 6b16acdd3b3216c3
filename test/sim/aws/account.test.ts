import {
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  InsufficientDBInstanceCapacityFault,
  ModifyDBClusterCommand,
  type RDSClient,
  RestoreDBClusterToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import type { Account } from "../../../src/sim/aws/account.ts";
import { databaseOf, laboratory, minute, region, second, start } from "./laboratory.ts";

const renameOrders = new ModifyDBClusterCommand({
  DBClusterIdentifier: "orders",
  NewDBClusterIdentifier: "orders-old",
  ApplyImmediately: true,
});

const restoreOrders = new RestoreDBClusterToPointInTimeCommand({
  SourceDBClusterIdentifier: "orders-old",
  DBClusterIdentifier: "orders",
  UseLatestRestorableTime: true,
});

const names = async (rds: RDSClient) => {
  const { DBClusters } = await rds.send(new DescribeDBClustersCommand({}));
  return DBClusters?.map(({ DBClusterIdentifier }) => DBClusterIdentifier);
};

describe("injected faults", () => {
  test("throttling, time-outs and refusals before the effect leave everything as it was", async () => {
    const { rds, account, seed, cluster } = laboratory();
    seed({ id: "orders" });
    const before = account.state;
    const suffered = async (fault: NonNullable<ReturnType<NonNullable<Account["faults"]>>>) => {
      account.faults = () => fault;
      return await rds.send(renameOrders).catch((error) => error);
    };
    expect(await suffered("throttle")).toMatchObject({
      name: "Throttling",
      $metadata: { httpStatusCode: 400 },
    });
    expect(await suffered("timeout-before")).toMatchObject({ name: "TimeoutError" });
    expect(await suffered({ code: "InternalFailure", status: 500 })).toMatchObject({
      name: "InternalFailure",
      $fault: "server",
    });
    expect(await suffered({ code: "InsufficientDBInstanceCapacity" })).toBeInstanceOf(
      InsufficientDBInstanceCapacityFault,
    );
    expect(account.state).toBe(before);
    expect(cluster("orders")?.applying).toEqual({});
  });

  test("a lost answer and a late error leave the effect", async () => {
    const { rds, account, seed, cluster, pass } = laboratory();
    for (const fault of ["timeout-after", "error-after"] as const) {
      seed({ id: "orders", members: [] });
      account.faults = () => fault;
      await expect(rds.send(renameOrders)).rejects.toThrow();
      account.faults = undefined;
      await pass(5 * minute);
      expect(cluster("orders-old")).toBeDefined();
      expect(account.ledger.at(-1)).toMatchObject({ outcome: "ok", injected: fault });
      account.alter((turn) => {
        turn.state = { ...turn.state, clusters: {} };
      });
    }
  });

  test("a stale Describe tells what was there within the last seconds, and never longer ago", async () => {
    const { rds, account, seed, pass, cluster } = laboratory();
    seed({ id: "orders" });
    await pass(minute);
    await rds.send(renameOrders);
    await pass(2 * minute);
    expect(cluster("orders-old")?.status).toBe("available");
    account.faults = () => "stale-describe";
    const finished = account.state.events.at(-1)?.at ?? 0;
    expect(await names(rds)).toEqual(["orders-old"]);
    expect(start + 3 * minute - finished).toBeGreaterThan(10 * second);

    account.faults = undefined;
    await rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: "orders-3",
        DBClusterIdentifier: "orders-old",
        DBInstanceClass: "db.r6g.large",
        Engine: "aurora-postgresql",
      }),
    );
    await pass(5 * second);
    const count = async () => (await rds.send(new DescribeDBInstancesCommand({}))).DBInstances?.length;
    expect(await count()).toBe(3);
    account.faults = () => "stale-describe";
    expect(await count()).toBe(2);
    await pass(10 * second);
    expect(await count()).toBe(3);
  });
});

describe("the ledger", () => {
  test("holds every call with its outcome and what it concerned, by the names and tags of that moment", async () => {
    const { rds, account, seed, pass } = laboratory();
    const source = seed({ id: "orders", settings: { TagList: [{ Key: "role", Value: "source" }] } });
    await rds.send(renameOrders);
    await pass(5 * minute, source);
    await rds.send(restoreOrders);
    const protectedOne = new DeleteDBClusterCommand({
      DBClusterIdentifier: "orders-old",
      SkipFinalSnapshot: true,
    });
    await expect(rds.send(protectedOne)).rejects.toThrow();
    await names(rds);
    const tags = { role: "source" };
    const { resourceId } = source;
    expect(
      account.ledger.map(({ operation, outcome, mutates, touched }) => [
        operation,
        outcome,
        mutates,
        touched,
      ]),
    ).toEqual([
      ["ModifyDBCluster", "ok", true, [{ resourceId, name: "orders", tags }]],
      [
        "RestoreDBClusterToPointInTime",
        "ok",
        true,
        [
          { resourceId, name: "orders-old", tags },
          { resourceId: databaseOf(account, "orders"), name: "orders", tags },
        ],
      ],
      ["DeleteDBCluster", "InvalidParameterCombination", true, [{ resourceId, name: "orders-old", tags }]],
      ["DescribeDBClusters", "ok", false, []],
    ]);
  });
});

describe("time", () => {
  test("what is due happens at its own time, however late anybody looks", async () => {
    const late = laboratory();
    const early = laboratory();
    for (const { seed, rds } of [late, early]) {
      seed({ id: "orders" });
      await rds.send(renameOrders);
    }
    await late.pass(60 * minute);
    for (let n = 0; n < 60; n++) await early.pass(minute);
    expect(late.account.state).toEqual(early.account.state);
  });

  test("the next event can be jumped to until there is none", async () => {
    const { account, clock, rds, seed } = laboratory();
    seed({ id: "orders" });
    await rds.send(renameOrders);
    const times: number[] = [];
    for (let at = account.nextEventAt(); at !== undefined; at = account.nextEventAt()) {
      clock.time = at;
      times.push(at - start);
      await account.advance();
    }
    expect(times).toEqual([4 * second, 79 * second]);
  });
});

test("calls take turns: of two renames to one name, one is refused", async () => {
  const { rds, seed, account } = laboratory();
  seed({ id: "orders" });
  seed({ id: "billing" });
  const rename = (from: string) =>
    rds.send(
      new ModifyDBClusterCommand({
        DBClusterIdentifier: from,
        NewDBClusterIdentifier: "archive",
        ApplyImmediately: true,
      }),
    );
  const outcomes = await Promise.allSettled([rename("orders"), rename("billing")]);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  const answering = account.handle("rds", "DescribeDBClusters", {});
  await Promise.resolve();
  expect(() => account.alter(() => {})).toThrow("answering a call");
  await answering;
});

test("an operation that is not covered fails by name", async () => {
  const { account } = laboratory();
  await expect(account.handle("rds", "CreateDBCluster", {})).rejects.toThrow(
    "the simulated account does not cover rds CreateDBCluster",
  );
});

test("functions run when they are invoked, and an Event's failure stands in the ledger", async () => {
  const { account } = laboratory();
  const payloads: unknown[] = [];
  account.functions.set("worker", async (payload) => {
    payloads.push(payload);
    await account.handle("rds", "DescribeDBClusters", {});
    if (payloads.length > 1) throw new Error("out of order");
    return "done";
  });
  const Payload = JSON.stringify({ run: 1 });
  const answer = await account.handle("lambda", "Invoke", { FunctionName: "worker", Payload });
  expect(answer).toMatchObject({ StatusCode: 200 });
  const accepted = { FunctionName: "worker:live", InvocationType: "Event", Payload };
  expect(await account.handle("lambda", "Invoke", accepted)).toEqual({ StatusCode: 202 });
  expect(payloads).toHaveLength(1);
  await expect.poll(() => account.ledger.at(-1)?.outcome).toBe("failed later: Error: out of order");
  expect(payloads).toEqual([{ run: 1 }, { run: 1 }]);
});

test("two accounts in one Region give their endpoints different names", async () => {
  const one = laboratory();
  const other = laboratory({ accountId: "210987654321" });
  const endpoint = async ({ rds, seed }: ReturnType<typeof laboratory>) => {
    seed({ id: "orders" });
    return (await rds.send(new DescribeDBClustersCommand({}))).DBClusters?.[0]?.Endpoint;
  };
  const [first, second] = [await endpoint(one), await endpoint(other)];
  expect(first).toMatch(new RegExp(`^orders\\.cluster-c[a-z0-9]{11}\\.${region}\\.rds\\.amazonaws\\.com$`));
  expect(second).not.toBe(first);
  expect(one.account.state.clusters).not.toEqual(other.account.state.clusters);
});
