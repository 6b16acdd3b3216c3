import { afterAll, beforeAll, expect, test } from "vitest";
import { WorldClock } from "../../../src/sim/clock.ts";
import { worldOf } from "../../../src/sim/postgres/world-time.ts";
import { type EmbeddedWorld, openWorld, orders } from "./embedded-world.ts";

let world: EmbeddedWorld;

beforeAll(async () => {
  world = await openWorld();
  await world.servers.createVolume("cluster-A", orders);
  await world.servers.data.startInstance({ id: "db-W", volume: "cluster-A", writer: true });
});
afterAll(() => world.close());

async function serverTime(): Promise<number> {
  const [row] = await world.query("db-W", "select pg_catalog.clock_timestamp() as t");
  return (row as { t: Date }).t.getTime();
}

test("the server's clock shows the world's time, before and after a jump", async () => {
  expect(Math.abs((await serverTime()) - world.clock.now())).toBeLessThan(1_000);
  world.clock.jump(7 * 86_400_000);
  expect(Math.abs((await serverTime()) - world.clock.now())).toBeLessThan(1_000);
});

test("asking the server for the time costs less than a millisecond", async () => {
  const [plan] = await world.query(
    "db-W",
    "explain (analyze, format json) select clock_timestamp() from generate_series(1, 1000)",
  );
  const cost =
    (plan as { "QUERY PLAN": [{ "Execution Time": number }] })["QUERY PLAN"][0]["Execution Time"] / 1000;
  expect(cost).toBeLessThan(1);
});

test("the last commit is told in world time, also when the clock has jumped since", async () => {
  const before = world.clock.now();
  await world.query("db-W", "insert into orders values (2, 'x')");
  const after = world.clock.now();
  world.clock.jump(3_600_000);
  const last = await world.servers.data.lastCommit("cluster-A");
  expect(last).toBeGreaterThanOrEqual(before - 1);
  expect(last).toBeLessThanOrEqual(after);
});

test("the last commit is known after a restart", async () => {
  const last = await world.servers.data.lastCommit("cluster-A");
  await world.servers.data.rebootInstance("db-W");
  expect(await world.servers.data.lastCommit("cluster-A")).toBeGreaterThanOrEqual(
    last ?? Number.POSITIVE_INFINITY,
  );
});

test("every wall-clock instant maps to what the world's clock showed then", () => {
  const clock = new WorldClock({
    wall: () => 1_000,
    jumps: [
      { at: 100, offset: 50 },
      { at: 200, offset: 1_050 },
    ],
  });
  expect([0, 99, 101, 199, 201, 999].map((wall) => worldOf(clock, wall))).toEqual([
    0, 99, 151, 249, 1_251, 2_049,
  ]);
  for (const wall of [0, 99, 101, 199, 201, 999]) expect(clock.wallOf(worldOf(clock, wall))).toBe(wall);
});
