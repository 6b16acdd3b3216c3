import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Catalogue } from "../../src/core/database.ts";
import { catalogueOf } from "../../src/database/catalogue.ts";
import { logins } from "../../src/sim/postgres/template.ts";
import { openRealServers, type RealServers } from "./real-servers.ts";

let real: RealServers;
let admin: pg.Client;

beforeAll(async () => {
  real = await openRealServers();
  admin = await real.asSuperuser("db-W", "orders");
});

afterAll(async () => {
  await admin.end();
  await real.close();
});

const catalogue = () => real.database.catalogue(real.writer);

function orders({ databases }: Catalogue): Catalogue["databases"][number] | undefined {
  return databases.find(({ name }) => name === "orders");
}

/** Every kind of definition, made, changed or taken away. Together they leave all that they need for the next. */
const changes = [
  "drop index items_body",
  "alter table items add column note text",
  "alter table items alter column body drop not null",
  "alter table items alter column note set default ''",
  "alter table items add constraint short check (length(body) < 1000) not valid",
  "alter table items validate constraint short",
  "grant delete on items to encrypt_db",
  "grant update (body) on items to encrypt_db",
  "revoke create on schema public from app",
  "alter table items owner to postgres",
  "alter table items enable row level security",
  "create policy everybody on items using (true)",
  "create rule none as on delete to items do instead nothing",
  "create or replace function twice(n int) returns int language sql as 'select n + n'",
  "grant execute on function twice to encrypt_db",
  "create aggregate total(int) (sfunc = int4pl, stype = int)",
  "create or replace view bodies as select upper(body) as body from items",
  "create function noop() returns trigger language plpgsql as 'begin return new; end'",
  "create trigger noop before insert on items for each row execute function noop()",
  "alter table items disable trigger noop",
  "create type mood as enum ('calm')",
  "alter type mood add value 'tired'",
  "create domain positive as int check (value > 0)",
  "alter sequence items_id_seq cache 10",
  "create table parts (id int) partition by range (id)",
  "create table part partition of parts for values from (0) to (10)",
  "create statistics related on id, body from items",
  "create extension hstore",
  "create publication everything for table items",
  "alter publication everything add table parts",
  "alter default privileges in schema public grant select on tables to encrypt_db",
  "create operator === (leftarg = int, rightarg = int, function = int4eq)",
  "comment on table items is 'what is sold'",
  "alter database orders set work_mem = '8MB'",
  "alter role app in database orders set work_mem = '8MB'",
  "create role newcomer",
  "grant app to newcomer",
  "alter role newcomer login",
] as const;

describe("The hash of the definitions", () => {
  it("tells every kind of change", async () => {
    const client = await real.session("db-W", { ...logins.bot, options: "-c search_path=pg_catalog" });
    const query = async <Row>(sql: string): Promise<Row[]> => (await client.query(sql)).rows as Row[];
    const hash = async () =>
      JSON.stringify((await catalogueOf({ query, close: () => client.end() }, "orders")).definitions);
    const missed: string[] = [];
    let before = await hash();
    expect(before).toBe(JSON.stringify(orders(await catalogue())?.definitions));
    for (const change of changes) {
      await admin.query(change);
      const after = await hash();
      if (after === before) missed.push(change);
      before = after;
    }
    await client.end();
    expect(missed).toEqual([]);
  });

  it("is the same again on a copy of all that", async () => {
    const copy = await real.database.catalogue(await real.stage.copy());
    const hashes = ({ databases }: Catalogue) =>
      databases.map(({ name, relations, definitions }) => [name, relations, definitions]);
    expect(hashes(copy)).toEqual(hashes(await catalogue()));
  });

  it("tells what kind of thing has changed", async () => {
    const definitions = async () => orders(await catalogue())?.definitions ?? {};
    const before = await definitions();
    await admin.query("comment on view bodies is 'what was sold'");
    await admin.query("alter role app connection limit 7");
    const after = await definitions();
    const changed = Object.keys(after).filter((kind) => after[kind] !== before[kind]);
    expect(changed).toEqual(["comments", "settings, roles and memberships"]);
    await admin.query("alter role app connection limit -1");
  });

  it("is not moved by rows, by statistics, by what AWS adds for itself or by the bot's own schema", async () => {
    const before = orders(await catalogue());
    await admin.query("insert into items (body) values ('one more')");
    await admin.query("analyze");
    await admin.query("create role rds_something_new");
    await real.database.introduce(real.writer, "cluster-A");
    await real.database.mark(real.writer, "token");
    const after = orders(await catalogue());
    expect(after?.definitions).toEqual(before?.definitions);
    expect(after?.relations).toBe(before?.relations);
  });
});

describe("What else a copy must have", () => {
  it("is every large object, though the login may read none of them", async () => {
    const before = orders(await catalogue())?.largeObjects ?? Number.NaN;
    await admin.query("select lo_from_bytea(0, 'large'), lo_from_bytea(0, 'too')");
    expect(orders(await catalogue())?.largeObjects).toBe(before + 2);
  });

  it("is the collations that columns use, in the server's own version of them", async () => {
    await admin.query("create collation german (provider = icu, locale = 'de')");
    expect(orders(await catalogue())?.collations).not.toHaveProperty("german");
    await admin.query("create table names (name text collate german)");
    const { rows } = await admin.query("select collversion from pg_collation where collname = 'german'");
    expect(orders(await catalogue())?.collations.german).toBe(rows[0].collversion);
  });
});

describe("The position of a sequence", () => {
  it("grows as the sequence is used, also where it counts down", async () => {
    await admin.query("create sequence down increment -2 start -1");
    await admin.query("grant select on sequence down to encrypt_db");
    const position = async () => orders(await catalogue())?.sequences["public.down"];
    expect(await position()).toBeUndefined();
    await admin.query("select nextval('down')");
    const first = await position();
    expect(first).toBe(1);
    await admin.query("select nextval('down')");
    expect(await position()).toBe(3);
  });

  it("is left out where the login may not read it", async () => {
    await admin.query("create sequence hidden");
    await admin.query("select nextval('hidden')");
    expect(orders(await catalogue())?.sequences).not.toHaveProperty("public.hidden");
  });
});
