import { DisableKeyCommand, EnableKeyCommand } from "@aws-sdk/client-kms";
import {
  CreateDBInstanceCommand,
  type CreateDBInstanceMessage,
  CreateDBInstanceReadReplicaCommand,
  type CreateDBInstanceReadReplicaMessage,
  CreateDBSnapshotCommand,
  DBInstanceAlreadyExistsFault,
  DeleteDBInstanceCommand,
  type DeleteDBInstanceMessage,
  DescribeAccountAttributesCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  DescribeEventsCommand,
  DescribeOrderableDBInstanceOptionsCommand,
  type DescribeOrderableDBInstanceOptionsMessage,
  InsufficientDBInstanceCapacityFault,
  InvalidDBClusterStateFault,
  InvalidDBInstanceStateFault,
  KMSKeyNotAccessibleFault,
  ModifyDBInstanceCommand,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import { instanceOfOldClass } from "../../../../src/sim/aws/seeds/topologies.ts";
import { day, laboratory, minute } from "../laboratory.ts";

type Laboratory = ReturnType<typeof laboratory>;

const look = async ({ rds }: Laboratory, DBInstanceIdentifier = "ledger") =>
  (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances?.[0];

const snapshots = async ({ rds }: Laboratory) =>
  (await rds.send(new DescribeDBSnapshotsCommand({}))).DBSnapshots?.map(
    ({ DBSnapshotIdentifier }) => DBSnapshotIdentifier,
  );

const events = async ({ rds }: Laboratory) =>
  (await rds.send(new DescribeEventsCommand({ Duration: 60 }))).Events?.map(({ Message }) => Message);

describe("an instance that is created outside Aurora", () => {
  const least: CreateDBInstanceMessage = {
    DBInstanceIdentifier: "ledger",
    DBInstanceClass: "db.r6g.large",
    Engine: "postgres",
    AllocatedStorage: 100,
    MasterUsername: "master",
    MasterUserPassword: "a password",
  };
  const create = async ({ rds }: Laboratory, more: Partial<CreateDBInstanceMessage> = {}) =>
    (await rds.send(new CreateDBInstanceCommand({ ...least, ...more }))).DBInstance;

  test("is empty, unencrypted and as AWS makes it where nothing else is asked for", async () => {
    const lab = laboratory();
    const made = await create(lab);
    expect(made).toMatchObject({
      DBInstanceStatus: "creating",
      EngineVersion: "17.4",
      StorageEncrypted: false,
      StorageEncryptionType: "none",
      MasterUsername: "master",
      BackupRetentionPeriod: 1,
      MultiAZ: false,
      StorageType: "gp3",
      Iops: 3_000,
      DeletionProtection: false,
      DBParameterGroups: [{ DBParameterGroupName: "default.postgres17" }],
      TagList: [],
    });
    await lab.pass(9 * minute);
    expect(await look(lab)).toMatchObject({
      DBInstanceStatus: "available",
      Endpoint: { Port: 5432 },
    });
    expect(lab.data.volumes.get(made?.DbiResourceId ?? "")).toEqual([]);
    expect(lab.data.instances.get(made?.DbiResourceId ?? "")).toEqual({
      volume: made?.DbiResourceId,
      writer: true,
    });
  });

  test("is encrypted under the key that is named, or aws/rds", async () => {
    const lab = laboratory();
    expect(await create(lab, { StorageEncrypted: true, KmsKeyId: lab.key.arn })).toMatchObject({
      StorageEncryptionType: "sse-kms",
      KmsKeyId: lab.key.arn,
    });
    const other = await create(lab, { DBInstanceIdentifier: "other", StorageEncrypted: true });
    expect(other?.KmsKeyId).not.toBe(lab.key.arn);
    expect(other?.StorageEncrypted).toBe(true);
    await expect(create(lab, { DBInstanceIdentifier: "x", KmsKeyId: lab.key.arn })).rejects.toThrow(
      /StorageEncrypted/,
    );
    const absent = { DBInstanceIdentifier: "x", StorageEncrypted: true, KmsKeyId: "alias/none" };
    await expect(create(lab, absent)).rejects.toThrow(KMSKeyNotAccessibleFault);
  });

  test("has all its settings from the call, those that a restore does not take among them", async () => {
    const lab = laboratory();
    const named = {
      MonitoringInterval: 60,
      MonitoringRoleArn: "arn:aws:iam::123456789012:role/rds-monitoring",
      PerformanceInsightsKMSKeyId: lab.key.arn,
      PerformanceInsightsRetentionPeriod: 465,
      DatabaseInsightsMode: "advanced",
      MaxAllocatedStorage: 400,
      PreferredMaintenanceWindow: "mon:01:00-mon:01:30",
      DBName: "books",
    } as const;
    const made = await create(lab, {
      ...named,
      EnablePerformanceInsights: true,
      MasterUserPassword: undefined,
      ManageMasterUserPassword: true,
    });
    expect(made).toMatchObject({ ...named, MasterUserSecret: { SecretStatus: "creating" } });
    await lab.pass(9 * minute);
    expect((await look(lab))?.MasterUserSecret?.SecretStatus).toBe("active");
  });

  test("needs a master with one way to log in, room, and what there is", async () => {
    const lab = laboratory();
    const refused: [Partial<CreateDBInstanceMessage>, RegExp][] = [
      [{ MasterUsername: undefined }, /MasterUsername/],
      [{ MasterUserPassword: undefined }, /Either MasterUserPassword/],
      [{ ManageMasterUserPassword: true }, /Either MasterUserPassword/],
      [{ AllocatedStorage: 5 }, /Invalid storage size/],
      [{ EngineVersion: "9.4" }, /Cannot find version 9.4/],
      [{ DBInstanceClass: "db.t2.micro" }, /does not support creating/],
    ];
    for (const [input, says] of refused) await expect(create(lab, input)).rejects.toThrow(says);
    lab.account.alter((turn) => {
      turn.state = { ...turn.state, shortOf: ["db.r6g.large"] };
    });
    await expect(create(lab)).rejects.toThrow(InsufficientDBInstanceCapacityFault);
    expect(lab.data.volumes.size).toBe(0);
  });
});

describe("an instance outside Aurora that is deleted", () => {
  const remove = ({ rds }: Laboratory, more: Partial<DeleteDBInstanceMessage> = {}) =>
    rds.send(new DeleteDBInstanceCommand({ DBInstanceIdentifier: "ledger", ...more }));
  const unprotected = { settings: { DeletionProtection: false } };

  test("goes with its data, and leaves its snapshots", async () => {
    const lab = laboratory();
    const { resourceId } = lab.seedInstance({ id: "ledger", ...unprotected });
    await remove(lab, { FinalDBSnapshotIdentifier: "last" });
    await lab.pass(10 * minute);
    expect(lab.instance("ledger")).toBeUndefined();
    expect(lab.data.volumes.has(resourceId)).toBe(false);
    expect(await snapshots(lab)).toEqual(["last"]);
    expect([...lab.data.snapshots.values()][0]?.map(({ id }) => id)).toEqual(["1"]);
  });

  test("has either a final snapshot or none, as it was asked", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger", ...unprotected });
    await expect(remove(lab)).rejects.toThrow(/FinalDBSnapshotIdentifier/);
    const both = { SkipFinalSnapshot: true, FinalDBSnapshotIdentifier: "last" };
    await expect(remove(lab, both)).rejects.toThrow(/FinalDBSnapshotIdentifier/);
    await remove(lab, { SkipFinalSnapshot: true });
    await lab.pass(10 * minute);
    expect(await snapshots(lab)).toEqual([]);
  });

  test("is not protected any more", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger" });
    await expect(remove(lab, { SkipFinalSnapshot: true })).rejects.toThrow(/protected/);
  });

  test("leaves its replicas, which go on by themselves with what it held", async () => {
    const lab = laboratory();
    const { resourceId } = lab.seedInstance({ id: "ledger", replicas: ["replica"], ...unprotected });
    await remove(lab, { SkipFinalSnapshot: true });
    await lab.pass(10 * minute);
    const replica = lab.instance("replica")?.resourceId ?? "";
    expect((await look(lab, "replica"))?.ReadReplicaSourceDBInstanceIdentifier).toBeUndefined();
    expect(lab.data.volumes.get(replica)?.map(({ id }) => id)).toEqual(["1"]);
    expect(lab.data.instances.get(replica)).toEqual({ volume: replica, writer: true });
    expect(lab.data.volumes.has(resourceId)).toBe(false);
  });

  test("is a replica: without a final snapshot, and its source keeps its data", async () => {
    const lab = laboratory();
    const { resourceId } = lab.seedInstance({ id: "ledger", replicas: ["replica"], ...unprotected });
    const replica = { DBInstanceIdentifier: "replica" };
    await expect(remove(lab, { ...replica, FinalDBSnapshotIdentifier: "last" })).rejects.toThrow(/replica/);
    await remove(lab, { ...replica, SkipFinalSnapshot: true });
    await lab.pass(10 * minute);
    expect(lab.data.volumes.has(resourceId)).toBe(true);
    expect((await look(lab))?.ReadReplicaDBInstanceIdentifiers).toEqual([]);
  });
});

