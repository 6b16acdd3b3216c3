import type { JournalEntry, Migration } from "../core/migration.ts";

/** The last entries stay with the migration, where every look sees them; the others are items of their own. */
export const journalKept = 20;

/** How many that have ended tell a plan its times: more would be older than the database is like today. */
export const pastsRead = 10;

/** A migration as it is written: an item must never come near DynamoDB's 400 KB. */
export function trimmed(migration: Migration): Migration {
  return { ...migration, journal: migration.journal.slice(-journalKept) };
}

/** The entries that writing `next` over `stored` would lose. What `stored` no longer holds was copied before. */
export function dropped(next: Migration, stored: Migration): readonly JournalEntry[] {
  const oldest = stored.journal[0]?.seq ?? 0;
  return next.journal.slice(0, -journalKept).filter(({ seq }) => seq >= oldest);
}
