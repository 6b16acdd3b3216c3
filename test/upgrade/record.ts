import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { database } from "../engine/life.ts";
import { scenes } from "./scenes.ts";

/**
 * Writes the examples of stored migrations: `npx tsx test/upgrade/record.ts`. Once a version is released its examples are never
 * written again: they are what is in the tables of the people who run it.
 */
for (const [name, scene] of Object.entries(scenes)) {
  const { world } = await scene();
  const migration = await world.store.loadOpen(database);
  if (!migration) throw new Error(`${name}: no migration is open`);
  const plan = await world.store.findPlan(database, migration.planHash);
  const file = join(import.meta.dirname, "stored", `${name}.json`);
  writeFileSync(file, `${JSON.stringify({ migration, plan }, null, 1)}\n`);
}