describe("an instance outside Aurora that is stopped", () => {
  const stop = ({ rds }: Laboratory, id = "ledger", more: object = {}) =>
    rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: id, ...more }));
  const begin = ({ rds }: Laboratory, id = "ledger") =>
    rds.send(new StartDBInstanceCommand({ DBInstanceIdentifier: id }));

  test("ends its sessions, and starts by itself after seven days", async () => {
    const lab = laboratory();
    const { resourceId } = lab.seedInstance({ id: "ledger" });
    await stop(lab);
    await lab.pass(6 * minute);
    expect(await look(lab)).toMatchObject({
      DBInstanceStatus: "stopped",
      AutomaticRestartTime: expect.any(Date),
    });
    expect(lab.data.instances.has(resourceId)).toBe(false);
    await lab.pass(7 * day - 10 * minute);
    expect(lab.instance("ledger")?.status).toBe("stopped");
    await lab.pass(20 * minute);
    const started = await look(lab);
    expect(started?.DBInstanceStatus).toBe("available");
    expect(started?.AutomaticRestartTime).toBeUndefined();
    expect(lab.data.instances.get(resourceId)).toEqual({ volume: resourceId, writer: true });
    expect(await events(lab)).toContain(
      "DB instance is being started due to it exceeding the maximum allowed time being stopped.",
    );
  });

  test("starts when it is told to, and not once more after the seven days", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger" });
    await stop(lab);
    await lab.pass(6 * minute);
    await begin(lab);
    await lab.pass(7 * minute);
    expect(lab.instance("ledger")?.status).toBe("available");
    await lab.pass(8 * day);
    expect(await events(lab)).toEqual([]);
  });

  test("has seven days again when it is stopped again", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger" });
    await stop(lab);
    await lab.pass(6 * minute);
    await begin(lab);
    await lab.pass(5 * day);
    await stop(lab);
    await lab.pass(6 * day);
    expect(lab.instance("ledger")?.status).toBe("stopped");
  });

  test("can be snapshotted just before", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger" });
    await stop(lab, "ledger", { DBSnapshotIdentifier: "last" });
    await lab.pass(6 * minute);
    expect(await snapshots(lab)).toEqual(["last"]);
    expect(lab.instance("ledger")?.status).toBe("stopped");
  });

  test("is neither modified nor snapshotted meanwhile", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger" });
    await stop(lab);
    await lab.pass(6 * minute);
    const rename = { DBInstanceIdentifier: "ledger", NewDBInstanceIdentifier: "ledger-old" };
    await expect(lab.rds.send(new ModifyDBInstanceCommand(rename))).rejects.toThrow(
      InvalidDBInstanceStateFault,
    );
    const of = { DBInstanceIdentifier: "ledger", DBSnapshotIdentifier: "safety" };
    await expect(lab.rds.send(new CreateDBSnapshotCommand(of))).rejects.toThrow(InvalidDBInstanceStateFault);
  });

  test("has no replica and is none, is no member of a cluster, and was available", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger", replicas: ["replica"] });
    lab.seedInstance({ id: "wiki", status: "storage-initialization" });
    lab.seed({ id: "orders" });
    for (const id of ["ledger", "replica", "wiki"]) {
      await expect(stop(lab, id)).rejects.toThrow(InvalidDBInstanceStateFault);
    }
    await expect(stop(lab, "orders-1")).rejects.toThrow(InvalidDBClusterStateFault);
    await expect(begin(lab, "orders-1")).rejects.toThrow(InvalidDBClusterStateFault);
    await expect(begin(lab, "ledger")).rejects.toThrow(InvalidDBInstanceStateFault);
  });

  test("needs capacity to start", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger", status: "stopped" });
    lab.account.alter((turn) => {
      turn.state = { ...turn.state, shortOf: ["db.r6g.large"] };
    });
    await expect(begin(lab)).rejects.toThrow(InsufficientDBInstanceCapacityFault);
  });
});

