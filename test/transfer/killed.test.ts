import { mkdir, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Transfer, TransferJob } from "../../src/core/transfer.ts";
import { createLocalTransfer } from "../../src/transfer/local.ts";
import { furnish } from "./shop.ts";
import { logins, openSystemServers, type SystemServers, systemTools, without } from "./system-servers.ts";
import { exists, heldBack, killedAt } from "./wrapped-tools.ts";

const known = { passwords: { app: logins.app.password } };
const byOwner = { passwordsByOwner: ["Report's reader"] };

describe.skipIf(!systemTools)(`A transfer that is cut short${without}`, () => {
  let servers: SystemServers;
  beforeAll(async () => {
    if (!systemTools) return;
    servers = await openSystemServers(systemTools);
    await furnish(servers.source);
  });
  afterEach(() => servers.emptyTarget());
  afterAll(() => servers?.close());

  const namesOnTarget = async () =>
    (await servers.target.ask("template1", "select datname::text as name from pg_database order by 1")).map(
      ({ name }) => String(name),
    );

  /** It goes on to its end with the real tools, and everything is there. */
  async function expectGoesOn() {
    expect(await servers.run(byOwner, known)).toMatchObject({ state: "done" });
    for (const sql of ["select * from sales.items order by id", "select * from encrypt_db.marker"]) {
      const rows = await servers.target.ask("orders", sql);
      expect(rows.length).toBeGreaterThan(0);
    }
    const [mine, theirs] = await Promise.all(
      [servers.source, servers.target].map((server) =>
        server.ask("orders", "select * from sales.items order by id"),
      ),
    );
    expect(theirs).toEqual(mine);
    expect((await namesOnTarget()).filter((name) => name.startsWith("encrypt_db"))).toEqual([]);
    // Neither a dump nor a password.
    expect(await readdir(servers.options.spool)).toEqual([]);
  }

  // The lines are those of one database after another: at the beginning, in the catalogues, among the rows, in the second one.
  test.each([
    ["pgDump", 1],
    ["pgDump", 40],
    ["pgRestore", 12],
    ["pgRestore", 100],
  ] as const)(
    "by the death of %s at its line %d never passes for whole, and goes on",
    async (which, line) => {
      if (!systemTools) return;
      const { tools, place } = await killedAt(systemTools, servers.folder, which, line);
      const state = await servers.run(byOwner, { ...known, tools: async () => [tools] });
      expect(await exists(`${place}/killed`)).toBe(true);
      expect(state).toMatchObject({
        state: "failed",
        problem: { code: "transfer.tool-ended", params: { signal: "SIGKILL" } },
      });
      expect(await namesOnTarget()).not.toContain("orders");
      await expectGoesOn();
    },
  );

  /** What a transfer comes to that is on its way. */
  async function endOf(transfer: Transfer, job: TransferJob) {
    for (;;) {
      const state = await transfer.look(job);
      if (state.state !== "running") return state;
      await sleep(10);
    }
  }

  /** A transfer that stands still at a database, in a process of its own as far as the servers can see. */
  async function standing(which: "pgDump" | "pgRestore", database: string) {
    if (!systemTools) throw new Error("there are no tools");
    const held = await heldBack(systemTools, servers.folder, which, database);
    const transfer = createLocalTransfer({ ...servers.options, ...known, tools: async () => [held.tools] });
    const job = { ...servers.job, ...byOwner };
    await transfer.start(job);
    await held.waits();
    return { transfer, job, goOn: held.goOn };
  }

  test("by another run goes on there, and what it has left running finds nothing to write to", async () => {
    const { transfer, job, goOn } = await standing("pgRestore", "archive");
    expect(await servers.run(byOwner, known)).toMatchObject({ state: "done" });
    await goOn();
    expect((await endOf(transfer, job)).state).toBe("failed");
    expect(await servers.target.ask("archive", "select count(*)::int as rows from old")).toEqual([
      { rows: 50 },
    ]);
    await expectGoesOn();
  });

  test("keeps the databases that are whole and makes the others anew", async () => {
    const { transfer } = await standing("pgRestore", "orders");
    await transfer.close();
    const archive = "select oid from pg_database where datname = 'archive'";
    const before = await servers.target.ask("template1", archive);
    expect(before).toHaveLength(1);
    await expectGoesOn();
    expect(await servers.target.ask("template1", archive)).toEqual(before);
  });

  test("throws away what a process that is gone has left on the disk, and nothing of one that is not", async () => {
    // No process has this number: it is more than any system gives.
    for (const name of ["run-4194399-a", `run-${process.pid}-b`, "somebody's"]) {
      await mkdir(join(servers.options.spool, name), { recursive: true });
    }
    await servers.run({ source: { ...servers.job.source, host: "nowhere.test" } });
    const left = await readdir(servers.options.spool);
    for (const name of left) await rmdir(join(servers.options.spool, name));
    expect(left.sort()).toEqual([`run-${process.pid}-b`, "somebody's"]);
  });

  test("takes nothing for whole that was made for an earlier T1", async () => {
    expect(await servers.run(byOwner, known)).toMatchObject({ state: "done" });
    expect(await servers.run({ ...byOwner, token: "another T1" }, known)).toMatchObject({
      state: "failed",
      problem: { code: "transfer.target-not-empty", params: { database: "archive" } },
    });
  });

  test("stops at once when it is told to, and says until then where it is", async () => {
    const { transfer, job } = await standing("pgDump", "orders");
    await transfer.start(job);
    expect(await transfer.look(job)).toEqual({
      ...{ state: "running", phase: "dump", database: "orders", done: 0, total: 6 },
      ...{ databasesDone: 2, databases: 4 },
    });
    await transfer.close();
    expect(await transfer.look(job)).toEqual({ state: "not-started" });
    await expectGoesOn();
  });

  test("is compared with what the source holds then, and finds a row that changed after the dump", async () => {
    const { transfer, job, goOn } = await standing("pgRestore", "orders");
    await servers.source.ask("orders", "update sales.items set weight = weight + 1e-9 where id = 7");
    await goOn();
    const differences = "table sales.items";
    expect(await endOf(transfer, job)).toMatchObject({
      state: "failed",
      problem: { code: "transfer.content-differs", params: { database: "orders", differences } },
    });
    expect(await namesOnTarget()).not.toContain("orders");
  });

  test("is compared with what the source defines then, and finds an index more", async () => {
    const { transfer, job, goOn } = await standing("pgRestore", "orders");
    await servers.source.ask("orders", "create index late on sales.items (price)");
    await goOn();
    expect(await endOf(transfer, job)).toMatchObject({
      state: "failed",
      problem: { code: "transfer.schema-differs", params: { differences: "INDEX sales.late" } },
    });
    await expectGoesOn();
  });
});
