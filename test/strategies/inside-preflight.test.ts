import { expect, test } from "vitest";
import type { Inventory } from "../../src/core/database.ts";
import { plain } from "../../src/core/note.ts";
import { explain } from "../../src/core/problem.ts";
import { planFor } from "../../src/engine/survey.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";

const name = "orders-prod";

/** What a plan says of a database in which this is so. */
async function planWith(inside: Partial<Inventory>) {
  const world = new FastWorld();
  world.addCluster({ id: name });
  const { database } = world.deps;
  const inventory: typeof database.inventory = async (at) => ({
    ...(await database.inventory(at)),
    ...inside,
  });
  const deps = { ...world.deps, database: { ...database, inventory } };
  return planFor(deps, { name, key: null, strategy: null, migration: "m00001" });
}

async function found(inside: Partial<Inventory>): Promise<string[]> {
  const made = await planWith(inside);
  if (!("plan" in made)) return made.problems.map(({ code }) => `blocks ${code}`);
  return made.plan.findings.map((one) => `${one.severity} ${one.code}: ${explain(one, plain).why}`);
}

test("tables that may not be read are told, and stop nothing", async () => {
  expect(await found({})).toEqual([]);
  const told = await found({ readsEverything: false });
  expect(told).toEqual([expect.stringMatching(/^notes inside\.cannot-compare: The login encrypt_db /)]);
});

test("a job or a subscription blocks where it may not be turned off, and where it is on", async () => {
  const job = { database: "orders", id: "1", name: "nightly", silenced: false };
  const writers = [
    { ...job, kind: "pg_cron", on: true, silenceable: false },
    { ...job, kind: "subscription", name: "feed", on: false, silenceable: false },
  ] as const;
  expect(await found({ writers: [...writers] })).toEqual(["blocks attached.pg-cron"]);
});

test("a replication slot blocks, with whose it is and how far its consumer is behind", async () => {
  const slot = { name: "feed", kind: "logical", plugin: "pgoutput", database: "orders" } as const;
  const made = await planWith({
    replicationSlots: [
      { ...slot, active: true, behind: 2_500_000 },
      { ...slot, name: "old", kind: "physical", plugin: null, database: null, active: false, behind: null },
    ],
  });
  if ("plan" in made) throw new Error("there is a plan");
  expect(made.problems.map(({ code }) => code)).toEqual(["attached.replication-slots"]);
  expect(made.problems[0]?.params.attached).toBe(
    "feed (pgoutput, 3 MB behind, its consumer is connected), old (physical, nobody is connected)",
  );
});

test("unlogged tables are told and part of what is approved", async () => {
  const made = await planWith({ unloggedTables: ["public.cache in orders"] });
  if (!("plan" in made)) throw new Error("there is no plan");
  expect(made.plan.remarks.map(({ code }) => code)).toContain("remark.comes-back-empty");
  expect(made.plan.pinned).toMatchObject({ comesBackEmpty: ["public.cache in orders"] });
});
