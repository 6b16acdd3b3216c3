import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TransferReport, TransferState } from "../../src/core/transfer.ts";
import { furnish } from "./shop.ts";
import { logins, openSystemServers, type SystemServers, systemTools, without } from "./system-servers.ts";

const known = { passwords: { app: logins.app.password } };
const byOwner = { passwordsByOwner: ["Report's reader"] };

describe.skipIf(!systemTools)(`A server that is moved by dump and restore${without}`, () => {
  let servers: SystemServers;
  let prepared: TransferState;
  let moved: TransferState;
  let afterPreparing: unknown;

  beforeAll(async () => {
    if (!systemTools) return;
    servers = await openSystemServers(systemTools);
    await furnish(servers.source);
    prepared = await servers.run({ ...byOwner, work: "prepare" }, known);
    afterPreparing = await servers.target.ask("postgres", databasesQuery);
    moved = await servers.run(byOwner, known);
  });
  afterAll(() => servers?.close());

  function reportOf(state: TransferState): TransferReport {
    expect(state).toMatchObject({ state: "done" });
    if (state.state !== "done") throw new Error("not done");
    return state.report;
  }
  const both = async (database: string, sql: string) =>
    [await servers.source.ask(database, sql), await servers.target.ask(database, sql)] as const;

  test("is tried out before: its roles are made, and no database is left behind", async () => {
    const { databases, logins: found } = reportOf(prepared);
    expect(databases.map(({ name, tables, rows }) => [name, tables, rows])).toEqual([
      ["Pattern db", 0, null],
      ["archive", 1, null],
      ["orders", 6, null],
      ["postgres", 0, null],
    ]);
    expect(found).toEqual([
      { role: "Report's reader", assurance: "owner" },
      { role: "app", assurance: "tested" },
      { role: "encrypt_db", assurance: "tested" },
      { role: "robot", assurance: "iam" },
    ]);
    expect(afterPreparing).toEqual([
      { datname: "postgres" },
      { datname: "template0" },
      { datname: "template1" },
    ]);
  });

  test("says what the target's master may not set, and what is made anew", () => {
    const { notCarried, databases } = reportOf(moved);
    expect(notCarried).toEqual(["BYPASSRLS of Report's reader"]);
    expect(databases.find(({ name }) => name === "orders")).toMatchObject({
      rows: 2_103,
      largeObjects: 1,
      materializedViews: ["sales.totals"],
      otherExtensionVersions: [],
    });
  });

  test.each([
    ["every row", "select * from sales.items order by id"],
    ["the rows of partitions", "select tableoid::regclass::text, * from sales.parts order by id"],
    ["equal rows as often as before", `select * from sales."odd ""name"`],
    ["unlogged rows", "select * from sales.cache order by id"],
    [
      "sequences where they stood, used or not",
      `select 'numbers' as name, last_value, is_called from sales.numbers
       union all select 'untouched', last_value, is_called from sales.untouched
       union all select 'items', last_value, is_called from sales.items_id_seq`,
    ],
    [
      "large objects with their owners",
      "select oid, lomowner::regrole::text, lomacl::text, lo_get(oid) from pg_largeobject_metadata",
    ],
    ["what views compute", "select * from sales.bodies order by 1 limit 5"],
    ["what materialized views hold", "select * from sales.totals"],
    [
      "extensions",
      "select extname, extversion, extnamespace::regnamespace::text from pg_extension order by 1",
    ],
    [
      "owners and privileges, also of owners who may make nothing there",
      `select oid::regclass::text, relkind, relowner::regrole::text, relacl::text from pg_class
        where relnamespace in ('sales'::regnamespace, 'public'::regnamespace) order by 1`,
    ],
    [
      "the privileges of columns",
      "select attname, attacl::text from pg_attribute where attacl is not null and attrelid > 16383",
    ],
    [
      "the privileges of schemas",
      "select nspname, nspowner::regrole::text from pg_namespace where nspname in ('sales', 'public') order by 1",
    ],
    [
      "functions",
      "select proname, proowner::regrole::text, prosrc from pg_proc where oid > 16383 and probin is null order by 1",
    ],
    [
      "default privileges",
      "select defaclrole::regrole::text, defaclnamespace::regnamespace::text, defaclacl::text from pg_default_acl",
    ],
    [
      "publications",
      "select p.pubname, pubowner::regrole::text, schemaname, tablename from pg_publication p join pg_publication_tables using (pubname)",
    ],
    [
      "comments",
      "select description from pg_description where objoid > 16383 and classoid = 'pg_class'::regclass",
    ],
  ])("brings %s", async (_what, sql) => {
    const [mine, theirs] = await both("orders", sql);
    expect(mine.length).toBeGreaterThan(0);
    expect(theirs).toEqual(mine);
  });

  test.each([
    [
      "roles with what they may",
      `select rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit,
              rolvaliduntil, shobj_description(oid, 'pg_authid') from pg_roles where rolname <> 'encrypt_db' order by 1`,
    ],
    [
      "memberships, and no more than there were",
      "select roleid::regrole::text, member::regrole::text, admin_option from pg_auth_members order by 1, 2",
    ],
    [
      "the settings of roles and databases",
      `select datname, rolname, setconfig from pg_db_role_setting s left join pg_database d on d.oid = setdatabase
        left join pg_roles r on r.oid = setrole order by 1, 2`,
    ],
    [
      "databases with what they are",
      `select datname, datdba::regrole::text, pg_encoding_to_char(encoding), datcollate, datctype, datconnlimit,
              datistemplate, (select array_agg(acl order by acl::text) from unnest(coalesce(datacl, acldefault('d', datdba))) acl)::text as acl,
              shobj_description(oid, 'pg_database') from pg_database
        where datname not like 'template%' order by 1`,
    ],
  ])("brings %s", async (_what, sql) => {
    const [mine, theirs] = await both("postgres", sql);
    expect(mine.length).toBeGreaterThan(3);
    expect(theirs).toEqual(mine);
  });

  test("brings the rows of every database", async () => {
    const [mine, theirs] = await both("archive", "select * from old order by id");
    expect(mine).toHaveLength(50);
    expect(theirs).toEqual(mine);
  });

  test("has statistics at once, or the first queries would crawl", async () => {
    const rows = await servers.target.ask(
      "orders",
      "select count(*)::int as n from pg_stats where schemaname = 'sales'",
    );
    expect(rows[0]?.n).toBeGreaterThan(5);
  });

  test("has the marker, and says that it is the replacement", async () => {
    const rows = await servers.target.ask(
      "orders",
      "select token, resource_id from encrypt_db.marker, encrypt_db.identity",
    );
    expect(rows).toEqual([{ token: servers.job.token, resource_id: "db-TARGET" }]);
    // What only said that a database is whole is gone again.
    expect(
      await servers.target.ask("archive", "select nspname from pg_namespace where nspname = 'encrypt_db'"),
    ).toEqual([]);
  });

  test("lets the known logins in with the passwords that they had", async () => {
    for (const { user, password } of [logins.app, logins.bot]) {
      const [row] = await servers.target.ask(
        "postgres",
        `select rolpassword from pg_authid where rolname = '${user}'`,
      );
      expect(String(row?.rolpassword)).toMatch(/^SCRAM-SHA-256\$/);
      expect(String(row?.rolpassword)).not.toContain(password);
    }
  });

  test("is the same when it is begun once more", async () => {
    const before = await servers.target.ask("postgres", "select oid, datname from pg_database order by 1");
    expect(await servers.run(byOwner, known)).toEqual(moved);
    expect(await servers.target.ask("postgres", "select oid, datname from pg_database order by 1")).toEqual(
      before,
    );
  });

  test("leaves the source as it was", async () => {
    const rows = await servers.source.ask("orders", "select resource_id from encrypt_db.identity");
    expect(rows).toEqual([{ resource_id: "db-SOURCE" }]);
  });
});

const databasesQuery = "select datname from pg_database order by 1";
