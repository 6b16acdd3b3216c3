import {
  AddTagsToResourceCommand,
  DBClusterNotFoundFault,
  DescribeDBClusterParametersCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand,
  paginateDescribeDBClusters,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { addParameterGroup } from "../../../../src/sim/aws/seeds/furniture.ts";
import { laboratory } from "../laboratory.ts";

describe("describing clusters", () => {
  test("by an absent identifier is NotFound, by an absent filter value an empty list", async () => {
    const { rds } = laboratory();
    const byName = rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "absent" }));
    await expect(byName).rejects.toThrow(DBClusterNotFoundFault);
    const filters = ["db-cluster-id", "db-cluster-resource-id", "engine"];
    for (const Name of filters) {
      const Filters = [{ Name, Values: ["absent"] }];
      expect((await rds.send(new DescribeDBClustersCommand({ Filters }))).DBClusters).toEqual([]);
    }
  });

  test("filters by identifier or ARN, by resource id and by engine; all must hold", async () => {
    const { rds, seed } = laboratory();
    const orders = seed({ id: "orders" });
    seed({ id: "graph", settings: { Engine: "neptune" } });
    const find = async (...filters: [string, string][]) => {
      const Filters = filters.map(([Name, value]) => ({ Name, Values: [value] }));
      const { DBClusters } = await rds.send(new DescribeDBClustersCommand({ Filters }));
      return DBClusters?.map(({ DBClusterIdentifier }) => DBClusterIdentifier);
    };
    expect(await find(["db-cluster-id", "orders"])).toEqual(["orders"]);
    expect(await find(["db-cluster-id", "arn:aws:rds:eu-central-1:123456789012:cluster:orders"])).toEqual([
      "orders",
    ]);
    expect(await find(["db-cluster-resource-id", orders.resourceId])).toEqual(["orders"]);
    expect(await find(["engine", "neptune"])).toEqual(["graph"]);
    expect(await find(["engine", "neptune"], ["db-cluster-id", "orders"])).toEqual([]);
    await expect(find(["colour", "blue"])).rejects.toThrow("Unrecognized filter name: colour");
  });

  test("refuses a filter without values", async () => {
    const { rds } = laboratory();
    const Filters = [{ Name: "engine", Values: [] }];
    await expect(rds.send(new DescribeDBClustersCommand({ Filters }))).rejects.toThrow(/no values/);
  });

  test("gives pages of 20 to 100", async () => {
    const { rds, seed } = laboratory();
    for (let n = 0; n < 45; n++) seed({ id: `db-${n}`, members: [] });
    const pages: number[] = [];
    const seen = new Set<string | undefined>();
    for await (const { DBClusters } of paginateDescribeDBClusters({ client: rds, pageSize: 20 }, {})) {
      pages.push(DBClusters?.length ?? 0);
      for (const { DBClusterIdentifier } of DBClusters ?? []) seen.add(DBClusterIdentifier);
    }
    expect(pages).toEqual([20, 20, 5]);
    expect(seen.size).toBe(45);
    for (const input of [{ MaxRecords: 19 }, { MaxRecords: 101 }, { Marker: "!" }]) {
      await expect(rds.send(new DescribeDBClustersCommand(input))).rejects.toMatchObject({
        name: "InvalidParameterValue",
      });
    }
  });

  test("an answer stays as it was when the account goes on", async () => {
    const { rds, seed } = laboratory();
    seed({ id: "orders", settings: { TagList: [] } });
    const before = await rds.send(new DescribeDBClustersCommand({}));
    await rds.send(
      new AddTagsToResourceCommand({
        ResourceName: "arn:aws:rds:eu-central-1:123456789012:cluster:orders",
        Tags: [{ Key: "run", Value: "1" }],
      }),
    );
    expect(before.DBClusters?.[0]?.TagList).toEqual([]);
    const after = await rds.send(new DescribeDBClustersCommand({}));
    expect(after.DBClusters?.[0]?.TagList).toEqual([{ Key: "run", Value: "1" }]);
  });
});

test("instances are described with their cluster's key, groups, port and version", async () => {
  const { rds, seed, key } = laboratory();
  seed({ id: "orders", storageKey: { type: "sse-kms", arn: key.arn }, settings: { Port: 6543 } });
  const Filters = [{ Name: "db-cluster-id", Values: ["orders"] }];
  const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({ Filters }));
  expect(DBInstances).toHaveLength(2);
  expect(DBInstances?.[0]).toMatchObject({
    DBInstanceIdentifier: "orders-1",
    DBClusterIdentifier: "orders",
    StorageEncryptionType: "sse-kms",
    KmsKeyId: key.arn,
    EngineVersion: "16.4",
    Endpoint: { Port: 6543, Address: expect.stringMatching(/^orders-1\.c[a-z0-9]{11}\.eu-central-1\./) },
    InstanceCreateTime: expect.any(Date),
    PendingModifiedValues: {},
  });
});

test("tags are asked for by ARN, and reserved ones can't be set", async () => {
  const { rds, seed } = laboratory();
  seed({ id: "orders" });
  const ResourceName = "arn:aws:rds:eu-central-1:123456789012:db:orders-1";
  await rds.send(new AddTagsToResourceCommand({ ResourceName, Tags: [{ Key: "service", Value: "other" }] }));
  const { TagList } = await rds.send(new ListTagsForResourceCommand({ ResourceName }));
  expect(TagList).toEqual([
    { Key: "environment", Value: "production" },
    { Key: "encrypt-db:enrolled", Value: "true" },
    { Key: "service", Value: "other" },
  ]);
  const reserved = [{ Key: "aws:owned", Value: "1" }];
  await expect(rds.send(new AddTagsToResourceCommand({ ResourceName, Tags: reserved }))).rejects.toThrow(
    /reserved prefix/,
  );
});

test("groups are described, and absent ones are NotFound", async () => {
  const { rds, account } = laboratory();
  account.alter((turn) =>
    addParameterGroup(turn, {
      name: "orders-16",
      family: "aurora-postgresql16",
      user: { "rds.logical_replication": "1" },
    }),
  );
  const { DBSubnetGroups } = await rds.send(
    new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: "production" }),
  );
  expect(DBSubnetGroups?.[0]).toMatchObject({ VpcId: expect.stringMatching(/^vpc-/), Subnets: [{}, {}, {}] });
  const { Parameters } = await rds.send(
    new DescribeDBClusterParametersCommand({ DBClusterParameterGroupName: "orders-16", Source: "user" }),
  );
  expect(Parameters).toMatchObject([{ ParameterName: "rds.logical_replication", ParameterValue: "1" }]);
  const absent = new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: "absent" });
  await expect(rds.send(absent)).rejects.toMatchObject({ name: "DBSubnetGroupNotFoundFault" });
});
