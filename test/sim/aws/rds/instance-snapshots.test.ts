import {
  CopyDBSnapshotCommand,
  type CopyDBSnapshotMessage,
  CreateDBSnapshotCommand,
  DBSnapshotAlreadyExistsFault,
  DBSnapshotNotFoundFault,
  DeleteDBSnapshotCommand,
  DescribeDBSnapshotsCommand,
  type DescribeDBSnapshotsMessage,
  InvalidDBInstanceStateFault,
  InvalidDBSnapshotStateFault,
  KMSKeyNotAccessibleFault,
  ModifyDBInstanceCommand,
  SnapshotQuotaExceededFault,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { addKey } from "../../../../src/sim/aws/seeds/furniture.ts";
import { laboratory, minute, start } from "../laboratory.ts";

type Laboratory = ReturnType<typeof laboratory>;

const take = async ({ rds }: Laboratory, name: string, tags = [{ Key: "run", Value: "1" }]) => {
  const of = { DBInstanceIdentifier: "ledger", DBSnapshotIdentifier: name, Tags: tags };
  return (await rds.send(new CreateDBSnapshotCommand(of))).DBSnapshot;
};

const copy = async ({ rds }: Laboratory, input: Partial<CopyDBSnapshotMessage> = {}) => {
  const names = { SourceDBSnapshotIdentifier: "safety", TargetDBSnapshotIdentifier: "copy" };
  return (await rds.send(new CopyDBSnapshotCommand({ ...names, ...input }))).DBSnapshot;
};

const look = async ({ rds }: Laboratory, input: DescribeDBSnapshotsMessage = {}) =>
  (await rds.send(new DescribeDBSnapshotsCommand(input))).DBSnapshots ?? [];

const statusOf = async (lab: Laboratory, name: string) =>
  (await look(lab, { DBSnapshotIdentifier: name }))[0]?.Status;

async function withSnapshot(storageKey?: "none") {
  const lab = laboratory();
  const instance = lab.seedInstance({
    id: "ledger",
    ...(storageKey && { storageKey: { type: storageKey } }),
  });
  await take(lab, "safety");
  await lab.pass(4 * minute);
  return { ...lab, resourceId: instance.resourceId };
}

describe("a snapshot of an instance outside Aurora", () => {
  test("holds the moment of the call, and tells the settings that the instance had then", async () => {
    const lab = laboratory();
    const { resourceId, storageKey } = lab.seedInstance({ id: "ledger" });
    await take(lab, "Safety");
    lab.data.write(resourceId, { at: start + 1, id: "late", value: "" });
    await lab.pass(4 * minute);
    const later = { DBInstanceIdentifier: "ledger", BackupRetentionPeriod: 3, ApplyImmediately: true };
    await lab.rds.send(new ModifyDBInstanceCommand(later));
    await lab.pass(4 * minute);
    expect(lab.instance("ledger")?.settings.BackupRetentionPeriod).toBe(3);

    expect(await look(lab, { DbiResourceId: resourceId })).toMatchObject([
      {
        DBSnapshotIdentifier: "safety",
        Status: "available",
        PercentProgress: 100,
        SnapshotType: "manual",
        Encrypted: true,
        StorageEncryptionType: "sse-kms",
        KmsKeyId: storageKey.type === "sse-kms" && storageKey.arn,
        DbiResourceId: resourceId,
        BackupRetentionPeriod: 14,
        StorageType: "gp3",
        Iops: 15_000,
        StorageThroughput: 750,
        AllocatedStorage: 500,
        OptionGroupName: "production-postgres17",
        SnapshotCreateTime: new Date(start),
        OriginalSnapshotCreateTime: new Date(start),
        SnapshotDatabaseTime: new Date(start - minute),
      },
    ]);
    expect([...lab.data.snapshots.values()][0]?.map(({ id }) => id)).toEqual(["1"]);
  });

  test("has the instance backed up meanwhile, which serves on and takes no other change", async () => {
    const lab = laboratory();
    const { resourceId } = lab.seedInstance({ id: "ledger" });
    await take(lab, "safety");
    expect(lab.instance("ledger")?.status).toBe("backing-up");
    expect(lab.account.admits(resourceId, "application")).toBe(true);
    await expect(take(lab, "another")).rejects.toThrow(InvalidDBInstanceStateFault);
    const rename = { DBInstanceIdentifier: "ledger", NewDBInstanceIdentifier: "ledger-old" };
    await expect(lab.rds.send(new ModifyDBInstanceCommand(rename))).rejects.toThrow(
      InvalidDBInstanceStateFault,
    );
    await lab.pass(4 * minute);
    expect(lab.instance("ledger")?.status).toBe("available");
  });

  test("has the instance's tags if that copies them, and those of the call", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger", settings: { CopyTagsToSnapshot: true } });
    const copied = await take(lab, "safety", [{ Key: "service", Value: "mine" }]);
    expect(copied?.TagList).toEqual([
      { Key: "environment", Value: "production" },
      { Key: "encrypt-db:enrolled", Value: "true" },
      { Key: "service", Value: "mine" },
    ]);
    const other = laboratory();
    other.seedInstance({ id: "ledger", settings: { CopyTagsToSnapshot: false } });
    expect((await take(other, "safety"))?.TagList).toEqual([{ Key: "run", Value: "1" }]);
  });

  test("of a member of a cluster is the cluster's to make", async () => {
    const lab = laboratory();
    lab.seed({ id: "orders" });
    const of = { DBInstanceIdentifier: "orders-1", DBSnapshotIdentifier: "safety" };
    await expect(lab.rds.send(new CreateDBSnapshotCommand(of))).rejects.toThrow(/CreateDBClusterSnapshot/);
  });

  test("counts against a quota of its own, and its name is taken once", async () => {
    const lab = await withSnapshot();
    await expect(take(lab, "Safety")).rejects.toThrow(DBSnapshotAlreadyExistsFault);
    lab.account.alter((turn) => {
      turn.state = { ...turn.state, quotas: { ...turn.state.quotas, ManualSnapshots: 1 } };
    });
    await expect(take(lab, "two")).rejects.toThrow(SnapshotQuotaExceededFault);
    await expect(copy(lab)).rejects.toThrow(SnapshotQuotaExceededFault);
  });

  test("is found by name, by filter and by the resource id of its instance", async () => {
    const lab = await withSnapshot();
    const byFilter = (Name: string, value: string) =>
      look(lab, { Filters: [{ Name, Values: [value] }] }).then((found) => found.length);
    expect(await byFilter("dbi-resource-id", lab.resourceId)).toBe(1);
    expect(await byFilter("db-snapshot-id", "safety")).toBe(1);
    expect(await byFilter("db-instance-id", "ledger")).toBe(1);
    expect(await byFilter("db-snapshot-id", "absent")).toBe(0);
    expect(await look(lab, { SnapshotType: "automated" })).toEqual([]);
    expect(await look(lab, { DBInstanceIdentifier: "other" })).toEqual([]);
    await expect(look(lab, { DBSnapshotIdentifier: "absent" })).rejects.toThrow(DBSnapshotNotFoundFault);
  });
});

