import { fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type EmbeddedWorld, openWorld, worldDirectory } from "./embedded-world.ts";

vi.setConfig({ testTimeout: 60_000 });

const directory = worldDirectory();
const volume = join(directory, "volumes", "cluster-A");
let pids: number[];
let world: EmbeddedWorld;

/** A process opens the world, with a writer and a reader, and is killed. */
beforeAll(async () => {
  const execArgv = ["--import", "tsx"];
  const parent = fork(join(import.meta.dirname, "world-to-kill.ts"), [directory], { execArgv });
  await once(parent, "message");
  pids = runningPids();
  parent.kill("SIGKILL");
  await once(parent, "exit");
});

afterAll(() => rmSync(directory, { recursive: true }));

const runningPids = () => ["live", "reader-db-R"].map((server) => Number(pidFile(server).split("\n")[0]));
const pidFile = (server: string) => readFileSync(join(volume, server, "postmaster.pid"), "utf8");

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("servers survive the process that started them, and the next one adopts them", async () => {
  expect(pids.map(isAlive)).toEqual([true, true]);
  world = await openWorld(directory);
  expect(runningPids()).toEqual(pids);
  await world.query("db-W", "insert into orders values (2, 'after the adoption')");
  await expect.poll(() => world.query("db-R", "select id from orders where id = 2")).toHaveLength(1);
});

test("a clean close leaves no server, and the next opening starts them again", async () => {
  await world.servers.close();
  await expect.poll(() => pids.map(isAlive), { timeout: 10_000 }).toEqual([false, false]);
  world = await openWorld(directory);
  expect(await world.query("db-R", "select id from orders order by id")).toEqual([{ id: "1" }, { id: "2" }]);
});

test("a stale pid file that names somebody else's process harms neither of them", async () => {
  const stale = [process.pid, ...pidFile("live").split("\n").slice(1)].join("\n");
  await world.servers.close();
  writeFileSync(join(volume, "live", "postmaster.pid"), stale);
  world = await openWorld(directory);
  expect(runningPids()).not.toContain(process.pid);
  expect(await world.query("db-W", "select count(*)::int as n from orders")).toEqual([{ n: 2 }]);
});

test("a server that nobody wants, and what was left half made, are cleared away", async () => {
  const unwanted = runningPids();
  await world.servers.detach();
  writeFileSync(join(directory, "instances.json"), "[]");
  const halfMade = join(directory, "volumes", "cluster-B.unfinished-1-x");
  cpSync(join(volume, "base"), join(halfMade, "base"), { recursive: true });
  world = await openWorld(directory);
  await expect.poll(() => unwanted.map(isAlive), { timeout: 10_000 }).toEqual([false, false]);
  expect(existsSync(halfMade)).toBe(false);
  await world.servers.close();
});
