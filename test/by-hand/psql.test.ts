import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { databaseCommand, preparation } from "../../src/by-hand/psql.ts";
import { logins } from "../../src/sim/postgres/template.ts";
import { openRealServers, type RealServers } from "../database/real-servers.ts";

/** These servers are real, and so are the shell and psql where there are any. */
const hasPsql = ["bash", "psql"].every((program) => spawnSync(program, ["--version"]).status === 0);
if (!hasPsql) console.warn("The functions of the sheet are not tried: there is no bash or no psql here.");

let real: RealServers;
let directory: string;

beforeAll(async () => {
  if (!hasPsql) return;
  real = await openRealServers();
  directory = await mkdtemp(join(tmpdir(), "encrypt-db-by-hand-"));
  await writeFile(join(directory, "global-bundle.pem"), real.servers.ca);
});

afterEach(async () => {
  if (hasPsql) await real.database.forget(real.writer);
});

afterAll(async () => {
  if (!hasPsql) return;
  await rm(directory, { recursive: true, force: true });
  await real.close();
});

/** Types `commands` into a shell that was made ready as the sheet says. */
async function typed(...commands: readonly string[]): Promise<string[]> {
  const script = [
    preparation({ port: 5432, database: "orders" }),
    // What a name server and the standard port are elsewhere.
    `export PGHOSTADDR=127.0.0.1 PGPORT=${real.servers.portOf("db-W")}`,
    ...commands,
  ].join("\n");
  const shell = spawn("bash", ["--norc", "-c", script], { cwd: directory, env: { PATH: process.env.PATH } });
  shell.stdin.end(`${logins.bot.password}\n`);
  const [out, complaints] = await Promise.all([textOf(shell.stdout), textOf(shell.stderr)]);
  // That something is there already, or goes with something else, is a notice.
  if (/\b(?:ERROR|FATAL|error|not found)\b/.test(complaints)) throw new Error(complaints);
  return out.split("\n").filter((line) => line !== "");
}

async function textOf(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}

const on = (does: Parameters<typeof databaseCommand>[0], argument?: string) =>
  databaseCommand(does, "writer.test", argument);

test.runIf(hasPsql)("what is told by hand is what the bot finds, and the other way round", async () => {
  expect(await typed(on("own-schema"))).toEqual(["0"]);
  expect(await typed(on("introduce", "cluster-A"), on("identity"), on("own-schema"))).toEqual([
    "cluster-A",
    "1",
  ]);
  expect((await real.database.look(real.writer)).sight).toMatchObject({ answersAs: "cluster-A" });
  await typed(on("introduce", "copy-of-cluster-A"));
  expect((await real.database.look(real.writer)).sight).toMatchObject({ answersAs: "copy-of-cluster-A" });

  expect(await typed(on("mark", "m00001"), on("mark", "m00001"), on("marker", "m00001"))).toEqual(["1"]);
  expect(await real.database.findMarker(real.writer, "m00001")).toMatchObject({ token: "m00001" });
  await real.database.mark(real.writer, "it's one");
  expect(await typed(on("marker", "it's one"), on("marker", "another"))).toEqual(["1", "0"]);

  await typed(on("forget"));
  expect((await real.database.look(real.writer)).sight).toMatchObject({ answersAs: null });
});

test.runIf(hasPsql)("the changes are those that the bot counts, in every database", async () => {
  const client = await real.session("db-W");
  await client.query("insert into items (body) values ('one'), ('two')");
  await client.end();
  const { databases } = await real.database.counters(real.writer);
  const wanted = databases.map(({ name, changes }) => `${name}|${changes}`);
  expect(wanted.length).toBeGreaterThan(1);
  expect(await typed(on("changes"))).toEqual(wanted);
  expect(await typed(on("heartbeat"), on("changes"))).toEqual([
    expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/),
    ...wanted,
  ]);
  const { databases: catalogues } = await real.database.catalogue(real.writer);
  expect(await typed(on("relations"))).toEqual(catalogues.map(({ relations }) => `${relations}`));
});

