import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedWorld, openWorld, orders } from "./embedded-world.ts";

let world: EmbeddedWorld;
let fresh = 0;

beforeAll(async () => {
  world = await openWorld();
  await world.servers.createVolume("cluster-A", orders);
  await world.servers.data.startInstance({ id: "db-A", volume: "cluster-A", writer: true });
});
afterAll(() => world.close());

/** Writes a row, and gives a moment after which it was there and before which nothing else came. */
async function write(instance: string, value: string): Promise<number> {
  const id = 1000 + ++fresh;
  await world.query(instance, `insert into orders values (${id}, '${value}')`);
  await sleep(3);
  const moment = world.clock.now();
  await sleep(3);
  return moment;
}

async function valuesOn(volume: string): Promise<unknown[]> {
  const id = `db-of-${volume}`;
  await world.servers.data.startInstance({ id, volume, writer: true });
  return (await world.query(id, "select value from orders where id > 1000 order by id")).map(
    (row) => (row as { value: string }).value,
  );
}

test("a point-in-time restore holds what was committed by that time and nothing later", async () => {
  const moment = await write("db-A", "before");
  await write("db-A", "after");
  await world.servers.data.restoreToTime("cluster-A", "cluster-B", moment);
  expect(await valuesOn("cluster-B")).toEqual(["before"]);
});

test("a restored volume can be restored again, from before and after it came to be", async () => {
  const moment = await write("db-of-cluster-B", "written to the restored one");
  await write("db-of-cluster-B", "too late");
  await world.servers.data.restoreToTime("cluster-B", "cluster-C", moment);
  expect(await valuesOn("cluster-C")).toEqual(["before", "written to the restored one"]);
});

test("restore times stay true across jumps of the world's clock", async () => {
  const early = await write("db-A", "an hour earlier");
  world.clock.jump(3_600_000);
  const late = await write("db-A", "an hour later");
  await write("db-A", "last");
  await world.servers.data.restoreToTime("cluster-A", "cluster-D", early + 1_800_000);
  await world.servers.data.restoreToTime("cluster-A", "cluster-E", late);
  expect(await valuesOn("cluster-D")).toEqual(["before", "after", "an hour earlier"]);
  expect(await valuesOn("cluster-E")).toEqual(["before", "after", "an hour earlier", "an hour later"]);
});

test("a restore to a time after the last commit fails, with PostgreSQL's own reason", async () => {
  await expect(world.servers.data.restoreToTime("cluster-A", "cluster-F", world.clock.now())).rejects.toThrow(
    "recovery ended before configured recovery target was reached",
  );
});

test("a restore to the last commit always succeeds, and a transactional message counts as a commit", async () => {
  await write("db-A", "the last row");
  const before = await world.servers.data.lastCommit("cluster-A");
  await world.query("db-A", "select pg_logical_emit_message(true, 'heartbeat', '')");
  const after = await world.servers.data.lastCommit("cluster-A");
  expect(after).toBeGreaterThan(before ?? Number.POSITIVE_INFINITY);
  await world.servers.data.restoreToTime("cluster-A", "cluster-G", after ?? 0);
  expect(await valuesOn("cluster-G")).toContain("the last row");
});

test("a snapshot keeps what was committed when it was taken, and is restored as often as one likes", async () => {
  await world.servers.data.takeSnapshot("cluster-B", "rds:snapshot/1");
  await write("db-of-cluster-B", "after the snapshot");
  await world.servers.data.restoreSnapshot("rds:snapshot/1", "cluster-H");
  expect(await valuesOn("cluster-H")).toEqual(["before", "written to the restored one", "too late"]);
  await world.servers.data.restoreSnapshot("rds:snapshot/1", "cluster-I");
  expect(await valuesOn("cluster-I")).toEqual(["before", "written to the restored one", "too late"]);
});

test("every operation can be repeated", async () => {
  const { data, createVolume } = world.servers;
  await createVolume("cluster-A", orders);
  await data.restoreToTime("cluster-A", "cluster-B", 0);
  await data.startInstance({ id: "db-A", volume: "cluster-A", writer: true });
  await data.takeSnapshot("cluster-A", "rds:snapshot/1");
  await data.deleteVolume("cluster-H");
  await data.deleteVolume("cluster-H");
  await data.deleteSnapshot("rds:snapshot/1");
  await data.deleteSnapshot("rds:snapshot/1");
  await data.stopInstance("db-of-cluster-H");
  expect(world.servers.portOf("db-of-cluster-H")).toBeUndefined();
  expect(await valuesOn("cluster-B")).toContain("after the snapshot");
});
