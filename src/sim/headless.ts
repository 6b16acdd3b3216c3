import type { Migration } from "../core/migration.ts";
import { migrationTag, roleTag } from "../core/names.ts";
import { plain, sayDuration } from "../core/note.ts";
import { actorsIn, until } from "./actors.ts";
import { connectionTo } from "./application/connection.ts";
import type { Fleet } from "./application/fleet.ts";
import type { Counts } from "./application/settings.ts";
import { clusterEndpoint } from "./aws/names.ts";
import type { Cluster } from "./aws/state.ts";
import { checkLedgers, type Verdict } from "./check-ledgers.ts";
import { fenceGroup, keyAlias } from "./demo-databases.ts";
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
  const source = clusterNamed(world, database);
  if (!source) throw new Error(`there is no ${database}`);
  const fleet = await world.startWriters(database, 4);
  try {
    print(`Four writers hammer ${database} …`);
    await until("a thousand acknowledged writes", () =>
      fleet.counts().acknowledged >= 1_000 ? true : undefined,
    );
    await says(alice, `start ${database}`);
    await presses(alice, "Approve");
    await isTold(alice, "You asked for this migration yourself");
    await presses(bob, "Approve");
    print("Bob has approved the plan; the preparation runs …");
    await presses(bob, "open automatically");
    print("Bob has approved the cutover …");
    const atFence = await until("the fence", async () =>
      (await openOne(world))?.downtimeBegan ? fleet.counts() : undefined,
    );
    const migration = await until("the end", () => ended(world), 120_000);
    const atOpening = fleet.counts();
    await until("writes after the opening", () =>
      fleet.counts().acknowledged > atOpening.acknowledged + 40 ? true : undefined,
    );
    await fleet.stop();
    const verdict = await checkLedgers(fleet.ledgers, await connectionTo(world, database));
    print("");
    print(transcript(world.workspace, { channel }));
    print("");
    return report(world, { migration, source, fleet, verdict, atFence, atOpening }, print);
  } finally {
    await fleet.stop().catch(() => {});
  }
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
  return world.deps.store.lastPast(`${accountId}/${region}/cluster/${database}`);
}

function clusterNamed(world: World, name: string): Cluster | undefined {
  return Object.values(world.account.state.clusters).find(({ id }) => id === name);
}

interface Outcome {
  readonly migration: Migration;
  /** The source as it was before. */
  readonly source: Cluster;
  readonly fleet: Fleet;
  readonly verdict: Verdict;
  readonly atFence: Counts;
  readonly atOpening: Counts;
}

function report(world: World, outcome: Outcome, print: (line: string) => void): boolean {
  const { migration, source, verdict } = outcome;
  const replacement = clusterNamed(world, database);
  const retired = world.account.state.clusters[source.resourceId];
  const t1 = migration.learned.t1;
  const downtime = (migration.downtimeEnded ?? 0) - (migration.downtimeBegan ?? 0);
  const claims = claimsOf(world, outcome, replacement, retired);
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
  { migration, source, verdict, atFence, atOpening, fleet }: Outcome,
  replacement: Cluster | undefined,
  retired: Cluster | undefined,
): readonly Claim[] {
  const { keys, aliases } = world.account.state;
  const wanted = keys[aliases[keyAlias] ?? ""]?.arn;
  const refusedInside = atOpening.refused - atFence.refused;
  const tag = (of: Cluster | undefined, key: string) =>
    of?.settings.TagList.find(({ Key }) => Key === key)?.Value;
  const groups = (of: Cluster | undefined) =>
    of?.settings.VpcSecurityGroups.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId);
  return [
    { text: "the migration is finished", holds: migration.status === "finished" },
    {
      text: `at least 1,000 writes were acknowledged before the fence (${atFence.acknowledged})`,
      holds: atFence.acknowledged >= 1_000,
    },
    { text: `writes were refused inside the downtime (${refusedInside})`, holds: refusedInside > 0 },
    {
      text: `writes were acknowledged after the opening (${fleet.counts().acknowledged - atOpening.acknowledged})`,
      holds: fleet.counts().acknowledged > atOpening.acknowledged,
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
      holds: JSON.stringify(groups(replacement)) === JSON.stringify(groups(source)),
    },
    {
      text: "the source is kept: renamed, fenced, protected, tagged as retired",
      holds:
        retired?.id === `${database}-old-${migration.id}` &&
        groups(retired)?.join() === fenceGroup &&
        retired.settings.DeletionProtection === true &&
        tag(retired, roleTag) === "retired" &&
        tag(retired, migrationTag) === migration.id,
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
