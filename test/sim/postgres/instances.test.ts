import { afterAll, beforeAll, expect, test } from "vitest";
import { type EmbeddedWorld, openWorld, orders } from "./embedded-world.ts";

let world: EmbeddedWorld;

beforeAll(async () => {
  world = await openWorld();
  await world.servers.createVolume("cluster-A", orders);
  await world.servers.data.startInstance({ id: "db-W", volume: "cluster-A", writer: true });
  await world.servers.data.startInstance({ id: "db-R", volume: "cluster-A", writer: false });
});
afterAll(() => world.close());

const count = async (instance: string) =>
  (await world.query(instance, "select count(*)::int as n from orders"))[0];

test("a reader follows its writer and refuses writes", async () => {
  expect(await world.query("db-R", "select pg_is_in_recovery() as reads")).toEqual([{ reads: true }]);
  await world.query("db-W", "insert into orders values (2, 'followed')");
  await expect.poll(() => count("db-R")).toEqual({ n: 2 });
  await expect(world.query("db-R", "insert into orders values (3, 'refused')")).rejects.toMatchObject({
    code: "25006",
  });
});

test("a reboot ends every session, keeps the data, and the reader finds its writer again", async () => {
  const session = await world.connect("db-W");
  await world.servers.data.rebootInstance("db-W");
  await expect(session.query("select 1")).rejects.toThrow();
  await world.query("db-W", "insert into orders values (4, 'after the reboot')");
  await expect.poll(() => count("db-R")).toEqual({ n: 3 });
});

test("a failover makes the reader the writer, with all that was committed, and the writer a reader", async () => {
  await world.query("db-W", "insert into orders values (5, 'just before the failover')");
  await world.servers.data.promoteInstance("db-R");
  await world.servers.data.promoteInstance("db-R");
  await world.query("db-R", "insert into orders values (6, 'written to the new writer')");
  expect(await count("db-R")).toEqual({ n: 5 });
  await expect.poll(() => count("db-W")).toEqual({ n: 5 });
  await expect(world.query("db-W", "delete from orders")).rejects.toMatchObject({ code: "25006" });
});

test("a volume has one writer", async () => {
  const second = { id: "db-X", volume: "cluster-A", writer: true };
  await expect(world.servers.data.startInstance(second)).rejects.toThrow("has a writer already");
});

test("a stopped instance has no port, and its volume still knows its last commit", async () => {
  await world.servers.data.stopInstance("db-W");
  const last = await world.servers.data.lastCommit("cluster-A");
  await world.servers.data.stopInstance("db-R");
  expect(world.servers.portOf("db-R")).toBeUndefined();
  expect(await world.servers.data.lastCommit("cluster-A")).toBe(last);
  await world.servers.data.startInstance({ id: "db-R", volume: "cluster-A", writer: true });
  expect(await count("db-R")).toEqual({ n: 5 });
});

test("the master user is no superuser, as on RDS", async () => {
  await expect(world.query("db-R", "select * from pg_authid", "master")).rejects.toThrow("permission denied");
  await expect(world.query("db-R", "select pg_read_file('PG_VERSION')", "master")).rejects.toThrow();
  await world.query("db-R", "create role made_by_master", "master");
});

test("the bot sees everybody's sessions, ends them, and makes its own schema", async () => {
  const other = await world.connect("db-R");
  const [session] = await world.query("db-R", "select pid from pg_stat_activity where query = ''", "bot");
  expect(session).toMatchObject({ pid: expect.any(Number) });
  const ended = await world.query(
    "db-R",
    "select pg_terminate_backend(pid) as ended from pg_stat_activity where usename = 'app'",
    "bot",
  );
  expect(ended).toEqual([{ ended: true }]);
  await expect(other.query("select 1")).rejects.toThrow();
  await world.query("db-R", "create schema encrypt_db", "bot");
});
