import { databaseKey } from "../core/cloud.ts";
import { DatabaseFault, type Look, type Sighting } from "../core/database.ts";
import { inDowntime, type Migration } from "../core/migration.ts";
import { isRehearsal } from "../core/rehearsal.ts";
import { type Duration, minutes, seconds } from "../core/time.ts";
import { caretaker } from "./aftercare.ts";
import type { Agenda, Deps, Figures } from "./deps.ts";
import { serveRequests } from "./intake.ts";
import { type Outlook, reconcile, saveEvent } from "./reconcile.ts";
import { threadsOf } from "./threads.ts";
import { about } from "./told.ts";

/** How long a run goes on polling inside a downtime. The next run, a minute later, takes over by raising the epoch. */
export const lingerFor = seconds(75);

export interface PollOutcome {
  /** How soon another poll is worth it: a minute where only people are waited for, or where a later run has taken over. */
  readonly lookAgainIn: Duration;
  /** True if something is under way that the world, not people, brings to an end. */
  readonly underWay: boolean;
}

export interface PollOptions {
  /**
   * Somebody has just asked for something. The index that the agenda is read from lags behind, so requests are then looked for
   * where they are.
   */
  readonly woken?: boolean;
  /** It runs by the schedule, which people are told. */
  readonly beats?: boolean;
  /** Once aborted, the run does not linger. */
  readonly stop?: AbortSignal;
  /** Lets a wait be cut short. Without it a wake starts a run of its own, which takes over. */
  readonly during?: (wait: Promise<void>) => Promise<unknown>;
}

/**
 * One scheduled run, also what a wake starts: what people asked for, then every migration that is due, then their
 * threads. While one of them is inside its downtime, the run goes on polling.
 */
export async function poll(deps: Deps, options: PollOptions = {}): Promise<PollOutcome> {
  if (options.beats) await beat(deps);
  try {
    return await run(deps, options);
  } catch (fault) {
    deps.meter.count({ PollerFailed: 1 });
    throw fault;
  }
}

async function run(
  deps: Deps,
  { woken = false, beats = false, stop, during = (wait) => wait }: PollOptions,
): Promise<PollOutcome> {
  const until = deps.clock.now() + lingerFor;
  const threads = threadsOf(deps);
  const care = caretaker(deps, (outlook) => threads.follow([outlook]));
  const known = new Map<string, Look>();
  const lead = leadOf(deps);
  try {
    let looked = care.take(await firstPass(deps, { woken, beats }));
    for (;;) {
      threads.follow(looked);
      const urgent = looked.filter((outlook) => isUrgent(outlook, lead.isTaken()));
      const soonest = Math.min(
        minutes(1),
        ...looked.filter(isUnderWay).map(({ lookAgainIn }) => lookAgainIn),
      );
      const underWay = looked.some(isUnderWay);
      const isOver = urgent.length === 0 || stop?.aborted || deps.clock.now() + soonest > until;
      if (isOver) return { lookAgainIn: soonest, underWay };
      // Two processes that both came back at once would take the lead from each other over and over.
      if (!(await lead.isOurs())) return { lookAgainIn: minutes(1), underWay };
      const wait = waitAndWatch(deps, urgent, soonest, known);
      // Cut short, it may fail when nobody listens any more.
      wait.catch((fault) => {
        for (const { migration } of urgent)
          deps.log.error("watch-failed", { ...(migration && about(migration)), fault });
      });
      await during(wait);
      if (!stop?.aborted) looked = await nextPass(deps, looked, urgent);
    }
  } finally {
    await care.finish();
    await threads.finish();
  }
}

/** Whoever only tells that it lives must not keep itself from working. */
async function beat({ store, clock, log }: Deps): Promise<void> {
  await store.beat(clock.now()).catch((fault) => log.error("beat-failed", { fault }));
}

/**
 * Which run lingers. The epoch only saves work: that two of them never do the same is the conditional save's business, so now
 * and then is often enough to look whether a later run has taken over.
 */
function leadOf({ store, clock }: Deps): { isTaken(): boolean; isOurs(): Promise<boolean> } {
  let epoch: number | undefined;
  let lookedAt = 0;
  return {
    isTaken: () => epoch !== undefined,
    isOurs: async () => {
      epoch ??= await store.takeEpoch();
      if (clock.now() < lookedAt + seconds(10)) return true;
      lookedAt = clock.now();
      return (await store.currentEpoch()) === epoch;
    },
  };
}

function isUnderWay({ waitsFor }: Outlook): boolean {
  return waitsFor !== "people" && waitsFor !== "nothing";
}

/**
 * Somebody's database is down, or on its way back up, or a rehearsal measures: seconds count. A look that failed says nothing, so a run that lingers
 * goes on. So does one that lost a save: who was faster may be the run before, which is about to end.
 */
function isUrgent({ migration, waitsFor }: Outlook, lingers: boolean): boolean {
  if (waitsFor === "failed") return lingers;
  return (
    (waitsFor === "the-world" || waitsFor === "lost") &&
    migration !== undefined &&
    (inDowntime(migration) || migration.direction === "back" || isRehearsal(migration))
  );
}

type Due = Agenda["migrations"][number];
type Looked = Outlook & { readonly due: Due };

async function firstPass(
  deps: Deps,
  { woken, beats }: { woken: boolean; beats: boolean },
): Promise<readonly Looked[]> {
  const agenda = await deps.store.agenda(deps.clock.now());
  const touched = woken || agenda.requests ? await serveRequests(deps) : [];
  const looked = await lookAt(deps, [...agenda.migrations, ...touched]);
  // A wake is no sign that the schedule lives.
  if (beats) deps.meter.count(figuresOf(agenda, looked));
  return looked;
}

