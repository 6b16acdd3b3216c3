import { expect, test } from "vitest";
import { seconds } from "../../src/core/time.ts";
import { clusterEndpoint, instanceEndpoint } from "../../src/sim/aws/names.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";

test("an endpoint is watched for as long as was asked, and no longer", async () => {
  const world = new FastWorld();
  const { settings } = world.addCluster({ id: "orders" });
  const { clock, database } = world.deps;
  const host = clusterEndpoint(world.account.state, "orders");
  const at = { host, port: 5432, database: settings.DatabaseName ?? "postgres" };
  const began = clock.now();

  const { last } = await database.watch(at, { known: null, during: seconds(20), every: seconds(2) });

  expect(last.sight.state).toBe("answers");
  expect(clock.now() - began).toBe(seconds(20));
});

test("an instance outside Aurora serves what is written to it, and its replicas follow", () => {
  const world = new FastWorld();
  const { resourceId } = world.addInstance({ id: "ledger", replicas: ["ledger-replica"] });
  const connect = (id: string) =>
    world.servers.connect(world.account, { host: instanceEndpoint(world.account.state, id), user: "app" });

  connect("ledger").put("row", "written");

  expect(world.servers.volume(resourceId)).toMatchObject({ database: "orders" });
  expect(world.servers.volume(resourceId).rows.get("row")).toBe("written");
  expect(() => connect("ledger-replica").put("row", "refused")).toThrow(/25006|read-only/);
});
