import * as z from "zod";
import { target } from "./cloud.ts";
import { costRemarks } from "./cost.ts";
import { type Finding, finding } from "./finding.ts";
import { digest } from "./hash.ts";
import type { Measured, Measurements } from "./measure.ts";
import type { Names } from "./names.ts";
import { type Note, note } from "./note.ts";
import { note as noteOf } from "./sentences.ts";
import type { Strategy } from "./strategy.ts";

const plannedStep = z.object({
  id: z.string(),
  title: note,
  effect: z.enum(["reads", "creates", "interrupts", "destroys"]),
  gate: z.boolean(),
  /** Milliseconds: the median of what was measured, or a planning figure where nothing was. */
  expect: z.number(),
  /** Nine of ten measured runs took no longer; null where there are no two. */
  atWorst: z.number().nullable(),
  /** How many earlier runs of this database were measured. */
  measured: z.number(),
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
  suits: z.enum(["yes", "on request", "after rehearsal", "no"]),
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
    readonly measurements: Measurements;
    readonly names: Names;
    readonly longestDowntime: number;
  },
): Plan {
  const { pinned, names, measurements } = input;
  const steps = strategy.steps.map(
    (step): PlannedStep => ({
      ...estimate(step, measurements.get(step.id)),
      id: step.id,
      title: step.title({ pinned, names }),
      effect: step.effect,
      gate: step.gate ?? false,
      skipped: step.skip?.(pinned) ?? null,
      undo: step.undo?.title({ pinned, names }) ?? null,
      keeps: step.keeps ?? null,
      downtime: step.downtime ?? null,
    }),
  );
  const by = { id: strategy.id, version: strategy.version, title: strategy.title };
  const plan = {
    migration: names.migration,
    strategy: by,
    target: input.target,
    keyArn: input.keyArn,
    pinned,
    steps,
    checks: [...input.checks],
    remarks: [remarkOnTimes(steps), ...input.remarks, ...costRemarks({ strategy: by, pinned, steps })],
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

function estimate(
  { expect }: { readonly expect: number },
  found: Measured | undefined,
): Pick<PlannedStep, "expect" | "atWorst" | "measured"> {
  return found
    ? { expect: found.typical, atWorst: found.atWorst, measured: found.runs }
    : { expect, atWorst: null, measured: 0 };
}

function remarkOnTimes(steps: readonly PlannedStep[]): Note {
  return steps.some(({ measured }) => measured > 0)
    ? noteOf("remark.measured", {})
    : noteOf("remark.expected-from", {});
}

/** What each step takes by the plan, in milliseconds. */
export function expectedBy({ steps }: Pick<Plan, "steps">): Record<string, number> {
  return Object.fromEntries(steps.map(({ id, expect }) => [id, expect]));
}

/** From the first act of the fence to the step that opens; none of a rehearsal. */
export function downtimeSteps(steps: readonly PlannedStep[]): readonly PlannedStep[] {
  const from = steps.findIndex((step) => step.downtime === "begins");
  const to = steps.findIndex((step) => step.downtime === "ends");
  return from === -1 ? [] : steps.slice(from, to + 1).filter((step) => step.skipped === null);
}

/** Milliseconds from the first act of the fence to the end of the step that opens. */
export function expectedDowntime(steps: readonly PlannedStep[]): number {
  return downtimeSteps(steps).reduce((sum, step) => sum + step.expect, 0);
}
