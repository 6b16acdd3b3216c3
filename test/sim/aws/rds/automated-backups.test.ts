import {
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { day, laboratory, minute } from "../laboratory.ts";

const hour = 60 * minute;
const unprotected = { settings: { DeletionProtection: false } };

describe("automated backups", () => {
  async function clusterDeleted(more: object) {
    const lab = laboratory();
    const orders = lab.seed({
      id: "orders",
      members: [],
      settings: { DeletionProtection: false, BackupRetentionPeriod: 14 },
    });
    const listed = async () => {
      const { DBClusterAutomatedBackups = [] } = await lab.rds.send(
        new DescribeDBClusterAutomatedBackupsCommand({ DBClusterIdentifier: "orders" }),
      );
      return DBClusterAutomatedBackups.map(({ Status, DbClusterResourceId }) => [
        Status,
        DbClusterResourceId,
      ]);
    };
    expect(await listed()).toEqual([["active", orders.resourceId]]);
    await lab.rds.send(
      new DeleteDBClusterCommand({ DBClusterIdentifier: "orders", SkipFinalSnapshot: true, ...more }),
    );
    await lab.pass(hour);
    expect(lab.cluster("orders")).toBeUndefined();
    return { lab, orders, listed };
  }

  test("go with a cluster, unless they are kept: then for its retention", async () => {
    expect(await (await clusterDeleted({})).listed()).toEqual([]);
    expect(await (await clusterDeleted({ DeleteAutomatedBackups: true })).listed()).toEqual([]);
    const { lab, orders, listed } = await clusterDeleted({ DeleteAutomatedBackups: false });
    expect(await listed()).toEqual([["retained", orders.resourceId]]);
    await lab.pass(13 * day);
    expect(await listed()).toHaveLength(1);
    await lab.pass(day);
    expect(await listed()).toEqual([]);
    await expect(
      lab.rds.send(new DescribeDBClusterAutomatedBackupsCommand({ DbClusterResourceId: orders.resourceId })),
    ).rejects.toMatchObject({ name: "DBClusterAutomatedBackupNotFoundFault" });
  });

  test("of an instance outside Aurora are kept alike, and a member of a cluster has none", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const ledger = lab.seedInstance({ id: "ledger", ...unprotected });
    const listed = async () => {
      const { DBInstanceAutomatedBackups = [] } = await lab.rds.send(
        new DescribeDBInstanceAutomatedBackupsCommand({}),
      );
      return DBInstanceAutomatedBackups.map(({ Status, DbiResourceId }) => [Status, DbiResourceId]);
    };
    expect(await listed()).toEqual([["active", ledger.resourceId]]);
    await lab.rds.send(
      new DeleteDBInstanceCommand({
        DBInstanceIdentifier: "ledger",
        SkipFinalSnapshot: true,
        DeleteAutomatedBackups: false,
      }),
    );
    await lab.pass(hour);
    expect(await listed()).toEqual([["retained", ledger.resourceId]]);
  });

  test("and a final snapshot can both be left of a cluster", async () => {
    const { lab, listed } = await clusterDeleted({
      DeleteAutomatedBackups: false,
      SkipFinalSnapshot: undefined,
      FinalDBSnapshotIdentifier: "orders-last",
    });
    expect(await listed()).toHaveLength(1);
    const { DBClusterSnapshots } = await lab.rds.send(new DescribeDBClusterSnapshotsCommand({}));
    expect(DBClusterSnapshots).toMatchObject([
      { DBClusterSnapshotIdentifier: "orders-last", Status: "available" },
    ]);
  });
});