test.runIf(hasPsql)("writers without a client are silenced and restored as by the bot", async () => {
  const inBilling = await real.asSuperuser("db-W", "billing");
  await inBilling.query(`
    create subscription "the | feed" connection 'host=127.0.0.1 port=1' publication p with (connect = false);
    alter subscription "the | feed" owner to postgres;`);
  await inBilling.query(`alter subscription "the | feed" enable`);
  await inBilling.query("grant postgres to encrypt_db");
  await real.stage.schedule("nightly", true);
  await real.stage.schedule("disused", false);
  await real.database.introduce(real.writer, "cluster-A");
  const shown = ["subscription|billing|the | feed", "pg_cron|orders|1"];
  const silenced = async () =>
    (await real.database.writers(real.writer)).map(({ name, on, silenced }) => [name, on, silenced]);
  expect(await typed(on("writers"))).toEqual(shown);
  for (let twice = 0; twice < 2; twice++) {
    expect(await typed(on("silence"), on("writers"))).toEqual([]);
    expect(await silenced()).toEqual([
      ["the | feed", false, true],
      ["nightly", false, true],
      ["disused", false, false],
    ]);
  }
  for (let twice = 0; twice < 2; twice++) {
    expect(await typed(on("restore-writers"), on("writers"))).toEqual(shown);
    expect((await silenced()).map(([, , known]) => known)).toEqual([false, false, false]);
  }
  await inBilling.query(`alter subscription "the | feed" disable`);
  await inBilling.query(`alter subscription "the | feed" set (slot_name = none)`);
  await inBilling.query(`drop subscription "the | feed"`);
  await inBilling.end();
  await real.stage.unschedule();
});

test.runIf(hasPsql)(
  "what the tables hold is what the bot reads, of a large one the same sample",
  async () => {
    const admin = await real.asSuperuser("db-W", "orders");
    await admin.query(`
    create table large (id int, body text) with (fillfactor = 10);
    insert into large select n, repeat('x', 300) from generate_series(1, 9000) n;
    grant select on large to encrypt_db;`);
    const read = await real.database.contents(real.writer, { depth: "sample", budget: 60_000, from: null });
    const wanted = read.tables
      .filter(({ percent }) => percent > 0)
      .map(({ database, table, rows }) => `${database}|${table}|${rows}`);
    expect(read.tables.some(({ percent }) => percent > 0 && percent < 100)).toBe(true);
    const shown = await typed(on("contents"));
    expect(shown.map((row) => row.split("|").slice(0, 3).join("|"))).toEqual(wanted);
    // The same again, and another one once a row that is in the sample is another.
    expect(await typed(on("contents"))).toEqual(shown);
    await admin.query("update large set body = 'y'");
    expect(await typed(on("contents"))).not.toEqual(shown);
    const whole = await real.database.contents(real.writer, { depth: "whole", budget: 60_000, from: null });
    const rows = whole.tables.filter(({ percent }) => percent > 0).map(({ rows: count }) => `${count}`);
    expect((await typed(on("whole-contents"))).map((row) => row.split("|")[2])).toEqual(rows);
    await admin.query("drop table large");
    await admin.end();
  },
);

test.runIf(hasPsql)("sessions are counted and ended, but not the shell's own", async () => {
  const client = await real.session("db-W");
  expect(await typed(on("foreign-sessions"), on("prepared-transactions"))).toEqual(["1"]);
  await typed(on("end-sessions"));
  await expect(client.query("select 1")).rejects.toThrow();
  expect(await typed(on("foreign-sessions"))).toEqual(["0"]);
});

test.runIf(hasPsql)("the restore time is whole and after now, and the clock passes it", async () => {
  const [clock = "", restoreTime = ""] = await typed(on("clock"), on("restore-time"));
  const ahead = new Date(restoreTime).getTime() - new Date(clock).getTime();
  expect(ahead).toBeGreaterThanOrEqual(2_000);
  expect(ahead).toBeLessThan(10_000);
  expect(restoreTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(await typed("sleep 3", on("clock"))).toEqual([expect.toSatisfy((later) => later > restoreTime)]);
  expect(await typed(on("takes-writes"))).toEqual(["t"]);
});
