import { expect, test } from "vitest";
import { put } from "../../src/sim/aws/turn.ts";
import { aLife, approve, ask, type Life, press, settle } from "./life.ts";

/** As at night, when AWS takes its own backup: the cluster is there and may not be changed. */
function setStatus({ world, source }: Life, status: string): void {
  world.account.alter((turn) => {
    const cluster = turn.state.clusters[source.resourceId];
    if (cluster) put(turn, "clusters", { ...cluster, status });
  });
}

test("a backup that begins while it is prepared is waited for, and is no reason to be stuck", async () => {
  const life = aLife();
  await ask(life, "UALICE", "start");
  await settle(life);
  await press(life, "UBOB", approve("begin"));
  await settle(life, {
    enough: (migration) => typeof migration?.steps["safety-snapshot"]?.begunAt === "number",
  });
  setStatus(life, "backing-up");
  const until = life.world.clock.now() + 20 * 60_000;
  life.world.meanwhile = () => {
    life.clients.write();
    if (life.world.clock.now() >= until) setStatus(life, "available");
  };

  const migration = await settle(life);

  expect(migration?.status).toBe("open");
  expect(migration?.steps.cutover?.waitingFor?.code).toBe("wait.approval");
  expect(migration?.steps["prepare-database"]?.doneAt).toBeGreaterThanOrEqual(until);
});
