import * as z from "zod";
import { approval, person } from "../core/approval.ts";
import { target } from "../core/cloud.ts";
import { sighting } from "../core/database.ts";
import { digest } from "../core/hash.ts";
import { note } from "../core/note.ts";
import { problemSchema } from "../core/problem.ts";

/**
 * What an evidence pack is. It is read by people and programs that have nothing else of this product, years later: a change of
 * these shapes is another version.
 */
export const formatId = "encrypt-db evidence pack";
export const formatVersion = 1;

const format = z.strictObject({
  id: z.literal(formatId),
  version: z.literal(formatVersion),
  /** In words, for whoever has only the file. */
  times: z.string(),
  hashes: z.string(),
});

const migration = z.strictObject({
  id: z.string(),
  purpose: z.enum(["move", "rehearsal", "backup", "decommission"]),
  target,
  strategy: z.strictObject({ id: z.string(), version: z.number() }),
  status: z.string(),
  direction: z.enum(["forward", "back"]),
  problem: z.nullable(problemSchema),
  createdAt: z.number(),
  /** Null of one that goes on: then the pack tells how far it has come. */
  endedAt: z.number().nullable(),
  journalHead: z.strictObject({ seq: z.number(), hash: z.string() }),
});

const people = z.strictObject({
  requester: person,
  /** The key as it was asked for. */
  key: z.string(),
  /** Every one that was given, in order, also of plans that were replaced. */
  approvals: z.array(approval),
});

/** As much of a plan as is judged. The rest is there as well, and covered by its hash. */
const plan = z.strictObject({
  plan: z.looseObject({
    hash: z.string(),
    migration: z.string(),
    strategy: z.looseObject({ id: z.string(), version: z.number(), title: note }),
    target,
    keyArn: z.string(),
    pinned: z.record(z.string(), z.unknown()),
    steps: z.array(
      z.looseObject({
        id: z.string(),
        title: note,
        effect: z.enum(["reads", "creates", "interrupts", "destroys"]),
        gate: z.boolean(),
        skipped: z.nullable(note),
        undo: z.nullable(note),
        keeps: z.nullable(note),
        downtime: z.enum(["begins", "ends"]).nullable(),
      }),
    ),
  }),
  /** Something was taken out of it, so that its hash cannot be computed from what is left. */
  redacted: z.boolean(),
  /** Hashes of plans that were approved before this one took their place. */
  earlier: z.array(z.string()),
});

const step = z.strictObject({
  /** Of the course: a step's id, `undo:` or `after:` and that. */
  key: z.string(),
  title: z.string().nullable(),
  begunAt: z.number().nullable(),
  doneAt: z.number().nullable(),
  evidence: z.array(
    z.strictObject({ claim: note, says: z.string(), observed: z.string(), source: z.string() }),
  ),
  requests: z.array(z.strictObject({ operation: z.string(), id: z.string(), at: z.number() })),
});

const downtime = z.strictObject({
  began: z.number().nullable(),
  ended: z.number().nullable(),
  /** What was seen last of each endpoint; every change before that is in the journal, with its bracket. */
  sightings: z.record(z.string(), sighting),
});

const entry = z.strictObject({
  seq: z.number(),
  at: z.number(),
  what: note,
  says: z.string(),
  /** As it was stored: over what happened and the hash of the entry before. */
  hash: z.string(),
  redacted: z.boolean(),
});

/** In the order of the chain. */
export const sectionNames = [
  "format",
  "migration",
  "people",
  "plan",
  "steps",
  "downtime",
  "learned",
  "journal",
] as const;
type SectionName = (typeof sectionNames)[number];

const sections = z.strictObject({
  format,
  migration,
  people,
  plan,
  steps: z.array(step),
  downtime,
  /** What steps found out and later ones relied on. */
  learned: z.record(z.string(), z.unknown()),
  journal: z.array(entry),
} satisfies Record<SectionName, z.ZodType>);
export type Sections = z.infer<typeof sections>;
export type PackedStep = Sections["steps"][number];
export type PackedEntry = Sections["journal"][number];

export const packSchema = z.strictObject({
  chain: z.array(z.strictObject({ section: z.enum(sectionNames), hash: z.string() })),
  sections,
  /** The head of the chain: whoever knows it knows that nothing in the file was changed since. */
  seal: z.string(),
});
export type Pack = z.infer<typeof packSchema>;

/** Each section hashed with the hash of the one before. */
export function chainOf(content: Readonly<Record<SectionName, unknown>>): Pack["chain"] {
  let before = "";
  return sectionNames.map((section) => {
    const hash = digest({ before, section, content: content[section] });
    before = hash;
    return { section, hash };
  });
}

export function sealed(content: Sections): Pack {
  const chain = chainOf(content);
  return { chain, sections: content, seal: chain.at(-1)?.hash ?? "" };
}

/**
 * The one text of a value: keys in order, two spaces, a newline at the end. A file that is not exactly this was touched, even
 * where the values are the same.
 */
export function textOf(value: unknown): string {
  return `${visible(JSON.stringify(inOrder(value), null, 2))}\n`;
}

/** A pack is printed on terminals: what JSON leaves in a string that a terminal would obey, or nobody would see, is escaped. */
function visible(json: string): string {
  return json.replace(/(?!\n)[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => escapeOf(character.charCodeAt(at))).join(""),
  );
}

function escapeOf(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value)
    .filter(([, held]) => held !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, held]) => [key, inOrder(held)]);
  return Object.fromEntries(entries);
}
