import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type TransferState, transferState } from "../../src/core/transfer.ts";
import { furnish } from "./shop.ts";
import { logins, openSystemServers, type SystemServers, systemTools, without } from "./system-servers.ts";

describe.skipIf(!systemTools)(`A transfer as a process of its own${without}`, () => {
  let servers: SystemServers;
  beforeAll(async () => {
    if (!systemTools) return;
    servers = await openSystemServers(systemTools);
    await furnish(servers.source);
    await writeFile(join(servers.folder, "ca.pem"), servers.options.ca);
  });
  afterEach(() => servers.emptyTarget());
  afterAll(() => servers?.close());

  /** As in its container, where DNS leads to the servers. */
  function start(changes: Readonly<Record<string, string>> = {}) {
    const { job, source, target, folder } = servers;
    const here = (port: number) => ({ host: "localhost", port, database: "orders" });
    const whole = {
      ...job,
      source: here(source.server.port),
      target: { ...job.target, endpoint: here(target.server.port) },
      passwordsByOwner: ["Report's reader"],
    };
    const child = spawn(process.execPath, ["--import", "tsx", "src/transfer.ts"], {
      env: {
        PATH: process.env.PATH,
        DATABASE_PASSWORD: logins.bot.password,
        DATABASE_CA_FILE: join(folder, "ca.pem"),
        DATABASE_LOGINS: JSON.stringify({ app: logins.app.password }),
        MASTER_PASSWORD: logins.master.password,
        TRANSFER_JOB: JSON.stringify(whole),
        TRANSFER_SPOOL: join(folder, "spool"),
        ...changes,
      },
    });
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => void lines.push(line));
    return { child, lines, ended: once(child, "close") };
  }

  function statesIn(lines: readonly string[]): TransferState[] {
    return lines
      .filter((line) => line.startsWith('{"transfer":'))
      .map((line) => transferState.parse(JSON.parse(line).transfer));
  }

  async function until(lines: readonly string[], phase: string, child: ChildProcess): Promise<void> {
    for (;;) {
      const states = statesIn(lines);
      if (states.some((state) => state.state === "running" && `${state.phase} ${state.database}` === phase))
        return;
      if (child.exitCode !== null) throw new Error(lines.join("\n"));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  test("goes on after it was killed, wherever that was, and says in its log what it comes to", async () => {
    for (const phase of [
      "roles null",
      "restore archive",
      "dump orders",
      "restore orders",
      "compare orders",
    ]) {
      const { child, lines, ended } = start();
      await until(lines, phase, child);
      child.kill("SIGKILL");
      await ended;
      const names = await servers.target.ask("template1", "select from pg_database where datname = 'orders'");
      expect(names, phase).toEqual([]);
    }
    const { lines, ended } = start();
    expect(await ended).toEqual([0, null]);
    expect(statesIn(lines).at(-1)).toMatchObject({ state: "done" });
    const rows = "select count(*)::int as n from sales.items";
    expect(await servers.target.ask("orders", rows)).toEqual(await servers.source.ask("orders", rows));
    const left = await servers.target.ask(
      "postgres",
      "select from pg_database where datname like 'encrypt%'",
    );
    expect(left).toEqual([]);
  }, 180_000);

  test("says what is wrong, and no password, whatever it says", async () => {
    const wrong = JSON.stringify({ app: "not-this-one" });
    const { lines, ended } = start({
      DATABASE_LOGINS: wrong,
      TRANSFER_JOB: JSON.stringify({ ...servers.job, work: "prepare", source: servers.job.source }),
    });
    expect(await ended).toEqual([1, null]);
    // Nobody knows the host here.
    expect(statesIn(lines).at(-1)).toMatchObject({
      state: "failed",
      problem: {
        code: "transfer.unreachable",
        params: { code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) },
      },
    });
    const all = [logins.bot.password, logins.master.password, "not-this-one"];
    for (const secret of all) expect(lines.join("\n")).not.toContain(secret);
  });

  test("does not begin where its environment is not complete, and names no value", async () => {
    const { lines, ended } = start({ TRANSFER_JOB: '{"id":"s3cret"}', DATABASE_LOGINS: "[s3cret" });
    expect(await ended).toEqual([2, null]);
    const said = lines.join("\n");
    for (const name of ["DATABASE_LOGINS", "TRANSFER_JOB"]) {
      expect(said).toContain(`${name}: is not the JSON that it should be`);
    }
    expect(lines.join("\n")).not.toContain("s3cret");
  });
});
