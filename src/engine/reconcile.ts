import { databaseKey } from "../core/cloud.ts";
import {
  type CourseStep,
  courseOf,
  currentOf,
  hasBegun,
  isPlanSettled,
  settlingStep,
} from "../core/course.ts";
import type { Endpoint } from "../core/database.ts";
import type { Event } from "../core/events.ts";
import { inDowntime, type Migration, type StepRecord, withStep } from "../core/migration.ts";
import { problem } from "../core/problem.ts";
import { isRehearsal } from "../core/rehearsal.ts";
import { note } from "../core/sentences.ts";
import type { Strategy } from "../core/strategy.ts";
import { type Duration, type Instant, minutes, seconds } from "../core/time.ts";
import { transition } from "../core/transition.ts";
import { findStrategy } from "../strategies/index.ts";
import { calledFor, isRunningOut } from "./budget.ts";
import type { Deps } from "./deps.ts";
import { type Drift, drift } from "./drift.ts";
import { heldBack } from "./halting.ts";
import { tellJournal } from "./told.ts";
import { act, look, putOff } from "./turn.ts";

/** What one pass came to: whether, and how soon, looking again is worth it. */
export interface Outlook {
  readonly migration: Migration | undefined;
  /**
   * `people`: nothing happens until somebody does something. `lost`: another executor was faster. `failed`: nobody knows, as
   * the store or something else did not answer.
   */
  readonly waitsFor: "nothing" | "people" | "the-world" | "lost" | "failed";
  readonly lookAgainIn: Duration;
  /** Time alone brings something about, although only people are waited for: it must be looked at again. */
  readonly staysDue: boolean;
  /** The endpoints to watch meanwhile: they are going or coming. */
  readonly watch: readonly {
    readonly name: "writer" | "reader";
    readonly at: Endpoint;
    readonly every: Duration;
  }[];
}

/** A guard against a step that is never done and always due: a whole migration is far below it. */
const mostTurns = 500;

/**
 * One pass over one migration: looks, decides, saves, acts, and again until nothing more can be done now. The save that
 * precedes every act is conditional on the revision; whoever loses it stops, having done nothing.
 */
export async function reconcile(deps: Deps, database: string): Promise<Outlook> {
  let migration = await deps.store.loadOpen(database);
  for (let turn = 0; turn < mostTurns; turn++) {
    if (!migration) return nothing(undefined);
    const strategy = knownStrategy(migration);
    const current = strategy && currentOf(strategy, migration);
    const event = await nextEvent(deps, strategy, migration, current);
    if (!event) return waitingForPeople(migration);
    const moved = await take(deps, strategy, migration, current, event);
    if (moved === "lost") return { ...nothing(migration), waitsFor: "lost", lookAgainIn: seconds(2) };
    if (moved === migration) {
      return isForPeople(event) ? waitingForPeople(migration) : outlook(deps, migration, current);
    }
    migration = moved.endedAt === null ? moved : undefined;
    if (!migration) return nothing(moved);
  }
  throw new Error(`${database} took more than ${mostTurns} turns in one pass`);
}

/** A stored migration can only go on with the steps it was begun with. */
function knownStrategy(migration: Migration): Strategy | undefined {
  const strategy = findStrategy(migration.strategy.id);
  return strategy?.version === migration.strategy.version ? strategy : undefined;
}

/** What a look shows, or what the signed terms call for where the step is not done. Undefined where people must act first. */
async function nextEvent(
  deps: Deps,
  strategy: Strategy | undefined,
  migration: Migration,
  current: CourseStep | undefined,
): Promise<Event | undefined> {
  if (migration.status !== "open") {
    const isStuck = migration.status === "stuck" && strategy !== undefined;
    return isStuck ? calledFor(deps, strategy, migration, true) : undefined;
  }
  const seen = await eventOf(deps, strategy, migration, current);
  const event = await heldBack(deps, migration, current, seen);
  if (!strategy || event.type !== "checked" || event.result.status === "done") return event;
  if (event.result.status === "blocked") return event;
  return (await calledFor(deps, strategy, migration, event.way.isGate || isForPeople(event))) ?? event;
}

async function eventOf(
  deps: Deps,
  strategy: Strategy | undefined,
  migration: Migration,
  current: CourseStep | undefined,
): Promise<Event> {
  if (!strategy) {
    const { id, version } = migration.strategy;
    const params = { strategy: id, stored: version, known: findStrategy(id)?.version ?? "none" };
    return { type: "blocked", problem: problem("plan.code-changed", params) };
  }
  return current ? look(deps, strategy, migration, current) : { type: "course-ended" };
}

/** Decides on an event, saves the decision and does what it asks for. Gives back the same migration if nothing changed. */
async function take(
  deps: Deps,
  strategy: Strategy | undefined,
  migration: Migration,
  current: CourseStep | undefined,
  event: Event,
): Promise<Migration | "lost"> {
  const [next, actions] = transition(migration, event, deps.clock.now());
  if (next === migration) return migration;
  if (actions.length === 0 || !strategy || !current) return save(deps, migration, next);
  const changed = await driftBefore(deps, strategy, migration, current);
  if (changed) return changed;
  // Anew, for the look at what has drifted took its time, and the act's own begins with the intent.
  const [meant] = transition(migration, event, deps.clock.now());
  const saved = await save(deps, migration, meant);
  if (saved === "lost") return saved;
  const { event: outcome, requests } = await act(deps, strategy, saved, current);
  const told = withRequests(saved, current.key, requests);
  return outcome ? take(deps, strategy, told, current, outcome) : told;
}

