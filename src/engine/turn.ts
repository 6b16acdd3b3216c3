import { CloudFault } from "../core/cloud.ts";
import { type CourseStep, coveredHasBegun } from "../core/course.ts";
import { DatabaseFault } from "../core/database.ts";
import type { Event, WayFacts } from "../core/events.ts";
import { actLasts, type Heard, type Mandate } from "../core/mandate.ts";
import type { Migration, StepRecord } from "../core/migration.ts";
import type { Names } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import { expectOf } from "../core/price.ts";
import { problem } from "../core/problem.ts";
import { namesBy } from "../core/rehearsal.ts";
import { note } from "../core/sentences.ts";
import { type StepContext, settleOf } from "../core/step.ts";
import type { Strategy } from "../core/strategy.ts";
import { type Instant, minutes } from "../core/time.ts";
import type { Deps } from "./deps.ts";
import { about } from "./told.ts";

type Facts = Readonly<Record<string, unknown>>;

/** A step without a deadline of its own is stuck after six times what is expected, and not before half an hour. */
const patience = 6;
const leastPatience = minutes(30);

function namesOf(migration: Migration): Names {
  return namesBy(migration.strategy, migration.id, migration.target.name);
}

function contextOf(
  deps: Deps,
  migration: Migration,
  mandate: Mandate,
  lastRun: Instant | null = null,
  heard?: Heard,
): StepContext<Facts, Facts> {
  const { target, pinned, learned, planHash } = migration;
  return {
    pinned,
    learned,
    names: namesOf(migration),
    now: deps.clock.now(),
    approvals: migration.approvals.filter((given) => given.planHash === planHash),
    lastRun,
    cloud: deps.cloudFor(target, mandate, heard),
    database: deps.database,
    transfer: deps.transfer,
  };
}

/** As long as it was meant for, on the word of whoever approved last. */
function mandateFor(migration: Migration, { key, effect, gate, way }: CourseStep): Mandate {
  if (effect === "reads") return { effect };
  const { id, approvals, planHash, steps } = migration;
  const given = approvals.filter((one) => one.gate === gate && one.planHash === planHash).at(-1);
  return {
    effect,
    migration: id,
    actor: `${id}.${key}`,
    approver: given?.person.user ?? null,
    until: (steps[key]?.lastRun?.at ?? 0) + actLasts(settleOf(way)),
  };
}

/** For a question beside the course, such as what a rollback would discard. */
export function contextForReading(deps: Deps, migration: Migration): StepContext<Facts, Facts> {
  return contextOf(deps, migration, { effect: "reads" });
}

/** Looks at one way of the course and says what was seen, as an event. */
export async function look(
  deps: Deps,
  strategy: Strategy,
  migration: Migration,
  course: CourseStep,
): Promise<Event> {
  const lastRun = migration.steps[course.key]?.lastRun?.at ?? null;
  const cx = contextOf(deps, migration, { effect: "reads" }, lastRun);
  try {
    const result = await course.way.check(cx);
    const learned =
      result.status === "done" ? { ...migration.learned, ...result.learned } : migration.learned;
    const tells = result.status === "done" ? course.way.tells?.({ ...cx, learned }) : undefined;
    return {
      type: "checked",
      way: { ...wayFacts(strategy, migration, course), tells: tells ?? null },
      result,
    };
  } catch (fault) {
    return faultEvent(deps, strategy, migration, course, fault, "look");
  }
}

/** What came of an act. */
interface Acted {
  /** Undefined where it was accepted, or where nobody knows: the next look tells. */
  readonly event: Event | undefined;
  readonly requests: StepRecord["requests"];
}

/** Starts it. */
export async function act(
  deps: Deps,
  strategy: Strategy,
  migration: Migration,
  course: CourseStep,
): Promise<Acted> {
  const requests: StepRecord["requests"] = [];
  const heard: Heard = (accepted) => requests.push({ ...accepted, at: deps.clock.now() });
  try {
    await course.way.run?.(contextOf(deps, migration, mandateFor(migration, course), null, heard));
    return { event: undefined, requests };
  } catch (fault) {
    if (fault instanceof CloudFault && fault.kind === "unanswered") {
      deps.log.info("unanswered", { ...about(migration), step: course.key, fault });
      return { event: undefined, requests };
    }
    return { event: faultEvent(deps, strategy, migration, course, fault, "act"), requests };
  }
}

/** Not now, and nobody's fault. */
export function putOff(strategy: Strategy, migration: Migration, course: CourseStep, because: Note): Event {
  return { type: "put-off", way: wayFacts(strategy, migration, course), because };
}

function wayFacts(strategy: Strategy, migration: Migration, course: CourseStep): WayFacts {
  const { key, step, way, effect, gate } = course;
  const back = migration.direction === "back";
  const expect = back ? way.expect : expectOf(migration, step);
  return {
    key,
    title: way.title({ pinned: migration.pinned, names: namesOf(migration) }),
    effect,
    isGate: step.gate === true,
    canRun: way.run !== undefined,
    gate,
    gateInUse: gate !== null && coveredHasBegun(strategy, migration, gate),
    settle: settleOf(way),
    repeats: way.repeats ?? false,
    deadline: step.gate ? null : (step.deadline ?? Math.max(leastPatience, patience * expect)),
    downtime: back ? (step.downtime === "begins" ? "ends" : null) : (step.downtime ?? null),
    unsettledUntil: back ? unsettledUntil(migration, course) : null,
    tells: null,
  };
}

/** The last call of the step that is being undone may still take effect: until then "not there" is no proof. */
function unsettledUntil(migration: Migration, { step, way }: CourseStep): Instant | null {
  const forward = migration.steps[step.id];
  if (way !== step.undo || !forward || forward.doneAt !== null || forward.lastRun === null) return null;
  return forward.lastRun.at + settleOf(step);
}

function faultEvent(
  deps: Deps,
  strategy: Strategy,
  migration: Migration,
  course: CourseStep,
  fault: unknown,
  during: "look" | "act",
): Event {
  const way = wayFacts(strategy, migration, course);
  const because = passing(fault);
  const said = { ...about(migration), step: course.key, during, fault };
  if (because) {
    deps.log.info("not-now", said);
    if (during === "act") return { type: "put-off", way, because };
    return { type: "checked", way, result: { status: "waiting", because } };
  }
  deps.log.error("blocked", said);
  return { type: "blocked", problem: problemOf(migration, fault) };
}

/** SQLSTATE classes: connection lost, serialisation, resources, object in use, operator intervention (a restart). */
const mayPass = /^(?:08|40|53|55|57|probe-unanswered$)/;

/** What passes by itself: waited for, in the service's own words. */
function passing(fault: unknown) {
  if (
    fault instanceof CloudFault &&
    (fault.kind === "throttled" || fault.kind === "busy" || fault.kind === "unanswered")
  ) {
    return note("wait.service", { code: fault.code, operation: fault.operation });
  }
  if (fault instanceof DatabaseFault && (fault.layer !== "query" || mayPass.test(fault.code))) {
    return note("wait.database", { layer: fault.layer, code: fault.code });
  }
  return undefined;
}

function problemOf(migration: Migration, fault: unknown) {
  const { name } = migration.target;
  if (fault instanceof CloudFault) {
    const { operation, code, message } = fault;
    return fault.kind === "mismatch"
      ? problem("step.mismatch", { operation, message, name })
      : problem("step.refused", { operation, code, message, name });
  }
  if (fault instanceof DatabaseFault) {
    return problem("step.database-refused", { code: fault.code, message: fault.message, name });
  }
  return problem("step.bug", { message: fault instanceof Error ? fault.name : "unknown", name });
}
