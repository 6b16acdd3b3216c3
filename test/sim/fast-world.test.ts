import { BackupClient, StartBackupJobCommand, StartCopyJobCommand } from "@aws-sdk/client-backup";
import { CreateDBInstanceCommand, RDSClient, RestoreDBClusterFromSnapshotCommand } from "@aws-sdk/client-rds";
import { expect, test } from "vitest";
import { hours, seconds } from "../../src/core/time.ts";
import { sdkMiddleware } from "../../src/sim/aws/middleware.ts";
import { clusterEndpoint, instanceEndpoint } from "../../src/sim/aws/names.ts";
import { databasesGroup } from "../../src/sim/aws/seeds/furniture.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";

test("an endpoint is watched for as long as was asked, and no longer", async () => {
  const world = new FastWorld();
  const { settings } = world.addCluster({ id: "orders" });
  const { clock, database } = world.deps;
  const host = clusterEndpoint(world.account.state, "orders");
  const at = { host, port: 5432, database: settings.DatabaseName ?? "postgres" };
  const began = clock.now();

  const { last } = await database.watch(at, { known: null, during: seconds(20), every: seconds(2) });

  expect(last.sight.state).toBe("answers");
  expect(clock.now() - began).toBe(seconds(20));
});

test("an instance outside Aurora serves what is written to it, and its replicas follow", () => {
  const world = new FastWorld();
  const { resourceId } = world.addInstance({ id: "ledger", replicas: ["ledger-replica"] });
  const connect = (id: string) =>
    world.servers.connect(world.account, { host: instanceEndpoint(world.account.state, id), user: "app" });

  connect("ledger").put("row", "written");

  expect(world.servers.volume(resourceId)).toMatchObject({ database: "orders" });
  expect(world.servers.volume(resourceId).rows.get("row")).toBe("written");
  expect(() => connect("ledger-replica").put("row", "refused")).toThrow(/25006|read-only/);
});

test("what the other account restores of a copy answers there, under a name of that account", async () => {
  const world = new FastWorld({ backup: true });
  const storageKey = { type: "sse-kms", arn: world.key.arn } as const;
  const { settings } = world.addCluster({ id: "orders", storageKey });
  const here = new BackupClient({ region: "eu-west-1" });
  here.middlewareStack.use(sdkMiddleware(world.account));
  const there = new RDSClient({ region: "eu-west-1" });
  there.middlewareStack.use(sdkMiddleware(world.other));
  const { vault, roleArn, destinationVaultArn } = world.backupTarget;
  const { sleep } = world.deps.clock;

  const ResourceArn = "arn:aws:rds:eu-west-1:123456789012:cluster:orders";
  await here.send(new StartBackupJobCommand({ BackupVaultName: vault, ResourceArn, IamRoleArn: roleArn }));
  await sleep(hours(1));
  const [backup] = Object.keys(world.account.state.backup.recoveryPoints);
  await here.send(
    new StartCopyJobCommand({
      RecoveryPointArn: backup,
      SourceBackupVaultName: vault,
      DestinationBackupVaultArn: destinationVaultArn,
      IamRoleArn: roleArn,
    }),
  );
  await sleep(hours(1));
  const [SnapshotIdentifier] = Object.keys(world.other.state.backup.recoveryPoints);
  const restored = { DBClusterIdentifier: "orders", Engine: "aurora-postgresql" };
  await there.send(
    new RestoreDBClusterFromSnapshotCommand({
      ...restored,
      SnapshotIdentifier,
      VpcSecurityGroupIds: [databasesGroup],
    }),
  );
  await sleep(hours(1));
  const member = { DBInstanceIdentifier: "orders-1", DBInstanceClass: "db.r6g.large" };
  await there.send(new CreateDBInstanceCommand({ ...restored, ...member }));
  await sleep(hours(1));

  const at = (account: typeof world.other) => ({
    host: clusterEndpoint(account.state, "orders"),
    port: 5432,
    database: settings.DatabaseName ?? "postgres",
  });
  const { sight } = await world.deps.database.look(at(world.other));
  expect(sight).toMatchObject({ state: "answers", writable: true });
  expect(at(world.other).host).not.toBe(at(world.account).host);
  const [copy] = Object.keys(world.other.state.clusters);
  expect(world.servers.volume(copy ?? "").rows).toEqual(new Map([["first", "row"]]));
});

test("a world with backups is one between whose accounts a copy can succeed, as far as the product can see", async () => {
  const world = new FastWorld({ backup: true });
  expect(world.environment.backup).toEqual(world.backupTarget);
  const cloud = world.deps.cloudFor(
    { account: "123456789012", region: "eu-west-1", kind: "cluster", name: "orders" },
    { effect: "reads" },
  );
  const of = { kind: "cluster", keyArn: world.key.arn } as const;
  expect(await cloud.backupReadiness(world.backupTarget, of)).toMatchObject({
    crossAccount: "enabled",
    optedIn: true,
    vault: { name: "encrypt-db", keyManager: "CUSTOMER" },
    destination: { name: "encrypt-db-copies", keyManager: "CUSTOMER" },
    copyIntoVault: "allowed",
    keyForDestination: "allowed",
  });
});
