import {
  CreateDBClusterSnapshotCommand,
  RestoreDBClusterFromSnapshotCommand,
  type RestoreDBClusterFromSnapshotMessage,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { unencryptedAurora } from "../../../../src/sim/aws/seeds/topologies.ts";
import { databaseOf, laboratory, minute, start } from "../laboratory.ts";

type Laboratory = ReturnType<typeof laboratory>;

const ids = ({ account, data }: Laboratory, id: string) =>
  data.volumes.get(databaseOf(account, id))?.map((write) => write.id);

describe("a restore from a snapshot", () => {
  const fromSnapshot = ({ rds }: Laboratory, input: Partial<RestoreDBClusterFromSnapshotMessage> = {}) =>
    rds.send(
      new RestoreDBClusterFromSnapshotCommand({
        DBClusterIdentifier: "copy",
        SnapshotIdentifier: "safety",
        Engine: "aurora-postgresql",
        DBClusterParameterGroupName: "default.aurora-postgresql17",
        ...input,
      }),
    );

  async function withSnapshot(of: "aws/rds" | "none") {
    const lab = laboratory();
    const source =
      of === "none"
        ? lab.account.alter((turn) => unencryptedAurora(turn, "orders"))
        : lab.seed({ id: "orders", settings: { Port: 6543 } });
    lab.data.write(source.resourceId, { at: start, id: "2", value: "" });
    await lab.rds.send(
      new CreateDBClusterSnapshotCommand({
        DBClusterIdentifier: "orders",
        DBClusterSnapshotIdentifier: "safety",
      }),
    );
    lab.data.write(source.resourceId, { at: start + 1, id: "late", value: "" });
    await lab.pass(5 * minute);
    return lab;
  }

  test("keeps the port, takes the Region's default version, and holds what the snapshot holds", async () => {
    const lab = await withSnapshot("aws/rds");
    const { DBCluster } = await fromSnapshot(lab);
    expect(DBCluster).toMatchObject({ Status: "migrating", Port: 6543, EngineVersion: "17.4" });
    expect(ids(lab, "copy")).toEqual(["1", "2"]);
  });

  test("encrypts an unencrypted snapshot under the given key, and under AWS's own when none is given", async () => {
    const lab = await withSnapshot("none");
    const given = await fromSnapshot(lab, { KmsKeyId: lab.key.arn });
    expect(given.DBCluster).toMatchObject({ KmsKeyId: lab.key.arn, StorageEncryptionType: "sse-kms" });
    const none = await fromSnapshot(lab, { DBClusterIdentifier: "other" });
    expect(none.DBCluster?.StorageEncryptionType).toBe("sse-rds");
  });

  test("needs a snapshot that is available", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    await lab.rds.send(
      new CreateDBClusterSnapshotCommand({
        DBClusterIdentifier: "orders",
        DBClusterSnapshotIdentifier: "safety",
      }),
    );
    await expect(fromSnapshot(lab)).rejects.toMatchObject({ name: "InvalidDBClusterSnapshotStateFault" });
  });
});
