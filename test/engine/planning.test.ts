import { describe, expect, test } from "vitest";
import type { Endpoint } from "../../src/core/database.ts";
import { seconds } from "../../src/core/time.ts";
import { planFor } from "../../src/engine/survey.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";

/** A world in which every call to AWS takes a second, the probe's too, so that seconds are rounds of calls. */
function slowWorld() {
  const world = new FastWorld();
  world.addCluster({ id: "orders-prod" });
  const { clock } = world.deps;
  const hold = () => clock.sleep(seconds(1));
  const deps = world.executor(hold);
  const { inventory } = deps.database;
  const database = { ...deps.database, inventory: (at: Endpoint) => hold().then(() => inventory(at)) };
  return { world, deps: { ...deps, database } };
}

const asked = { name: "orders-prod", key: null, strategy: null, migration: "m00001" };

describe("planning", () => {
  test("asks AWS nothing twice", async () => {
    const { world, deps } = slowWorld();

    expect(await planFor(deps, asked)).toHaveProperty("plan");

    const questions = world.account.ledger.map(
      ({ operation, input }) => `${operation} ${JSON.stringify(input)}`,
    );
    expect(questions.length).toBeGreaterThan(10);
    expect(questions).toEqual([...new Set(questions)]);
  });

  test("takes five rounds of look-ups, whatever there is to ask", async () => {
    const { world, deps } = slowWorld();
    const began = world.clock.now();

    await planFor(deps, asked);

    expect(world.clock.now() - began).toBe(seconds(5));
  });

  test("looks anew at every plan", async () => {
    const { world, deps } = slowWorld();
    await planFor(deps, asked);
    const once = world.account.ledger.length;

    await planFor(deps, asked);

    expect(world.account.ledger.length).toBe(2 * once);
  });
});
