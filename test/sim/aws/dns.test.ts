import {
  DescribeDBClustersCommand,
  DescribeDBProxiesCommand,
  StopDBClusterCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { attachCustomEndpoint, attachProxy } from "../../../src/sim/aws/seeds/attach.ts";
import { laboratory, minute } from "./laboratory.ts";

async function threeMembers() {
  const lab = laboratory();
  const orders = lab.seed({ id: "orders", members: [1, 2, 3].map((n) => ({ id: `orders-${n}` })) });
  lab.account.alter((turn) => attachCustomEndpoint(turn, orders, "reports"));
  const { DBClusters } = await lab.rds.send(new DescribeDBClustersCommand({}));
  const { Endpoint: writer = "", ReaderEndpoint: reader = "", CustomEndpoints } = DBClusters?.[0] ?? {};
  const leadsTo = (host: string) => {
    const id = lab.account.resolve(host)?.instanceId ?? "";
    return lab.account.state.instances[id]?.id;
  };
  return { ...lab, orders, writer, reader, custom: CustomEndpoints?.[0] ?? "", leadsTo };
}

describe("names", () => {
  test("the cluster's leads to its writer, the readers' to each reader in turn", async () => {
    const { writer, reader, custom, leadsTo } = await threeMembers();
    expect(leadsTo(writer)).toBe("orders-1");
    expect(leadsTo(writer.toUpperCase())).toBe("orders-1");
    const readers = new Set([leadsTo(reader), leadsTo(reader), leadsTo(reader), leadsTo(reader)]);
    expect([...readers].sort()).toEqual(["orders-2", "orders-3"]);
    expect(custom).toMatch(/^reports\.cluster-custom-c/);
    expect(["orders-2", "orders-3"]).toContain(leadsTo(custom));
    expect(leadsTo("elsewhere.example.com")).toBeUndefined();
  });

  test("the readers' leads to the writer where there is no reader", async () => {
    const { account, rds, seed } = laboratory();
    seed({ id: "orders", members: [{ id: "orders-1" }] });
    const { DBClusters } = await rds.send(new DescribeDBClustersCommand({}));
    const { instanceId = "" } = account.resolve(DBClusters?.[0]?.ReaderEndpoint ?? "") ?? {};
    expect(account.state.instances[instanceId]?.id).toBe("orders-1");
  });

  test("a certificate made now carries the names of now", async () => {
    const { account, instance, writer, reader, custom } = await threeMembers();
    const { resourceId = "" } = instance("orders-2") ?? {};
    const own = account.certificateNames(resourceId)[0];
    expect(own).toMatch(/^orders-2\.c/);
    expect(account.certificateNames(resourceId)).toEqual([own, writer, reader, custom]);
    expect(account.certificateNames("db-ABSENT")).toEqual([]);
  });
});

test("an instance that does not serve admits nobody, whatever the groups say", async () => {
  const { account, rds, instance, pass, writer } = await threeMembers();
  const { resourceId = "" } = instance("orders-1") ?? {};
  expect(account.admits(resourceId, "application")).toBe(true);
  await rds.send(new StopDBClusterCommand({ DBClusterIdentifier: "orders" }));
  await pass(10 * minute);
  expect(account.admits(resourceId, "application")).toBe(false);
  expect(account.resolve(writer)?.instanceId).toBe(resourceId);
  expect(account.admits("db-ABSENT", "probe")).toBe(false);
});

test("a proxy has an address of its own", async () => {
  const { account, rds, orders, writer } = await threeMembers();
  account.alter((turn) => attachProxy(turn, orders, "orders-proxy"));
  const { DBProxies } = await rds.send(new DescribeDBProxiesCommand({}));
  const domain = writer.slice(writer.indexOf("cluster-") + "cluster-".length);
  expect(DBProxies?.[0]?.Endpoint).toBe(`orders-proxy.proxy-${domain}`);
});
