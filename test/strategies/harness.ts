import { forwardCourse } from "../../src/core/course.ts";
import type { Migration } from "../../src/core/migration.ts";
import type { Strategy } from "../../src/core/strategy.ts";
import { failRestore } from "../engine/failed-restore.ts";
import { aLife, ask, type Life, moveAll, newest, settle } from "../engine/life.ts";
import { pictureOf } from "../engine/picture.ts";
import { stoppingWhen } from "../engine/stopping.ts";

/** Durations are measured, so that the clock may not go far beyond what is slept. */
const littleHurry = 15_000;

/** `done`: the moment a step is. `under way`: it was begun, and only time can end it. */
export type Point = { readonly step: string; readonly when: "done" | "under way" };

export const sayPoint = ({ step, when }: Point): string => `${step} is ${when}`;

/** Every point before the opening at which a rollback may be asked for. */
export async function pointsBeforeOpening(strategy: Strategy): Promise<Point[]> {
  const { slow, course } = await wholeCourse(strategy);
  const opens = course.findIndex(({ step }) => step.downtime === "ends");
  const done = course.slice(0, opens).map(({ key }) => ({ step: key, when: "done" }) as const);
  return [...done, ...slow.map((step) => ({ step, when: "under way" }) as const)];
}

/** The steps of the strategy's database, and those that somebody could see under way: in which an executor slept. */
async function wholeCourse(strategy: Strategy) {
  const slow = new Set<string>();
  const life = aLife({ hurry: littleHurry, of: strategy.id });
  const observed = stoppingWhen(
    life.world.deps,
    (migration) => {
      const current = forwardCourse(strategy, migration.pinned).find(
        ({ key }) => !migration.steps[key]?.doneAt,
      );
      if (current && migration.steps[current.key]?.begunAt) slow.add(current.key);
      return false;
    },
    true,
  );
  const migration = await moveAll(life, observed.deps);
  return { slow: [...slow], course: forwardCourse(strategy, migration?.pinned ?? {}) };
}

/** A migration that stands at this point, with its executor gone. */
export async function standingAt({ step, when }: Point, of?: string): Promise<Life> {
  const life = aLife({ hurry: littleHurry, ...(of !== undefined && { of }) });
  const { deps, hasStopped } = stoppingWhen(
    life.world.deps,
    ({ steps }) => {
      const kept = steps[step];
      if (when === "done") return kept !== undefined && kept.doneAt !== null;
      return kept !== undefined && kept.begunAt !== null && kept.doneAt === null;
    },
    when === "under way",
  );
  await moveAll(life, deps).catch((fault) => {
    if (!hasStopped()) throw fault;
  });
  if (!hasStopped()) throw new Error(`no migration was seen when ${sayPoint({ step, when })}`);
  return life;
}

/** Opened a moment ago, with its executor gone; since the last look, clients write only when they are told to. */
export async function justOpened(of?: string): Promise<Life> {
  const life = await standingAt({ step: "last-look", when: "done" }, of);
  life.world.meanwhile = undefined;
  const opening = stoppingWhen(life.world.executor(), ({ steps }) => typeof steps.open?.doneAt === "number");
  await settle(life, { deps: opening.deps }).catch((fault) => {
    if (!opening.hasStopped()) throw fault;
  });
  if (!opening.hasStopped()) throw new Error("it was not opened");
  return life;
}

/** As the account's owner sees it. */
export function seen({ world, source }: Life) {
  return pictureOf(world.account.state, world.servers, source.resourceId);
}

/** Asks for the rollback and lets another executor make it. */
export async function rollBack(life: Life, deps = life.world.executor()): Promise<Migration | undefined> {
  await ask(life, "UBOB", "rollback");
  return settle(life, { deps });
}

/** The step that makes the replacement. */
export function makes(of?: string): string {
  return of === "rds-dump-restore" ? "make-target" : "restore";
}

/** The restore fails while it is under way; the executor sees it, or a person is faster. */
export async function failedRestore(
  status: "restore-error" | "incompatible-restore",
  noticed: boolean,
  of?: string,
) {
  const life = await standingAt({ step: makes(of), when: "under way" }, of);
  if (!failRestore(life.world, status)) throw new Error("no restore is under way");
  if (noticed) await settle(life, { deps: life.world.executor() });
  return life;
}

/** What was announced and what it took, in milliseconds. */
export async function priceOf(life: Life): Promise<{ announced: number; took: number }> {
  const migration = await newest(life);
  if (!migration?.rollback || migration.endedAt === null) throw new Error("nothing was rolled back");
  return { announced: migration.rollback.price, took: migration.endedAt - migration.rollback.at };
}
