import { expect, test } from "vitest";
import type { Sighting } from "../../src/core/database.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { poll } from "../../src/engine/poll.ts";
import { standingAt } from "../strategies/harness.ts";
import { type Life, newest } from "./life.ts";

/** An executor to which the watches of each endpoint come back with these, one after another. */
function seeing({ world }: Life, sightings: readonly Sighting[]): Deps {
  const deps = world.executor();
  const told = new Map<string, number>();
  return {
    ...deps,
    database: {
      ...deps.database,
      watch: async (at, options) => {
        const seen = await deps.database.watch(at, options);
        const count = told.get(at.host) ?? 0;
        told.set(at.host, count + 1);
        return { ...seen, sightings: sightings.slice(count, count + 1) };
      },
    },
  };
}

test("what was seen earlier and is told later does not take back what has been seen since", async () => {
  const life = await standingAt({ step: "rename-source", when: "under way" });
  const now = life.world.clock.now();
  const gone = { state: "unreachable", layer: "dns", reason: "ENOTFOUND" } as const;
  const there = { state: "answers", answersAs: "cluster-SOURCE", writable: true } as const;

  await poll(
    seeing(life, [
      { sight: gone, after: now + 400, by: now + 600 },
      // By another process, whose watch began before and ended after.
      { sight: there, after: null, by: now + 300 },
      { sight: gone, after: now + 600, by: now + 700 },
    ]),
  );

  const migration = await newest(life);
  const told = migration?.journal.map(({ what }) => what.code) ?? [];
  expect(told.filter((code) => code === "event.answers" || code === "event.unreachable")).toEqual([]);
  expect(migration?.sightings.writer).toEqual({ sight: gone, after: now + 400, by: now + 600 });
});
