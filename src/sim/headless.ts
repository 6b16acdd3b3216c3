import { cutoverGate } from "../core/approval.ts";
import type { Migration } from "../core/migration.ts";
import { migrationTag, roleTag } from "../core/names.ts";
import { plain, sayDuration } from "../core/note.ts";
import { actorsIn, until } from "./actors.ts";
import { connectionTo } from "./application/connection.ts";
import { clusterEndpoint } from "./aws/names.ts";
import { databasesGroup } from "./aws/seeds/furniture.ts";
import type { Cluster } from "./aws/state.ts";
import { checkLedgers, type Verdict } from "./check-ledgers.ts";
import { fenceGroup, keyAlias } from "./demo-databases.ts";
import { savedLines } from "./saved.ts";
import { transcript } from "./slack/transcript.ts";
import type { World } from "./world.ts";

const database = "orders-prod";
const alice = "U0ALICE01";
const bob = "U0BOB0001";

interface Claim {
  readonly text: string;
  readonly holds: boolean;
}

/**
 * The main job by script: writers hammer the database, Alice starts, may not approve herself, Bob approves, and in the end an
 * independent checker compares what was acknowledged with what is there. True only if everything it claims is.
 */
export async function runHeadless(world: World, print: (line: string) => void): Promise<boolean> {
  const channel = world.workspace.state.channels[0]?.id ?? "";
  const { says, presses, isTold } = actorsIn(world, channel);
  const fleet = await world.startWriters(database, 4);
  try {
    print(`Four writers hammer ${database} …`);
    if (!(await openOne(world))) {
      await until("a thousand acknowledged writes", () =>
        fleet.counts().acknowledged >= 1_000 ? true : undefined,
      );
      await says(alice, `start ${database}`);
    }
    if (await isAskedFor(world, "begin")) {
      await presses(alice, "Approve");
      await isTold(alice, "You asked for this migration yourself");
      await presses(bob, "Approve");
    }
    print("The plan is approved by Bob, and not by Alice, who asked for it. The preparation runs …");
    if (await isAskedFor(world, cutoverGate)) await presses(bob, "open automatically");
    print("The cutover is approved …");
    const migration = await until("the end", () => ended(world), 150_000);
    const { acknowledged } = fleet.counts();
    await until("writes after the opening", () =>
      fleet.counts().acknowledged > acknowledged + 40 ? true : undefined,
    );
    await fleet.stop();
    const verdict = await checkLedgers(fleet.ledgers, await connectionTo(world, database));
    print(`\n${transcript(world.workspace, { channel })}\n`);
    return report(
      world,
      { migration, source: sourceOf(world), verdict, ...countsOf(fleet.ledgers, migration) },
      print,
    );
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

async function openOne(world: World): Promise<Migration | undefined> {
  return (await world.deps.store.listOpen())[0];
}

/** The migration once it has ended; one that is stuck ends the run, since nobody is there to mend it. */
async function ended(world: World): Promise<Migration | undefined> {
  const open = await openOne(world);
  if (open?.status === "stuck") throw new Error(`stuck: ${JSON.stringify(open.problem)}`);
  if (open) return undefined;
  const { accountId, region } = world.account.state;
  return world.deps.store.lastPast(`${accountId}/${region}/${database}`);
}

/** The first that ever had the name, whatever it is called by now. */
function sourceOf({ account }: World): Cluster {
  const [first] = Object.values(account.state.clusters)
    .filter(({ id }) => id.startsWith(database))
    .sort((a, b) => a.createdAt - b.createdAt);
  if (!first) throw new Error(`there is no ${database}`);
  return first;
}

function clusterNamed(world: World, name: string): Cluster | undefined {
  return Object.values(world.account.state.clusters).find(({ id }) => id === name);
}

interface Outcome extends ReturnType<typeof countsOf> {
  readonly migration: Migration;
  readonly source: Cluster;
  readonly verdict: Verdict;
}

function report(world: World, outcome: Outcome, print: (line: string) => void): boolean {
  const { migration, source, verdict } = outcome;
  const replacement = clusterNamed(world, database);
  const t1 = migration.learned.t1;
  const downtime = (migration.downtimeEnded ?? 0) - (migration.downtimeBegan ?? 0);
  const claims = claimsOf(world, outcome, replacement);
  for (const { text, holds } of claims) print(`${holds ? "yes" : "NO "}  ${text}`);
  print("");
  print(`T1: ${typeof t1 === "number" ? plain.instant(t1) : "none"}`);
  print(`downtime: ${sayDuration(downtime)} of the simulated account's time`);
  print(`source:      ${source.resourceId} under ${keyOf(source)}`);
  print(
    `replacement: ${replacement?.resourceId ?? "none"} under ${replacement ? keyOf(replacement) : "none"}`,
  );
  print(
    `acknowledged writes: ${verdict.acknowledged}, found in the replacement: ${verdict.found}, lost: ${verdict.acknowledged - verdict.found}`,
  );
  return claims.every(({ holds }) => holds);
}

function keyOf({ storageKey }: Cluster): string {
  return storageKey.type === "sse-kms" ? storageKey.arn : storageKey.type;
}

/** Read from the simulated account and the ledgers, not from what the product says of itself. */
function claimsOf(
  world: World,
  { migration, source, verdict, acknowledgedBefore, refusedInside, acknowledgedAfter }: Outcome,
  replacement: Cluster | undefined,
): readonly Claim[] {
  const { keys, aliases } = world.account.state;
  const wanted = keys[aliases[keyAlias] ?? ""]?.arn;
  const tag = (of: Cluster | undefined, key: string) =>
    of?.settings.TagList.find(({ Key }) => Key === key)?.Value;
  const groups = (of: Cluster | undefined) =>
    of?.settings.VpcSecurityGroups.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId);
  return [
    { text: "the migration is finished", holds: migration.status === "finished" },
    {
      text: `at least 1,000 writes were acknowledged before the fence (${acknowledgedBefore})`,
      holds: acknowledgedBefore >= 1_000,
    },
    { text: `writes were refused inside the downtime (${refusedInside})`, holds: refusedInside > 0 },
    {
      text: `writes were acknowledged after the opening (${acknowledgedAfter})`,
      holds: acknowledgedAfter > 0,
    },
    {
      text: "no acknowledged write is lost",
      holds: verdict.lost.length === 0 && verdict.found === verdict.acknowledged,
    },
    { text: "no row is there that nobody wrote", holds: verdict.unexpected.length === 0 },
    {
      text: "another cluster has the name now",
      holds: replacement !== undefined && replacement.resourceId !== source.resourceId,
    },
    {
      text: `it is under ${keyAlias}`,
      holds: replacement !== undefined && wanted !== undefined && keyOf(replacement) === wanted,
    },
    {
      text: "its security groups are the source's",
      holds: groups(replacement)?.join() === databasesGroup,
    },
    {
      text: "the source is kept: renamed, fenced, protected, tagged as retired",
      holds:
        source.id === `${database}-old-${migration.id}` &&
        groups(source)?.join() === fenceGroup &&
        source.settings.DeletionProtection === true &&
        tag(source, roleTag) === "retired" &&
        tag(source, migrationTag) === migration.id,
    },
    {
      text: `the endpoint ${clusterEndpoint(world.account.state, database)} leads to it`,
      holds: leadsTo(world, replacement),
    },
  ];
}

function leadsTo(world: World, replacement: Cluster | undefined): boolean {
  const address = world.account.resolve(clusterEndpoint(world.account.state, database));
  const instance = address && world.account.state.instances[address.instanceId];
  return replacement !== undefined && instance?.cluster === replacement.resourceId;
}
