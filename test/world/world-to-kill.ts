// Opens the world in a directory, lets its migration go on (or starts one), and ends itself at the moment it is told.
import type { Cloud } from "../../src/core/cloud.ts";
import type { Migration } from "../../src/core/migration.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { actorsIn, until } from "../../src/sim/actors.ts";
import { openWorld } from "../../src/sim/world.ts";

export interface KillPoint {
  readonly step: string;
  /** Before the save that a step's first sign or its run is recorded with, after that save, or after the act. */
  readonly when: "before the save" | "after the save" | "after the act";
  readonly runs: boolean;
}

const directory = process.argv[2] ?? "";
const point: KillPoint | null = JSON.parse(process.argv[3] ?? "null");

function die(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("killed");
}

function killedAt({ step, when, runs }: KillPoint): (deps: Deps) => Deps {
  let before: Migration["steps"][string] | undefined;
  let meant = false;
  const afterAct = async <T>(call: () => Promise<T>): Promise<T> => {
    const result = await call();
    if (meant && when === "after the act") die();
    return result;
  };
  const changes = [
    "changeCluster",
    "changeInstance",
    "addTags",
    "restoreClusterToTime",
    "createMember",
  ] as const;
  const acting = (cloud: Cloud): Cloud => ({
    ...cloud,
    ...Object.fromEntries(
      changes.map((name) => [
        name,
        (...args: never[]) => afterAct(() => (cloud[name] as (...of: never[]) => Promise<void>)(...args)),
      ]),
    ),
  });
  return (deps) => ({
    ...deps,
    cloudFor: (target, effect) => acting(deps.cloudFor(target, effect)),
    database: {
      ...deps.database,
      mark: (...args) => afterAct(() => deps.database.mark(...args)),
      heartbeat: (...args) => afterAct(() => deps.database.heartbeat(...args)),
      introduce: async (at, as) => {
        await deps.database.introduce(at, as);
        if (meant && when === "after the act" && step !== "mark") die();
      },
    },
    store: {
      ...deps.store,
      loadOpen: async (database) => {
        const found = await deps.store.loadOpen(database);
        before = found?.steps[step];
        return found;
      },
      save: async (next) => {
        const now = next.steps[step];
        const concerns = runs
          ? now?.lastRun?.at !== before?.lastRun?.at
          : now !== undefined && before === undefined;
        if (concerns && when === "before the save") die();
        const saved = await deps.store.save(next);
        if (concerns && saved && when === "after the save") die();
        if (concerns && saved) meant = true;
        before = now;
        return saved;
      },
    },
  });
}

const world = await openWorld({
  directory,
  served: ["orders-prod"],
  log: { info: () => {}, error: (event, fields) => console.error(event, fields) },
  ...(point && { around: killedAt(point) }),
});
const channel = world.workspace.state.channels[0]?.id ?? "";
const { says, presses } = actorsIn(world, channel);
const path = `${world.account.state.accountId}/${world.account.state.region}/orders-prod`;
const past = () => world.deps.store.lastPast(path);
if (!(await world.deps.store.loadOpen(path)) && !(await past())) {
  await says("U0ALICE01", "start orders-prod");
  await presses("U0BOB0001", "Approve");
  await presses("U0BOB0001", "Approve the cutover");
}
const ended = await until("the end", past, 120_000);
await world.close();
process.send?.({ status: ended.status, ledger: world.account.ledger.length });
process.disconnect?.();
