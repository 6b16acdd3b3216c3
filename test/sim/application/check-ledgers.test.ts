import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { ordersTable } from "../../../src/sim/application/settings.ts";
import { checkLedgers } from "../../../src/sim/check-ledgers.ts";
import { logins } from "../../../src/sim/postgres/template.ts";
import { type EmbeddedWorld, openWorld } from "../postgres/embedded-world.ts";

const first = 1_000_000_000;
let world: EmbeddedWorld;
let session: pg.Client;
let ledger: string;
let seq: number;

beforeAll(async () => {
  world = await openWorld();
  await world.servers.createVolume("cluster-A", { database: "orders", sql: ordersTable });
  await world.servers.data.startInstance({ id: "db-W", volume: "cluster-A", writer: true });
  session = await world.connect("db-W");
});
afterAll(() => world.close());

/** Every test starts with three rows: inserted, inserted and updated, inserted and deleted. */
beforeEach(async () => {
  seq = 0;
  ledger = join(world.directory, "writer.jsonl");
  writeFileSync(ledger, "");
  await session.query(`truncate orders; insert into orders values (7, 'seeded')`);
  wrote("insert", first, "a");
  wrote("insert", first + 1, "b");
  wrote("update", first + 1, "c");
  wrote("insert", first + 2, "d");
  wrote("delete", first + 2);
  await session.query(`insert into orders values (${first}, 'a'), (${first + 1}, 'c')`);
});

function wrote(op: string, id: number, value?: string, outcome: object | null = acknowledged): void {
  appendFileSync(ledger, `${JSON.stringify({ seq: ++seq, op, id, value })}\n`);
  if (outcome) appendFileSync(ledger, `${JSON.stringify({ seq, ...outcome })}\n`);
}

const acknowledged = { outcome: "acknowledged", rows: 1 };
const check = () =>
  checkLedgers([ledger], {
    host: "127.0.0.1",
    port: world.servers.portOf("db-W"),
    database: "orders",
    ...logins.application,
    ssl: { ca: world.servers.ca, servername: "db-W" },
  });

test("nothing is lost where the table holds the last acknowledged state of every row", async () => {
  expect(await check()).toEqual({
    acknowledged: 5,
    found: 5,
    refused: 0,
    unknown: 0,
    lost: [],
    unexpected: [],
  });
});

test("a missing row is a lost write", async () => {
  await session.query(`delete from orders where id = ${first}`);
  expect(await check()).toMatchObject({ acknowledged: 5, found: 4, lost: [first], unexpected: [] });
});

test("a missing row that was also updated is two lost writes", async () => {
  await session.query(`delete from orders where id = ${first + 1}`);
  expect(await check()).toMatchObject({ acknowledged: 5, found: 3, lost: [first + 1] });
});

test("an older value is a lost write", async () => {
  await session.query(`update orders set value = 'b' where id = ${first + 1}`);
  expect(await check()).toMatchObject({ found: 4, lost: [first + 1], unexpected: [] });
});

test("a deleted row that is back is a lost write", async () => {
  await session.query(`insert into orders values (${first + 2}, 'd')`);
  expect(await check()).toMatchObject({ found: 4, lost: [first + 2], unexpected: [] });
});

test("a value or a row that nobody wrote is unexpected", async () => {
  await session.query(`update orders set value = 'x' where id = ${first}`);
  await session.query(`insert into orders values (${first + 9}, 'y')`);
  const verdict = await check();
  expect(verdict.lost).toEqual([]);
  expect([...verdict.unexpected].sort()).toEqual([first, first + 9]);
});

test("a refused write must not be there", async () => {
  wrote("update", first, "refused", { outcome: "refused", reason: "25006" });
  expect(await check()).toMatchObject({ refused: 1, lost: [], unexpected: [] });
  await session.query(`update orders set value = 'refused' where id = ${first}`);
  expect(await check()).toMatchObject({ unexpected: [first] });
});

test("a write of unknown outcome may be there or not", async () => {
  wrote("update", first, "maybe", { outcome: "unknown", reason: "ECONNRESET" });
  wrote("insert", first + 3, "perhaps", null);
  expect(await check()).toMatchObject({ found: 5, unknown: 2, lost: [], unexpected: [] });
  await session.query(`update orders set value = 'maybe' where id = ${first}`);
  await session.query(`insert into orders values (${first + 3}, 'perhaps')`);
  expect(await check()).toMatchObject({ found: 5, unknown: 2, lost: [], unexpected: [] });
  await session.query(`delete from orders where id = ${first}`);
  expect(await check()).toMatchObject({ found: 4, lost: [first] });
});

test("half a line, left by a kill, is passed over", async () => {
  appendFileSync(ledger, '{"seq":6,"op":"ins\n');
  expect(await check()).toMatchObject({ acknowledged: 5, found: 5, lost: [], unexpected: [] });
});
