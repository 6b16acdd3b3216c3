import { type BudgetCall, budgetOf, callOf } from "../core/budget.ts";
import { hasBegun } from "../core/course.ts";
import type { Event } from "../core/events.ts";
import { inDowntime, type Migration } from "../core/migration.ts";
import { remaining, rollbackPrice } from "../core/price.ts";
import type { Strategy } from "../core/strategy.ts";
import type { Deps } from "./deps.ts";
import { about } from "./told.ts";

/**
 * What the signed terms call for, judged after a look has shown that the step is not done: a step that has just ended may
 * have brought the forecast back. Undefined where nothing is called for, as outside of the downtime.
 */
export async function calledFor(
  deps: Deps,
  strategy: Strategy,
  migration: Migration,
  waitsForPeople: boolean,
): Promise<Event | undefined> {
  if (migration.direction === "back") return undefined;
  const now = deps.clock.now();
  const budget = budgetOf(migration, {
    now,
    remaining: remaining(strategy, migration, now),
    rollbackPrice: rollbackPrice(strategy, { ...migration, direction: "back" }, now),
    waitsForPeople,
    isOpening: isOpening(strategy, migration),
  });
  if (!budget) return undefined;
  const call = await allowed(deps, migration, callOf(budget, migration.budgetSaid));
  return call && { type: "budget", call, budget };
}

/** While everything is halted nothing begins by itself, not even what was signed: it is offered. */
async function allowed(
  deps: Deps,
  migration: Migration,
  call: BudgetCall | undefined,
): Promise<BudgetCall | undefined> {
  if (call !== "roll-back" || !(await isHalted(deps, migration))) return call;
  return migration.budgetSaid === "nothing" ? "offer" : undefined;
}

async function isHalted({ store, log }: Deps, migration: Migration): Promise<boolean> {
  try {
    return (await store.findHalt()) !== null;
  } catch (fault) {
    log.error("halt-unreadable", { ...about(migration), fault });
    return true;
  }
}

function isOpening({ steps }: Strategy, migration: Migration): boolean {
  return steps.some(({ id, downtime }) => downtime === "ends" && hasBegun(migration.steps[id]));
}

/** True where time alone will call for something, although only people are waited for. */
export function isRunningOut(migration: Migration): boolean {
  return inDowntime(migration) && migration.direction === "forward" && migration.budgetSaid !== "passed";
}
