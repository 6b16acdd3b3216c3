import { aftercareOf, lookedAfter } from "./aftercare.ts";
import { passedWith } from "./approval.ts";
import {
  approved,
  back,
  backAsSigned,
  budgetSaid,
  closed,
  forwardAgain,
  found,
  rejected,
  replanned,
  steered,
} from "./decisions.ts";
import type { Action, Event, WayFacts } from "./events.ts";
import { record } from "./journal.ts";
import { inDowntime, type Migration, type StepRecord, withStep } from "./migration.ts";
import { type Note, plain } from "./note.ts";
import { explain, type Problem, problem } from "./problem.ts";
import { subjectName } from "./purpose.ts";
import { finishedEvent, undoneEvent } from "./purpose-events.ts";
import { note, say } from "./sentences.ts";
import type { StepResult } from "./step.ts";
import { type Instant, minutes, seconds } from "./time.ts";

/** What `transition` needs to know of the way that was looked at. */
type Outcome = readonly [Migration, readonly Action[]];

/** A run that was accepted and shows nothing for this long, this many times, is not going to. */
const mostAttempts = 5;
const longestBackOff = minutes(1);

/**
 * Decides, and does nothing: what the migration is after an event, and what to do once that is saved. The same
 * migration object comes back when nothing changed, which is how an unchanged poll writes nothing.
 */
export function transition(migration: Migration, event: Event, now: Instant): Outcome {
  switch (event.type) {
    case "checked":
      return checked(migration, event.way, event.result, now);
    case "put-off":
      return [putOff(migration, event.way, event.because, now), []];
    case "blocked":
      return [stuck(migration, event.problem, now), []];
    case "sighted":
      return [sighted(migration, event, now), []];
    case "course-ended": {
      const over = ended(migration, now);
      return [{ ...over, aftercare: aftercareOf(over, now) }, []];
    }
    case "looked-after":
      return [lookedAfter(migration, event.look, now), []];
    case "approved":
      return [approved(migration, event.approval, now), []];
    case "rejected":
      return [rejected(migration, event, now), []];
    case "replanned":
      return [replanned(migration, event, now), []];
    case "found":
      return [found(migration, event, now), []];
    case "rollback":
      return [back(migration, event, now), []];
    case "budget":
      return [
        event.call === "roll-back" ? backAsSigned(migration, event, now) : budgetSaid(migration, event, now),
        [],
      ];
    case "forward-again":
      return [forwardAgain(migration, event, now), []];
    case "closed":
      return [closed(migration, event, now), []];
    case "pause":
    case "resume":
    case "retry":
      return [steered(migration, event, now), []];
  }
}

function checked(
  m: Migration,
  way: WayFacts,
  result: StepResult<Record<string, unknown>>,
  now: Instant,
): Outcome {
  switch (result.status) {
    case "done":
      if (way.unsettledUntil !== null && now < way.unsettledUntil) {
        return [waiting(m, way, note("wait.last-call", {}), undefined, now), []];
      }
      return [done(m, way, result, now), []];
    case "waiting":
      return [
        waiting(m, result.forPeople ? { ...way, deadline: null } : way, result.because, result.progress, now),
        [],
      ];
    case "blocked":
      return [stuck(m, result.problem, now), []];
    case "todo":
      return todo(m, way, now);
  }
}

function todo(m: Migration, way: WayFacts, now: Instant): Outcome {
  const kept = recordOf(m, way.key, now);
  if (!way.canRun) return [waiting(m, way, note("wait.not-yet", {}), undefined, now), []];
  if (kept.lastRun !== null && kept.notBefore === null && now < kept.lastRun.at + way.settle) {
    return [waiting(m, way, note("wait.effect", {}), undefined, now), []];
  }
  if (kept.notBefore !== null && now < kept.notBefore) return [overdue(m, way, kept, now) ?? m, []];
  const late = overdue(m, way, kept, now);
  if (late) return [late, []];
  if (!way.repeats && (kept.lastRun?.attempt ?? 0) >= mostAttempts) {
    const attempts = kept.lastRun?.attempt ?? 0;
    return [
      stuck(m, problem("step.no-effect", { step: titleOf(way), attempts, name: m.target.name }), now),
      [],
    ];
  }
  if (!isCovered(m, way, now)) return [reopenGate(m, way, now), []];
  return [begin(m, way, kept, now), [{ kind: "run", key: way.key }]];
}

/**
 * Nothing that changes the world runs without the approval of the current plan by the gate before it. It must be
 * live until the first step it covers has begun; after that the downtime may run and no clock may end it.
 */
function isCovered(m: Migration, way: WayFacts, now: Instant): boolean {
  if (way.effect === "reads") return true;
  // What is undone was begun under an approval, which covered the way back; a plan that changed since voids only what is ahead.
  if (m.direction === "back") return true;
  if (way.gate === null) return false;
  const given = passedWith(m, way.gate);
  return given !== undefined && (way.gateInUse || inDowntime(m) || now < given.expiresAt);
}

function reopenGate(m: Migration, way: WayFacts, now: Instant): Migration {
  if (way.gate === null) {
    return stuck(m, problem("step.no-approval", { step: titleOf(way) }), now);
  }
  const gate = m.steps[way.gate];
  const steps = { ...m.steps };
  if (gate) steps[way.gate] = { ...gate, doneAt: null, evidence: [] };
  return record({ ...m, steps }, note("event.approval-expired", { gate: way.gate }), now);
}