describe("a copy of a snapshot", () => {
  test("of an unencrypted one is encrypted under the key that is given, and unencrypted without", async () => {
    const lab = await withSnapshot("none");
    expect(await copy(lab, { KmsKeyId: "alias/databases" })).toMatchObject({
      Status: "copying",
      Encrypted: true,
      StorageEncryptionType: "sse-kms",
      KmsKeyId: lab.key.arn,
    });
    const plain = await copy(lab, { TargetDBSnapshotIdentifier: "plain" });
    expect(plain).toMatchObject({ Encrypted: false, StorageEncryptionType: "none" });
    expect(plain?.KmsKeyId).toBeUndefined();
  });

  test("of an encrypted one has the key that is given, and its original's without", async () => {
    const lab = await withSnapshot();
    expect(await copy(lab, { KmsKeyId: lab.key.arn })).toMatchObject({ KmsKeyId: lab.key.arn });
    const [original] = await look(lab, { DBSnapshotIdentifier: "safety" });
    expect(original?.KmsKeyId).toMatch(/^arn:aws:kms/);
    expect(await copy(lab, { TargetDBSnapshotIdentifier: "kept" })).toMatchObject({
      KmsKeyId: original?.KmsKeyId,
    });
  });

  test("tells whose snapshot it is of and when that was taken, and not what it was copied from", async () => {
    const lab = await withSnapshot();
    await copy(lab, { KmsKeyId: lab.key.arn });
    await lab.pass(minute);
    const [copied] = await look(lab, { DBSnapshotIdentifier: "copy" });
    expect(copied).toMatchObject({
      DbiResourceId: lab.resourceId,
      DBInstanceIdentifier: "ledger",
      OriginalSnapshotCreateTime: new Date(start),
      SnapshotCreateTime: new Date(start + 4 * minute),
    });
    expect(copied?.SourceDBSnapshotIdentifier).toBeUndefined();
  });

  test("has no tags but those it is given, unless its original's are asked for", async () => {
    const lab = await withSnapshot();
    expect((await copy(lab))?.TagList).toEqual([]);
    const own = [{ Key: "run", Value: "2" }];
    expect((await copy(lab, { TargetDBSnapshotIdentifier: "two", Tags: own }))?.TagList).toEqual(own);
    const both = await copy(lab, { TargetDBSnapshotIdentifier: "three", Tags: own, CopyTags: true });
    expect(both?.TagList?.map(({ Key }) => Key)).toEqual([
      "service",
      "environment",
      "encrypt-db:enrolled",
      "run",
    ]);
    expect(both?.TagList?.at(-1)?.Value).toBe("2");
  });

  test("needs both keys: that of its original to read, and the new one to write", async () => {
    const lab = await withSnapshot();
    const disabled = lab.account.alter((turn) => addKey(turn, { alias: "alias/off", state: "Disabled" }));
    await expect(copy(lab, { KmsKeyId: disabled.arn })).rejects.toThrow(KMSKeyNotAccessibleFault);
    const foreign = lab.account.alter((turn) => addKey(turn, { alias: "alias/shut", grantable: false }));
    await expect(copy(lab, { KmsKeyId: foreign.arn })).rejects.toThrow(KMSKeyNotAccessibleFault);
    lab.account.alter((turn) => {
      const keys = Object.entries(turn.state.keys).map(([id, key]) => [
        id,
        key.manager === "AWS" ? { ...key, state: "Disabled" as const } : key,
      ]);
      turn.state = { ...turn.state, keys: Object.fromEntries(keys) };
    });
    await expect(copy(lab, { KmsKeyId: lab.key.arn })).rejects.toThrow(KMSKeyNotAccessibleFault);
  });

  test("needs an original that is available, and a name that is free", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger" });
    await take(lab, "safety");
    await expect(copy(lab)).rejects.toThrow(InvalidDBSnapshotStateFault);
    await lab.pass(4 * minute);
    await expect(copy(lab, { TargetDBSnapshotIdentifier: "safety" })).rejects.toThrow(
      DBSnapshotAlreadyExistsFault,
    );
    await expect(copy(lab, { SourceDBSnapshotIdentifier: "absent" })).rejects.toThrow(
      DBSnapshotNotFoundFault,
    );
  });
});

