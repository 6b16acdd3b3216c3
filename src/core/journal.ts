import { digest } from "./hash.ts";
import type { JournalEntry, Migration } from "./migration.ts";
import type { Note } from "./note.ts";
import type { Instant } from "./time.ts";

/** Adds what happened. Each hash covers the one before it: an entry taken out or altered breaks the chain. */
export function record(migration: Migration, what: Note, at: Instant): Migration {
  const seq = migration.journalHead.seq + 1;
  const hash = digest({ before: migration.journalHead.hash, seq, at, what });
  return {
    ...migration,
    journal: [...migration.journal, { seq, at, what, hash }],
    journalHead: { seq, hash },
  };
}

/** True if the entries follow each other, from `before` on, with nothing altered or left out. */
export function isUnbroken(entries: readonly JournalEntry[], before = { seq: 0, hash: "" }): boolean {
  let head = before;
  for (const entry of entries) {
    const expected = digest({ before: head.hash, seq: head.seq + 1, at: entry.at, what: entry.what });
    if (entry.seq !== head.seq + 1 || entry.hash !== expected) return false;
    head = { seq: entry.seq, hash: entry.hash };
  }
  return true;
}
