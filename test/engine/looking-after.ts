import type { Migration } from "../../src/core/migration.ts";
import { type Duration, days, hours } from "../../src/core/time.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { poll } from "../../src/engine/poll.ts";
import type { Service } from "../../src/sim/aws/fault.ts";
import { instancesOn } from "../../src/sim/aws/turn.ts";
import { fenceGroup } from "../../src/sim/fast-world.ts";
import { aLife, database, type Life, moveAll, name } from "./life.ts";

/** A finished migration, its world, and when it ended. */
export interface Moved {
  readonly life: Life;
  readonly id: string;
  readonly endedAt: number;
}

export async function moved(life: Life = aLife()): Promise<Moved> {
  const migration = await moveAll(life);
  if (migration?.status !== "finished") throw new Error(`it ended as ${migration?.status}`);
  await pass(life, hours(1));
  return { life, id: migration.id, endedAt: migration.endedAt ?? 0 };
}

/** As the schedule would, but once an hour. */
export async function pass({ world }: Life, duration: Duration, deps: Deps = world.deps): Promise<void> {
  const until = deps.clock.now() + duration;
  while (deps.clock.now() < until) {
    await deps.clock.sleep(Math.min(hours(1), until - deps.clock.now()));
    await poll(deps);
  }
}

/** Until so long after the end of the migration. */
export async function passUntil({ life, endedAt }: Moved, after: Duration, deps?: Deps): Promise<void> {
  await pass(life, endedAt + after - life.world.clock.now(), deps);
}

export async function stored({ life, id }: Moved): Promise<Migration> {
  const found = await life.world.store.findPast(database, id);
  if (!found) throw new Error("it has not ended");
  return found;
}

/** What was said in the thread since the end: on which day, and its code. */
export function said({ life, id, endedAt }: Moved): (readonly [day: number, code: string])[] {
  const root = life.world.channel.roots.find(({ migration }) => migration === id);
  const after = root?.replies.filter(({ at }) => at > endedAt) ?? [];
  return after.map(({ at, what }) => [Math.floor((at - endedAt) / days(1)), what.code] as const);
}

export const lastSaid = ({ life, id }: Moved) => life.world.channel.thread(id).at(-1);

export const concerns = async (of: Moved) => (await stored(of)).aftercare?.concerns.map(({ code }) => code);

/** Somebody with rights of their own calls AWS. */
export async function byHand({ life }: Moved, operation: string, input: object, service: Service = "rds") {
  await life.world.account.handle(service, operation, input);
}

export const retired = ({ id }: Moved) => `${name}-old-${id}`;

export const change = (of: Moved, to: object) =>
  byHand(of, "ModifyDBCluster", { DBClusterIdentifier: retired(of), ApplyImmediately: true, ...to });

export const fence = (of: Moved) => change(of, { VpcSecurityGroupIds: [fenceGroup] });

/** The source gets the groups back that it had while it served. */
export async function liftFence(of: Moved): Promise<void> {
  const { settings } = (await stored(of)).pinned as { settings: { securityGroups: string[] } };
  await change(of, { VpcSecurityGroupIds: settings.securityGroups });
}

/** Past the bot, and without its last call, which deletes the cluster itself. */
export async function deleteMembers(of: Moved, cluster: string): Promise<void> {
  const { world } = of.life;
  const { clusters } = world.account.state;
  const resourceId = Object.values(clusters).find(({ id }) => id === cluster)?.resourceId ?? "";
  const unprotected = { DeletionProtection: false, ApplyImmediately: true };
  await byHand(of, "ModifyDBCluster", { DBClusterIdentifier: cluster, ...unprotected });
  for (const { id } of instancesOn(world.account.state, resourceId)) {
    await byHand(of, "DeleteDBInstance", { DBInstanceIdentifier: id });
  }
  await world.deps.clock.sleep(hours(1));
}

export const deleteCluster = (of: Moved, DBClusterIdentifier: string) =>
  byHand(of, "DeleteDBCluster", { DBClusterIdentifier, SkipFinalSnapshot: true });
