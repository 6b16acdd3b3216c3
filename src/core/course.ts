import type { Migration, StepRecord } from "./migration.ts";
import { purposeOf } from "./purpose.ts";
import type { Effect, Step, Way } from "./step.ts";
import type { Strategy } from "./strategy.ts";

type AnyStep = Step<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>;

/** One way of the course that a migration is on: a step, the undoing of one, or a proof after all undoing. */
export interface CourseStep {
  /** Under which it is recorded: `id`, `undo:id` or `after:id`. */
  readonly key: string;
  readonly step: AnyStep;
  readonly way: Way<Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>>;
  readonly effect: Effect;
  /** The gate whose approval covers it, or null before the first. */
  readonly gate: string | null;
}

/** The steps of a strategy that this database needs, each with the gate that covers it. */
export function forwardCourse(
  strategy: Strategy,
  pinned: Readonly<Record<string, unknown>>,
): readonly CourseStep[] {
  let gate: string | null = null;
  const course: CourseStep[] = [];
  for (const step of strategy.steps) {
    if (step.skip?.(pinned)) continue;
    course.push({ key: step.id, step, way: step, effect: step.effect, gate });
    if (step.gate) gate = step.id;
  }
  return course;
}

/**
 * The way back: what was begun is undone in reverse order, then it is proved that the source answers. It is computed from
 * what was begun, so that it is right from every point, also for a run whose outcome nobody knows.
 */
export function backCourse(strategy: Strategy, migration: Migration): readonly CourseStep[] {
  const undone = forwardCourse(strategy, migration.pinned)
    .filter(({ key }) => hasBegun(migration.steps[key]))
    .reverse()
    .flatMap(({ step, gate }) =>
      step.undo
        ? [{ key: `undo:${step.id}`, step, way: step.undo, effect: step.effect, gate } satisfies CourseStep]
        : [],
    );
  const proofs = strategy.afterRollback
    .filter((step) => !step.skip?.(migration.pinned))
    .map(
      (step) =>
        ({ key: `after:${step.id}`, step, way: step, effect: step.effect, gate: null }) satisfies CourseStep,
    );
  return [...undone, ...proofs];
}

export function courseOf(strategy: Strategy, migration: Migration): readonly CourseStep[] {
  return migration.direction === "forward"
    ? forwardCourse(strategy, migration.pinned)
    : backCourse(strategy, migration);
}

/**
 * From the first act of the fence on, or of what a rehearsal copies after, the plan is carried out as it was approved: what
 * changes then is no reason for another one.
 */
export function isPlanSettled(strategy: Strategy, migration: Migration): boolean {
  const settling = settlingStep(strategy);
  return settling !== undefined && hasBegun(migration.steps[settling.id]);
}

export function settlingStep({ steps }: Strategy): AnyStep | undefined {
  return steps.find(({ downtime, settlesPlan }) => downtime === "begins" || settlesPlan);
}

/** A step has begun with the intent of its first run, and also if it was found done without one. */
export function hasBegun(record: StepRecord | undefined): boolean {
  return record !== undefined && (record.begunAt !== null || record.doneAt !== null);
}

export function currentOf(strategy: Strategy, migration: Migration): CourseStep | undefined {
  return courseOf(strategy, migration).find(({ key }) => !migration.steps[key]?.doneAt);
}

/** True once a step that a gate covers has begun: from then on its approval no longer expires. */
export function coveredHasBegun(strategy: Strategy, migration: Migration, gate: string): boolean {
  return forwardCourse(strategy, migration.pinned).some(
    (covered) =>
      covered.gate === gate && covered.step.gate !== true && hasBegun(migration.steps[covered.key]),
  );
}

/** A source whose deletion has begun is not put back; what a rehearsal deletes, its way back deletes as well. */
export function isBeyondReturn(
  { steps }: { readonly steps: readonly { readonly id: string; readonly effect: Effect }[] },
  migration: Migration,
): boolean {
  return (
    purposeOf(migration) === "decommission" &&
    steps.some(({ id, effect }) => effect === "destroys" && hasBegun(migration.steps[id]))
  );
}