/** Kept by the next save, and not by one of their own: AWS's audit log has them anyway. */
function withRequests(migration: Migration, key: string, requests: StepRecord["requests"]): Migration {
  const kept = migration.steps[key];
  if (requests.length === 0 || !kept) return migration;
  return withStep(migration, key, { ...kept, requests: [...kept.requests, ...requests] });
}

/**
 * Until the fence's first act has shown an effect the approval is checked against the world as it is, before everything that
 * changes it. Once that act was meant it may have happened, and there is no new plan but a rollback.
 */
async function driftBefore(
  deps: Deps,
  strategy: Strategy,
  migration: Migration,
  current: CourseStep,
): Promise<Migration | "lost" | undefined> {
  const isSettling = current.key === settlingStep(strategy)?.id;
  const isLate = isPlanSettled(strategy, migration) && !isSettling;
  if (migration.direction === "back" || isLate) return undefined;
  const found = await drift(deps, strategy, migration);
  if (!found) return undefined;
  const event = eventOfDrift(strategy, migration, current, found);
  if (found.is === "another" && event === found.event)
    await deps.store.savePlan(databaseKey(migration.target), found.plan);
  const [next] = transition(migration, event, deps.clock.now());
  return save(deps, migration, next);
}

function eventOfDrift(strategy: Strategy, migration: Migration, current: CourseStep, found: Drift): Event {
  switch (found.is) {
    case "blocked": {
      const [first] = found.problems;
      if (first.code !== "target.not-available") return { type: "blocked", problem: first };
      // A backup of its own, or the change that was just asked for: nobody has to do anything about it.
      const { name = "", status = "" } = first.params;
      return putOff(strategy, migration, current, note("wait.status", { name, status }));
    }
    case "replaced":
      return { type: "blocked", problem: found.problem };
    case "another": {
      if (!isPlanSettled(strategy, migration)) return found.event;
      const { differences } = found.event;
      const why = problem("plan.changed-late", { name: migration.target.name, differences });
      return { type: "blocked", problem: why };
    }
    case "the-same":
      return found.event;
  }
}

async function save(deps: Deps, from: Migration, next: Migration): Promise<Migration | "lost"> {
  const saved = { ...next, revision: from.revision + 1 };
  if (!(await deps.store.save(saved))) return "lost";
  tellJournal(deps.log, saved, from.journalHead.seq);
  return saved;
}

/** Saves what people or the endpoint watch did to a migration; "lost" means: load it again and decide again. */
export async function saveEvent(deps: Deps, migration: Migration, event: Event): Promise<Migration | "lost"> {
  const [next] = transition(migration, event, deps.clock.now());
  if (next === migration) return migration;
  return save(deps, migration, next);
}

function nothing(migration: Migration | undefined): Outlook {
  return { migration, waitsFor: "nothing", lookAgainIn: minutes(1), staysDue: false, watch: [] };
}

function waitingForPeople(migration: Migration): Outlook {
  const staysDue = isRunningOut(migration) || isScheduled(migration);
  return { ...nothing(migration), waitsFor: "people", staysDue };
}

/** Approved, and not to begin before a time. */
function isScheduled({ steps, status }: Migration): boolean {
  const waits = Object.values(steps).filter(({ doneAt }) => doneAt === null);
  return status === "open" && waits.some(({ waitingFor }) => waitingFor?.code === "wait.not-before");
}

function isForPeople(event: Event): boolean {
  return event.type === "checked" && event.result.status === "waiting" && event.result.forPeople === true;
}

function outlook(deps: Deps, migration: Migration, current: CourseStep | undefined): Outlook {
  if (!current || current.step.gate) return waitingForPeople(migration);
  const again = lookAgainIn(migration, current, deps.clock.now());
  const watch = toWatch(migration, current);
  return { ...nothing(migration), waitsFor: "the-world", lookAgainIn: again, watch };
}

/** Closely, half a second is often enough to name the moment in which an endpoint went or came; each look is a login. */
const watchEvery = { closely: 500, "now and then": seconds(2) };

function toWatch(migration: Migration, { step }: CourseStep): Outlook["watch"] {
  const endpoints = step.watch && knownStrategy(migration)?.endpoints(migration.pinned);
  if (!step.watch || !endpoints) return [];
  const every = watchEvery[step.watch];
  const writer = { name: "writer" as const, at: endpoints.writer, every };
  return endpoints.reader ? [writer, { name: "reader", at: endpoints.reader, every }] : [writer];
}

/**
 * Outside the downtime a minute is soon enough. Inside it, or where it is measured for the next one, two seconds, and up to five late in steps of many minutes: what a
 * look too late costs is weighed against what RDS is asked. Before half of the expected time is over, next to nothing has ever
 * ended.
 */
function lookAgainIn(migration: Migration, { key, way }: CourseStep, now: Instant): Duration {
  const kept = migration.steps[key];
  const spent = now - (kept?.begunAt ?? kept?.since ?? now);
  const half = way.expect / 2;
  const isMeasured = inDowntime(migration) || isRehearsal(migration);
  if (!isMeasured && migration.direction === "forward") {
    return way.expect >= minutes(2) && spent < half ? minutes(1) : seconds(15);
  }
  const early = Math.min(seconds(20), way.expect / 20, half - spent);
  const late = Math.min(seconds(5), way.expect / 160);
  return Math.max(seconds(2), spent < half ? early : late);
}

/** True if somebody must be waited for at a gate, with nothing else going on. */
export function waitsAtGate(migration: Migration, gate: string): boolean {
  const strategy = knownStrategy(migration);
  return strategy !== undefined && currentOf(strategy, migration)?.key === gate;
}

export function hasBegunAnything(migration: Migration): boolean {
  const strategy = knownStrategy(migration);
  if (!strategy) return true;
  return courseOf(strategy, migration).some(({ key, step }) => !step.gate && hasBegun(migration.steps[key]));
}