/** The intent: saved before the act, so that whatever happens to the act, it is known to have been meant. */
function begin(m: Migration, way: WayFacts, kept: StepRecord, now: Instant): Migration {
  const attempt = kept.notBefore === null ? (kept.lastRun?.attempt ?? 0) + 1 : (kept.lastRun?.attempt ?? 1);
  const next: StepRecord = {
    ...kept,
    lastRun: { at: now, attempt },
    begunAt: kept.begunAt ?? now,
    notBefore: null,
    waitingFor: null,
  };
  const meant = withStep(m, way.key, next);
  if (way.downtime !== "begins" || m.downtimeBegan !== null) return meant;
  return record({ ...meant, downtimeBegan: now }, note("event.downtime-began", { name: m.target.name }), now);
}

function done(
  m: Migration,
  way: WayFacts,
  result: Extract<StepResult<Record<string, unknown>>, { status: "done" }>,
  now: Instant,
): Migration {
  const kept = recordOf(m, way.key, now);
  const next: StepRecord = {
    ...kept,
    doneAt: now,
    evidence: [...result.evidence],
    waitingFor: null,
    progress: null,
  };
  const learned = { ...m.learned, ...result.learned };
  let after = record({ ...withStep(m, way.key, next), learned }, note("step.done", { step: way.key }), now);
  if (way.downtime === "begins" && after.downtimeBegan === null) after = { ...after, downtimeBegan: now };
  if (way.downtime === "ends" && after.downtimeBegan !== null && after.downtimeEnded === null) {
    after = { ...after, downtimeEnded: now };
  }
  return way.tells ? record(after, way.tells, now) : after;
}

function waiting(
  m: Migration,
  way: WayFacts,
  because: Note,
  progress: number | undefined,
  now: Instant,
): Migration {
  const kept = recordOf(m, way.key, now);
  const late = overdue(m, way, kept, now);
  if (late) return late;
  const tens = progress === undefined ? null : Math.floor(progress / 10) * 10;
  const known = m.steps[way.key];
  // Only the code is compared: a figure that moves with every poll would be a write per poll.
  if (known && known.waitingFor?.code === because.code && known.progress === tens) return m;
  const next = withStep(m, way.key, { ...kept, waitingFor: because, progress: tens });
  // The first gate asks with the plan itself; a later one comes up inside a message that is edited, which notifies nobody.
  const asks = way.isGate && way.gate !== null && because.code === "wait.approval";
  if (asks) return record(next, note("event.approval-needed", { gate: way.key, name: subjectName(m) }), now);
  // Said in the thread: a downtime may go on for as long as this does.
  const { person = "", reason = "" } = because.params;
  if (because.code === "wait.halted") return record(next, note("event.halted", { person, reason }), now);
  return next;
}

function putOff(m: Migration, way: WayFacts, because: Note, now: Instant): Migration {
  const kept = recordOf(m, way.key, now);
  const waited = kept.lastRun === null ? 0 : now - (kept.begunAt ?? now);
  const patience = Math.min(longestBackOff, Math.max(seconds(2), waited / 2));
  return withStep(m, way.key, { ...kept, notBefore: now + patience, waitingFor: because });
}

function overdue(m: Migration, way: WayFacts, kept: StepRecord, now: Instant): Migration | undefined {
  if (way.deadline === null || now - kept.since <= way.deadline) return undefined;
  const params = { step: titleOf(way), limit: way.deadline, name: m.target.name };
  return stuck(m, problem("step.deadline", params), now);
}

function stuck(m: Migration, why: Problem, now: Instant): Migration {
  if (m.status === "stuck" && m.problem?.code === why.code) return m;
  return record({ ...m, status: "stuck", problem: why }, note("event.stuck", explain(why, plain)), now);
}

function sighted(m: Migration, event: Extract<Event, { type: "sighted" }>, now: Instant): Migration {
  const { endpoint, sighting } = event;
  const { sight } = sighting;
  const params = {
    endpoint,
    sight: sight.state === "answers" ? (sight.answersAs ?? "unknown") : sight.layer,
    after: sighting.after ?? sighting.by,
    by: sighting.by,
  };
  const next = { ...m, sightings: { ...m.sightings, [endpoint]: sighting } };
  if (m.sightings[endpoint] === undefined) return next;
  return record(
    next,
    sight.state === "answers" ? note("event.answers", params) : note("event.unreachable", params),
    now,
  );
}

function ended(m: Migration, now: Instant): Migration {
  const finished = m.direction === "forward";
  const next: Migration = {
    ...m,
    status: finished ? "finished" : "rolled-back",
    problem: null,
    endedAt: now,
  };
  if (!finished) return record(next, undoneEvent(m, now - (m.rollback?.at ?? now)), now);
  return record(next, finishedEvent(m, (m.downtimeEnded ?? now) - (m.downtimeBegan ?? now)), now);
}

function recordOf(m: Migration, key: string, now: Instant): StepRecord {
  return m.steps[key] ?? untouched(now);
}

function untouched(now: Instant): StepRecord {
  return {
    since: now,
    lastRun: null,
    begunAt: null,
    doneAt: null,
    evidence: [],
    waitingFor: null,
    progress: null,
    notBefore: null,
    requests: [],
  };
}

function titleOf(way: WayFacts): string {
  return say(way.title, plain);
}
