import type { Migration } from "../core/migration.ts";
import { sayDuration } from "../core/note.ts";
import { takeDownGate } from "../core/rehearsal.ts";
import { actorsIn, until } from "./actors.ts";
import { connectionTo } from "./application/connection.ts";
import { findDatabase } from "./aws/named.ts";
import { checkLedgers, type Verdict } from "./check-ledgers.ts";
import { type Job, lastOf, openOne } from "./headless.ts";
import { sayClaims, sourceOf } from "./headless-claims.ts";
import { transcript } from "./slack/transcript.ts";
import type { World } from "./world.ts";

const alice = "U0ALICE01";
const bob = "U0BOB0001";

/**
 * A rehearsal by script: writers hammer the database all the while, Bob approves the copy and its end, and the plan that Alice
 * asks for afterwards must hold what was measured. True only if everything it claims is.
 */
export async function rehearseHeadless(
  world: World,
  { database, strategy }: Job,
  print: (line: string) => void,
): Promise<boolean> {
  const channel = world.workspace.state.channels[0]?.id ?? "";
  const { says, presses, isTold } = actorsIn(world, channel);
  const by = strategy === null ? "" : ` by ${strategy}`;
  const before = { source: sourceOf(world, database), things: thingsIn(world) };
  const fleet = await world.startWriters(database, 4);
  try {
    print(`Four writers hammer ${database} …`);
    await says(alice, `rehearse ${database}${by}`);
    await presses(bob, "Approve the rehearsal");
    print("The rehearsal is approved by Bob. A copy is made beside the database …");
    await until("the gate take-down", () => standsAt(world, takeDownGate), 150_000);
    await presses(bob, "Take it down");
    print("Every check passed; the copy is taken down …");
    const rehearsal = await until("the end", () => endOf(world, database), 150_000);
    await says(alice, `plan ${database}${by}`);
    await isTold(alice, "measured once");
    await fleet.stop();
    const verdict = await checkLedgers(fleet.ledgers, await connectionTo(world, database));
    print(`\n${transcript(world.workspace, { channel })}\n`);
    return sayClaims(claimsOf(world, { database, rehearsal, verdict, before }), print);
  } finally {
    await fleet.stop().catch(() => {});
  }
}

async function endOf(world: World, database: string): Promise<Migration | undefined> {
  const open = await openOne(world);
  if (open?.status === "stuck") throw new Error(`stuck: ${JSON.stringify(open.problem)}`);
  return open ? undefined : lastOf(world, database);
}

async function standsAt(world: World, gate: string): Promise<true | undefined> {
  const open = await openOne(world);
  if (open?.status === "stuck") throw new Error(`stuck: ${JSON.stringify(open.problem)}`);
  return open?.steps[gate]?.waitingFor ? true : undefined;
}

/** Every database, instance and snapshot of the account, by name. */
function thingsIn({ account }: World): readonly string[] {
  const { clusters, instances, snapshots, instanceSnapshots } = account.state;
  const all = [clusters, instances, snapshots, instanceSnapshots].flatMap((of) => Object.values(of));
  return all.map(({ id }) => id).sort();
}

function claimsOf(
  world: World,
  {
    database,
    rehearsal,
    verdict,
    before,
  }: {
    readonly database: string;
    readonly rehearsal: Migration;
    readonly verdict: Verdict;
    readonly before: { readonly source: { readonly resourceId: string }; readonly things: readonly string[] };
  },
) {
  const { begunAt, doneAt } = rehearsal.steps.restore ?? {};
  return [
    { text: "the rehearsal is finished", holds: rehearsal.status === "finished" },
    {
      text: `the copy was restored in ${sayDuration((doneAt ?? 0) - (begunAt ?? 0))}, and verified under the key`,
      holds: typeof rehearsal.steps["verify-key"]?.doneAt === "number",
    },
    {
      text: `at least 1,000 writes were acknowledged meanwhile (${verdict.acknowledged})`,
      holds: verdict.acknowledged >= 1_000,
    },
    { text: `not one write was refused (${verdict.refused})`, holds: verdict.refused === 0 },
    {
      text: "no acknowledged write is lost",
      holds: verdict.lost.length === 0 && verdict.found === verdict.acknowledged,
    },
    {
      text: "the same database has the name",
      holds: findDatabase(world.account.state, database)?.resourceId === before.source.resourceId,
    },
    {
      text: "nothing that the rehearsal made is left",
      holds: thingsIn(world).join() === before.things.join(),
    },
  ];
}
