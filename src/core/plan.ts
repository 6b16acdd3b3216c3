import * as z from "zod";
import { target } from "./cloud.ts";
import { type Finding, finding } from "./finding.ts";
import { digest } from "./hash.ts";
import type { Names } from "./names.ts";
import { type Note, note } from "./note.ts";
import type { Strategy } from "./strategy.ts";

const plannedStep = z.object({
  id: z.string(),
  title: note,
  effect: z.enum(["reads", "creates", "interrupts", "destroys"]),
  gate: z.boolean(),
  /** Milliseconds expected. */
  expect: z.number(),
  skipped: z.nullable(note),
  /** How it is undone, or null. */
  undo: z.nullable(note),
  /** What it leaves behind for good, or null. */
  keeps: z.nullable(note),
  downtime: z.enum(["begins", "ends"]).nullable(),
});
export type PlannedStep = z.infer<typeof plannedStep>;

/** One of the ways there are, with why it is taken or not. */
const option = z.object({
  strategy: z.string(),
  title: note,
  suits: z.enum(["yes", "on request", "no"]),
  why: note,
});
export type Option = z.infer<typeof option>;

/** What approvers approve: a strategy applied to a survey. Immutable; `hash` covers everything that matters. */
export const planSchema = z.strictObject({
  hash: z.string(),
  migration: z.string(),
  strategy: z.object({ id: z.string(), version: z.number(), title: note }),
  target,
  keyArn: z.string(),
  pinned: z.record(z.string(), z.unknown()),
  steps: z.array(plannedStep),
  /** What was checked before the plan was made, and held. */
  checks: z.array(note),
  /** What an approver should know of every such migration. */
  remarks: z.array(note),
  /** What was found when the plan was made and does not block; looked for again at every approval. */
  findings: z.array(finding),
  /** Every way, so that the one that was taken can be compared. */
  options: z.array(option),
  longestDowntime: z.number(),
});
export type Plan = z.infer<typeof planSchema>;

/** Applies a strategy to what was pinned. The same inputs give the same hash, wherever and whenever. */
export function makePlan(
  strategy: Strategy,
  input: {
    readonly target: Plan["target"];
    readonly keyArn: string;
    readonly pinned: Plan["pinned"];
    readonly checks: readonly Note[];
    readonly remarks: readonly Note[];
    readonly findings: readonly Finding[];
    readonly options: readonly Option[];
    readonly names: Names;
    readonly longestDowntime: number;
  },
): Plan {
  const { pinned, names } = input;
  const steps = strategy.steps.map(
    (step): PlannedStep => ({
      id: step.id,
      title: step.title({ pinned, names }),
      effect: step.effect,
      gate: step.gate ?? false,
      expect: step.expect,
      skipped: step.skip?.(pinned) ?? null,
      undo: step.undo?.title({ pinned, names }) ?? null,
      keeps: step.keeps ?? null,
      downtime: step.downtime ?? null,
    }),
  );
  const plan = {
    migration: names.migration,
    strategy: { id: strategy.id, version: strategy.version, title: strategy.title },
    target: input.target,
    keyArn: input.keyArn,
    pinned,
    steps,
    checks: [...input.checks],
    remarks: [...input.remarks],
    findings: [...input.findings],
    options: [...input.options],
    longestDowntime: input.longestDowntime,
  };
  return { ...plan, hash: hashOf(plan) };
}

/** The hash of what approvers sign; of a plan that comes from elsewhere, to be compared with its own. */
export function hashOf(plan: Omit<Plan, "hash"> & Partial<Pick<Plan, "hash">>): string {
  const { hash: _own, checks: _held, remarks: _said, findings: _found, options: _other, ...covered } = plan;
  return digest(covered);
}

/** Milliseconds from the first act of the fence to the end of the step that opens. */
export function expectedDowntime(steps: readonly PlannedStep[]): number {
  const from = steps.findIndex((step) => step.downtime === "begins");
  const to = steps.findIndex((step) => step.downtime === "ends");
  return steps
    .slice(from, to + 1)
    .filter((step) => step.skipped === null)
    .reduce((sum, step) => sum + step.expect, 0);
}
