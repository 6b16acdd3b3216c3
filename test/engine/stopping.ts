import type { Migration } from "../../src/core/migration.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { executorAround, Killed } from "./executor.ts";

type Reached = (migration: Migration) => boolean;

/**
 * An executor that ends once a migration has come to a certain state: with the save that brings it there, or, for
 * `atRest`, when it would next wait for the world.
 */
export function stoppingWhen(deps: Deps, reached: Reached, atRest = false) {
  let latest: Migration | undefined;
  let stopped = false;
  const isThere = () => latest !== undefined && reached(latest);
  const executor = executorAround(deps, async (what, call) => {
    const waits = what === "clock.sleep" || what === "database.watch";
    stopped ||= atRest && waits && isThere();
    if (stopped) throw new Killed();
    const result = await call();
    stopped ||= !atRest && what === "store.save" && isThere();
    if (stopped) throw new Killed();
    return result;
  });
  const save = executor.store.save;
  const store = new Proxy(executor.store, {
    get: (target, property) =>
      property === "save"
        ? (next: Migration) => {
            latest = next;
            return save(next);
          }
        : Reflect.get(target, property),
  });
  return { deps: { ...executor, store }, hasStopped: () => stopped };
}
