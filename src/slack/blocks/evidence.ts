import type { KnownBlock } from "@slack/types";
import { counters } from "../../core/database.ts";
import type { JournalEntry } from "../../core/migration.ts";
import { plain } from "../../core/note.ts";
import { say } from "../../core/sentences.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { table } from "./message.ts";

/** The events that are shown with their evidence, and the claims of earlier steps that belong to it. */
const claimsShown: Readonly<Record<string, readonly string[]>> = {
  "event.marked": ["saw.no-sessions", "saw.no-prepared", "saw.counters-still"],
  "event.verified": [
    "saw.key",
    "saw.settings-equal",
    "saw.marker-there",
    "saw.catalogue-equal",
    "saw.sequences",
  ],
  "event.opened": [],
};

/** What was seen until this entry, and who said so. */
export function evidenceBlocks(
  { at, what }: JournalEntry,
  { migration }: MigrationView,
): readonly KnownBlock[] {
  const claims = claimsShown[what.code];
  if (!claims) return [];
  const seen = Object.values(migration.steps).flatMap(({ doneAt, evidence }) => {
    if (doneAt === null || doneAt > at) return [];
    return doneAt === at ? evidence : evidence.filter(({ claim }) => claims.includes(claim.code));
  });
  if (seen.length === 0) return [];
  return table(
    ["What was seen", "Value", "Source"],
    seen.map(({ claim, observed, source }) => [say(claim, plain), sayObserved(observed), source]),
  );
}

/** Counters are kept as they were read, so that they can be compared; people read them as words. */
function sayObserved(observed: string): string {
  if (!observed.startsWith("[")) return observed;
  try {
    const read = counters.shape.databases.parse(JSON.parse(observed));
    return read.map(({ name, changes }) => `${name}: ${changes} changed`).join("; ");
  } catch {
    return observed;
  }
}
