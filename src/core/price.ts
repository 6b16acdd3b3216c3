import { backCourse, type CourseStep, forwardCourse } from "./course.ts";
import type { Migration, StepRecord } from "./migration.ts";
import { settleOf } from "./step.ts";
import type { Strategy } from "./strategy.ts";
import type { Duration, Instant } from "./time.ts";

/**
 * What rolling back now would take: the sum of what it undoes, each priced by what the way there took where it is the
 * same call the other way round, and by the planning figure elsewhere. What is ahead on the way there is priced as in the plan. A step that is under way must first come to an
 * end, for AWS changes nothing that is being changed: the rest of it is added.
 */
export function rollbackPrice(strategy: Strategy, migration: Migration, now: Instant): Duration {
  return backCourse(strategy, migration)
    .filter(({ key }) => !migration.steps[key]?.doneAt)
    .reduce((sum, course) => sum + priceOf(course, migration, now), 0);
}

function priceOf({ step, way }: CourseStep, migration: Migration, now: Instant): Duration {
  const forward = migration.steps[step.id];
  const undo = step.undo;
  if (!undo || way !== undo || !forward) return way.expect;
  const begun = forward.begunAt ?? forward.since;
  if (undo.mirrors && forward.doneAt !== null) return forward.doneAt - begun;
  const isUnderWay = forward.doneAt === null && migration.problem === null && !undo.stops;
  const rest = isUnderWay ? Math.max(0, expectOf(migration, step) - (now - begun)) : 0;
  return Math.max(unsettled(forward, step, now), rest + way.expect);
}

/** How long the last call of a step that is not done may still take effect: nothing is undone under it. */
function unsettled({ doneAt, lastRun }: StepRecord, step: CourseStep["step"], now: Instant): Duration {
  return doneAt === null && lastRun !== null ? Math.max(0, lastRun.at + settleOf(step) - now) : 0;
}

/** Expected time until the end of the course, or, inside the downtime, until it opens. */
export function remaining(strategy: Strategy, migration: Migration, now: Instant): Duration {
  if (migration.direction === "back") return rollbackPrice(strategy, migration, now);
  const course = forwardCourse(strategy, migration.pinned);
  const inside = migration.downtimeBegan !== null && migration.downtimeEnded === null;
  const last = inside ? course.findIndex(({ step }) => step.downtime === "ends") : course.length - 1;
  return course.slice(0, last + 1).reduce((sum, { key, step }) => {
    const kept = migration.steps[key];
    return kept?.doneAt ? sum : sum + restOf(kept, expectOf(migration, step), now);
  }, 0);
}

/**
 * What a step still takes, at the least: one that is late counts as if it ended now. A progress that AWS tells is kept in
 * whole tens, so that up to nine more may have been done.
 */
function restOf(kept: StepRecord | undefined, expect: Duration, now: Instant): Duration {
  if (!kept?.begunAt) return expect;
  const spent = now - kept.begunAt;
  const done = (kept.progress ?? 0) + 9;
  const byProgress = done >= 19 && done < 100 ? (spent * (100 - done)) / done : 0;
  return Math.max(0, expect - spent, byProgress);
}

/** On the way there: what the plan says, which may have been measured. */
export function expectOf({ expected }: Migration, { id, expect }: CourseStep["step"]): Duration {
  return expected[id] ?? expect;
}
