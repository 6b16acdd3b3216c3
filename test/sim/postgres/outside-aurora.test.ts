import { rmSync } from "node:fs";
import {
  CopyDBSnapshotCommand,
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  CreateDBSnapshotCommand,
  DeleteDBInstanceCommand,
  DeleteDBSnapshotCommand,
  ModifyDBInstanceCommand,
  RDSClient,
  RestoreDBInstanceFromDBSnapshotCommand,
} from "@aws-sdk/client-rds";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { Account } from "../../../src/sim/aws/account.ts";
import { type Durations, durations } from "../../../src/sim/aws/durations.ts";
import { sdkMiddleware } from "../../../src/sim/aws/middleware.ts";
import { instanceEndpoint } from "../../../src/sim/aws/names.ts";
import { addKey, furnish } from "../../../src/sim/aws/seeds/furniture.ts";
import { WorldClock } from "../../../src/sim/clock.ts";
import { openPostgresServers, type PostgresServers } from "../../../src/sim/postgres/servers.ts";
import { logins } from "../../../src/sim/postgres/template.ts";
import { worldDirectory } from "./embedded-world.ts";

const master = { user: "owner", password: "chosen by whoever made it" };

const directory = worldDirectory();
let servers: PostgresServers;
let account: Account;
const rds = new RDSClient({ region: "eu-west-1" });

beforeAll(async () => {
  const clock = new WorldClock();
  const certificateNames = (id: string) => account.certificateNames(id);
  servers = await openPostgresServers({ directory, clock, certificateNames });
  const quick = Object.fromEntries(Object.keys(durations).map((name) => [name, 1])) as unknown as Durations;
  account = new Account({
    accountId: "123456789012",
    region: "eu-west-1",
    clock,
    data: servers.data,
    // A stopped instance would start again at once.
    durations: { ...quick, autoStart: durations.autoStart },
  });
  account.alter((turn) => {
    furnish(turn);
    addKey(turn, { alias: "alias/databases" });
  });
  rds.middlewareStack.use(sdkMiddleware(account));
});
afterAll(async () => {
  await servers.close();
  rmSync(directory, { recursive: true });
});

const instance = (id: string) => Object.values(account.state.instances).find((found) => found.id === id);

const snapshot = (id: string) =>
  Object.values(account.state.instanceSnapshots).find((found) => found.id === id);

/** Lets time pass until the account is as it is wanted. */
const until = (wanted: () => boolean) =>
  vi.waitFor(
    async () => {
      await account.advance();
      expect(wanted()).toBe(true);
    },
    { timeout: 20_000 },
  );

const available = (id: string) => until(() => instance(id)?.status === "available");

/** By the certificate of its endpoint, as clients with `verify-full` do. */
async function query(id: string, sql: string, login = master, database = "books"): Promise<unknown[]> {
  const { resourceId = "" } = instance(id) ?? {};
  const client = new pg.Client({
    host: "127.0.0.1",
    port: servers.portOf(resourceId),
    database,
    ...login,
    ssl: { ca: servers.ca, servername: instanceEndpoint(account.state, id) },
  });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: "ledger",
      DBInstanceClass: "db.r6g.large",
      Engine: "postgres",
      AllocatedStorage: 20,
      DBName: "books",
      MasterUsername: master.user,
      MasterUserPassword: master.password,
    }),
  );
  await available("ledger");
});

test("a new instance has its master, who is no superuser, and nobody else", async () => {
  const roles = "select rolname as name, rolsuper as super from pg_roles where rolcanlogin order by 1";
  expect(await query("ledger", roles)).toEqual([
    { name: "owner", super: false },
    { name: "rdsadmin", super: true },
  ]);
  for (const gone of [logins.bot, logins.application, logins.master]) {
    await expect(query("ledger", "select 1", gone)).rejects.toMatchObject({ code: "28P01" });
  }
  await query("ledger", "create table entries (id int primary key)");
  await query("ledger", "create database more", master, "postgres");
});

test("a snapshot is a moment, which its copy shares and a restore serves, also when the original is gone", async () => {
  await query("ledger", "insert into entries values (1)");
  const safety = { DBSnapshotIdentifier: "safety" };
  await rds.send(new CreateDBSnapshotCommand({ DBInstanceIdentifier: "ledger", ...safety }));
  await query("ledger", "insert into entries values (2)");
  await until(() => snapshot("safety")?.status === "available");
  const names = { SourceDBSnapshotIdentifier: "safety", TargetDBSnapshotIdentifier: "encrypted" };
  await rds.send(new CopyDBSnapshotCommand({ ...names, KmsKeyId: "alias/databases" }));
  await until(() => snapshot("encrypted")?.status === "available");
  await rds.send(new DeleteDBSnapshotCommand(safety));
  await until(() => snapshot("safety") === undefined);

  const restore = { DBInstanceIdentifier: "copy", DBSnapshotIdentifier: "encrypted" };
  await rds.send(new RestoreDBInstanceFromDBSnapshotCommand(restore));
  await available("copy");
  expect(instance("copy")?.storageKey.type).toBe("sse-kms");
  expect(await query("copy", "select id from entries")).toEqual([{ id: 1 }]);
  await query("copy", "insert into entries values (3)");
  expect(await query("ledger", "select id from entries order by 1")).toEqual([{ id: 1 }, { id: 2 }]);
});

test("a rename restarts the server, which then shows its new name", async () => {
  const { resourceId = "" } = instance("copy") ?? {};
  const started = "select pg_postmaster_start_time()::text as at";
  const [before] = await query("copy", started);
  const rename = { DBInstanceIdentifier: "copy", NewDBInstanceIdentifier: "books", ApplyImmediately: true };
  await rds.send(new ModifyDBInstanceCommand(rename));
  await available("books");
  expect(instance("books")?.resourceId).toBe(resourceId);
  expect(await query("books", started)).not.toEqual([before]);
  expect(await query("books", "select count(*)::int as n from entries")).toEqual([{ n: 2 }]);
});

test("a replica follows its source, and goes on by itself without it", async () => {
  await rds.send(
    new CreateDBInstanceReadReplicaCommand({
      DBInstanceIdentifier: "replica",
      SourceDBInstanceIdentifier: "books",
    }),
  );
  await available("replica");
  await query("books", "insert into entries values (4)");
  await expect.poll(() => query("replica", "select max(id) as id from entries")).toEqual([{ id: 4 }]);
  await expect(query("replica", "insert into entries values (5)")).rejects.toMatchObject({ code: "25006" });

  const books = { DBInstanceIdentifier: "books", SkipFinalSnapshot: true };
  await rds.send(new DeleteDBInstanceCommand(books));
  await until(() => instance("replica")?.replicaOf === undefined);
  await query("replica", "insert into entries values (5)");
  expect(await query("replica", "select count(*)::int as n from entries")).toEqual([{ n: 4 }]);
});
