import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TransferJob } from "../../src/core/transfer.ts";
import { type Connection, defaultTimeOuts } from "../../src/database/connect.ts";
import { openAuthority } from "../../src/sim/postgres/certificates.ts";
import { preparePostgres } from "../../src/sim/postgres/installation.ts";
import { createUnfinished, dropUnfinished, readDatabases } from "../../src/transfer/databases.ts";
import { createLocalTransfer } from "../../src/transfer/local.ts";
import {
  carryRoles,
  differencesOfRoles,
  joinRoles,
  leaveRoles,
  readRoles,
} from "../../src/transfer/roles.ts";
import { openSession, type Server } from "../../src/transfer/server.ts";
import { carrySettings, differencesOfSettings, readSettings } from "../../src/transfer/settings.ts";
import { logins, startOne, type TestServer } from "./system-servers.ts";

/** Roles, settings and databases need no client tools: the embedded servers are of the newest version. */
describe("What belongs to a server of the newest version", () => {
  let folder: string;
  let ca: string;
  let source: TestServer;
  let target: TestServer;
  let mine: Connection;
  let theirs: Connection;
  const master = logins.master.user;

  const resolve = async (host: string) => ({
    address: "127.0.0.1",
    port: (host === "source.test" ? source : target).server.port,
  });
  function serverNamed(side: Server["side"]): Server {
    const login = { user: master, password: async () => logins.master.password };
    const access = { ...login, trust: createSecureContext({ ca }), resolve, timeOuts: defaultTimeOuts };
    const endpoint = { host: `${side}.test`, port: 5432, database: "postgres" };
    return { side, endpoint, access, name: "orders-prod" };
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "encrypt-db-newest-"));
    await chmod(folder, 0o755);
    const authority = await openAuthority(folder);
    ca = authority.cert;
    const embedded = await preparePostgres();
    source = await startOne(embedded, authority, folder, "source");
    target = await startOne(embedded, authority, folder, "target");
    await source.ask(
      "postgres",
      `create role clerk login;
       create role team createdb;
       create role made_by_aws;
       grant team to clerk with admin false, inherit false, set true;
       grant pg_read_all_data to team with inherit true;
       alter role clerk set search_path to "$user", sales;
       alter role clerk set work_mem = '7MB';
       create database icu owner team template template0 locale_provider icu icu_locale 'de-DE' lc_collate 'C' lc_ctype 'C';
       create database plain owner team template template0 locale_provider builtin builtin_locale 'C.UTF-8'`,
    );
  });
  beforeEach(async () => {
    mine = await openSession(serverNamed("source"), "postgres");
    theirs = await openSession(serverNamed("target"), "postgres");
  });
  afterAll(async () => {
    await Promise.all([source?.stop(), target?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  test("is carried with the options of memberships, and the master leaves the roles that it joined", async () => {
    const wanted = await readRoles(mine);
    // As rdsadmin gives it to a master on RDS.
    await target.ask("postgres", `grant pg_read_all_data to ${master} with admin option`);
    const notCarried = await carryRoles(theirs, wanted, master);
    expect(notCarried).toEqual([]);
    await joinRoles(theirs, wanted, master);
    await theirs.query("set role team");
    await theirs.query("reset role");
    await leaveRoles(theirs, wanted, master);
    await expect(theirs.query("set role team")).rejects.toThrow();
    const found = await readRoles(theirs);
    const known = { master, notCarried };
    expect(differencesOfRoles(wanted, found, known)).toEqual([
      `only the target has membership of ${master} in pg_read_all_data (admin true, inherit true, set true)`,
    ]);
    expect(found.memberships).toContainEqual({
      ...{ role: "team", member: "clerk", admin: false, inherit: false, set: true },
    });
  });

  test("is carried as settings, lists of names as lists", async () => {
    const wanted = await readSettings(mine);
    expect(await carrySettings(theirs, wanted)).toEqual([]);
    expect(differencesOfSettings(wanted, await readSettings(theirs), [])).toEqual([]);
    const rows = await target.ask("postgres", "select setconfig from pg_db_role_setting");
    expect(rows).toEqual([{ setconfig: ['search_path="$user", sales', "work_mem=7MB"] }]);
  });

  test("says a setting that the master may not make", async () => {
    const superusers = { database: null, role: "clerk", name: "log_statement", value: "all" };
    expect(await carrySettings(theirs, [superusers])).toEqual(["log_statement=all of clerk"]);
  });

  test("is carried as databases of every kind of locale", async () => {
    const databases = await readDatabases(mine);
    const wanted = databases.map(({ facts }) => facts).filter(({ name }) => name !== "postgres");
    expect(wanted.map(({ name, provider, locale }) => [name, provider, locale])).toEqual([
      ["icu", "i", "de-DE"],
      ["plain", "b", "C.UTF-8"],
    ]);
    for (const facts of wanted) {
      const working = await createUnfinished(theirs, facts);
      const [made] = await target.ask(
        "postgres",
        `select datlocprovider::text as provider, datlocale as locale from pg_database where datname = '${working}'`,
      );
      expect(made).toEqual({ provider: facts.provider, locale: facts.locale });
    }
    const [{ name } = { name: "" }] = await theirs.query<{ name: string }>(
      "select datname::text as name from pg_database where datname like 'encrypt%' limit 1",
    );
    // As a tool of an earlier run that has outlived it.
    const outliving = await openSession(serverNamed("target"), name);
    await dropUnfinished(theirs);
    await expect(outliving.query("select 1")).rejects.toThrow();
    const left = await target.ask("postgres", "select from pg_database where datname like 'encrypt%'");
    expect(left).toEqual([]);
  });

  test("is not dumped by tools that are older: what is missing is said", async () => {
    const transfer = createLocalTransfer({
      login: { user: master, password: async () => logins.master.password },
      masterPassword: async () => logins.master.password,
      passwords: {},
      ca,
      spool: join(folder, "spool"),
      jobs: 1,
      log: () => {},
      resolve,
      tools: async () => [{ major: 15, pgDump: "pg_dump", pgRestore: "pg_restore" }],
    });
    const job: TransferJob = {
      ...{ id: "m1", name: "orders-prod", work: "prepare", token: "t", passwordsByOwner: [] },
      source: { host: "source.test", port: 5432, database: "postgres" },
      target: {
        endpoint: { host: "target.test", port: 5432, database: "postgres" },
        ...{ resourceId: "db-T", masterUser: master, masterSecretArn: null },
      },
    };
    await transfer.start(job);
    let state = await transfer.look(job);
    for (; state.state === "running"; state = await transfer.look(job)) await sleep(10);
    expect(state).toMatchObject({
      state: "failed",
      problem: { code: "transfer.wrong-tools", params: { found: "15", source: 18, wanted: 18 } },
    });
  });
});