describe("a read replica", () => {
  const replicate = async ({ rds }: Laboratory, more: Partial<CreateDBInstanceReadReplicaMessage> = {}) => {
    const names = { DBInstanceIdentifier: "replica", SourceDBInstanceIdentifier: "ledger" };
    return (await rds.send(new CreateDBInstanceReadReplicaCommand({ ...names, ...more }))).DBInstance;
  };

  test("has its source's key, class, port, groups and data, no backups, and otherwise what is named", async () => {
    const lab = laboratory();
    const source = lab.seedInstance({ id: "ledger", settings: { DbInstancePort: 6543 } });
    const replica = await replicate(lab, { MultiAZ: true, Tags: [{ Key: "run", Value: "1" }] });
    expect(replica).toMatchObject({
      KmsKeyId: source.storageKey.type === "sse-kms" && source.storageKey.arn,
      DBInstanceClass: "db.r6g.large",
      DBParameterGroups: [{ DBParameterGroupName: "production-postgres17" }],
      OptionGroupMemberships: [{ OptionGroupName: "production-postgres17" }],
      VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-default-vpc-0a1b2c3d4e5f60718" }],
      BackupRetentionPeriod: 0,
      MonitoringInterval: 0,
      MultiAZ: true,
      DeletionProtection: false,
      TagList: [{ Key: "run", Value: "1" }],
    });
    await lab.pass(12 * minute);
    const made = await look(lab, "replica");
    expect(made).toMatchObject({
      DBInstanceStatus: "available",
      Endpoint: { Port: 6543 },
      ReadReplicaSourceDBInstanceIdentifier: "ledger",
      StatusInfos: [{ StatusType: "read replication", Status: "replicating", Normal: true }],
    });
    expect(made?.LatestRestorableTime).toBeUndefined();
    expect((await look(lab))?.ReadReplicaDBInstanceIdentifiers).toEqual(["replica"]);
    expect(lab.data.instances.get(made?.DbiResourceId ?? "")).toEqual({
      volume: source.resourceId,
      writer: false,
    });
  });

  test("in the Region of its source takes neither a key nor a parameter group", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger" });
    await expect(replicate(lab, { KmsKeyId: lab.key.arn })).rejects.toThrow(/KmsKeyId/);
    await expect(replicate(lab, { DBParameterGroupName: "default.postgres17" })).rejects.toThrow(
      /parameter group/,
    );
  });

  test("needs a source that is ready, has backups, is no member of a cluster, and a name and room", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger", settings: { BackupRetentionPeriod: 0 } });
    lab.seedInstance({ id: "wiki", replicas: ["wiki-replica"] });
    lab.seedInstance({ id: "attic", status: "stopped" });
    lab.seed({ id: "orders" });
    const of = (SourceDBInstanceIdentifier: string) => replicate(lab, { SourceDBInstanceIdentifier });
    await expect(of("ledger")).rejects.toThrow(/backups are not enabled/);
    await expect(of("attic")).rejects.toThrow(InvalidDBInstanceStateFault);
    await expect(of("orders-1")).rejects.toThrow(/Aurora/);
    const taken = { DBInstanceIdentifier: "ledger", SourceDBInstanceIdentifier: "wiki" };
    await expect(replicate(lab, taken)).rejects.toThrow(DBInstanceAlreadyExistsFault);
    lab.account.alter((turn) => {
      turn.state = { ...turn.state, quotas: { ...turn.state.quotas, ReadReplicasPerMaster: 1 } };
    });
    await expect(of("wiki")).rejects.toThrow(/as many read replicas/);
  });
});

