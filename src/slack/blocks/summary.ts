import type { KnownBlock } from "@slack/types";
import type { Sighting } from "../../core/database.ts";
import { isEnded, type Migration } from "../../core/migration.ts";
import type { Note } from "../../core/note.ts";
import { isDone, sourceOf } from "../../core/phase.ts";
import { purposeOf } from "../../core/purpose.ts";
import { say } from "../../core/sentences.ts";
import type { Instant } from "../../core/time.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { code, escaped, mrkdwn, sayInstant } from "../text.ts";
import { leftoverLines } from "./afterwards.ts";
import { copyLines, keptLines } from "./kept.ts";
import { keyName } from "./key.ts";
import { listing, section } from "./message.ts";
import { takeOverBlocks } from "./take-over.ts";

/** The claims that a person reads first when all is over, by how it ended. */
const headlines: Readonly<Partial<Record<Migration["status"], readonly string[]>>> = {
  finished: [
    "saw.marker",
    "saw.restored",
    "saw.key",
    "saw.marker-there",
    "saw.answers",
    "saw.retired",
    "saw.snapshot",
  ],
  "rolled-back": ["saw.source-answers", "saw.put-aside", "saw.snapshot"],
};

/** Of a rehearsal nothing is left but this. */
const rehearsed = [
  "saw.key",
  "saw.settings-equal",
  "saw.marker-there",
  "saw.definitions-equal",
  "saw.can-be-restored",
];

const ofDeletion = ["saw.last-snapshot", "saw.copy-there", "saw.replacement-answers", "saw.source-deleted"];

/** What is known of the endpoints, and at the end what was proved and what is kept. */
export function summaryBlocks(view: MigrationView): readonly KnownBlock[] {
  const { migration, plan } = view;
  const hasMoved = migration.status === "finished" && purposeOf(migration) === "move";
  const hasBackedUp = migration.status === "finished" && purposeOf(migration) === "backup";
  const lines = [
    // Nobody watches the endpoints any more: what was seen last would be read as how it is.
    ...(isEnded(migration) ? [] : sightingLines(view)),
    ...(hasMoved ? keyBefore(view) : []),
    ...proved(migration),
    ...(hasMoved || hasBackedUp ? copyLines(view) : []),
    ...(hasMoved ? keptLines(view) : []),
  ];
  return [
    ...(lines.length === 0 ? [] : [section(lines.join("\n"))]),
    ...(hasMoved ? takeOverBlocks(plan, "after") : []),
    ...listing(leftoverLines(migration), 3),
  ];
}

/** Endpoints of which the same is known share a line. */
function sightingLines(view: MigrationView): readonly string[] {
  const known = new Map<string, string[]>();
  for (const [endpoint, seen] of Object.entries(view.migration.sightings)) {
    const what = saySighting(seen, view);
    known.set(what, [...(known.get(what) ?? []), escaped(endpoint)]);
  }
  return [...known].map(
    ([what, endpoints]) =>
      `• The ${endpoints.join(" and ")} endpoint${endpoints.length > 1 ? "s" : ""}: ${what}`,
  );
}

/** The thread holds the look before as well; here the time that something is known for is enough. */
function saySighting({ sight, after, by }: Sighting, view: MigrationView): string {
  const since = `${after === null ? "seen" : "since"} ${sayInstant(by)}`;
  if (sight.state === "unreachable") {
    return `unreachable, ${since} (${layerName(sight.layer)}: ${escaped(sight.reason)})`;
  }
  return sight.answersAs === null
    ? `answers without saying who it is, ${since}`
    : `answers as ${whoIs(sight.answersAs, by, view)}, ${since}`;
}

/** Protocols are written in capitals; a login is not. */
function layerName(layer: string): string {
  return layer === "login" ? layer : layer.toUpperCase();
}

/** What a resource id is to this migration, as far as its plan and its evidence tell; otherwise the id. */
export function whoIs(resourceId: string, seenAt: Instant, { migration, plan }: MigrationView): string {
  const source = sourceOf(plan).resourceId;
  if (source === resourceId) return "the source";
  // From the marker on the source calls itself so, and so does its copy until that is told who it is. The name is theirs
  // one after the other: the copy is not begun before the source has given the name away.
  if (resourceId === `copy-of-${source}`) {
    const begun = migration.steps.restore?.begunAt ?? Number.POSITIVE_INFINITY;
    return seenAt >= begun && !isDone(migration.steps["undo:restore"]) ? "the replacement" : "the source";
  }
  const isRestored = claimsOf(migration).some(
    ({ code: of, params }) => of === "saw.restored" && params.resourceId === resourceId,
  );
  return isRestored ? "the replacement" : code(resourceId);
}

/** Everything that was proved, in the order of the steps. */
export function claimsOf(migration: Migration): readonly Note[] {
  return Object.values(migration.steps).flatMap((record) => record.evidence.map(({ claim }) => claim));
}

function keyBefore({ plan }: MigrationView): readonly string[] {
  const { keyArn } = sourceOf(plan);
  return keyArn === null ? [] : [`• It was under ${keyName(keyArn, plan.target)} before`];
}

function wantedOf(migration: Migration): readonly string[] {
  if (migration.status !== "finished") return headlines[migration.status] ?? [];
  switch (purposeOf(migration)) {
    case "move": {
      const { aftercare } = migration;
      // Seen at the end of the move, and no longer so once the source is gone.
      const isGone = aftercare !== null && aftercare.kept === null;
      return (headlines.finished ?? []).filter((claim) => !isGone || claim !== "saw.retired");
    }
    case "rehearsal":
      return rehearsed;
    case "backup":
      // Said by what is known of the copy; in the words of each step it is all ARNs.
      return [];
    case "decommission":
      return ofDeletion;
  }
}

/** The first of each: with forty instances the key is proved forty-one times, first of all for the cluster. */
function proved(migration: Migration): readonly string[] {
  const claims = claimsOf(migration);
  return wantedOf(migration).flatMap((headline) => {
    const claim = claims.find(({ code: of }) => of === headline);
    return claim ? [`• ${say(claim, mrkdwn)}`] : [];
  });
}
