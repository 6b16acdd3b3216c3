import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Fleet, startFleet } from "../../../src/sim/application/fleet.ts";
import { ordersTable } from "../../../src/sim/application/settings.ts";
import { checkLedgers, type Verdict } from "../../../src/sim/check-ledgers.ts";
import { Network, type Origin } from "../../../src/sim/network/network.ts";
import { type Resolver, startResolver } from "../../../src/sim/network/resolver.ts";
import { logins } from "../../../src/sim/postgres/template.ts";
import { type EmbeddedWorld, openWorld } from "../postgres/embedded-world.ts";

const writerName = "orders.cluster-x.rds.amazonaws.com";
const readerName = "orders.cluster-ro-x.rds.amazonaws.com";
const admitted = new Set<Origin>(["application", "probe"]);
const names = new Map<string, string>();

/** Five programs and a database on a busy machine. */
const patiently = { timeout: 50_000 };
vi.setConfig({ testTimeout: 60_000 });

let world: EmbeddedWorld;
let network: Network;
let resolver: Resolver;
let fleet: Fleet;

beforeAll(async () => {
  world = await openWorld();
  for (const id of ["db-W", "db-R", "db-N"]) world.names.set(id, [writerName, readerName]);
  await world.servers.createVolume("cluster-A", { database: "orders", sql: ordersTable });
  await world.servers.data.startInstance({ id: "db-W", volume: "cluster-A", writer: true });
  await world.servers.data.startInstance({ id: "db-R", volume: "cluster-A", writer: false });
  names.set(writerName, "db-W").set(readerName, "db-R");
  network = new Network({
    account: {
      resolve: (host) => {
        const instanceId = names.get(host);
        return instanceId === undefined ? undefined : { instanceId, port: 5432 };
      },
      admits: (instanceId, origin) => instanceId === "db-N" || admitted.has(origin),
    },
    servers: (id) => {
      const port = world.servers.portOf(id);
      return port === undefined ? undefined : { port };
    },
    clock: world.clock,
  });
  resolver = await startResolver(network);
  fleet = await start(4);
});

afterAll(async () => {
  try {
    await fleet.stop();
  } finally {
    await resolver.close();
    await network.close();
    await world.close();
  }
});

const start = (count: number) =>
  startFleet({
    directory: join(world.directory, "ledgers"),
    count,
    resolverUrl: resolver.url,
    ca: world.servers.ca,
    endpoint: { host: writerName, port: 5432, database: "orders" },
    readerEndpoint: { host: readerName, port: 5432, database: "orders" },
    ...logins.application,
  });

const acknowledgedGrowsBy = async (more: number) => {
  const before = fleet.counts().acknowledged;
  await expect.poll(() => fleet.counts().acknowledged, patiently).toBeGreaterThan(before + more);
};

const check = (instance: string, ledgers = fleet.ledgers): Promise<Verdict> =>
  checkLedgers(ledgers, {
    host: "127.0.0.1",
    port: world.servers.portOf(instance),
    database: "orders",
    ...logins.application,
    ssl: { ca: world.servers.ca, servername: writerName },
  });

async function habitsOf(instance: string): Promise<string[]> {
  const sessions =
    "select application_name as name from pg_stat_activity where application_name like 'writer %'";
  const rows = (await world.query(instance, sessions, "bot")) as { name: string }[];
  return rows.map(({ name }) => name.replace(/^.*, /, "")).sort();
}

test("four writers of different habits write and read through the network", async () => {
  await acknowledgedGrowsBy(150);
  await expect.poll(() => fleet.counts().reads, patiently).toBeGreaterThan(0);
  await expect.poll(() => habitsOf("db-W"), patiently).toEqual(["fresh", "pinned", "pooled", "reading"]);
});

test("a rename is no fence: the pooled and the pinned writer go on writing to the renamed database", async () => {
  names.delete(writerName);
  world.clock.jump(5_000);
  await expect.poll(() => habitsOf("db-W"), patiently).toEqual(["pinned", "pooled"]);
  await acknowledgedGrowsBy(50);
});

test("behind a fence nothing is acknowledged, and a copy of what was written before has lost nothing", async () => {
  admitted.delete("application");
  await world.servers.data.rebootInstance("db-W");
  await sleep(300);
  const fenced = fleet.counts().acknowledged;
  await sleep(500);
  expect(fleet.counts().acknowledged).toBe(fenced);
  await world.query("db-W", "select pg_logical_emit_message(true, 'marker', '')");
  const moment = await world.servers.data.lastCommit("cluster-A");
  await world.servers.data.restoreToTime("cluster-A", "cluster-B", moment ?? 0);
  await world.servers.data.startInstance({ id: "db-N", volume: "cluster-B", writer: true });
  names.set(writerName, "db-N").set(readerName, "db-N");
  world.clock.jump(5_000);
  await acknowledgedGrowsBy(100);
});

test("after a stop the ledgers agree with the replacement, and not with the source", async () => {
  await fleet.stop();
  const verdict = await check("db-N");
  expect(verdict).toMatchObject({ lost: [], unexpected: [], found: verdict.acknowledged });
  expect(verdict.acknowledged).toBe(fleet.counts().acknowledged);
  expect((await check("db-W")).lost.length).toBeGreaterThan(20);
});

test("a restarted fleet goes on with its ledgers and repeats no id", async () => {
  const ledgers = fleet.ledgers;
  fleet = await start(1);
  await acknowledgedGrowsBy(20);
  await fleet.stop();
  expect(await check("db-N", ledgers)).toMatchObject({ lost: [], unexpected: [] });
  const entries = readFileSync(ledgers[0] ?? "", "utf8").match(/^.*"insert".*$/gm) ?? [];
  const ids = entries.map((entry) => (JSON.parse(entry) as { id: number }).id);
  expect(new Set(ids).size).toBe(ids.length);
});
