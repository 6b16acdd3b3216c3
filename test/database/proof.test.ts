import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createDatabase } from "../../src/database/database.ts";
import { logins } from "../../src/sim/postgres/template.ts";
import { openRealServers, type RealServers } from "./real-servers.ts";

let real: RealServers;
/** rdsadmin, who can do everything. */
let admin: pg.Client;
const open: pg.Client[] = [];
/** What has to be undone after a test, last first. */
const undo: string[] = [];

beforeAll(async () => {
  real = await openRealServers();
  admin = await real.asSuperuser("db-W", "orders");
});

afterEach(async () => {
  real.time.meanwhile.length = 0;
  await Promise.all(open.splice(0).map((client) => client.end()));
  for (const sql of undo.splice(0).reverse()) await admin.query(sql);
  await real.database.forget(real.writer);
});

afterAll(async () => {
  await admin.end();
  await real.close();
});

async function session(...given: Parameters<RealServers["session"]>): Promise<pg.Client> {
  const client = await real.session(...given);
  open.push(client);
  return client;
}

/** Prepares something by rdsadmin's hand, and how to be rid of it after the test. */
async function given(statements: readonly string[], undoing: string): Promise<void> {
  undo.push(undoing);
  for (const statement of statements) await admin.query(statement);
}

const watchQuiet = () => real.database.watchQuiet(real.writer, { during: 300 });

describe("The look at a real server", () => {
  it("refuses a certificate that does not carry the name it was asked for", async () => {
    real.names.set("renamed.test", "db-W");
    const { sight } = await real.database.look(real.at("renamed.test"));
    expect(sight).toEqual({
      state: "unreachable",
      layer: "tls",
      reason: "the certificate is not for this name",
    });
  });

  it("says that the password was refused", async () => {
    const login = { user: logins.bot.user, password: async () => "wrong" };
    const { sight } = await createDatabase({ ...real.options, login }).look(real.writer);
    expect(sight).toEqual({ state: "unreachable", layer: "login", reason: "the password was refused" });
  });

  it("gives up soon on a server that lets it in and then stalls", async () => {
    await real.database.introduce(real.writer, "cluster-A");
    await admin.query("begin");
    await admin.query("lock table encrypt_db.identity");
    const { sight } = await createDatabase({ ...real.options, timeOuts: { login: 1_000 } }).look(real.writer);
    await admin.query("rollback");
    expect(sight).toEqual({ state: "unreachable", layer: "login", reason: "the statement took too long" });
  });

  it("does not call a database writable whose transactions are read-only by default", async () => {
    await given(
      ["alter database orders set default_transaction_read_only = on"],
      "alter database orders reset default_transaction_read_only",
    );
    expect((await real.database.look(real.writer)).sight).toMatchObject({ writable: false });
  });

  it("believes nothing in a schema of the bot's name that somebody else made", async () => {
    await given(
      [
        "create schema encrypt_db authorization app",
        "create table encrypt_db.marker (token text)",
        "create table encrypt_db.identity as select 'cluster-FALSE' as resource_id",
        "grant all on schema encrypt_db to encrypt_db",
        "grant all on all tables in schema encrypt_db to encrypt_db",
      ],
      "drop schema encrypt_db cascade",
    );
    expect((await real.database.look(real.writer)).sight).toMatchObject({ answersAs: null });
    await expect(real.database.introduce(real.writer, "cluster-A")).rejects.toMatchObject({ code: "42501" });
    await expect(real.database.mark(real.writer, "token")).rejects.toMatchObject({ code: "3F000" });
    expect(await real.database.findMarker(real.writer, "token")).toBeUndefined();
  });
});

describe("A foreign session", () => {
  it("is whatever acts as a role of the customer, and nothing that is RDS's or ours", async () => {
    const ours = await session("db-W", { ...logins.bot, application_name: "encrypt-db" });
    const byHand = await session("db-W", logins.bot);
    const elsewhere = await session("db-W", logins.master, "postgres");
    const { sessions } = await watchQuiet();
    expect(sessions.map(({ user, database }) => [user, database])).toEqual([
      ["encrypt_db", "orders"],
      ["postgres", "postgres"],
    ]);
    expect(await real.database.endSessions(real.writer)).toBe(2);
    await expect(byHand.query("select 1")).rejects.toThrow();
    await expect(elsewhere.query("select 1")).rejects.toThrow();
    expect((await ours.query("select 1")).rowCount).toBe(1);
    expect((await admin.query("select 1")).rowCount).toBe(1);
  });

  it("is also one that streams changes out, and one whose role was dropped meanwhile", async () => {
    await given(["create role streamer login replication password 'streamer'"], "drop role streamer");
    await given(["create role leaver login password 'leaver'"], "drop role if exists leaver");
    await session("db-W", { user: "streamer", password: "streamer", replication: "database" });
    await session("db-W", { user: "leaver", password: "leaver", application_name: "encrypt-db" });
    await admin.query("drop role leaver");
    const { sessions } = await watchQuiet();
    expect(sessions.map(({ user }) => user).sort()).toEqual([expect.stringMatching(/^\d+$/), "streamer"]);
    expect(await real.database.endSessions(real.writer)).toBe(2);
  });

  it("that refuses to end is not counted, does not save the others, and is still seen", async () => {
    await given(["create role boss login superuser password 'boss'"], "drop role boss");
    await session("db-W", { user: "boss", password: "boss" });
    const other = await session("db-W");
    expect(await real.database.endSessions(real.writer)).toBe(1);
    await expect(other.query("select 1")).rejects.toThrow();
    expect((await watchQuiet()).sessions.map(({ user }) => user)).toEqual(["boss"]);
  });
});

