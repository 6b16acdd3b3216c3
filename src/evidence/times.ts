import { gateName } from "../core/gate-names.ts";
import { type Note, plain } from "../core/note.ts";
import { note, say } from "../core/sentences.ts";
import { type Instant, seconds } from "../core/time.ts";
import type { PackedStep, Sections } from "./format.ts";

/** How far the clocks of two processes may be apart that carry one migration on. */
export const clocksApart = seconds(2);

interface Moment {
  readonly what: Note;
  readonly at: Instant;
}

/** Where a time is before another one that it must have come after. */
export function timeFaults(pack: Sections): readonly Note[] {
  return [...journalPairs(pack), ...stepPairs(pack), ...approvalPairs(pack)].flatMap(([earlier, later]) =>
    later.at >= earlier.at - clocksApart ? [] : [backwards(earlier, later)],
  );
}

type Pair = readonly [Moment, Moment];

function journalPairs({ journal }: Sections): readonly Pair[] {
  const moments = journal.map(({ seq, at }) => ({ what: note("time.entry", { seq }), at }));
  return moments.slice(1).map((moment, at): Pair => [moments[at] ?? moment, moment]);
}

function stepPairs({ steps, journal, plan }: Sections): readonly Pair[] {
  const own = steps.flatMap((step): readonly Pair[] => {
    const begun = beginOf(step);
    const done = endOf(step);
    const requests = step.requests.map(
      ({ id, at }): Moment => ({ what: note("time.request", { id, step: step.title ?? step.key }), at }),
    );
    return [...pair(begun, done), ...requests.flatMap((request) => pair(begun, request))];
  });
  // With another plan, or forward once more out of a rollback, a step may come after those that follow it.
  const isStraight = !journal.some(
    ({ what }) => what.code === "event.plan-changed" || what.code === "event.forward-again",
  );
  const gates = plan.plan.steps.filter(({ gate }) => gate).map(({ id }) => id);
  const forward = steps.filter(({ key }) => !key.includes(":") && !gates.includes(key));
  const following = forward.slice(1).flatMap((step, at) => pair(endOf(forward[at]), beginOf(step)));
  return isStraight ? [...own, ...following] : own;
}

function approvalPairs({ people, migration }: Sections): readonly Pair[] {
  const asked = { what: note("time.asked", {}), at: migration.createdAt };
  return people.approvals.map(({ gate, at }): Pair => {
    return [asked, { what: note("time.approval", { gate: gateName(gate) }), at }];
  });
}

function beginOf(step: PackedStep | undefined): Moment | undefined {
  if (!step || step.begunAt === null) return undefined;
  return { what: note("time.begin", { step: step.title ?? step.key }), at: step.begunAt };
}

function endOf(step: PackedStep | undefined): Moment | undefined {
  if (!step || step.doneAt === null) return undefined;
  return { what: note("time.end", { step: step.title ?? step.key }), at: step.doneAt };
}

function pair(earlier: Moment | undefined, later: Moment | undefined): readonly Pair[] {
  return earlier && later ? [[earlier, later]] : [];
}

function backwards(earlier: Moment, later: Moment): Note {
  return note("fault.backwards", {
    later: say(later.what, plain),
    at: later.at,
    earlier: say(earlier.what, plain),
    before: earlier.at,
  });
}
