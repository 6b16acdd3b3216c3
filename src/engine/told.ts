import { databaseKey, type Target } from "../core/cloud.ts";
import type { Migration } from "../core/migration.ts";
import type { Log } from "./deps.ts";

/** What every line of the log about a migration carries, by which it is found. */
export function about({ id, target }: { readonly id: string; readonly target: Target }) {
  return { migration: id, database: databaseKey(target) };
}

/** The journal is the record; where whatever else the worker said is searched, what happened stands between. */
export function tellJournal(log: Log, migration: Migration, after: number): void {
  for (const { seq, what } of migration.journal.filter((entry) => entry.seq > after)) {
    log.info("journal", { ...about(migration), seq, what: what.code, with: what.params });
  }
}
