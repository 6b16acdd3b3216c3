import { databaseKey } from "../../../src/core/cloud.ts";
import { clusterEndpoint } from "../../../src/sim/aws/names.ts";
import { put } from "../../../src/sim/aws/turn.ts";
import { ask, name, settle } from "../../engine/life.ts";
import type { Guard } from "./guard.ts";
import { hasty } from "./removed.ts";
import {
  agreed,
  aScene,
  diesAfter,
  executor,
  go,
  interrupted,
  isDone,
  type Scene,
  unless,
  upTo,
} from "./scene.ts";

function rename({ world }: Scene, from: string, to: string): void {
  world.account.alter((turn) => {
    const found = Object.values(turn.state.clusters).find(({ id }) => id === from);
    if (found) put(turn, "clusters", { ...found, id: to });
  });
}

/** What keeps executors that die, freeze or overtake each other from doing harm. */
export const executingGuards: readonly Guard[] = [
  {
    keeps: "a change goes to the resource that was meant and not to whoever has its name now",
    removal: { identity: true },
    scenario: async () => {
      const scene = aScene();
      await agreed(scene);
      const other = scene.world.addCluster({ id: "invoices-prod" });
      const swapped = interrupted(
        scene,
        "cloud.changeCluster",
        async (_, call) => {
          rename(scene, name, "orders-moved");
          rename(scene, other.id, name);
          return call();
        },
        ({ downtimeBegan }) => downtimeBegan !== null,
      );
      await go(scene, swapped);
      const groups = scene.world.account.state.clusters[other.resourceId]?.settings.VpcSecurityGroups;
      const same = JSON.stringify(groups) === JSON.stringify(other.settings.VpcSecurityGroups);
      return same ? [] : ["the fence is put around a database that nobody meant"];
    },
  },
  {
    keeps: "a change happens while it is meant and not when an executor wakes up",
    removal: { lateness: true },
    scenario: async () => {
      const scene = aScene();
      await agreed(scene);
      const late = interrupted(
        scene,
        "cloud.changeCluster",
        async (_, call) => {
          await ask(scene, "UBOB", "rollback");
          await go(scene);
          return call();
        },
        ({ downtimeBegan }) => downtimeBegan !== null,
      );
      await go(scene, late);
      await scene.world.deps.clock.sleep(300_000);
      return isReachable(scene) ? [] : ["a late fence shuts the clients out after the rollback"];
    },
  },
  {
    keeps: "what was asked for is given time to show",
    removal: { strategy: hasty },
    scenario: async () => {
      const scene = aScene();
      await agreed(scene);
      await go(scene);
      return unless(scene, "finished");
    },
  },
  {
    keeps: "an executor that somebody has overtaken changes nothing that is stored",
    removal: {
      deps: (deps) => ({
        ...deps,
        store: {
          ...deps.store,
          save: async (next) => {
            if (await deps.store.save(next)) return true;
            const stored = await deps.store.loadOpen(databaseKey(next.target));
            return deps.store.save({ ...next, revision: (stored?.revision ?? 0) + 1 });
          },
        },
      }),
    },
    scenario: async () => {
      const scene = aScene();
      await agreed(scene);
      const overtaken = interrupted(scene, "cloud.changeInstance", async (_, call) => {
        await ask(scene, "UALICE", "rollback");
        await settle(scene, { deps: executor(scene), enough: () => true });
        return call();
      });
      await go(scene, overtaken);
      return unless(scene, "rolled-back");
    },
  },
  {
    keeps: "what is about to be done is written down before",
    removal: {
      deps: (deps) => ({
        ...deps,
        store: {
          ...deps.store,
          save: async (next) => {
            const isIntent = Object.values(next.steps).some(
              ({ lastRun, doneAt }) => lastRun !== null && doneAt === null && lastRun.at === deps.clock.now(),
            );
            return isIntent ? true : deps.store.save(next);
          },
        },
      }),
    },
    scenario: async () => {
      const scene = aScene();
      await agreed(scene);
      await upTo(scene, isDone("cutover"));
      await go(scene, interrupted(scene, "cloud.changeCluster", diesAfter)).catch(() => {});
      await ask(scene, "UALICE", "rollback");
      await go(scene, scene.world.executor());
      return unless(scene, "rolled-back");
    },
  },
  {
    keeps: "nothing is undone under a call that may still take effect",
    removal: { unsettled: true },
    scenario: async () => {
      const scene = aScene();
      await agreed(scene);
      await go(scene, interrupted(scene, "cloud.restoreClusterToTime", diesAfter)).catch(() => {});
      await ask(scene, "UALICE", "rollback");
      await go(scene);
      return unless(scene, "rolled-back");
    },
  },
];

function isReachable({ world }: Scene): boolean {
  try {
    world.servers.reach(world.account, clusterEndpoint(world.account.state, name), "application");
    return true;
  } catch {
    return false;
  }
}
