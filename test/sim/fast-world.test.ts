import { expect, test } from "vitest";
import { seconds } from "../../src/core/time.ts";
import { clusterEndpoint } from "../../src/sim/aws/names.ts";
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
