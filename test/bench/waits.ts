import type { DBCluster, DBClusterMessage, DBInstance, DBInstanceMessage } from "@aws-sdk/client-rds";
import type { Migration } from "../../src/core/migration.ts";
import { type Duration, type Instant, minutes, seconds } from "../../src/core/time.ts";
import { resolve } from "../../src/sim/aws/dns.ts";
import { durations } from "../../src/sim/aws/durations.ts";
import { clusterEndpoint } from "../../src/sim/aws/names.ts";
import { FastWorld, fenceGroup, seeded } from "../../src/sim/fast-world.ts";
import { colleagues, downtimeOf, finished, runAsDeployed } from "./deployed.ts";
import { lognormal } from "./distribution.ts";

/** One wait for AWS inside a downtime. */
interface Wait {
  readonly step: string;
  /** What AWS took once it had been asked and the wait had begun. */
  readonly took: Duration;
  /** From the first instant at which AWS showed it until the product went on. */
  readonly late: Duration;
}

export interface Downtime {
  readonly lasted: Duration;
  readonly waits: readonly Wait[];
}

const name = "orders-prod";

/** How far AWS's times scatter around the planning figures: one in six takes half as long again. */
export const scatter = 0.4;

/** One migration in a world whose AWS takes the times that follow from the seed, seen by an onlooker beside it. */
export async function downtimeBySeed(seed: number): Promise<Downtime> {
  const random = seeded(seed);
  const drawn = Object.entries(durations).map(([what, usual]) => [what, usual * lognormal(random, scatter)]);
  const world = new FastWorld({
    random,
    durations: { ...Object.fromEntries(drawn), logShipping: minutes(5) },
  });
  const source = world.addCluster({ id: name });
  // The schedule's minute and the five minutes of log shipping have nothing to do with each other.
  await world.deps.clock.sleep(minutes(5) * random());
  const shown = new Map<string, Instant>();
  let isOver = false;
  const looking = lookOn(world, source.resourceId, shown, () => isOver);
  await runAsDeployed(world.deps, colleagues(world, [name]));
  isOver = true;
  await looking;
  const [migration] = await finished(world.store, world, [name]);
  if (!migration) throw new Error("nothing was moved");
  return { lasted: lengthOf(migration), waits: waitsOf(migration, shown) };
}

function lengthOf(migration: Migration): Duration {
  const { from, to } = downtimeOf(migration);
  return to - from;
}

/** What AWS shows of the move. */
interface Seen {
  readonly source: DBCluster;
  readonly replacement: DBCluster | undefined;
  readonly membersOf: (cluster: DBCluster | undefined) => readonly DBInstance[];
  readonly leadsSomewhere: boolean;
  /** Milliseconds; infinite until T1 is known. */
  readonly restoreAt: Instant;
}

const isAvailable = ({ DBInstanceStatus: status }: DBInstance) => status === "available";

function hasActive(cluster: DBCluster | undefined, is: (group: string) => boolean): boolean {
  const groups = cluster?.VpcSecurityGroups ?? [];
  return (
    groups.length > 0 &&
    groups.every(({ Status, VpcSecurityGroupId: id = "" }) => Status === "active" && is(id))
  );
}

/** When the claim of each step that waits for AWS holds, from AWS's own answers. */
const claims: Readonly<Record<string, (seen: Seen) => boolean>> = {
  "fence-network": ({ source }) => hasActive(source, (group) => group === fenceGroup),
  "rename-members": ({ source, membersOf }) =>
    membersOf(source).every((one) => one.DBInstanceIdentifier?.includes("-old-") && isAvailable(one)),
  "rename-source": ({ source }) =>
    source.DBClusterIdentifier?.includes("-old-") === true &&
    source.Status === "available" &&
    source.Endpoint?.startsWith(`${source.DBClusterIdentifier}.`) === true,
  "endpoint-gone": ({ leadsSomewhere }) => !leadsSomewhere,
  restorable: ({ source, restoreAt }) => (source.LatestRestorableTime?.getTime() ?? 0) > restoreAt,
  restore: ({ replacement }) => replacement?.Status === "available",
  "create-writer": ({ replacement, membersOf }) => membersOf(replacement).some(isAvailable),
  "create-readers": ({ replacement, membersOf }) => membersOf(replacement).filter(isAvailable).length === 2,
  "verify-restorable": ({ replacement }) => replacement?.LatestRestorableTime !== undefined,
  open: ({ replacement }) => hasActive(replacement, (group) => group !== fenceGroup),
};

const lookEvery = seconds(1);

/** Looks at the account every second and whenever something happens in it; notes when each claim held for the first time. */
async function lookOn(
  world: FastWorld,
  sourceId: string,
  shown: Map<string, Instant>,
  isOver: () => boolean,
): Promise<void> {
  const { clock } = world.deps;
  while (!isOver()) {
    const seen = await lookOnce(world, sourceId);
    for (const [step, holds] of Object.entries(claims)) {
      if (!shown.has(step) && holds(seen)) shown.set(step, clock.now());
    }
    const next = world.account.nextEventAt() ?? Number.POSITIVE_INFINITY;
    await clock.sleep(Math.max(1, Math.min(next - clock.now(), lookEvery)));
  }
}

async function lookOnce({ account, store }: FastWorld, sourceId: string): Promise<Seen> {
  const { DBClusters: clusters } = (await account.handle(
    "rds",
    "DescribeDBClusters",
    {},
  )) as DBClusterMessage;
  const { DBInstances: instances } = (await account.handle(
    "rds",
    "DescribeDBInstances",
    {},
  )) as DBInstanceMessage;
  const source = clusters?.find(({ DbClusterResourceId: id }) => id === sourceId);
  if (!source) throw new Error("the source is gone");
  const replacement = clusters?.find((one) => one !== source && one.DBClusterIdentifier === name);
  const [open] = await store.listOpen();
  return {
    source,
    replacement,
    membersOf: (cluster) =>
      instances?.filter((one) => cluster && one.DBClusterIdentifier === cluster.DBClusterIdentifier) ?? [],
    leadsSomewhere: resolve(account.state, clusterEndpoint(account.state, name), 0) !== undefined,
    restoreAt: Number(open?.learned.restoreAt ?? Number.POSITIVE_INFINITY),
  };
}

function waitsOf({ steps }: Migration, shown: ReadonlyMap<string, Instant>): readonly Wait[] {
  return Object.keys(claims).map((step) => {
    const kept = steps[step];
    const ready = shown.get(step);
    if (!kept || kept.doneAt === null || ready === undefined) throw new Error(`nothing is known of ${step}`);
    if (kept.doneAt < ready - lookEvery) throw new Error(`${step} was taken for done before AWS showed it`);
    const began = kept.since;
    const holds = Math.max(began, Math.min(ready, kept.doneAt));
    return { step, took: holds - began, late: kept.doneAt - holds };
  });
}
