import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Migration, migrationSchema } from "../../src/core/migration.ts";
import { type Plan, planSchema } from "../../src/core/plan.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { poll } from "../../src/engine/poll.ts";
import { createMemoryStore } from "../../src/sim/memory-store.ts";
import { approve, database, type Life } from "../engine/life.ts";
import { seen } from "../strategies/harness.ts";
import { scenes } from "./scenes.ts";

interface Stored {
  readonly migration: Migration;
  readonly plan: Plan;
}

function stored(name: string): Stored {
  const text = readFileSync(join(import.meta.dirname, "stored", `${name}.json`), "utf8");
  return JSON.parse(text) as Stored;
}

/** A process of this version that finds in its store what an earlier one left there. */
async function finding(life: Life, { migration, plan }: Stored): Promise<Deps> {
  const store = createMemoryStore();
  await store.create(migrationSchema.parse(migration), planSchema.parse(plan));
  return { ...life.world.executor(), store };
}

async function goOn({ world }: Life, deps: Deps): Promise<Migration | undefined> {
  for (let polls = 0; polls < 3_000; polls++) {
    const { underWay, lookAgainIn } = await poll(deps);
    const open = await deps.store.loadOpen(database);
    if (!open) return deps.store.lastPast(database);
    const gate = ["begin", "cutover"].find((id) => open.steps[id]?.waitingFor && !open.steps[id]?.doneAt);
    if (gate) await press(world, deps, open, gate);
    else if (!underWay) return open;
    await deps.clock.sleep(lookAgainIn);
  }
  throw new Error("the migration came to no end");
}

async function press(world: Life["world"], deps: Deps, open: Migration, gate: string): Promise<void> {
  const { id, planHash, channel } = open;
  await deps.store.putRequest({
    kind: "click",
    id: `approves-${gate}`,
    at: world.clock.now(),
    user: "UBOB",
    team: "T0ENCRYPT",
    channel,
    responseUrl: "",
    press: approve(gate),
    database,
    migration: id,
    planHash,
    messageTs: "",
  });
}

describe.each(Object.entries(scenes))("what version 0.1 stored as %s", (name, scene) => {
  test("is read whole", () => {
    const { migration, plan } = stored(name);
    expect(migrationSchema.parse(migration)).toEqual(migration);
    expect(planSchema.parse(plan)).toEqual(plan);
  });

  test("goes on to its end", async () => {
    const life = await scene();
    const example = stored(name);
    const end = await goOn(life, await finding(life, example));
    const isBack = example.migration.direction === "back";
    expect(end).toMatchObject({ status: isBack ? "rolled-back" : "finished", problem: null });
    expect(life.clients.missingFrom(servingVolume(life))).toEqual([]);
  });
});

function servingVolume({ world }: Life): string {
  return Object.values(world.account.state.clusters).find(({ id }) => id === "orders-prod")?.resourceId ?? "";
}

describe("a migration that another version began", () => {
  const example = stored("4-renamed");

  test("with other steps is left alone, and people are told which version can go on", async () => {
    const scene = scenes["4-renamed"];
    if (!scene) throw new Error("there is no such scene");
    const life = await scene();
    const before = seen(life);
    const strategy = { ...example.migration.strategy, version: 99 };
    const deps = await finding(life, { ...example, migration: { ...example.migration, strategy } });
    expect(await goOn(life, deps)).toMatchObject({
      status: "stuck",
      problem: { code: "plan.code-changed", params: { stored: 99 } },
    });
    expect(seen(life)).toEqual(before);
  });

  test("with a field that this version does not know is not read, so that none is lost", () => {
    const more = { ...example.migration, shards: 3 };
    expect(migrationSchema.safeParse(more).success).toBe(false);
    const { journalHead: _, ...less } = example.migration;
    expect(migrationSchema.safeParse(less).success).toBe(false);
  });
});
