import type pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addContents,
  type Contents,
  compareContents,
  type Depth,
  depths,
  type Place,
} from "../../src/core/contents.ts";
import type { Endpoint } from "../../src/core/database.ts";
import { createDatabase } from "../../src/database/database.ts";
import { openRealServers, type RealServers } from "./real-servers.ts";

let real: RealServers;
let admin: pg.Client;

/** Large is more than is read at once: 1,024 blocks of 8 KB. */
const tables = `
  create table large (id int primary key, body text) with (fillfactor = 10);
  insert into large select n, repeat(md5(n::text), 10) from generate_series(1, 9000) n;
  create table middle (id int) with (fillfactor = 10);
  insert into middle select generate_series(1, 100);
  create table empty (id int);
  create materialized view small as select id from large where id < 10;
  create table mother (id int);
  create table daughter () inherits (mother);
  insert into daughter values (1), (2);
  create table "Odd ""name" (id int, "Odd ""name" text, encrypt_db_row int);
  insert into "Odd ""name" values (1, null);
  create table documents (body json);
  insert into documents values ('{"a": 1}'), (null);
  create table priced (price numeric);
  insert into priced values (1.0);
  create table hidden (id int);
  insert into hidden values (1);
  create table partly (id int);
  insert into partly values (1), (2);
  alter table partly enable row level security;
  create policy one on partly using (id = 1);
  create unlogged table forgotten (id int);
  insert into forgotten values (1);
  grant select on all tables in schema public to encrypt_db;
  revoke select on hidden from encrypt_db;`;

beforeAll(async () => {
  real = await openRealServers();
  admin = await real.asSuperuser("db-W", "orders");
  await admin.query(tables);
});

afterAll(async () => {
  await admin.end();
  await real.close();
});

const read = (at: Endpoint, depth: Depth) =>
  real.database.contents(at, { depth, budget: 60_000, from: null });

const table = (found: Contents, name: string) =>
  found.tables.find((one) => one.database === "orders" && one.table === `public.${name}`);

describe("What is read", () => {
  it("is every table with rows of its own, by its own rows only", async () => {
    const found = await read(real.writer, "whole");
    expect(found.next).toBeNull();
    expect(table(found, "large")).toMatchObject({ percent: 100, rows: 9_000 });
    expect(table(found, "mother")).toMatchObject({ rows: 0, hash: "0" });
    expect(table(found, "daughter")).toMatchObject({ rows: 2 });
    expect(table(found, "small")).toMatchObject({ rows: 9 });
    expect(table(found, '"Odd ""name"')).toMatchObject({ rows: 1 });
    expect(table(found, "empty")).toMatchObject({ blocks: 0, percent: 100, rows: 0 });
    expect(table(found, "forgotten")).toBeUndefined();
    expect(found.tables.map(({ database }) => database)).toContain("billing");
  });

  it("names what the login may not read, or not wholly, and still knows its size", async () => {
    const found = await read(real.writer, "whole");
    const names = ["public.bills in billing", "public.hidden in orders", "public.partly in orders"];
    expect(found.unreadable).toEqual(names);
    expect(table(found, "hidden")).toMatchObject({ blocks: 1, percent: 0, rows: 0 });
    expect(table(found, "partly")).toMatchObject({ blocks: 1, percent: 0, rows: 0 });
  });

  it("is counted in small tables only, and sampled in large ones", async () => {
    const [counts, sample] = [await read(real.writer, "counts"), await read(real.writer, "sample")];
    expect(table(counts, "middle")).toMatchObject({ percent: 100, rows: 100, hash: null });
    expect(table(counts, "large")).toMatchObject({ percent: 0 });
    expect(table(sample, "middle")).toMatchObject({ percent: 100, rows: 100 });
    const sampled = table(sample, "large");
    expect(sampled?.percent).toBeLessThan(100);
    expect(sampled?.rows).toBeGreaterThan(100);
    expect(sampled?.rows).toBeLessThan(6_000);
  });

  it("comes in pieces that add up to the whole when there is no time for more than one", async () => {
    const whole = await read(real.writer, "whole");
    let sum: Contents = { tables: [], unreadable: [], next: null };
    const places: Place[] = [];
    let from: Place | null = null;
    do {
      const piece: Contents = await real.database.contents(real.writer, { depth: "whole", budget: 0, from });
      sum = addContents(sum, piece);
      from = piece.next;
      if (from !== null) places.push(from);
    } while (from !== null && places.length < 100);
    expect(places.some(({ table: name, block }) => name === "public.large" && block > 0)).toBe(true);
    expect(sum).toEqual(whole);
  });

  it("shrinks its parts until each is done before the statement time-out", async () => {
    const hasty = createDatabase({ ...real.options, timeOuts: { query: 60 } });
    await admin.query("alter role encrypt_db set work_mem = '64kB'");
    const found = await hasty.contents(real.writer, { depth: "whole", budget: 60_000, from: null });
    await admin.query("alter role encrypt_db reset work_mem");
    expect(table(found, "large")).toEqual(table(await read(real.writer, "whole"), "large"));
  });

  it("does not depend on how a role likes its numbers, bytes and intervals", async () => {
    await admin.query(`
      create table plain (a float8, b bytea, c interval, d timestamptz, e json);
      insert into plain values (0.1::float8 + 0.2, '\\x00ff', '1 day 2 hours', now(), '{}');
      grant select on plain to encrypt_db;`);
    const before = table(await read(real.writer, "whole"), "plain");
    const settings = ["extra_float_digits = -5", "bytea_output = 'escape'", "IntervalStyle = 'iso_8601'"];
    for (const setting of settings) await admin.query(`alter role encrypt_db set ${setting}`);
    expect(table(await read(real.writer, "whole"), "plain")).toEqual(before);
    await admin.query("alter role encrypt_db reset all");
    await admin.query("drop table plain");
  });
});