describe("the options that can be ordered", () => {
  const options = async ({ rds }: Laboratory, input: Partial<DescribeOrderableDBInstanceOptionsMessage>) => {
    const command = new DescribeOrderableDBInstanceOptionsCommand({ Engine: "postgres", ...input });
    return (await rds.send(command)).OrderableDBInstanceOptions ?? [];
  };

  test("say which classes can encrypt their storage", async () => {
    const lab = laboratory();
    const encrypts = async (DBInstanceClass: string) => {
      const found = await options(lab, { DBInstanceClass, EngineVersion: "13.20" });
      return [...new Set(found.map(({ SupportsStorageEncryption }) => SupportsStorageEncryption))];
    };
    for (const old of ["db.m1.small", "db.m2.xlarge", "db.t2.micro"]) {
      expect([old, await encrypts(old)]).toEqual([old, [false]]);
    }
    expect(await encrypts("db.t2.small")).toEqual([true]);
    expect(await encrypts("db.r6g.large")).toEqual([true]);
  });

  test("are told by storage type, and are none where a class has no such version or engine", async () => {
    const lab = laboratory();
    const modern = await options(lab, { DBInstanceClass: "db.r6g.large", EngineVersion: "16.4" });
    expect(modern.map(({ StorageType }) => StorageType)).toEqual(["gp2", "gp3", "io1", "io2", "standard"]);
    expect(await options(lab, { DBInstanceClass: "db.t2.micro", EngineVersion: "16.4" })).toEqual([]);
    expect(await options(lab, { DBInstanceClass: "db.serverless" })).toEqual([]);
    const aurora = { Engine: "aurora-postgresql", DBInstanceClass: "db.serverless", EngineVersion: "16.4" };
    expect((await options(lab, aurora)).map(({ StorageType }) => StorageType)).toEqual([
      "aurora",
      "aurora-iopt1",
    ]);
  });

  test("come in pages", async () => {
    const { rds } = laboratory();
    const page = await rds.send(
      new DescribeOrderableDBInstanceOptionsCommand({ Engine: "postgres", MaxRecords: 20 }),
    );
    expect(page.OrderableDBInstanceOptions).toHaveLength(20);
    expect(page.Marker).toBeDefined();
  });

  test("do not say whether there is capacity now", async () => {
    const lab = laboratory();
    lab.account.alter((turn) => {
      turn.state = { ...turn.state, shortOf: ["db.r6g.large"] };
    });
    expect(await options(lab, { DBInstanceClass: "db.r6g.large", EngineVersion: "16.4" })).not.toEqual([]);
  });
});

