import { performance } from "node:perf_hooks";
import type pg from "pg";
import { compareContents, type Depth, depths } from "../../src/core/contents.ts";
import type { Endpoint } from "../../src/core/database.ts";
import { openRealServers, type RealServers } from "../database/real-servers.ts";
import { figure, type Row, times } from "./table.ts";

const rowsOfOneMegabyte = 4_300;

/** Rows as tables have them: keys, numbers, times, texts, documents. */
const fill = (megabytes: number) => `
  create table orders (id bigint primary key, customer uuid not null, amount numeric(12, 2), placed timestamptz,
                       state text, note text, detail jsonb);
  insert into orders
    select n, md5(n::text)::uuid, (n % 100000) / 7.0, timestamptz '2026-01-01' + n * interval '1 second',
           (array['new', 'paid', 'sent', 'back'])[1 + n % 4], repeat(md5((n * 7)::text), 3),
           jsonb_build_object('lines', n % 9, 'channel', md5((n % 50)::text))
      from generate_series(1, ${megabytes * rowsOfOneMegabyte}) n;
  create table states (n int primary key, name text);
  insert into states select n, 'state ' || n from generate_series(1, 20) n;
  grant select on orders, states to encrypt_db;
  vacuum analyze;`;

/** What others compare two databases by. */
const others = {
  "md5(string_agg())": "select md5(string_agg(md5(o::text), '' order by id)) from orders o",
  "count(*)": "select count(*) from orders",
} as const;

/** Damage to a copy, from what even counting tells to what only the whole does. */
const damage = [
  ["a small table emptied", "delete from states"],
  ["a value of a small table changed", "update states set name = 'x' where n = 7"],
  ["a tenth of a large table missing", "delete from orders where id % 10 = 0"],
  ["its last twentieth missing", "delete from orders where id > (select max(id) * 0.95 from orders)"],
  ["one of its rows missing", "delete from orders where id = 4711"],
  ["one of its rows changed", "update orders set note = 'x' where id = 4711"],
] as const;

/** Enough to be no matter of caches, and enough for the large table to be sampled. */
const sizes = { measured: 520, damaged: 40 };

/** What comparing tables costs, to each depth, beside what others compare by; and what each depth tells. */
export async function verification(): Promise<Row[]> {
  return [...(await withServers(sizes.measured, costs)), ...(await withServers(sizes.damaged, told))];
}

async function withServers<T>(
  megabytes: number,
  work: (real: RealServers, inside: pg.Client) => Promise<T>,
): Promise<T> {
  const real = await openRealServers();
  try {
    const inside = await real.asSuperuser("db-W", "orders");
    for (const statement of fill(megabytes).split(";\n")) await inside.query(statement);
    const result = await work(real, inside);
    await inside.end();
    return result;
  } finally {
    await real.close();
  }
}

/** The fastest of three, in milliseconds. */
async function fastest(work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let run = 0; run < 3; run++) {
    const began = performance.now();
    await work();
    taken.push(performance.now() - began);
  }
  return Math.min(...taken);
}

const read = (real: RealServers, at: Endpoint, depth: Depth) =>
  real.database.contents(at, { depth, budget: 600_000, from: null });

async function costs(real: RealServers, inside: pg.Client): Promise<Row[]> {
  const { rows } = await inside.query<{ size: number; version: string }>(
    "select (pg_table_size('orders') / 1048576.0)::float8 as size, current_setting('server_version') as version",
  );
  const size = rows[0]?.size ?? 0;
  const md5 = await fastest(() => inside.query(others["md5(string_agg())"]));
  const count = await fastest(() => inside.query(others["count(*)"]));
  await real.database.introduce(real.writer, "cluster-A");
  const looks: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      "T0, counters and marker",
      () => Promise.all([real.database.counters(real.writer), real.database.findMarker(real.writer, "m")]),
    ],
    ["T1, catalogue and sequences", () => real.database.catalogue(real.writer)],
    ["T1, counts of small tables", () => read(real, real.writer, "counts")],
    ["T2, hashes of a sample", () => read(real, real.writer, "sample")],
    ["T3, hashes of everything", () => read(real, real.writer, "whole")],
  ];
  const footnote = `PostgreSQL ${rows[0]?.version}, one table of ${figure(size)} MB and ${sizes.measured * rowsOfOneMegabyte} rows in the cache of a two-core machine, the fastest of three, one side; times are of the wall clock. The server reads count(*) with several processes at once.`;
  const measured: Row[] = [];
  for (const [what, look] of looks) {
    const ours = await fastest(look);
    measured.push({
      metric: `12 verification: ${what}`,
      ours: `${figure(ours)} ms`,
      against: `md5(string_agg()) ${figure(md5)} ms; count(*) ${figure(count)} ms`,
      ratio: `${times(md5, ours)}; ${times(count, ours)}`,
      target: "",
      met: null,
      footnote,
    });
  }
  return measured;
}

/** Each damage to a copy of its own, since undoing it would move rows to other blocks. */
async function told(real: RealServers, inside: pg.Client): Promise<Row[]> {
  const original = new Map(
    await Promise.all(depths.map(async (depth) => [depth, await read(real, real.writer, depth)] as const)),
  );
  const measured: Row[] = [];
  for (const [what, statement] of damage) {
    const copy = await real.stage.copy();
    const inCopy = await real.asSuperuser(real.names.get(copy.host) ?? "", "orders");
    await inCopy.query(statement);
    const counts = (await rowCounts(inCopy)) === (await rowCounts(inside)) ? "does not tell" : "tells";
    await inCopy.end();
    const tells: string[] = [];
    for (const depth of depths) {
      const before = original.get(depth);
      if (before && compareContents(before, await read(real, copy, depth)).differences.length > 0)
        tells.push(depth);
    }
    measured.push({
      metric: `12 verification: ${what}`,
      ours: `told by ${tells.join(", ") || "nothing"}`,
      against: `count(*) ${counts} it`,
      ratio: "",
      target: "told by the whole",
      met: tells.includes("whole"),
      footnote: "The sample is of about a megabyte in eight here, and tells of a single row by luck only.",
    });
  }
  return measured;
}

async function rowCounts(inside: pg.Client): Promise<string> {
  const { rows } = await inside.query(
    "select (select count(*) from orders) as orders, (select count(*) from states) as states",
  );
  return JSON.stringify(rows);
}
