import type { Migration, StepRecord } from "./migration.ts";
import { withoutRehearsal } from "./rehearsal.ts";
import type { Strategy } from "./strategy.ts";
import type { Duration } from "./time.ts";

/** How long a step took in earlier runs, rehearsals among them. Milliseconds. */
export interface Measured {
  readonly runs: number;
  /** The median: half of the runs took no longer. */
  readonly typical: Duration;
  /** Nine of ten runs took no longer; null for a single run, which says nothing of that. */
  readonly atWorst: Duration | null;
}

/** By the id of a step. */
export type Measurements = ReadonlyMap<string, Measured>;

/**
 * What earlier migrations and rehearsals of a database by this strategy say of its steps. Only what ended without people in
 * between counts, and of a step that acts only where it acted: found done, it took no time and would the next time.
 */
export function measure(strategy: Strategy, pasts: readonly Migration[]): Measurements {
  const comparable = pasts.filter(
    (past) =>
      withoutRehearsal(past) === withoutRehearsal({ strategy }) && past.strategy.version === strategy.version,
  );
  return new Map(
    strategy.steps
      // What is planned at nothing waits for people, or is for when something goes wrong.
      .filter(({ expect }) => expect > 0)
      .flatMap(({ id, run }) => {
        const took = comparable.flatMap(({ steps }) => durationOf(steps[id], run !== undefined) ?? []);
        return took.length === 0 ? [] : [[id, summed(took)] as const];
      }),
  );
}

function durationOf(record: StepRecord | undefined, acts: boolean): Duration | undefined {
  if (!record || (record.begunAt === null && acts)) return undefined;
  return tookOf(record);
}

/**
 * How long a step took from its first act, or its first look, until it was seen done. Undefined where it is not, or where
 * people were waited for in between: then a retry has looked anew, after the step had begun.
 */
export function tookOf(record: StepRecord | undefined): Duration | undefined {
  if (!record || record.doneAt === null) return undefined;
  const { since, begunAt, doneAt } = record;
  return begunAt !== null && begunAt < since ? undefined : doneAt - (begunAt ?? since);
}

function summed(took: readonly Duration[]): Measured {
  const sorted = [...took].sort((a, b) => a - b);
  return {
    runs: sorted.length,
    typical: percentile(sorted, 0.5),
    atWorst: sorted.length < 2 ? null : percentile(sorted, 0.9),
  };
}

/** The smallest value that so many of them do not exceed. */
function percentile(sorted: readonly Duration[], share: number): Duration {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
}
