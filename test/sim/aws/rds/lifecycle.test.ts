import {
  CreateDBInstanceCommand,
  DBInstanceAlreadyExistsFault,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  FailoverDBClusterCommand,
  InvalidDBClusterStateFault,
  InvalidDBInstanceStateFault,
  ModifyDBInstanceCommand,
  RebootDBInstanceCommand,
  StartDBClusterCommand,
  StopDBClusterCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import {
  crossRegionReplica,
  globalDatabaseMember,
  replicatingCluster,
} from "../../../../src/sim/aws/seeds/topologies.ts";
import { day, laboratory, minute, second } from "../laboratory.ts";

const withoutMembers = { members: [], settings: { DeletionProtection: false } };

describe("a new instance", () => {
  const create = (lab: ReturnType<typeof laboratory>, id: string, more: object = {}) =>
    lab.rds.send(
      new CreateDBInstanceCommand({
        DBInstanceIdentifier: id,
        DBClusterIdentifier: "orders",
        DBInstanceClass: "db.r6g.large",
        Engine: "aurora-postgresql",
        ...more,
      }),
    );

  test("has no address until it is available, minutes later; the first is the writer", async () => {
    const lab = laboratory();
    const { resourceId: volume } = lab.seed({ id: "orders", members: [] });
    const { DBInstance } = await create(lab, "orders-1");
    await create(lab, "orders-2");
    expect(DBInstance).toMatchObject({ DBInstanceStatus: "creating", TagList: [], MonitoringInterval: 0 });
    expect(DBInstance?.Endpoint).toBeUndefined();
    await lab.pass(4 * minute);
    expect(lab.instance("orders-1")?.status).toBe("creating");
    await lab.pass(5 * minute);
    const { DBInstances } = await lab.rds.send(new DescribeDBInstancesCommand({}));
    expect(DBInstances?.map(({ Endpoint }) => lab.account.resolve(Endpoint?.Address ?? ""))).toEqual(
      ["orders-1", "orders-2"].map((id) => ({ instanceId: lab.instance(id)?.resourceId, port: 5432 })),
    );
    expect([...lab.data.instances.values()]).toEqual([
      { volume, writer: true },
      { volume, writer: false },
    ]);
  });

  test("takes no name that is taken, and no cluster that is not available", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await expect(create(lab, "Orders-1")).rejects.toThrow(DBInstanceAlreadyExistsFault);
    await lab.rds.send(new StopDBClusterCommand({ DBClusterIdentifier: "orders" }));
    await expect(create(lab, "orders-3")).rejects.toThrow(InvalidDBClusterStateFault);
  });

  test("of class db.serverless needs a scaling configuration on its cluster", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const asked = create(lab, "orders-3", { DBInstanceClass: "db.serverless" });
    await expect(asked).rejects.toThrow(/Serverless v2 scaling configuration/);
  });
});

describe("a rename of a member", () => {
  test("reboots it: the old name goes at once, the new one answers minutes later", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const id = lab.instance("orders-1")?.resourceId ?? "";
    const address = async () => {
      const { DBInstances } = await lab.rds.send(
        new DescribeDBInstancesCommand({ Filters: [{ Name: "dbi-resource-id", Values: [id] }] }),
      );
      return DBInstances?.[0]?.Endpoint?.Address ?? "";
    };
    const before = await address();
    await lab.rds.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: "orders-1",
        NewDBInstanceIdentifier: "orders-old-1",
        ApplyImmediately: true,
      }),
    );
    await lab.pass(5 * second);
    expect(lab.instance("orders-1")?.status).toBe("renaming");
    expect(lab.account.resolve(before)).toBeUndefined();
    expect(lab.account.admits(id, "application")).toBe(false);
    await lab.pass(2 * minute + 5 * second);
    expect(lab.instance("orders-old-1")?.status).toBe("rebooting");
    expect(lab.data.sessions).toEqual([`reboot ${id}`]);
    await lab.pass(minute);
    expect(lab.instance("orders-old-1")?.status).toBe("available");
    expect(await address()).toBe(before.replace("orders-1.", "orders-old-1."));
    expect(lab.account.resolve(await address())).toEqual({ instanceId: id, port: 5432 });
  });

  test("without ApplyImmediately waits for its window", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await lab.rds.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: "orders-1",
        NewDBInstanceIdentifier: "orders-old-1",
      }),
    );
    await lab.pass(day);
    expect(lab.instance("orders-1")?.pending).toEqual({ id: "orders-old-1" });
    await lab.pass(6 * day);
    expect(lab.instance("orders-old-1")?.status).toBe("available");
  });
});

test("a reboot ends the sessions and applies what waited for it", async () => {
  const lab = laboratory();
  lab.seed({ id: "orders" });
  await lab.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders-2" }));
  expect(lab.data.sessions).toEqual([`reboot ${lab.instance("orders-2")?.resourceId}`]);
  const again = lab.rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: "orders-2" }));
  await expect(again).rejects.toThrow(InvalidDBInstanceStateFault);
  await lab.pass(minute);
  expect(lab.instance("orders-2")?.status).toBe("available");
});

