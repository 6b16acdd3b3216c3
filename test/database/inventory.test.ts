import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { logins } from "../../src/sim/postgres/template.ts";
import { installCron, removeCron, shutCron } from "./cron.ts";
import { openRealServers, type RealServers } from "./real-servers.ts";

let real: RealServers;
let admin: pg.Client;
const undo: string[] = [];

beforeAll(async () => {
  real = await openRealServers();
  admin = await real.asSuperuser("db-W", "orders");
});

afterEach(async () => {
  for (const sql of undo.splice(0).reverse()) await admin.query(sql);
});

afterAll(async () => {
  await admin.end();
  await real.close();
});

const inventory = () => real.database.inventory(real.writer);

describe("What the login may do", () => {
  it("is all true for the login that the product asks for", async () => {
    expect((await inventory()).login).toEqual({
      user: logins.bot.user,
      endsSessions: true,
      readsStatistics: true,
      createsSchema: true,
      connectsEverywhere: true,
    });
  });

  it.each([
    ["endsSessions", "revoke pg_signal_backend from encrypt_db", "grant pg_signal_backend to encrypt_db"],
    ["readsStatistics", "revoke pg_read_all_stats from encrypt_db", "grant pg_read_all_stats to encrypt_db"],
    [
      "createsSchema",
      "revoke create on database orders from encrypt_db",
      "grant create on database orders to encrypt_db",
    ],
    [
      "connectsEverywhere",
      "revoke connect on database billing from public",
      "grant connect on database billing to public",
    ],
  ])("%s is false, and nothing else, after: %s", async (ability, revoke, grant) => {
    await admin.query(revoke);
    undo.push(grant);
    const { login } = await inventory();
    const missing = Object.entries(login).filter(([, able]) => able === false);
    expect(missing.map(([name]) => name)).toEqual([ability]);
  });
});

describe("What is in a server", () => {
  it("names every database that can be written to, and no template", async () => {
    await admin.query("create database shut allow_connections = false");
    undo.push("drop database shut");
    const { databases, serverVersion } = await inventory();
    expect(databases).toEqual(["billing", "orders", "postgres"]);
    expect(serverVersion).toMatch(/^\d+\.\d+/);
  });

  it("tells of each replication slot whose it is and how far its consumer is behind", async () => {
    await admin.query("select pg_create_physical_replication_slot('follower', true)");
    undo.push("select pg_drop_replication_slot('follower')");
    await admin.query("select pg_create_logical_replication_slot('changes', 'pgoutput')");
    undo.push("select pg_drop_replication_slot('changes')");
    await admin.query("insert into items (body) select repeat('x', 100) from generate_series(1, 500)");
    const { replicationSlots } = await inventory();
    expect(replicationSlots).toEqual([
      {
        name: "changes",
        kind: "logical",
        plugin: "pgoutput",
        database: "orders",
        active: false,
        behind: expect.any(Number),
      },
      {
        name: "follower",
        kind: "physical",
        plugin: null,
        database: null,
        active: false,
        behind: expect.any(Number),
      },
    ]);
    for (const { behind } of replicationSlots) expect(behind).toBeGreaterThan(50_000);
  });

  it("names the transactions of others, the oldest first, and for how long they have been open", async () => {
    const [early, late, idle] = [
      await real.session("db-W"),
      await real.session("db-W"),
      await real.session("db-W"),
    ];
    await early.query("begin; select 1");
    await new Promise((done) => setTimeout(done, 300));
    await late.query("begin; select 1");
    const { openTransactions } = await inventory();
    await Promise.all([early, late, idle].map((session) => session.end()));
    expect(openTransactions).toEqual([
      { user: "app", database: "orders", application: "", openFor: expect.any(Number) },
      { user: "app", database: "orders", application: "", openFor: expect.any(Number) },
    ]);
    const [first, second] = openTransactions.map(({ openFor }) => openFor);
    expect((first ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(250);
  });

  it("names indexes that are not valid, and every extension with its version", async () => {
    await admin.query("insert into items (body) values ('twice'), ('twice')");
    await expect(
      admin.query("create unique index concurrently items_once on items (body)"),
    ).rejects.toThrow();
    undo.push("drop index items_once", "delete from items where body = 'twice'");
    const { invalidIndexes, extensions } = await inventory();
    expect(invalidIndexes).toEqual(["public.items_once in orders"]);
    expect(extensions).toContainEqual({ database: "billing", name: "plpgsql", version: "1.0" });
  });

  it("says whether the login may read every table", async () => {
    expect((await inventory()).readsEverything).toBe(false);
    await admin.query("grant pg_read_all_data to encrypt_db");
    undo.push("revoke pg_read_all_data from encrypt_db");
    expect((await inventory()).readsEverything).toBe(true);
  });
});

describe("The jobs of pg_cron", () => {
  const twoJobs = `insert into cron.job (jobid, jobname, username, database, active)
    values (1, 'nightly', 'app', 'billing', true), (2, null, 'encrypt_db', 'orders', true), (3, 'off', 'app', 'orders', false);`;

  async function given(...grants: readonly string[]): Promise<void> {
    await admin.query(installCron + twoJobs);
    undo.push(removeCron, shutCron);
    for (const grant of grants) await admin.query(grant);
  }

  it("are never passed over because the login may not see them", async () => {
    await given();
    const unseen = [
      expect.objectContaining({ name: "jobs that the login may not see", on: true, silenceable: false }),
    ];
    expect((await inventory()).writers).toEqual(unseen);
    await admin.query("grant usage on schema cron to encrypt_db");
    expect((await inventory()).writers).toEqual(unseen);
  });

  it("are named if row security does not hide them, and may be turned off with one more right", async () => {
    await given("grant usage on schema cron to encrypt_db", "alter role encrypt_db bypassrls");
    const job = { kind: "pg_cron", database: "orders", silenced: false, silenceable: false };
    expect((await inventory()).writers).toEqual([
      { ...job, id: "1", name: "nightly", on: true },
      { ...job, id: "2", name: "2", on: true },
      { ...job, id: "3", name: "off", on: false },
    ]);
    await admin.query("grant update (active) on cron.job to encrypt_db");
    expect((await inventory()).writers.map(({ silenceable }) => silenceable)).toEqual([true, true, true]);
  });
});
