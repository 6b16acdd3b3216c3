import { databaseKey } from "../../src/core/cloud.ts";
import { currentOf } from "../../src/core/course.ts";
import type { Migration } from "../../src/core/migration.ts";
import { type Duration, seconds } from "../../src/core/time.ts";
import type { Deps, Store } from "../../src/engine/deps.ts";
import { poll } from "../../src/engine/poll.ts";
import { channelId, type FastWorld, team } from "../../src/sim/fast-world.ts";
import { findStrategy } from "../../src/strategies/index.ts";
import { approve } from "../engine/life.ts";

/** What people do meanwhile. */
export interface People {
  /** True if they asked for something, which wakes the worker. */
  act(): Promise<boolean>;
  areDone(): Promise<boolean>;
}

/**
 * The worker as it is deployed: a run every minute by the schedule, which may linger beside the next one, and another whenever
 * somebody asked for something. Gives how long each run lasted, which is what Lambda bills.
 */
export async function runAsDeployed(deps: Deps, people: People): Promise<readonly Duration[]> {
  const { clock } = deps;
  const runs: Promise<Duration>[] = [];
  const run = async (options: Parameters<typeof poll>[1]) => {
    const began = clock.now();
    await poll(deps, options);
    return clock.now() - began;
  };
  do {
    runs.push(run({ beats: true }));
    await clock.sleep(seconds(20));
    if (await people.act()) runs.push(run({ woken: true }));
    await clock.sleep(seconds(40));
  } while (!(await people.areDone()));
  return Promise.all(runs);
}

/** Alice starts a migration of every database at once, and Bob approves whatever asks for it, within a minute. */
export function colleagues(world: FastWorld, names: readonly string[]): People {
  const { store, clock } = world;
  let asked = 0;
  const request = (user: string) => ({
    id: `trigger-${++asked}`,
    at: clock.now(),
    user,
    team,
    channel: channelId,
    responseUrl: "",
  });
  return {
    act: async () => {
      const before = asked;
      if (asked === 0) {
        for (const name of names) {
          const command = { verb: "start", name, key: null, strategy: null } as const;
          await store.putRequest({ ...request("UALICE"), kind: "command", command });
        }
        return true;
      }
      for (const name of names) {
        const database = databaseOf(world, name);
        const open = await store.loadOpen(database);
        const gate = open && gateOf(open);
        if (!open || gate === undefined) continue;
        const { id: migration, planHash } = open;
        const press = approve(gate);
        const click = { press, database, migration, planHash, messageTs: "" };
        await store.putRequest({ ...request("UBOB"), kind: "click", ...click });
      }
      return asked > before;
    },
    areDone: () => allEnded(store, world, names),
  };
}

export function databaseOf({ environment }: FastWorld, name: string): string {
  const { account, region } = environment;
  return databaseKey({ account, region, name });
}

/** True once every database has been moved. Throws where a migration needs a human: nothing would be measured. */
async function allEnded(store: Store, world: FastWorld, names: readonly string[]): Promise<boolean> {
  let ended = 0;
  for (const name of names) {
    const open = await store.loadOpen(databaseOf(world, name));
    if (open?.status === "stuck") throw new Error(`${name} is stuck: ${JSON.stringify(open.problem)}`);
    if (!open && (await store.lastPast(databaseOf(world, name)))) ended += 1;
  }
  return ended === names.length;
}

/** The migrations that were just made. Throws where one did not finish. */
export async function finished(
  store: Store,
  world: FastWorld,
  names: readonly string[],
): Promise<Migration[]> {
  return Promise.all(
    names.map(async (name) => {
      const past = await store.lastPast(databaseOf(world, name));
      if (past?.status !== "finished") throw new Error(`${name} ended as ${past?.status}`);
      return past;
    }),
  );
}

function gateOf(migration: Migration): string | undefined {
  const strategy = findStrategy(migration.strategy.id);
  const current = strategy && currentOf(strategy, migration);
  return current?.step.gate ? current.key : undefined;
}

/** From the beginning of its downtime to its end. */
export function downtimeOf({ downtimeBegan, downtimeEnded, id }: Migration) {
  if (downtimeBegan === null || downtimeEnded === null) throw new Error(`${id} had no downtime`);
  return { from: downtimeBegan, to: downtimeEnded };
}
