import { cutoverGate } from "../core/approval.ts";
import type { Migration } from "../core/migration.ts";
import { actorsIn, until } from "./actors.ts";
import { connectionTo } from "./application/connection.ts";
import { checkLedgers } from "./check-ledgers.ts";
import { claimsOfMove, sayClaims, sayFigures, sourceOf } from "./headless-claims.ts";
import { claimsOfCopy, restoreCopy } from "./headless-copy.ts";
import { claimsOfDecommission, decommissionHeadless } from "./headless-decommission.ts";
import { claimsOfEvidence } from "./headless-evidence.ts";
import { savedLines } from "./saved.ts";
import { transcript } from "./slack/transcript.ts";
import type { World } from "./world.ts";

const alice = "U0ALICE01";
const bob = "U0BOB0001";

/** Which database is moved, or only rehearsed, and by which strategy; null leaves that to the bot. */
export interface Job {
  readonly database: string;
  readonly strategy: string | null;
  readonly rehearses: boolean;
  /** Its source is deleted in the end, once its retention is over. */
  readonly decommissions: boolean;
}

/**
 * The main job by script: writers hammer the database, Alice starts, may not approve herself, Bob approves, and in the end an
 * independent checker compares what was acknowledged with what is there, also in a database that the other account restores of
 * its copy. True only if everything it claims is.
 */
export async function runHeadless(world: World, job: Job, print: (line: string) => void): Promise<boolean> {
  const { database, strategy } = job;
  const channel = world.workspace.state.channels[0]?.id ?? "";
  const { says, presses, isTold } = actorsIn(world, channel);
  const fleet = await world.startWriters(database, 4);
  try {
    print(`Four writers hammer ${database} …`);
    if (!(await openOne(world))) {
      await until("a thousand acknowledged writes", () =>
        fleet.counts().acknowledged >= 1_000 ? true : undefined,
      );
      await says(alice, `start ${database}${strategy === null ? "" : ` by ${strategy}`}`);
    }
    if (await isAskedFor(world, "begin")) {
      await presses(alice, "Approve");
      await isTold(alice, "You asked for this migration yourself");
      await presses(bob, "Approve");
    }
    print("The plan is approved by Bob, and not by Alice, who asked for it. The preparation runs …");
    if (await isAskedFor(world, cutoverGate)) await presses(bob, "Approve the cutover");
    print("The cutover is approved …");
    const migration = await until("the end", () => ended(world, database), 150_000);
    const { acknowledged } = fleet.counts();
    await until("writes after the opening", () =>
      fleet.counts().acknowledged > acknowledged + 40 ? true : undefined,
    );
    await fleet.stop();
    const verdict = await checkLedgers(fleet.ledgers, await connectionTo(world, database));
    const source = sourceOf(world, database);
    print("The copy is restored in the other account …");
    const copy = await restoreCopy(world, migration, fleet.ledgers);
    const deleted = job.decommissions ? await decommissionHeadless(world, migration, print) : undefined;
    print(`\n${transcript(world.workspace, { channel })}\n`);
    const counts = countsOf(fleet.ledgers, migration);
    const claims = [
      ...claimsOfMove(world, { migration, source, verdict, ...counts }),
      ...claimsOfCopy(world, copy),
      ...(await claimsOfEvidence(world, migration)),
      ...(deleted ? claimsOfDecommission(world, { migration, source, deleted }) : []),
    ];
    const isTrue = sayClaims(claims, print);
    sayFigures(world, { migration, source, verdict }, print);
    return isTrue;
  } finally {
    await fleet.stop().catch(() => {});
  }
}

/** Waits until a gate is reached; false if it was passed before, as in a world that was killed and goes on. */
function isAskedFor(world: World, gate: string): Promise<boolean> {
  return until(`the gate ${gate}`, async () => {
    const record = (await openOne(world))?.steps[gate];
    if (record?.doneAt) return false;
    return record?.waitingFor ? true : undefined;
  });
}

/** What the ledgers hold before, inside and after the downtime. */
function countsOf(ledgers: readonly string[], { downtimeBegan, downtimeEnded }: Migration) {
  const [from, to] = [downtimeBegan ?? 0, downtimeEnded ?? 0];
  const entries = ledgers.flatMap((ledger) => savedLines<LedgerEntry>(ledger).read());
  const count = (is: (entry: LedgerEntry) => boolean) => entries.filter(is).length;
  return {
    acknowledgedBefore: count(({ outcome, at }) => outcome === "acknowledged" && at < from),
    refusedInside: count(
      ({ outcome, unreachable, at }) =>
        (outcome === "refused" || unreachable !== undefined) && at > from && at < to,
    ),
    acknowledgedAfter: count(({ outcome, at }) => outcome === "acknowledged" && at > to),
  };
}

interface LedgerEntry {
  readonly at: number;
  readonly outcome?: string;
  readonly unreachable?: string;
}

export async function openOne(world: World): Promise<Migration | undefined> {
  return (await world.deps.store.listOpen())[0];
}

/** The migration once it has ended; one that is stuck ends the run, since nobody is there to mend it. */
async function ended(world: World, database: string): Promise<Migration | undefined> {
  const open = await openOne(world);
  if (open?.status === "stuck") throw new Error(`stuck: ${JSON.stringify(open.problem)}`);
  return open ? undefined : lastOf(world, database);
}

/** What ended last of what was done to a database. */
export function lastOf(world: World, database: string): Promise<Migration | undefined> {
  const { accountId, region } = world.account.state;
  return world.deps.store.lastPast(`${accountId}/${region}/${database}`);
}
