import type { KnownBlock } from "@slack/types";
import type { Sighting } from "../../core/database.ts";
import type { Migration } from "../../core/migration.ts";
import type { Note } from "../../core/note.ts";
import { say } from "../../core/sentences.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { sourceOf } from "../phase.ts";
import { code, escaped, mrkdwn, sayInstant } from "../text.ts";
import { section } from "./message.ts";

/** The claims that a person reads first when all is over, by how it ended. */
const headlines: Readonly<Partial<Record<Migration["status"], readonly string[]>>> = {
  finished: ["saw.marker", "saw.restored", "saw.key", "saw.marker-there", "saw.retired", "saw.snapshot"],
  "rolled-back": ["saw.source-answers", "saw.put-aside", "saw.snapshot"],
};

/** What is known of the endpoints, and at the end what was proved and what is kept. */
export function summaryBlocks(view: MigrationView): readonly KnownBlock[] {
  const { migration } = view;
  const lines = [
    ...Object.entries(migration.sightings).map(([endpoint, seen]) => sightingLine(endpoint, seen, view)),
    ...(migration.status === "finished" ? keyBefore(view) : []),
    ...proved(migration),
  ];
  return lines.length === 0 ? [] : [section(lines.join("\n"))];
}

/** When an endpoint changed is known only to lie between two looks. */
function sightingLine(endpoint: string, { sight, after, by }: Sighting, view: MigrationView): string {
  const bracket =
    after === null ? `seen ${sayInstant(by)}` : `since between ${sayInstant(after)} and ${sayInstant(by)}`;
  const what =
    sight.state === "unreachable"
      ? `unreachable (${sight.layer}: ${escaped(sight.reason)})`
      : `answers ${sight.answersAs === null ? "without saying who it is" : `as ${whoIs(sight.answersAs, view)}`}`;
  return `• ${escaped(endpoint)} endpoint: ${what}, ${bracket}`;
}

/** A resource id with what it is to this migration, as far as its plan and its evidence tell. */
export function whoIs(resourceId: string, { migration, plan }: MigrationView): string {
  if (sourceOf(plan).resourceId === resourceId) return `the source ${code(resourceId)}`;
  const isRestored = claimsOf(migration).some(
    ({ code: of, params }) => of === "saw.restored" && params.resourceId === resourceId,
  );
  return isRestored ? `the replacement ${code(resourceId)}` : code(resourceId);
}

/** Everything that was proved, in the order of the steps. */
export function claimsOf(migration: Migration): readonly Note[] {
  return Object.values(migration.steps).flatMap((record) => record.evidence.map(({ claim }) => claim));
}

function keyBefore({ plan }: MigrationView): readonly string[] {
  const { keyArn } = sourceOf(plan);
  return keyArn === null ? [] : [`• It was under ${code(keyArn)} before`];
}

/** The first of each: with forty instances the key is proved forty-one times, first of all for the cluster. */
function proved(migration: Migration): readonly string[] {
  const claims = claimsOf(migration);
  return (headlines[migration.status] ?? []).flatMap((headline) => {
    const claim = claims.find(({ code: of }) => of === headline);
    return claim ? [`• ${say(claim, mrkdwn)}`] : [];
  });
}
