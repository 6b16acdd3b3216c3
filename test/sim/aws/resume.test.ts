import {
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  type RDSClient,
  RestoreDBClusterToPointInTimeCommand,
  StopDBClusterCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import type { AccountState } from "../../../src/sim/aws/state.ts";
import { databaseOf, laboratory, minute, second } from "./laboratory.ts";

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

describe("a killed account", () => {
  /** A life with everything in it that takes time, in steps between which it may be killed. */
  const life: ((rds: RDSClient) => Promise<unknown>)[] = [
    (rds) =>
      rds.send(
        new CreateDBClusterSnapshotCommand({
          DBClusterIdentifier: "orders",
          DBClusterSnapshotIdentifier: "safety",
        }),
      ),
    (rds) =>
      rds.send(
        new ModifyDBClusterCommand({ DBClusterIdentifier: "orders", VpcSecurityGroupIds: ["sg-fence"] }),
      ),
    (rds) => rds.send(renameOrders),
    (rds) =>
      rds.send(
        new ModifyDBInstanceCommand({
          DBInstanceIdentifier: "orders-1",
          NewDBInstanceIdentifier: "orders-old-1",
          ApplyImmediately: true,
        }),
      ),
    (rds) => rds.send(restoreOrders),
    (rds) =>
      rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: "orders-1",
          DBClusterIdentifier: "orders",
          DBInstanceClass: "db.r6g.large",
          Engine: "aurora-postgresql",
        }),
      ),
    (rds) => rds.send(new StopDBClusterCommand({ DBClusterIdentifier: "orders-old" })),
  ];

  async function lived(killed: boolean) {
    let saved: AccountState | undefined;
    const save = (state: AccountState) => {
      saved = JSON.parse(JSON.stringify(state));
    };
    let lab = laboratory({ save });
    const source = lab.seed({ id: "orders" });
    for (const step of life) {
      await step(lab.rds);
      for (let n = 0; n < 30; n++) {
        // The steps are short enough that a kill falls between an acceptance and its end.
        if (killed && saved) lab = laboratory({ save, state: saved }, lab);
        await lab.pass(minute + second, source);
      }
    }
    return { state: lab.account.state, data: lab.data };
  }

  test("goes on where it was, to the same end", async () => {
    const straight = await lived(false);
    const interrupted = await lived(true);
    expect(interrupted.state).toEqual(straight.state);
    expect(interrupted.data).toEqual(straight.data);
    expect(straight.state.clusters[databaseOf(straight, "orders-old")]?.status).toBe("stopped");
  });

  test("has saved plain JSON, and nothing that JSON would lose", async () => {
    const states: AccountState[] = [];
    const lab = laboratory({ save: (state) => states.push(state) });
    const source = lab.seed({ id: "orders" });
    for (const step of life) {
      await step(lab.rds);
      await lab.pass(30 * minute, source);
    }
    expect(states.length).toBeGreaterThan(20);
    for (const state of states) expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
  });

  test("repeats what its data plane was doing when it died", async () => {
    let saved: AccountState | undefined;
    const lab = laboratory({
      save: (state) => {
        saved = state;
      },
    });
    const source = lab.seed({ id: "orders" });
    await lab.rds.send(renameOrders);
    await lab.pass(6 * minute, source);
    lab.data.failing = true;
    await expect(lab.rds.send(restoreOrders)).rejects.toThrow("the data plane fails");
    lab.data.failing = false;
    const again = laboratory(saved ? { state: saved } : {}, lab);
    await again.pass(30 * minute);
    expect(lab.data.volumes.get(databaseOf(again.account, "orders"))?.length).toBeGreaterThan(0);
    expect(again.cluster("orders")?.status).toBe("available");
  });
});