describe("how long a copy takes", () => {
  const underKey = async (lab: Awaited<ReturnType<typeof withSnapshot>>, from: string, to: string) => {
    await copy(lab, {
      SourceDBSnapshotIdentifier: from,
      TargetDBSnapshotIdentifier: to,
      KmsKeyId: lab.key.arn,
    });
    await lab.pass(6 * minute);
    return (await statusOf(lab, to)) === "available" ? "quick" : "full";
  };

  async function withFirstCopy() {
    const lab = await withSnapshot();
    expect(await underKey(lab, "safety", "first")).toBe("full");
    await lab.pass(45 * minute);
    expect(await statusOf(lab, "first")).toBe("available");
    await take(lab, "second");
    await lab.pass(4 * minute);
    return lab;
  }

  test("everything the first time under a new key, and afterwards only what has changed", async () => {
    expect(await underKey(await withFirstCopy(), "second", "delta")).toBe("quick");
  });

  test("everything again where the last copy is gone or was never finished", async () => {
    const lab = await withFirstCopy();
    await lab.rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: "first" }));
    await lab.pass(minute);
    expect(await underKey(lab, "second", "delta")).toBe("full");
    expect(await underKey(lab, "second", "meanwhile")).toBe("full");
  });

  test("everything where the last copy is gone and an older one is there", async () => {
    const lab = await withFirstCopy();
    expect(await underKey(lab, "second", "last")).toBe("quick");
    await lab.rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: "last" }));
    await lab.pass(minute);
    expect(await underKey(lab, "second", "again")).toBe("full");
  });

  test("everything for a copy of a copy, and for another key or another instance", async () => {
    const lab = await withFirstCopy();
    expect(await underKey(lab, "first", "of-a-copy")).toBe("full");
    const other = lab.account.alter((turn) => addKey(turn, { alias: "alias/other" }));
    expect(await underKey({ ...lab, key: other }, "second", "elsewhere")).toBe("full");
    lab.seedInstance({ id: "wiki" });
    const of = { DBInstanceIdentifier: "wiki", DBSnapshotIdentifier: "wiki-safety" };
    await lab.rds.send(new CreateDBSnapshotCommand(of));
    await lab.pass(4 * minute);
    expect(await underKey(lab, "wiki-safety", "wiki-copy")).toBe("full");
  });
});

describe("a snapshot that is deleted", () => {
  const remove = ({ rds }: Laboratory, name: string) =>
    rds.send(new DeleteDBSnapshotCommand({ DBSnapshotIdentifier: name }));

  test("leaves its copies and what they hold", async () => {
    const lab = await withSnapshot();
    await copy(lab, { KmsKeyId: lab.key.arn });
    await lab.pass(60 * minute);
    await remove(lab, "safety");
    await lab.pass(minute);
    expect((await look(lab)).map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier)).toEqual(["copy"]);
    expect(lab.data.snapshots.size).toBe(1);
    await remove(lab, "copy");
    await lab.pass(minute);
    expect(lab.data.snapshots.size).toBe(0);
  });

  test("ends the copy that was being made of it", async () => {
    const lab = await withSnapshot();
    await copy(lab, { KmsKeyId: lab.key.arn });
    await remove(lab, "safety");
    await lab.pass(60 * minute);
    expect(await statusOf(lab, "copy")).toBe("failed");
  });

  test("has to be finished first", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger" });
    await take(lab, "safety");
    await expect(remove(lab, "safety")).rejects.toThrow(InvalidDBSnapshotStateFault);
    await expect(remove(lab, "absent")).rejects.toThrow(DBSnapshotNotFoundFault);
  });
});
