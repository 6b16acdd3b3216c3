import type { Migration } from "../../../src/core/migration.ts";
import type { Deps } from "../../../src/engine/deps.ts";
import type { Account } from "../../../src/sim/aws/account.ts";
import type { Cluster } from "../../../src/sim/aws/state.ts";
import { put } from "../../../src/sim/aws/turn.ts";
import { type FastWorldOptions, fenceGroup } from "../../../src/sim/fast-world.ts";
import { type Around, executorAround, Killed } from "../../engine/executor.ts";
import { aLife, approve, ask, newest, press, settle } from "../../engine/life.ts";
import { stoppingWhen } from "../../engine/stopping.ts";
import { violations } from "../../properties/checker.ts";
import { type Watched, witness } from "../../properties/witness.ts";
import { removed } from "./removed.ts";

export type Scene = Watched;

export function aScene(durations: FastWorldOptions["durations"] = {}): Scene {
  const life = aLife({ hurry: 60_000, durations, unnarrowed: true });
  if (removed.now.fence === "leaky") letEverybodyIn(life.world.account);
  return { ...life, clicks: [], tampering: [] };
}

function letEverybodyIn(account: Account): void {
  account.alter((turn) => {
    const fence = turn.state.securityGroups[fenceGroup];
    if (!fence) throw new Error("there is no fence group");
    const leaky = { ...fence, admits: ["application", "probe"] as const };
    turn.state = { ...turn.state, securityGroups: { ...turn.state.securityGroups, [fenceGroup]: leaky } };
  });
}

/** A process of the product, with one guard less where that is what is tried. */
export function executor({ world }: Scene): Deps {
  const whole = world.executor();
  return removed.now.deps?.(whole) ?? whole;
}

export const go = (scene: Scene, deps = executor(scene)) => settle(scene, { deps });

export async function start(scene: Scene): Promise<void> {
  await ask(scene, "UALICE", "start");
  await go(scene);
}

/** A click on the button of the newest plan. */
export async function agree(scene: Scene, user: string, gate: string): Promise<void> {
  scene.clicks.push({ at: scene.world.clock.now(), from: scene.world.clock.now(), user, gate });
  await press(scene, user, approve(gate));
}

/** Everything is approved, and nobody has served the last click yet. */
export async function agreed(scene: Scene): Promise<void> {
  await start(scene);
  await agree(scene, "UBOB", "begin");
  await go(scene);
  await agree(scene, "UBOB", "cutover");
}

/** Goes on until then, where the executor ends. */
export async function upTo(
  scene: Scene,
  reached: (migration: Migration) => boolean,
  by = executor(scene),
): Promise<void> {
  const { deps, hasStopped } = stoppingWhen(by, reached);
  await go(scene, deps).catch((fault) => {
    if (!hasStopped()) throw fault;
  });
}

export const isDone =
  (step: string) =>
  ({ steps }: Migration): boolean =>
    typeof steps[step]?.doneAt === "number";

/** An executor around whose first call of that name, once `when` holds, something happens. */
export function interrupted(
  scene: Scene,
  name: string,
  happens: Around,
  when: (migration: Migration) => boolean = () => true,
): Deps {
  let happened = false;
  return executorAround(executor(scene), async (what, call) => {
    const migration = what === name && !happened ? await newest(scene) : undefined;
    if (!migration || !when(migration)) return call();
    happened = true;
    return happens(what, call);
  });
}

/** The call has its effect, and the executor never hears of it. */
export const diesAfter: Around = async (_, call) => {
  await call();
  throw new Killed();
};

/** Somebody changes the replacement, once, as soon as it is there. */
export function spoilReplacement(scene: Scene, change: (cluster: Cluster) => Cluster): void {
  const { world, source, clients } = scene;
  let isSpoilt = false;
  world.meanwhile = () => {
    clients.write();
    const found = Object.values(world.account.state.clusters).find(
      ({ id, resourceId, status }) =>
        id === source.id && resourceId !== source.resourceId && status === "available",
    );
    if (!found || isSpoilt) return;
    isSpoilt = true;
    world.account.alter((turn) => put(turn, "clusters", change(found)));
  };
}

export function isMarked({ world, source }: Scene): boolean {
  return world.servers.volume(source.resourceId).markers.size > 0;
}

/** What the independent checker finds wrong, once somebody has come to look. */
export function wrong(scene: Scene): string[] {
  scene.clients.visit();
  return violations(witness(scene));
}

export async function unless(scene: Scene, status: Migration["status"]): Promise<string[]> {
  const end = await newest(scene);
  return end?.status === status ? [] : [`it is ${end?.status} (${end?.problem?.code}) and not ${status}`];
}
