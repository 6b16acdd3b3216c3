import { type Approval, type Person, passedWith } from "./approval.ts";
import type { Sighting } from "./database.ts";
import { record } from "./journal.ts";
import type { Migration, StepRecord } from "./migration.ts";
import { type Note, plain } from "./note.ts";
import { explain, type Problem, problem } from "./problem.ts";
import { note, say } from "./sentences.ts";
import type { Effect, StepResult } from "./step.ts";
import { type Duration, type Instant, minutes, seconds } from "./time.ts";

/** What `transition` needs to know of the way that was looked at. */
export interface WayFacts {
  readonly key: string;
  readonly title: Note;
  readonly effect: Effect;
  readonly isGate: boolean;
  readonly canRun: boolean;
  /** The gate that covers it, and whether anything it covers has begun. */
  readonly gate: string | null;
  readonly gateInUse: boolean;
  readonly settle: Duration;
  /** Null for gates: people take their time. */
  readonly deadline: Duration | null;
  readonly downtime: "begins" | "ends" | null;
  /** On the way back: when the step that is being undone was last run without being seen done. */
  readonly unsettledUntil: Instant | null;
  /** What the journal says when it is done, beside that it is. */
  readonly tells: Note | null;
}

export type Event =
  | { readonly type: "checked"; readonly way: WayFacts; readonly result: StepResult<Record<string, unknown>> }
  /** A run that certainly had no effect: the service put it off. */
  | { readonly type: "put-off"; readonly way: WayFacts; readonly because: Note }
  | { readonly type: "blocked"; readonly problem: Problem }
  | { readonly type: "sighted"; readonly endpoint: "writer" | "reader"; readonly sighting: Sighting }
  | { readonly type: "course-ended" }
  | { readonly type: "approved"; readonly approval: Approval }
  | {
      readonly type: "rejected";
      readonly gate: string;
      readonly person: Person;
      readonly begun: boolean;
      readonly price: Duration;
    }
  | {
      readonly type: "replanned";
      readonly planHash: string;
      readonly pinned: Migration["pinned"];
      readonly gates: readonly string[];
      readonly differences: string;
    }
  | { readonly type: "rollback"; readonly person: Person; readonly begun: boolean; readonly price: Duration }
  | { readonly type: "forward-again"; readonly person: Person; readonly reopen: string }
  | { readonly type: "pause" | "resume" | "retry"; readonly person: Person; readonly key: string | null };

export type Action = { readonly kind: "run"; readonly key: string };

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
    case "course-ended":
      return [ended(migration, now), []];
    case "approved":
      return [approved(migration, event.approval, now), []];
    case "rejected":
      return [rejected(migration, event, now), []];
    case "replanned":
      return [replanned(migration, event, now), []];
    case "rollback":
      return [back(migration, event, now), []];
    case "forward-again":
      return [forwardAgain(migration, event, now), []];
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
      return [waiting(m, way, result.because, result.progress, now), []];
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
  if ((kept.lastRun?.attempt ?? 0) >= mostAttempts) {
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
  if (way.gate === null) return false;
  const given = passedWith(m, way.gate);
  return given !== undefined && (way.gateInUse || now < given.expiresAt);
}

function reopenGate(m: Migration, way: WayFacts, now: Instant): Migration {
  if (way.gate === null || m.direction === "back") {
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
  const withStep = withRecord(m, way.key, next);
  if (way.downtime !== "begins" || m.downtimeBegan !== null) return withStep;
  return record(
    { ...withStep, downtimeBegan: now },
    note("event.downtime-began", { name: m.target.name }),
    now,
  );
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
  let after = record({ ...withRecord(m, way.key, next), learned }, note("step.done", { step: way.key }), now);
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
  return withRecord(m, way.key, { ...kept, waitingFor: because, progress: tens });
}

function putOff(m: Migration, way: WayFacts, because: Note, now: Instant): Migration {
  const kept = recordOf(m, way.key, now);
  const waited = kept.lastRun === null ? 0 : now - (kept.begunAt ?? now);
  const patience = Math.min(longestBackOff, Math.max(seconds(2), waited / 2));
  return withRecord(m, way.key, { ...kept, notBefore: now + patience, waitingFor: because });
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
  const { name } = m.target;
  if (finished) {
    const downtime = (m.downtimeEnded ?? now) - (m.downtimeBegan ?? now);
    return record(next, note("event.finished", { name, downtime }), now);
  }
  return record(next, note("event.rolled-back", { name, took: now - (m.rollback?.at ?? now) }), now);
}

function approved(m: Migration, given: Approval, now: Instant): Migration {
  const next = { ...m, approvals: [...m.approvals, given] };
  const params = { person: given.person.name, gate: given.gate };
  return record(next, note("event.approved", params), now);
}

function rejected(m: Migration, event: Extract<Event, { type: "rejected" }>, now: Instant): Migration {
  const { person, gate, begun, price } = event;
  const told = record(m, note("event.rejected", { person: person.name, gate }), now);
  return begun
    ? back(told, { person, begun, price }, now)
    : { ...told, status: "rejected", problem: null, endedAt: now };
}

/** The plan is another one now: what was done stays done, and every gate must be passed anew. */
function replanned(m: Migration, event: Extract<Event, { type: "replanned" }>, now: Instant): Migration {
  const steps = { ...m.steps };
  for (const gate of event.gates) delete steps[gate];
  const next = { ...m, planHash: event.planHash, pinned: event.pinned, steps };
  return record(next, note("event.plan-changed", { differences: event.differences }), now);
}

function back(
  m: Migration,
  event: { readonly person: Person; readonly begun: boolean; readonly price: Duration },
  now: Instant,
): Migration {
  const { person, price } = event;
  const next: Migration = {
    ...m,
    direction: "back",
    status: "open",
    problem: null,
    rollback: { at: now, price },
  };
  return record(next, note("event.rollback", { person: person.name, name: m.target.name, price }), now);
}

/** Out of a rollback that two people did not sign: the step that opens runs again, and the way back is forgotten. */
function forwardAgain(
  m: Migration,
  event: Extract<Event, { type: "forward-again" }>,
  now: Instant,
): Migration {
  const steps = Object.fromEntries(
    Object.entries(m.steps).filter(
      ([key]) => key !== event.reopen && !key.startsWith("undo:") && !key.startsWith("after:"),
    ),
  );
  const next: Migration = {
    ...m,
    direction: "forward",
    status: "open",
    problem: null,
    rollback: null,
    steps,
  };
  return record(next, note("event.forward-again", { person: event.person.name }), now);
}

function steered(
  m: Migration,
  event: Extract<Event, { type: "pause" | "resume" | "retry" }>,
  now: Instant,
): Migration {
  const params = { person: event.person.name, name: m.target.name };
  if (event.type === "pause") return record({ ...m, status: "paused" }, note("event.paused", params), now);
  if (event.type === "resume") return record({ ...m, status: "open" }, note("event.resumed", params), now);
  const kept = event.key === null ? undefined : m.steps[event.key];
  const next: Migration = { ...m, status: "open", problem: null };
  const anew: Migration =
    event.key !== null && kept
      ? withRecord(next, event.key, { ...kept, since: now, lastRun: null, notBefore: null, waitingFor: null })
      : next;
  return record(anew, note("event.retried", params), now);
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
  };
}

function withRecord(m: Migration, key: string, kept: StepRecord): Migration {
  return { ...m, steps: { ...m.steps, [key]: kept } };
}

function titleOf(way: WayFacts): string {
  return say(way.title, plain);
}
