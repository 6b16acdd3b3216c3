import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openWorld, orders, worldDirectory } from "./embedded-world.ts";

const pidFile = (directory: string, server: string) =>
  join(directory, "volumes", "cluster-A", server, "postmaster.pid");

function pidOf(directory: string, server: string): number {
  return Number(readFileSync(pidFile(directory, server), "utf8").split("\n")[0]);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("servers left by a killed process are adopted with their sessions, and a clean close leaves none", async () => {
  const directory = worldDirectory();
  const script = join(import.meta.dirname, "world-to-kill.ts");
  const parent = spawn(process.execPath, ["--import", "tsx", script, directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(parent.stdout, "data");
  const pids = [pidOf(directory, "live"), pidOf(directory, "reader-db-R")];
  parent.kill("SIGKILL");
  await once(parent, "exit");
  expect(pids.map(isAlive)).toEqual([true, true]);

  const world = await openWorld(directory);
  expect([pidOf(directory, "live"), pidOf(directory, "reader-db-R")]).toEqual(pids);
  await world.query("db-W", "insert into orders values (2, 'after the adoption')");
  await expect.poll(() => world.query("db-R", "select id from orders where id = 2")).toHaveLength(1);
  await world.servers.close();
  expect(pids.map(isAlive)).toEqual([false, false]);

  const reopened = await openWorld(directory);
  expect(await reopened.query("db-W", "select id from orders order by id")).toEqual([
    { id: "1" },
    { id: "2" },
  ]);
  await reopened.close();
});

test("a stale pid file that names somebody else's process harms neither of them", async () => {
  const world = await openWorld();
  await world.servers.createVolume("cluster-A", orders);
  await world.servers.data.startInstance({ id: "db-W", volume: "cluster-A", writer: true });
  const stale = readFileSync(pidFile(world.directory, "live"), "utf8").split("\n");
  await world.servers.close();
  writeFileSync(pidFile(world.directory, "live"), [process.pid, ...stale.slice(1)].join("\n"));
  const reopened = await openWorld(world.directory);
  expect(pidOf(world.directory, "live")).not.toBe(process.pid);
  expect(await reopened.query("db-W", "select value from orders")).toEqual([{ value: "seeded" }]);
  await reopened.close();
});

test("what a killed process left half made is cleared away", async () => {
  const world = await openWorld();
  await world.servers.createVolume("cluster-A", orders);
  await world.servers.createVolume("cluster-B.unfinished-1-x", orders);
  await world.servers.detach();
  const reopened = await openWorld(world.directory);
  await reopened.servers.createVolume("cluster-B", orders);
  await reopened.servers.data.startInstance({ id: "db-B", volume: "cluster-B", writer: true });
  expect(await reopened.query("db-B", "select value from orders")).toEqual([{ value: "seeded" }]);
  await expect(
    reopened.servers.data.startInstance({ id: "db-C", volume: "cluster-B.unfinished-1-x", writer: true }),
  ).rejects.toThrow();
  await reopened.servers.close();
  rmSync(world.directory, { recursive: true });
});
