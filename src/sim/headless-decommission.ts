import { databaseKey } from "../core/cloud.ts";
import { leftoversIn } from "../core/leftover.ts";
import type { Migration } from "../core/migration.ts";
import { namesFor } from "../core/names.ts";
import { decommissionStrategy, retiredName } from "../core/purpose.ts";
import { days } from "../core/time.ts";
import { actorsIn, until } from "./actors.ts";
import { databases, findDatabase } from "./aws/named.ts";
import type { Cluster, Instance } from "./aws/state.ts";
import { lastOf, openOne } from "./headless.ts";
import type { Claim } from "./headless-claims.ts";
import type { World } from "./world.ts";

const alice = "U0ALICE01";
const bob = "U0BOB0001";

/**
 * What comes weeks after a move, by script: the clock is turned day by day while the source is kept and looked at; Alice asks
 * too early and is refused, asks again once the retention is over, may not approve it herself, and Bob does. The migration that
 * deleted it.
 */
export async function decommissionHeadless(
  world: World,
  move: Migration,
  print: (line: string) => void,
): Promise<Migration> {
  const channel = world.workspace.state.channels[0]?.id ?? "";
  const { says, presses, isTold } = actorsIn(world, channel);
  const retired = retiredName(move);
  print(`Alice asks to delete ${retired} too early, and under the wrong name …`);
  await says(alice, `decommission ${retired}`);
  await isTold(alice, "is kept until");
  await says(alice, `decommission ${move.target.name}`);
  await isTold(alice, "Nothing is deleted under any other than its own name");
  print("The clock is turned, day by day, through the retention …");
  while (!(await isOver(world, move))) await passDay(world, move);
  await says(alice, `decommission ${retired}`);
  await until("its plan", () => openOne(world));
  await presses(alice, `Delete ${retired}`);
  await isTold(alice, "You asked for this migration yourself");
  await presses(bob, `Delete ${retired}`);
  print("The deletion is approved by Bob …");
  const deleted = await until("the end of the deletion", () => endOf(world, move.target.name), 150_000);
  // What the move's own message says of the source is as old as the last daily look.
  await passDay(world, move);
  await until("the move's thread to say so", () =>
    JSON.stringify(world.workspace.state.messages).includes("it was decommissioned") ? true : undefined,
  );
  return deleted;
}

async function isOver(world: World, move: Migration): Promise<boolean> {
  const { aftercare } = (await again(world, move)) ?? {};
  return world.clock.now() >= (aftercare?.kept?.until ?? 0);
}

/** Waits until the product has had its daily look: what a day brings is said on that day. */
async function passDay(world: World, move: Migration): Promise<void> {
  world.clock.jump(days(1));
  await world.account.advance();
  world.wake();
  await until("the daily look", async () => {
    const { aftercare } = (await again(world, move)) ?? {};
    return (aftercare?.nextLook ?? 0) > world.clock.now() ? true : undefined;
  });
}

function again(world: World, { target, id }: Migration): Promise<Migration | undefined> {
  return world.deps.store.findPast(databaseKey(target), id);
}

async function endOf(world: World, database: string): Promise<Migration | undefined> {
  const open = await openOne(world);
  if (open?.status === "stuck") throw new Error(`stuck: ${JSON.stringify(open.problem)}`);
  const last = open ? undefined : await lastOf(world, database);
  return last?.strategy.id === decommissionStrategy ? last : undefined;
}

/** Read from the simulated accounts, not from what the product says of itself. */
export function claimsOfDecommission(
  world: World,
  of: { readonly migration: Migration; readonly source: Cluster | Instance; readonly deleted: Migration },
): readonly Claim[] {
  const { migration, source, deleted } = of;
  const { name } = migration.target;
  const { snapshots, instanceSnapshots, retained } = world.account.state;
  const last = namesFor(deleted.id, name).lastSnapshot;
  const kept = [...Object.values(snapshots), ...Object.values(instanceSnapshots)].find(
    ({ id }) => id === last,
  );
  return [
    { text: "the deletion is finished", holds: deleted.status === "finished" },
    {
      text: `the source is gone: ${retiredName(migration)}`,
      holds: databases(world.account.state).every(({ resourceId }) => resourceId !== source.resourceId),
    },
    {
      text: `its last snapshot is there: ${last}`,
      holds:
        kept?.status === "available" &&
        ("cluster" in kept ? kept.cluster : kept.instance).resourceId === source.resourceId,
    },
    {
      text: "its automated backups are kept for their time",
      holds: Object.hasOwn(retained, source.resourceId),
    },
    {
      text: `${name} is untouched, and is not what was deleted`,
      holds: findDatabase(world.account.state, name)?.status === "available",
    },
    { text: "what is left is told", holds: leftoversIn(deleted).length > 0 },
  ];
}
