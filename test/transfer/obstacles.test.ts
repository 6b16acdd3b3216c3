import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { logins, openSystemServers, type SystemServers, systemTools, without } from "./system-servers.ts";
import { withoutRoom } from "./wrapped-tools.ts";

const known = { passwords: { app: logins.app.password } };

describe.skipIf(!systemTools)(`What stands in the way of a dump and its restore${without}`, () => {
  let servers: SystemServers;
  beforeAll(async () => {
    if (!systemTools) return;
    servers = await openSystemServers(systemTools);
    await servers.source.ask(
      "postgres",
      `create role app login password '${logins.app.password}';
       create database orders owner app`,
    );
    await servers.source.ask("orders", "set role app;\ncreate table items (id int primary key, body text)");
    await servers.source.ask(
      "orders",
      "insert into items select n, md5(n::text) || md5((-n)::text) from generate_series(1, 20000) n",
    );
  });
  afterEach(() => servers.emptyTarget());
  afterAll(() => servers?.close());

  /** Nothing has the name of a database of the source, and nothing unfinished is taken for one. */
  async function expectNothingAccepted() {
    const rows = await servers.target.ask(
      "template1",
      "select datname from pg_database where datname = 'orders'",
    );
    expect(rows).toEqual([]);
    const [row] = await servers.source.ask("orders", "select count(*)::int as rows from items");
    expect(row?.rows).toBeGreaterThanOrEqual(20_000);
  }

  /** With something on the source that is there for this test only. */
  async function prepareWith(add: string, remove: string, database = "orders") {
    await servers.source.ask(database, add);
    try {
      return await servers.run({ work: "prepare" }, known);
    } finally {
      await servers.source.ask(database, remove);
    }
  }

  test.each([
    [
      "a role that the target does not have",
      "create role rds_reporting;\ngrant select on items to rds_reporting",
      "drop owned by rds_reporting;\ndrop role rds_reporting",
      {
        code: "transfer.role-missing",
        params: { role: "rds_reporting", entry: "ACL TABLE items", database: "orders" },
      },
    ],
    [
      "an extension that the master may not make",
      "create extension pageinspect",
      "drop extension pageinspect",
      { code: "transfer.extension", params: { extension: "pageinspect", database: "orders" } },
    ],
    [
      "an event trigger, which only a superuser has",
      `create function public.hear() returns event_trigger language plpgsql as 'begin end';
       create event trigger hears on ddl_command_end execute function public.hear()`,
      "drop event trigger hears;\ndrop function public.hear()",
      { code: "transfer.not-allowed", params: { database: "orders" } },
    ],
    [
      "a table that the login may not read",
      `revoke pg_read_all_data from encrypt_db`,
      "grant pg_read_all_data to encrypt_db",
      {
        code: "transfer.cannot-read",
        params: { what: "the table public.items", user: "encrypt_db", database: "orders" },
      },
    ],
    [
      "row security that hides rows from the login",
      "alter table items enable row level security",
      "alter table items disable row level security",
      {
        code: "transfer.cannot-read",
        params: { what: "every row of public.items, which has row security," },
      },
    ],
    [
      "a large object that the login may not read",
      "select lo_from_bytea(99, 'x');\nalter large object 99 owner to app",
      "select lo_unlink(99)",
      { code: "transfer.cannot-read", params: { what: "the large object 99" } },
    ],
    [
      "a subscription",
      "create subscription feed connection 'host=nowhere' publication p with (connect = false, slot_name = none)",
      "drop subscription feed",
      { code: "transfer.subscription", params: { subscription: "feed", database: "orders" } },
    ],
    [
      "a login whose password nobody knows",
      "create role clerk login",
      "drop role clerk",
      { code: "transfer.login-without-password", params: { roles: "clerk" } },
    ],
    [
      "a password that is not the right one",
      "alter role app password 'changed since'",
      `alter role app password '${logins.app.password}'`,
      { code: "transfer.password-wrong", params: { role: "app" } },
    ],
    [
      "a database that nobody may connect to",
      "create database attic allow_connections false",
      "drop database attic",
      { code: "transfer.database-closed", params: { database: "attic" } },
    ],
  ])("is found before the downtime: %s", async (_what, add, remove, problem) => {
    expect(await prepareWith(add, remove)).toMatchObject({ state: "failed", problem });
    await expectNothingAccepted();
  });

  test("is nothing more once it is gone: what was found before leaves nothing behind", async () => {
    await prepareWith("create extension pageinspect", "drop extension pageinspect");
    expect(await servers.run({ work: "prepare" }, known)).toMatchObject({ state: "done" });
    expect(await servers.run({}, known)).toMatchObject({ state: "done" });
  });

  test("is found behind the fence, too, when it came after the preparation", async () => {
    await servers.run({ work: "prepare" }, known);
    await servers.source.ask("orders", "create extension pageinspect");
    try {
      expect(await servers.run({}, known)).toMatchObject({
        state: "failed",
        problem: { code: "transfer.extension" },
      });
    } finally {
      await servers.source.ask("orders", "drop extension pageinspect");
    }
    await expectNothingAccepted();
  });

  test("is a login without a password also behind the fence, unless its owner has set it", async () => {
    await servers.source.ask("postgres", "create role clerk login");
    try {
      expect(await servers.run({}, known)).toMatchObject({
        state: "failed",
        problem: { code: "transfer.login-without-password", params: { roles: "clerk" } },
      });
      await expectNothingAccepted();
      expect(await servers.run({ passwordsByOwner: ["clerk"] }, known)).toMatchObject({
        state: "done",
        report: { logins: expect.arrayContaining([{ role: "clerk", assurance: "owner" }]) },
      });
    } finally {
      await servers.source.ask("postgres", "drop role clerk");
    }
  });

  test("is a database on the target that this migration did not put there", async () => {
    await servers.target.ask("postgres", "create database orders owner postgres");
    await servers.target.ask("orders", "create table somebodys (id int)");
    for (const work of ["prepare", "move"] as const) {
      expect(await servers.run({ work }, known)).toMatchObject({
        state: "failed",
        problem: { code: "transfer.target-not-empty", params: { database: "orders" } },
      });
    }
    expect(await servers.target.ask("orders", "select * from somebodys")).toEqual([]);
  });

  test("is one that says of itself that it is whole, if the bot has not said so", async () => {
    await servers.target.ask("postgres", "create database orders owner postgres");
    await servers.target.ask(
      "orders",
      `create schema encrypt_db;
create table encrypt_db.transfer (token text, about text, report jsonb);
insert into encrypt_db.transfer values ('${servers.job.token}', 'database', '{}');
create table forged (id int);
grant usage on schema encrypt_db to public;
grant select on encrypt_db.transfer to public`,
    );
    expect(await servers.run({}, known)).toMatchObject({
      state: "failed",
      problem: { code: "transfer.target-not-empty" },
    });
  });

  test("is not the empty database that a new instance is made with", async () => {
    await servers.target.ask("postgres", "create database orders owner postgres");
    expect(await servers.run({}, known)).toMatchObject({ state: "done" });
    const [row] = await servers.target.ask("orders", "select count(*)::int as rows from items");
    expect(row).toEqual({ rows: 20_000 });
  });

  test("is not a database of the service's with nothing in it; with something in it, it is", async () => {
    await servers.target.ask("template1", "alter database postgres owner to rdsadmin");
    expect(await servers.run({}, known)).toMatchObject({
      state: "done",
      report: { notCarried: ["owner and privileges of postgres"] },
    });
    await servers.emptyTarget();
    await servers.target.ask("template1", "alter database postgres owner to rdsadmin");
    const state = await prepareWith("create table used (id int)", "drop table used", "postgres");
    expect(state).toMatchObject({
      state: "failed",
      problem: { code: "transfer.target-database", params: { database: "postgres" } },
    });
  });

  test("is a target that does not let a role in with the password that it had", async () => {
    const path = join(servers.folder, "target/pg_hba.conf");
    const rules = await readFile(path, "utf8");
    await writeFile(path, `hostssl all app 127.0.0.1/32 reject\n${rules}`);
    await servers.target.ask("template1", "select pg_reload_conf()");
    try {
      expect(await servers.run({}, known)).toMatchObject({
        state: "failed",
        problem: { code: "transfer.login-refused", params: { role: "app", code: "28000" } },
      });
      // Everything is there, and yet nobody is told that it is.
      const marker = "select from pg_class where relname = 'marker' and relkind = 'r'";
      expect(await servers.target.ask("orders", marker)).toEqual([]);
    } finally {
      await writeFile(path, rules);
      await servers.target.ask("template1", "select pg_reload_conf()");
    }
    expect(await servers.run({}, known)).toMatchObject({ state: "done" });
  });

  test("is a role, or a setting, that somebody made on the target", async () => {
    await servers.target.ask("postgres", "create role intruder login");
    await servers.target.ask("postgres", "alter role postgres set work_mem = '1MB'");
    expect(await servers.run({}, known)).toMatchObject({
      state: "failed",
      problem: {
        code: "transfer.server-differs",
        params: {
          differences: expect.stringMatching(
            /only the target has role intruder .*only the target has work_mem=1MB of postgres/,
          ),
        },
      },
    });
    await servers.target.ask("postgres", "alter role postgres reset work_mem");
  });

  test("is a disk without room for the dump", async () => {
    if (!systemTools) return;
    const { tools } = await withoutRoom(systemTools, servers.folder);
    expect(await servers.run({}, { ...known, tools: async () => [tools] })).toMatchObject({
      state: "failed",
      problem: { code: "transfer.disk-full", params: { database: "orders" } },
    });
    await expectNothingAccepted();
  });

  test("is a server that is not there", async () => {
    const endpoint = { host: "nowhere.test", port: 5432, database: "orders" };
    expect(await servers.run({ source: endpoint }, known)).toMatchObject({
      state: "failed",
      problem: { code: "transfer.unreachable", params: { side: "source", code: "ECONNREFUSED" } },
    });
  });

  test("is said without SQL, values and passwords, which the log has alone", async () => {
    const state = await prepareWith("create extension pageinspect", "drop extension pageinspect");
    expect(JSON.stringify(state)).not.toMatch(/CREATE|permission denied|HINT/);
    expect(servers.logged.join("\n")).toMatch(/permission denied to create extension/);
    expect(servers.logged.join("\n")).not.toContain(logins.app.password);
  });
});
