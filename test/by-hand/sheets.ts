import { sheet } from "../../src/by-hand/sheet.ts";
import type { Migration } from "../../src/core/migration.ts";
import { findStrategy } from "../../src/strategies/index.ts";
import { database, type Life, newest } from "../engine/life.ts";

/** The sheet as it would be printed now, or for a migration as it was. */
export async function sheetOf(life: Life, given?: Migration): Promise<string> {
  const migration = given ?? (await newest(life));
  const plan = migration && (await life.world.store.findPlan(database, migration.planHash));
  const strategy = migration && findStrategy(migration.strategy.id);
  if (!plan || !strategy) throw new Error("there is no migration, or nobody knows its plan");
  return sheet({ migration, plan, strategy, now: life.world.clock.now(), worker: "encrypt-db-worker" });
}
