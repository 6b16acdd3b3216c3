import * as z from "zod";
import { aftercare } from "./aftercare.ts";
import { approval, person } from "./approval.ts";
import { target } from "./cloud.ts";
import { sighting } from "./database.ts";
import { finding } from "./finding.ts";
import { note } from "./note.ts";
import { problemSchema } from "./problem.ts";
import { evidence } from "./step.ts";

/**
 * One attempt to put a key on one database, as it is stored.
 *
 * A step is recorded under its id on the way there and under `undo:<id>` or `after:<id>` on the way back.
 */
const stepRecord = z.object({
  /** First looked at. */
  since: z.number(),
  /** The intent of the last run, saved before it; null until then. */
  lastRun: z.object({ at: z.number(), attempt: z.number() }).nullable(),
  /** The first intent: from here on the step must be undone. */
  begunAt: z.number().nullable(),
  doneAt: z.number().nullable(),
  evidence: z.array(evidence),
  waitingFor: z.nullable(note),
  /** Per cent, in tens: a finer figure would be a write per poll. */
  progress: z.number().nullable(),
  /** Not before this may it run again: the service asked for patience. */
  notBefore: z.number().nullable(),
  /**
   * What AWS calls the changes that it accepted, by which its own audit log finds them. One whose answer was lost is missing
   * here.
   */
  requests: z.array(z.object({ operation: z.string(), id: z.string(), at: z.number() })),
});
export type StepRecord = z.infer<typeof stepRecord>;

/** One thing that happened. `hash` covers the entry and the hash before it, so that nothing can be taken out. */
export const journalEntry = z.object({ seq: z.number(), at: z.number(), what: note, hash: z.string() });
export type JournalEntry = z.infer<typeof journalEntry>;

export const migrationSchema = z.strictObject({
  id: z.string(),
  revision: z.number(),
  target,
  strategy: z.object({ id: z.string(), version: z.number() }),
  planHash: z.string(),
  pinned: z.record(z.string(), z.unknown()),
  learned: z.record(z.string(), z.unknown()),
  /** What the last look found that does not block. */
  findings: z.array(finding),
  /** What was asked for, as it was asked: survey again needs it. */
  request: z.object({ id: z.string(), key: z.string() }),
  /** What each step takes by the plan, in milliseconds, by its id. */
  expected: z.record(z.string(), z.number()),
  /** The longest downtime that the plan proposes, in milliseconds. */
  longestDowntime: z.number(),
  requester: person,
  channel: z.string(),
  status: z.enum(["open", "paused", "stuck", "rejected", "finished", "rolled-back", "closed"]),
  direction: z.enum(["forward", "back"]),
  problem: z.nullable(problemSchema),
  steps: z.record(z.string(), stepRecord),
  approvals: z.array(approval),
  /** First act of the fence, and the end of the step that opens; null before. */
  downtimeBegan: z.number().nullable(),
  downtimeEnded: z.number().nullable(),
  /**
   * What was said of the signed downtime, once each: that its forecast passes it while going back still fits, and that
   * it can no longer be kept.
   */
  budgetSaid: z.enum(["nothing", "offered", "passed"]),
  /** Rollback was asked for, when and what it was said to take. */
  rollback: z.object({ at: z.number(), price: z.number() }).nullable(),
  /** The last known sight of each endpoint, by `writer` and `reader`, with its bracket. */
  sightings: z.record(z.string(), sighting),
  /** Null until it has ended, and where nothing is looked after. */
  aftercare: z.nullable(aftercare),
  journal: z.array(journalEntry),
  journalHead: z.object({ seq: z.number(), hash: z.string() }),
  createdAt: z.number(),
  endedAt: z.number().nullable(),
});
export type Migration = z.infer<typeof migrationSchema>;

export function isEnded(migration: Migration): boolean {
  return migration.endedAt !== null;
}

/** Between the fence's first act and the opening (or, on the way back, the lifting of the fence). */
export function inDowntime(migration: Migration): boolean {
  return migration.downtimeBegan !== null && migration.downtimeEnded === null;
}

export function withStep(migration: Migration, key: string, kept: StepRecord): Migration {
  return { ...migration, steps: { ...migration.steps, [key]: kept } };
}
