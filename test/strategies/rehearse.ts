import { forwardCourse } from "../../src/core/course.ts";
import type { Migration } from "../../src/core/migration.ts";
import type { Plan } from "../../src/core/plan.ts";
import { rehearsalOf } from "../../src/core/rehearsal.ts";
import type { MoveStrategy } from "../../src/core/strategy.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { put } from "../../src/sim/aws/turn.ts";
import {
  aLife,
  approve,
  ask,
  type Life,
  lastNotice,
  name,
  newest,
  press,
  say,
  settle,
} from "../engine/life.ts";
import { stoppingWhen } from "../engine/stopping.ts";
import { type Point, sayPoint } from "./harness.ts";

/** Durations are measured, so that the clock may not go far beyond what is slept. */
const littleHurry = 15_000;

/** A person asks for a rehearsal, which waits to be served by the next poll. */
export function askToRehearse(life: Life, strategy: string | null = life.by): Promise<void> {
  return say(life, "UALICE", { verb: "rehearse", name, key: null, strategy });
}

/** From the request to the end, with everybody agreeing at once. */
export async function rehearseAll(life: Life, deps: Deps = life.world.deps): Promise<Migration | undefined> {
  await askToRehearse(life);
  await settle(life, { deps });
  for (const gate of ["begin", "take-down"]) {
    await press(life, "UBOB", approve(gate));
    await settle(life, { deps });
  }
  return newest(life);
}

/** Every point at which a rehearsal may be called off: each step done, and each that somebody could see under way. */
export async function pointsOfRehearsal(strategy: MoveStrategy): Promise<Point[]> {
  const rehearsal = rehearsalOf(strategy);
  const slow = new Set<string>();
  const life = aLife({ hurry: littleHurry, of: strategy.id });
  const course = (migration: Migration) => forwardCourse(rehearsal, migration.pinned);
  const observed = stoppingWhen(
    life.world.deps,
    (migration) => {
      const current = course(migration).find(({ key }) => !migration.steps[key]?.doneAt);
      if (current && migration.steps[current.key]?.begunAt) slow.add(current.key);
      return false;
    },
    true,
  );
  const end = await rehearseAll(life, observed.deps);
  if (end?.status !== "finished") throw new Error(`the rehearsal is ${end?.status} (${end?.problem?.code})`);
  const done = course(end).map(({ key }) => ({ step: key, when: "done" }) as const);
  // With its last step it has ended.
  return [...done.slice(0, -1), ...[...slow].map((step) => ({ step, when: "under way" }) as const)];
}

/** A rehearsal that stands at this point, with its executor gone. */
export async function rehearsalAt({ step, when }: Point, of: string): Promise<Life> {
  const life = aLife({ hurry: littleHurry, of });
  const { deps, hasStopped } = stoppingWhen(
    life.world.deps,
    ({ steps }) => {
      const kept = steps[step];
      if (when === "done") return kept !== undefined && kept.doneAt !== null;
      return kept !== undefined && kept.begunAt !== null && kept.doneAt === null;
    },
    when === "under way",
  );
  await rehearseAll(life, deps).catch((fault) => {
    if (!hasStopped()) throw fault;
  });
  if (!hasStopped()) throw new Error(`no rehearsal was seen when ${sayPoint({ step, when })}`);
  return life;
}

/** What there is in the account by its names, snapshots included: a rehearsal leaves nothing there. */
export function inventoryOf({ world }: Life) {
  const { clusters, instances, snapshots, instanceSnapshots } = world.account.state;
  const named = (all: Readonly<Record<string, { readonly id: string }>>) =>
    Object.values(all)
      .map(({ id }) => id)
      .sort();
  return {
    clusters: named(clusters),
    instances: named(instances),
    snapshots: named(snapshots),
    instanceSnapshots: named(instanceSnapshots),
  };
}

/** The plan that somebody is shown who asks for it. */
export async function planned(life: Life): Promise<Plan> {
  await ask(life, "UALICE", "plan");
  await settle(life);
  const notice = lastNotice(life);
  if (notice?.kind !== "plan") throw new Error(`no plan, but ${JSON.stringify(notice)}`);
  return notice.plan;
}

/** Somebody changes a setting that the approval covers. */
export function openTheWindow({ world, source }: Life): void {
  world.account.alter((turn) => {
    const found = turn.state.clusters[source.resourceId];
    if (!found) throw new Error("the source is gone");
    put(turn, "clusters", {
      ...found,
      settings: { ...found.settings, PreferredBackupWindow: "04:00-04:30" },
    });
  });
}
