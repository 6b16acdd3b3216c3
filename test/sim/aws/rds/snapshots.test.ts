import {
  CreateDBClusterSnapshotCommand,
  DeleteDBClusterSnapshotCommand,
  DescribeDBClusterSnapshotsCommand,
  SnapshotQuotaExceededFault,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { laboratory, minute } from "../laboratory.ts";

describe("a snapshot", () => {
  const take = (lab: ReturnType<typeof laboratory>, name: string) =>
    lab.rds.send(
      new CreateDBClusterSnapshotCommand({
        DBClusterIdentifier: "orders",
        DBClusterSnapshotIdentifier: name,
        Tags: [{ Key: "run", Value: "1" }],
      }),
    );

  test("holds the moment of the call, takes minutes, and knows its cluster by resource id", async () => {
    const lab = laboratory();
    const { resourceId } = lab.seed({ id: "orders" });
    await take(lab, "Safety");
    lab.data.write(resourceId, { at: lab.clock.now(), id: "late", value: "" });
    await lab.pass(minute);
    const look = () =>
      lab.rds.send(new DescribeDBClusterSnapshotsCommand({ DbClusterResourceId: resourceId }));
    expect((await look()).DBClusterSnapshots).toMatchObject([{ Status: "creating", PercentProgress: 0 }]);
    await lab.pass(3 * minute);
    expect((await look()).DBClusterSnapshots).toMatchObject([
      {
        DBClusterSnapshotIdentifier: "safety",
        Status: "available",
        PercentProgress: 100,
        DbClusterResourceId: resourceId,
        TagList: [{ Key: "service" }, { Key: "environment" }, { Key: "encrypt-db:enrolled" }, { Key: "run" }],
      },
    ]);
    expect([...lab.data.snapshots.values()][0]?.map(({ id }) => id)).toEqual(["1"]);
  });

  test("counts against the quota, and goes with its data", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    lab.account.alter((turn) => {
      turn.state = { ...turn.state, quotas: { ...turn.state.quotas, ManualClusterSnapshots: 1 } };
    });
    await take(lab, "one");
    await expect(take(lab, "two")).rejects.toThrow(SnapshotQuotaExceededFault);
    await lab.pass(5 * minute);
    await lab.rds.send(new DeleteDBClusterSnapshotCommand({ DBClusterSnapshotIdentifier: "one" }));
    await lab.pass(minute);
    expect(lab.data.snapshots.size).toBe(0);
    await take(lab, "two");
  });

  test("of an absent name: NotFound by identifier, an empty list by filter", async () => {
    const lab = laboratory();
    const byName = new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: "absent" });
    await expect(lab.rds.send(byName)).rejects.toMatchObject({ name: "DBClusterSnapshotNotFoundFault" });
    const filter = [{ Name: "db-cluster-snapshot-id", Values: ["absent"] }];
    const byFilter = new DescribeDBClusterSnapshotsCommand({ Filters: filter });
    expect((await lab.rds.send(byFilter)).DBClusterSnapshots).toEqual([]);
  });
});
