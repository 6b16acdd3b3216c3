import type pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { logins } from "../../src/sim/postgres/template.ts";
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

  it("names replication slots", async () => {
    await admin.query("select pg_create_physical_replication_slot('follower')");
    undo.push("select pg_drop_replication_slot('follower')");
    expect((await inventory()).replicationSlots).toEqual(["follower"]);
  });

  it("names subscriptions that are on, in whichever database they are", async () => {
    const inBilling = await real.asSuperuser("db-W", "billing");
    await inBilling.query(
      "create subscription feed connection 'host=127.0.0.1 port=1' publication p with (connect = false)",
    );
    expect((await inventory()).writers).toEqual([]);
    await inBilling.query("alter subscription feed enable");
    expect((await inventory()).writers).toEqual([
      { kind: "subscription", name: "feed", database: "billing" },
    ]);
    await inBilling.query("alter subscription feed disable");
    await inBilling.query("alter subscription feed set (slot_name = none)");
    await inBilling.query("drop subscription feed");
    await inBilling.end();
  });
});

describe("The jobs of pg_cron", () => {
  // The extension itself is not among those that PostgreSQL brings: this is its table, as it makes it.
  const installCron = `
    set allow_system_table_mods = on;
    create schema cron;
    create table cron.job (jobid bigint primary key, jobname name, username text default current_user,
                           database text, active boolean default true);
    alter table cron.job enable row level security;
    create policy cron_job_policy on cron.job using (username = current_user);
    insert into cron.job values (1, 'nightly', 'app', 'billing', true), (2, null, 'encrypt_db', 'orders', true),
                                (3, 'off', 'app', 'orders', false);
    insert into pg_extension
      select 999999, 'pg_cron', 10, oid, false, '1.6' from pg_namespace where nspname = 'cron';
    reset allow_system_table_mods;`;
  const removeCron = `
    set allow_system_table_mods = on;
    delete from pg_extension where oid = 999999;
    drop schema cron cascade;
    reset allow_system_table_mods;`;

  it("are never passed over because the login may not see them", async () => {
    await admin.query(installCron);
    undo.push(removeCron);
    const unseen = [{ kind: "pg_cron", name: "jobs that the login may not see", database: "orders" }];
    expect((await inventory()).writers).toEqual(unseen);
    await admin.query("grant usage on schema cron to encrypt_db; grant select on cron.job to encrypt_db");
    expect((await inventory()).writers).toEqual(unseen);
  });

  it("are named if they are active and row security does not hide them", async () => {
    await admin.query(installCron);
    undo.push(removeCron);
    await admin.query("grant usage on schema cron to encrypt_db; grant select on cron.job to encrypt_db");
    await admin.query("alter role encrypt_db bypassrls");
    undo.push("alter role encrypt_db nobypassrls");
    expect((await inventory()).writers).toEqual([
      { kind: "pg_cron", name: "nightly", database: "billing" },
      { kind: "pg_cron", name: "2", database: "orders" },
    ]);
  });
});