test("a failover makes a reader the writer, and the cluster's endpoint follows", async () => {
  const lab = laboratory();
  lab.seed({ id: "orders" });
  const reader = lab.instance("orders-2")?.resourceId;
  await lab.rds.send(new FailoverDBClusterCommand({ DBClusterIdentifier: "orders" }));
  expect(lab.cluster("orders")?.status).toBe("failing-over");
  await lab.pass(minute);
  const { DBClusters } = await lab.rds.send(new DescribeDBClustersCommand({}));
  expect(DBClusters?.[0]).toMatchObject({
    Status: "available",
    DBClusterMembers: [
      { DBInstanceIdentifier: "orders-1", IsClusterWriter: false },
      { DBInstanceIdentifier: "orders-2", IsClusterWriter: true },
    ],
  });
  expect(lab.account.resolve(DBClusters?.[0]?.Endpoint ?? "")?.instanceId).toBe(reader);
  expect(lab.data.sessions).toEqual([`promote ${reader}`]);
});

describe("a stopped cluster", () => {
  test("ends its sessions at once, and starts by itself after seven days", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await lab.rds.send(new StopDBClusterCommand({ DBClusterIdentifier: "orders" }));
    expect(lab.data.sessions).toEqual(
      ["orders-1", "orders-2"].map((id) => `stop ${lab.instance(id)?.resourceId}`),
    );
    await lab.pass(6 * minute);
    const { DBClusters } = await lab.rds.send(new DescribeDBClustersCommand({}));
    expect(DBClusters?.[0]?.Status).toBe("stopped");
    const restart = DBClusters?.[0]?.AutomaticRestartTime?.getTime() ?? 0;
    expect(restart - lab.clock.now()).toBeGreaterThan(6 * day);
    await lab.pass(7 * day + 10 * minute);
    expect(lab.cluster("orders")?.status).toBe("available");
    expect(lab.instance("orders-1")?.status).toBe("available");
    expect(lab.account.state.events.map(({ code }) => code)).toContain("RDS-EVENT-0153");
  });

  test("that was started by hand does not start again", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await lab.rds.send(new StopDBClusterCommand({ DBClusterIdentifier: "orders" }));
    await lab.pass(6 * minute);
    await lab.rds.send(new StartDBClusterCommand({ DBClusterIdentifier: "orders" }));
    await lab.pass(8 * day);
    expect(lab.account.state.events.map(({ code }) => code)).not.toContain("RDS-EVENT-0153");
    expect(lab.account.nextEventAt()).toBeUndefined();
  });

  test("that was stopped twice counts its seven days from the second time", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const stop = new StopDBClusterCommand({ DBClusterIdentifier: "orders" });
    await lab.rds.send(stop);
    await lab.pass(5 * day);
    await lab.rds.send(new StartDBClusterCommand({ DBClusterIdentifier: "orders" }));
    await lab.pass(10 * minute);
    await lab.rds.send(stop);
    await lab.pass(5 * day);
    expect(lab.cluster("orders")?.status).toBe("stopped");
    await lab.pass(3 * day);
    expect(lab.cluster("orders")?.status).toBe("available");
  });

  test("is not to be had of what replicates across Regions", async () => {
    const lab = laboratory();
    lab.account.alter((turn) => {
      globalDatabaseMember(turn, "global");
      crossRegionReplica(turn, "replica");
      replicatingCluster(turn, "source");
    });
    for (const DBClusterIdentifier of ["global", "replica", "source"]) {
      const asked = lab.rds.send(new StopDBClusterCommand({ DBClusterIdentifier }));
      await expect(asked).rejects.toThrow(InvalidDBClusterStateFault);
    }
  });
});

describe("a deletion", () => {
  test("of a protected cluster, or of one with members, is refused", async () => {
    const lab = laboratory();
    lab.seed({ id: "protected", members: [] });
    lab.seed({ id: "peopled", settings: { DeletionProtection: false } });
    const remove = (id: string) =>
      lab.rds.send(new DeleteDBClusterCommand({ DBClusterIdentifier: id, SkipFinalSnapshot: true }));
    await expect(remove("protected")).rejects.toThrow(/Cannot delete protected Cluster/);
    await expect(remove("peopled")).rejects.toThrow(InvalidDBClusterStateFault);
  });

  test("of a cluster asks for a final snapshot or for the word that none is wanted", async () => {
    const lab = laboratory();
    const { resourceId } = lab.seed({ id: "orders", ...withoutMembers });
    const command = { DBClusterIdentifier: "orders" };
    await expect(lab.rds.send(new DeleteDBClusterCommand(command))).rejects.toMatchObject({
      name: "InvalidParameterCombination",
    });
    await lab.rds.send(new DeleteDBClusterCommand({ ...command, FinalDBSnapshotIdentifier: "final" }));
    expect(lab.cluster("orders")?.status).toBe("deleting");
    await lab.pass(10 * minute);
    expect(lab.cluster("orders")).toBeUndefined();
    expect(lab.data.volumes.has(resourceId)).toBe(false);
    expect([...lab.data.snapshots.values()]).toEqual([[expect.objectContaining({ id: "1" })]]);
  });

  test("of the writer makes the first reader the writer", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await lab.rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: "orders-1" }));
    await lab.pass(6 * minute);
    expect(lab.instance("orders-1")).toBeUndefined();
    expect(lab.instance("orders-2")?.writer).toBe(true);
  });

  test("frees the names, and never a resource id", async () => {
    const lab = laboratory();
    const first = lab.seed({ id: "orders", ...withoutMembers });
    await lab.rds.send(
      new DeleteDBClusterCommand({ DBClusterIdentifier: "orders", SkipFinalSnapshot: true }),
    );
    await lab.pass(10 * minute);
    const second = lab.seed({ id: "orders", members: [] });
    expect(second.resourceId).toMatch(/^cluster-[A-Z2-7]{26}$/);
    expect(second.resourceId).not.toBe(first.resourceId);
  });
});