/** Of every open migration, whether anything is due or not. */
function figuresOf({ open, stuck }: Agenda, looked: readonly Looked[]): Figures {
  const seen = new Set(looked.map(({ due }) => due.migration));
  const stuckNow = looked.filter(({ migration }) => migration?.status === "stuck");
  const stuckStill = stuck.filter((id) => !seen.has(id));
  return { PollerRan: 1, MigrationsOpen: open, MigrationsStuck: stuckNow.length + stuckStill.length };
}

/**
 * While it lingers, a run looks at what is urgent, and for requests: whoever asks for a rollback must not wait for an index.
 * What is not urgent was looked at, and is looked at again by the next run.
 */
async function nextPass(
  deps: Deps,
  before: readonly Looked[],
  urgent: readonly Looked[],
): Promise<readonly Looked[]> {
  const touched = await serveRequests(deps);
  const looked = await lookAt(deps, [...urgent.map(({ due }) => due), ...touched]);
  const again = new Set(looked.map(({ due }) => due.migration));
  return [...before.filter(({ due }) => !again.has(due.migration)), ...looked];
}

async function lookAt(deps: Deps, due: readonly Due[]): Promise<readonly Looked[]> {
  const once = new Map(due.map((one) => [one.migration, one]));
  return Promise.all(
    [...once.values()].map(async (one) => ({ ...(await reconcileSafely(deps, one)), due: one })),
  );
}

/** One migration that cannot be looked at must not keep the others from being looked at. */
async function reconcileSafely(deps: Deps, due: Due): Promise<Outlook> {
  try {
    const outlook = await reconcile(deps, due.database);
    if (outlook.migration?.id === due.migration) return outlook;
    const ended = await deps.store.findPast(due.database, due.migration);
    return { ...outlook, migration: ended, waitsFor: "nothing" };
  } catch (fault) {
    deps.log.error("reconcile-failed", { ...due, fault });
    return { migration: undefined, waitsFor: "failed", lookAgainIn: seconds(5), staysDue: false, watch: [] };
  }
}

/** Waits until the next look is due, and meanwhile looks at endpoints that are going or coming. */
async function waitAndWatch(
  deps: Deps,
  outlooks: readonly Outlook[],
  wait: Duration,
  known: Map<string, Look>,
): Promise<void> {
  const watched = outlooks.flatMap(({ migration, watch }) =>
    migration ? watch.map((endpoint) => ({ migration, ...endpoint })) : [],
  );
  if (watched.length === 0) return deps.clock.sleep(wait);
  const seen = await Promise.all(
    watched.map(async ({ migration, name, at, every }) => {
      const key = `${migration.id} ${name}`;
      const looked = await watch(deps, at, {
        known: known.get(key) ?? null,
        during: wait,
        every,
      });
      if (!looked) return [];
      known.set(key, looked.last);
      return looked.sightings.map((sighting) => ({ migration, name, sighting }));
    }),
  );
  for (const { migration, name, sighting } of seen.flat())
    await saveSighting(deps, migration, name, sighting);
}

/** Undefined if the probe did not answer: nothing was seen, and the time has still to pass. */
async function watch(deps: Deps, ...args: Parameters<Deps["database"]["watch"]>) {
  try {
    return await deps.database.watch(...args);
  } catch (fault) {
    if (!(fault instanceof DatabaseFault)) throw fault;
    await deps.clock.sleep(args[1].during);
    return undefined;
  }
}

async function saveSighting(
  deps: Deps,
  seen: Migration,
  endpoint: "writer" | "reader",
  sighting: Sighting,
): Promise<void> {
  const stored = await deps.store.loadOpen(databaseKey(seen.target));
  if (stored?.id !== seen.id) return;
  const before = stored.sightings[endpoint];
  // Two processes watch at once while one takes over from the other, and their watches end in any order.
  const isOld = before !== undefined && sighting.by <= before.by;
  if (before && (isOld || sameSight(before, sighting))) return;
  await saveEvent(deps, stored, { type: "sighted", endpoint, sighting });
}

function sameSight({ sight: a }: Sighting, { sight: b }: Sighting): boolean {
  if (a.state === "answers") return b.state === "answers" && a.answersAs === b.answersAs;
  return b.state === "unreachable" && a.layer === b.layer;
}

export interface Wakes {
  /** True at the next wake (or one that was missed), false after `atMost` of real time or when stopped. */
  next(atMost: Duration, stop: AbortSignal): Promise<boolean>;
  /** The same, but false at the end of `wait`. A wait that is cut short goes on by itself. */
  during(wait: Promise<unknown>, stop: AbortSignal): Promise<boolean>;
}

/** Polls for ever, for a process without a scheduler: on every wake, as soon as a look is worth it, and each minute. */
export async function pollForever(deps: Deps, wakes: Wakes, stop: AbortSignal): Promise<void> {
  const during = (wait: Promise<void>) => wakes.during(wait, stop);
  let woken = true;
  let beaten = Number.NEGATIVE_INFINITY;
  while (!stop.aborted) {
    const beats = deps.clock.now() - beaten >= minutes(1);
    if (beats) beaten = deps.clock.now();
    const options: PollOptions = { woken, beats, stop, during };
    const { lookAgainIn, underWay }: PollOutcome = await poll(deps, options).catch((fault) => {
      deps.log.error("poll-failed", { fault });
      return { lookAgainIn: seconds(5), underWay: true };
    });
    if (underWay) await during(deps.clock.sleep(lookAgainIn));
    woken = underWay || (await wakes.next(minutes(1), stop));
  }
}
