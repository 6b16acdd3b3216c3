import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/core/database.ts";
import { createDatabase } from "../../src/database/database.ts";
import { logins } from "../../src/sim/postgres/template.ts";
import { runDueJobs } from "./cron.ts";
import { openRealServers, type RealServers } from "./real-servers.ts";

let real: RealServers;
/** rdsadmin on the writer, in both of its databases. */
let admin: pg.Client;
let inBilling: pg.Client;
/** And on another server, from which subscriptions read. */
let publisher: pg.Client;

const { user, password } = logins.master;

beforeAll(async () => {
  real = await openRealServers();
  await real.servers.createVolume("cluster-P", {
    database: "feeds",
    sql: "create table bills (id int primary key); create publication feed for table bills;",
  });
  await real.servers.data.startInstance({ id: "db-P", volume: "cluster-P", writer: true });
  publisher = await real.asSuperuser("db-P", "feeds");
  await publisher.query("grant select on bills to postgres");
  admin = await real.asSuperuser("db-W", "orders");
  inBilling = await real.asSuperuser("db-W", "billing");
  const where = `host=127.0.0.1 port=${real.servers.portOf("db-P")} dbname=feeds sslmode=require sslcert=none`;
  await inBilling.query("grant create on database billing to postgres");
  await inBilling.query("grant insert, update, delete, truncate, select on bills to postgres");
  await inBilling.query("alter table bills owner to postgres");
  await inBilling.query(
    `create subscription "the feed" connection '${where} user=${user} password=${password}' publication feed with (slot_name = feed)`,
  );
  await inBilling.query(`alter subscription "the feed" owner to postgres`);
});

afterEach(async () => {
  await admin.query("revoke postgres from encrypt_db");
  await inBilling.query(`alter subscription "the feed" enable`);
  await real.stage.unschedule();
  await real.database.forget(real.writer);
});

afterAll(async () => {
  await inBilling.query(`drop subscription "the feed"`);
  await Promise.all([admin.end(), inBilling.end(), publisher.end()]);
  await real.close();
});

let serial = 0;

/** A row that the publisher commits; whether it arrives within two seconds. */
async function published(at: pg.Client = inBilling): Promise<boolean> {
  const id = ++serial;
  await publisher.query("insert into bills values ($1)", [id]);
  return arrives(id, at);
}

async function arrives(id: number, at: pg.Client): Promise<boolean> {
  for (let tries = 0; tries < 40; tries++) {
    if ((await at.query("select 1 from bills where id = $1", [id])).rowCount === 1) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return false;
}

async function feed(at: Endpoint = real.writer) {
  return (await real.database.writers(at)).find(({ kind }) => kind === "subscription");
}

async function mayBeSilenced(): Promise<void> {
  await real.database.introduce(real.writer, "cluster-A");
  await admin.query("grant postgres to encrypt_db");
}

describe("A subscription", () => {
  it("writes nothing once it is silent, and misses nothing when it is turned on again", async () => {
    await mayBeSilenced();
    expect(await published()).toBe(true);
    await real.database.silence(real.writer);
    expect(await feed()).toMatchObject({ name: "the feed", database: "billing", on: false, silenced: true });
    await real.database.endSessions(real.writer);
    const { sessions, counters } = await real.database.watchQuiet(real.writer, { during: 1_000 });
    expect(sessions).toEqual([]);
    expect(counters).not.toBeNull();
    expect(await published()).toBe(false);
    await real.database.restoreWriters(real.writer);
    expect(await arrives(serial, inBilling)).toBe(true);
    expect(await feed()).toMatchObject({ on: true, silenced: false });
  });

  it("that goes on is caught after the sessions were ended: it comes back by itself", async () => {
    await mayBeSilenced();
    await real.database.endSessions(real.writer);
    publisher.query("insert into bills values ($1)", [++serial]);
    expect(await arrives(serial, inBilling)).toBe(true);
    const { sessions } = await real.database.watchQuiet(real.writer, { during: 1_000 });
    expect(sessions).toMatchObject([{ user: "postgres", database: "billing" }]);
  });

  it("of which the login does not own the owner's rights stays on, and is said to be so", async () => {
    await real.database.introduce(real.writer, "cluster-A");
    expect(await feed()).toMatchObject({ on: true, silenceable: false });
    await real.database.silence(real.writer);
    expect(await feed()).toMatchObject({ on: true, silenced: false });
    expect(await published()).toBe(true);
  });

  it("that its owner had turned off is not turned on by the bot", async () => {
    await mayBeSilenced();
    await inBilling.query(`alter subscription "the feed" disable`);
    await real.database.silence(real.writer);
    await real.database.restoreWriters(real.writer);
    expect(await feed()).toMatchObject({ on: false, silenced: false });
  });

  it("is written down before it is turned off, so that a death in between loses it not", async () => {
    await mayBeSilenced();
    await inBilling.query("begin");
    await inBilling.query(`alter subscription "the feed" set (synchronous_commit = off)`);
    const impatient = createDatabase({ ...real.options, timeOuts: { query: 1_000 } });
    await expect(impatient.silence(real.writer)).rejects.toMatchObject({ code: "57014" });
    expect(await feed()).toMatchObject({ on: true, silenced: true });
    await inBilling.query("rollback");
  });

  it("is known to be the bot's doing also where the process died before it was turned off", async () => {
    await mayBeSilenced();
    const bot = await real.session("db-W", logins.bot);
    await bot.query("insert into encrypt_db.silenced values ('subscription', 'billing', 'the feed')");
    await bot.end();
    expect(await feed()).toMatchObject({ on: true, silenced: true });
    await real.database.silence(real.writer);
    expect(await feed()).toMatchObject({ on: false, silenced: true });
    await real.database.restoreWriters(real.writer);
    expect(await feed()).toMatchObject({ on: true, silenced: false });
  });

  it("that is gone by then does not keep the others from being turned on", async () => {
    await mayBeSilenced();
    await real.database.silence(real.writer);
    const bot = await real.session("db-W", logins.bot);
    await bot.query("insert into encrypt_db.silenced values ('subscription', 'billing', 'a former one')");
    await bot.end();
    await real.database.restoreWriters(real.writer);
    expect(await feed()).toMatchObject({ on: true, silenced: false });
    expect(await published()).toBe(true);
  });
});

describe("A job of pg_cron", () => {
  it("runs no more once it is silent, and again when it is turned on", async () => {
    await real.database.introduce(real.writer, "cluster-A");
    await real.stage.schedule("nightly", true);
    await admin.query(
      "update cron.job set username = 'app', command = $$insert into items (body) values ('by night')$$",
    );
    expect(await runDueJobs(admin)).toBe(1);
    await real.database.silence(real.writer);
    expect(await runDueJobs(admin)).toBe(0);
    await real.database.restoreWriters(real.writer);
    expect(await runDueJobs(admin)).toBe(1);
  });

  it("that runs after T1 shows in the counters, although no session was seen", async () => {
    await real.database.introduce(real.writer, "cluster-A");
    await real.stage.schedule("nightly", true);
    await admin.query(
      "update cron.job set username = 'app', command = $$insert into items (body) values ('by night')$$",
    );
    real.time.meanwhile.push(async () => {
      const background = await real.asSuperuser("db-W", "orders");
      await runDueJobs(background);
      await background.end();
    });
    const { counters } = await real.database.watchQuiet(real.writer, { during: 500 });
    expect(counters).toBeNull();
  });
});