describe("What each depth tells of a physical copy", () => {
  async function compared(depth: Depth, copy: Endpoint) {
    return compareContents(await read(real.writer, depth), await read(copy, depth));
  }

  /** What each depth says of a copy in which `plant` was run. */
  async function planted(plant: string): Promise<Record<Depth, readonly string[]>> {
    const copy = await real.stage.copy();
    const inCopy = await real.asSuperuser(real.names.get(copy.host) ?? "", "orders");
    await inCopy.query(plant);
    await inCopy.end();
    const told = async (depth: Depth) => (await compared(depth, copy)).differences;
    return { counts: await told("counts"), sample: await told("sample"), whole: await told("whole") };
  }

  it("is nothing where nothing differs, and how much could be compared", async () => {
    const copy = await real.stage.copy();
    for (const depth of depths) {
      const { differences, compared: tables, passedOver } = await compared(depth, copy);
      expect(differences, depth).toEqual([]);
      expect(tables + passedOver, depth).toBe((await read(real.writer, depth)).tables.length);
      // The three that the login may not read, and the large one where only small ones are counted.
      expect(passedOver, depth).toBe(depth === "counts" ? 4 : 3);
    }
  });

  it("is a row too few in a small table, at every depth", async () => {
    const all = ["public.middle in orders has 99 rows for 100"];
    const told = await planted("delete from middle where id = 7");
    expect(told).toEqual({ counts: all, sample: all, whole: all });
  });

  it("is a row that differs in a small table, unless rows are only counted", async () => {
    const all = ["public.middle in orders has other rows"];
    const told = await planted("update middle set id = 700 where id = 7");
    expect(told).toEqual({ counts: [], sample: all, whole: all });
  });

  it("is nothing where values are equal to PostgreSQL and only written differently", async () => {
    expect((await planted("update priced set price = 1.00")).whole).toEqual([]);
  });

  it("is a row that differs also where its type has no hash, by the row's text", async () => {
    const told = await planted("update documents set body = '{\"a\": 2}'");
    expect(told.whole).toEqual(["public.documents in orders has other rows"]);
  });

  it("is one row of a large table for certain only when the whole is read", async () => {
    const all = ["public.large in orders has other rows"];
    // In the last block: none that the sample of this size chooses.
    const told = await planted("update large set body = 'other' where id = 9000");
    expect(told).toEqual({ counts: [], sample: [], whole: all });
  });

  it("is a part of a large table also by the sample", async () => {
    const told = await planted("delete from large where id between 3000 and 4000");
    expect(told.counts).toEqual([]);
    expect(told.sample).toEqual([expect.stringMatching(/^public.large in orders has \d+ rows for \d+$/)]);
  });

  it("is, of a table that nobody may read, that it is empty", async () => {
    const all = ["public.hidden in orders is empty"];
    expect(await planted("truncate hidden")).toEqual({ counts: all, sample: all, whole: all });
  });

  it("is a table that is missing, and one that is new", async () => {
    const all = ["public.middle in orders is missing", "public.renamed in orders is new"];
    const told = await planted("alter table middle rename to renamed");
    expect(told).toEqual({ counts: all, sample: all, whole: all });
  });
});
