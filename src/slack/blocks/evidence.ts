import type { KnownBlock } from "@slack/types";
import { counters } from "../../core/database.ts";
import { shortenHashes } from "../../core/hash.ts";
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

/** Kept as it was read, so that it can be compared; people read words, and a hash by its beginning. */
function sayObserved(observed: string): string {
  const read = parse(observed);
  const counted = counters.shape.databases.safeParse(read);
  if (counted.success) {
    return counted.data.map(({ name, changes }) => `${name}: ${changes} changed`).join("; ");
  }
  if (read !== null && typeof read === "object") return Object.keys(read).join(", ");
  return shortenHashes(observed);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