describe("an instance whose key goes away", () => {
  test("cannot be used, can be started within seven days of its return, and is lost after them", async () => {
    const lab = laboratory();
    const under = { type: "sse-kms", arn: lab.key.arn } as const;
    const { resourceId } = lab.seedInstance({ id: "ledger", storageKey: under });
    lab.seedInstance({ id: "wiki" });
    await lab.kms.send(new DisableKeyCommand({ KeyId: lab.key.arn }));
    await lab.pass(6 * minute);
    expect(lab.instance("ledger")?.status).toBe("inaccessible-encryption-credentials-recoverable");
    expect(lab.instance("wiki")?.status).toBe("available");
    expect(lab.data.instances.has(resourceId)).toBe(false);
    const start = new StartDBInstanceCommand({ DBInstanceIdentifier: "ledger" });
    await expect(lab.rds.send(start)).rejects.toThrow(KMSKeyNotAccessibleFault);
    await lab.kms.send(new EnableKeyCommand({ KeyId: lab.key.arn }));
    await lab.rds.send(start);
    await lab.pass(7 * minute);
    expect(lab.instance("ledger")?.status).toBe("available");
    expect(lab.data.instances.has(resourceId)).toBe(true);

    await lab.kms.send(new DisableKeyCommand({ KeyId: lab.key.arn }));
    await lab.pass(6 * minute);
    await lab.pass(7 * day);
    expect(lab.instance("ledger")?.status).toBe("inaccessible-encryption-credentials");
  });
});

describe("the account's quotas", () => {
  test("count manual snapshots of instances and the storage outside Aurora", async () => {
    const lab = laboratory();
    lab.seedInstance({ id: "ledger" });
    lab.account.alter((turn) => instanceOfOldClass(turn, "attic"));
    lab.seed({ id: "orders" });
    const of = { DBInstanceIdentifier: "ledger", DBSnapshotIdentifier: "safety" };
    await lab.rds.send(new CreateDBSnapshotCommand(of));
    const { AccountQuotas } = await lab.rds.send(new DescribeAccountAttributesCommand({}));
    expect(AccountQuotas).toEqual(
      expect.arrayContaining([
        { AccountQuotaName: "ManualSnapshots", Used: 1, Max: 100 },
        { AccountQuotaName: "AllocatedStorage", Used: 520, Max: 100_000 },
        { AccountQuotaName: "DBInstances", Used: 4, Max: 40 },
        { AccountQuotaName: "ManualClusterSnapshots", Used: 0, Max: 100 },
      ]),
    );
  });
});
