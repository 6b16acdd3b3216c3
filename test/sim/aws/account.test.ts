import {
  CreateDBInstanceCommand,
  DBClusterNotFoundFault,
  DescribeDBClustersCommand,
  ModifyDBClusterCommand,
  RestoreDBClusterToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import { expect, test } from "vitest";
import { laboratory, minute, second, start } from "./laboratory.ts";

test("the life of a swap: rename, restore under the original name with another key, a writer", async () => {
  const { rds, seed, pass, key, cluster, instance, data, account, clock } = laboratory();
  const source = seed({ id: "orders" });
  data.write(source.resourceId, { at: start, id: "2", value: "acknowledged" });
  await pass(10 * minute, source);

  await rds.send(
    new ModifyDBClusterCommand({
      DBClusterIdentifier: "orders",
      NewDBClusterIdentifier: "orders-old",
      ApplyImmediately: true,
    }),
  );
  expect(cluster("orders")?.status).toBe("available");
  await pass(5 * second);
  expect(cluster("orders")?.status).toBe("renaming");
  await pass(2 * minute);
  expect(cluster("orders-old")).toMatchObject({ resourceId: source.resourceId, status: "available" });
  await expect(rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "orders" }))).rejects.toThrow(
    DBClusterNotFoundFault,
  );
  expect(data.sessions).toEqual([]);

  await rds.send(
    new RestoreDBClusterToPointInTimeCommand({
      SourceDBClusterIdentifier: "orders-old",
      DBClusterIdentifier: "orders",
      RestoreToTime: new Date(start + minute),
      KmsKeyId: key.arn,
      DBSubnetGroupName: "production",
    }),
  );
  await pass(30 * minute);
  expect(cluster("orders")).toMatchObject({
    status: "available",
    storageKey: { type: "sse-kms", arn: key.arn },
  });
  const replacement = cluster("orders")?.resourceId ?? "";
  expect(replacement).not.toBe(source.resourceId);
  expect(data.volumes.get(replacement)?.map(({ id }) => id)).toEqual(["1", "2"]);

  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: "orders-3",
      DBClusterIdentifier: "orders",
      DBInstanceClass: "db.r6g.large",
      Engine: "aurora-postgresql",
    }),
  );
  await pass(10 * minute);
  const writer = instance("orders-3");
  expect(writer).toMatchObject({ status: "available", writer: true });
  const { DBClusters } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "orders" }));
  const endpoint = DBClusters?.[0]?.Endpoint ?? "";
  expect(endpoint).toMatch(/^orders\.cluster-c[a-z0-9]{11}\.eu-central-1\.rds\.amazonaws\.com$/);
  expect(account.resolve(endpoint)).toEqual({ instanceId: writer?.resourceId, port: 5432 });
  expect(clock.now()).toBeGreaterThan(start);
});

test("eight thousand Describes a second", async () => {
  const { rds, seed } = laboratory();
  for (let n = 0; n < 5; n++) seed({ id: `db-${n}` });
  const command = new DescribeDBClustersCommand({});
  for (let n = 0; n < 2_000; n++) await rds.send(command);
  const begin = performance.now();
  for (let n = 0; n < 4_000; n++) await rds.send(command);
  const rate = 4_000 / ((performance.now() - begin) / 1_000);
  console.log("describes/s", Math.round(rate));
});