describe("Quiet", () => {
  it("is not had while a transaction is prepared", async () => {
    const preparing = await session("db-W");
    await preparing.query("begin");
    await preparing.query("insert into items (body) values ('prepared')");
    await preparing.query("prepare transaction 'in-limbo'");
    undo.push("rollback prepared 'in-limbo'");
    expect((await watchQuiet()).preparedTransactions).toEqual(["in-limbo"]);
    expect((await real.database.inventory(real.writer)).preparedTransactions).toEqual(["in-limbo"]);
  });

  it("cannot be claimed over a server that restarted meanwhile", async () => {
    await admin.end();
    real.time.meanwhile.push(() => real.servers.data.rebootInstance("db-W"));
    await expect(watchQuiet()).rejects.toMatchObject({ name: "DatabaseFault", layer: "query" });
    admin = await real.asSuperuser("db-W", "orders");
  });

  it("is disproved by statistics that were reset meanwhile", async () => {
    real.time.meanwhile.push(async () => void (await admin.query("select pg_stat_reset()")));
    expect((await watchQuiet()).counters).toBeNull();
  });
});

describe("Counters", () => {
  const changes = async () =>
    (await real.database.counters(real.writer)).databases.map(({ name, changes: count }) => [name, count]);

  it("count rows of every database, and large objects, and no temporary tables", async () => {
    const before = Object.fromEntries(await changes());
    const inBilling = await real.session("db-W", logins.application, "billing");
    await inBilling.query("insert into bills values (1), (2)");
    await inBilling.query("update bills set id = id + 10");
    await inBilling.query("delete from bills");
    await inBilling.end();
    const inOrders = await real.session("db-W");
    await inOrders.query("create temporary table scratch as select 1");
    await inOrders.query("select lo_from_bytea(0, 'large')");
    await inOrders.query("insert into items (body) values ('rolled back')").catch(() => {});
    await inOrders.end();
    const after = Object.fromEntries(await changes());
    expect(after.billing - before.billing).toBe(6);
    expect(after.orders - before.orders).toBe(2);
  });

  it("stay while a heartbeat commits, which moves the last commit on", async () => {
    const before = await changes();
    const commit = await real.servers.data.lastCommit("cluster-A");
    await real.time.sleep(1_000);
    await real.database.heartbeat(real.writer);
    expect(await real.servers.data.lastCommit("cluster-A")).toBeGreaterThanOrEqual((commit ?? 0) + 1_000);
    expect(await changes()).toEqual(before);
  });
});

describe("The marker on a real server", () => {
  it("is in what is restored to the clock that came with it, and a later row is not", async () => {
    await real.database.introduce(real.writer, "cluster-A");
    await real.database.mark(real.writer, "token");
    const found = await real.database.findMarker(real.writer, "token");
    await real.time.sleep(10);
    const late = await real.session("db-W");
    await late.query("insert into items (body) values ('late')");
    await late.end();
    await real.servers.data.restoreToTime("cluster-A", "cluster-B", found?.clock ?? 0);
    real.names.set("restored.test", "db-B");
    await real.servers.data.startInstance({ id: "db-B", volume: "cluster-B", writer: true });
    expect(await real.database.findMarker(real.at("restored.test"), "token")).toMatchObject({
      token: "token",
    });
    const restored = await session("db-B");
    expect((await restored.query("select 1 from items where body = 'late'")).rowCount).toBe(0);
  });

  it("is given up in time when somebody holds the table, in words without SQL", async () => {
    await real.database.introduce(real.writer, "cluster-A");
    const impatient = createDatabase({ ...real.options, timeOuts: { query: 200 } });
    await admin.query("begin");
    await admin.query("lock table encrypt_db.marker");
    const written = impatient.mark(real.writer, "token").catch((error: unknown) => error);
    expect(await written).toMatchObject({
      layer: "query",
      code: "57014",
      message: "the statement took too long",
    });
    await admin.query("rollback");
  });
});
