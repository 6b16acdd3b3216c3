import type { KnownBlock } from "@slack/types";
import type { Sighting } from "../../core/database.ts";
import type { Migration } from "../../core/migration.ts";
import { namesFor } from "../../core/names.ts";
import type { Note } from "../../core/note.ts";
import { say } from "../../core/sentences.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { code, escaped, mrkdwn, sayInstant } from "../text.ts";
import { section } from "./message.ts";

/** The claims of the evidence that a person reads first when all is over. */
const headlines: ReadonlySet<string> = new Set([
  "saw.marker",
  "saw.key",
  "saw.restored",
  "saw.marker-there",
  "saw.snapshot",
]);

/** What is known of the endpoints, who approved, and at the end what came of it and what is kept. */
export function summaryBlocks(view: MigrationView): readonly KnownBlock[] {
  const { migration } = view;
  const lines = [
    ...Object.entries(migration.sightings).map(([endpoint, seen]) => sightingLine(endpoint, seen, migration)),
    ...approvalLines(migration),
    ...(migration.status === "finished" ? [...proved(migration), ...kept(view)] : []),
  ];
  return lines.length === 0 ? [] : [section(lines.join("\n"))];
}

/** When an endpoint changed is known only to lie between two looks. */
function sightingLine(endpoint: string, { sight, after, by }: Sighting, migration: Migration): string {
  const bracket =
    after === null ? `seen ${sayInstant(by)}` : `since between ${sayInstant(after)} and ${sayInstant(by)}`;
  const what =
    sight.state === "unreachable"
      ? `unreachable (${sight.layer}: ${escaped(sight.reason)})`
      : `answers ${sight.answersAs === null ? "without saying who it is" : `as ${whoIs(sight.answersAs, migration)}`}`;
  return `• ${escaped(endpoint)} endpoint: ${what}, ${bracket}`;
}

/** A resource id with what it is to this migration, as far as its evidence tells. */
export function whoIs(resourceId: string, migration: Migration): string {
  const restored = evidenceOf(migration).find((claim) => claim.code === "saw.restored");
  if (restored?.params.resourceId === resourceId) return `the replacement ${code(resourceId)}`;
  return restored || migration.downtimeBegan === null ? `the source ${code(resourceId)}` : code(resourceId);
}

function approvalLines(migration: Migration): readonly string[] {
  return migration.approvals
    .filter((given) => given.planHash === migration.planHash)
    .map((given) => {
      const opening = given.terms
        ? `, opening ${given.terms.opening === "automatic" ? "by itself" : "after asking"}`
        : "";
      return `• ${escaped(given.gate)}: approved by ${escaped(given.person.name)}, ${sayInstant(given.at)}${opening}`;
    });
}

function evidenceOf(migration: Migration): readonly Note[] {
  return Object.values(migration.steps).flatMap((record) => record.evidence.map(({ claim }) => claim));
}

function proved(migration: Migration): readonly string[] {
  return evidenceOf(migration)
    .filter((claim) => headlines.has(claim.code))
    .map((claim) => `• ${say(claim, mrkdwn)}`);
}

function kept({ migration }: MigrationView): readonly string[] {
  const names = namesFor(migration.id, migration.target.name);
  return [
    `• Kept: the source as ${code(names.retired(migration.target.name))}, fenced and protected from deletion, and the snapshot ${code(names.safetySnapshot)}`,
  ];
}
