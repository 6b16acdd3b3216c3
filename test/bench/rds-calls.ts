import { seconds } from "../../src/core/time.ts";
import type { Call } from "../../src/sim/aws/account.ts";
import { FastWorld, seeded } from "../../src/sim/fast-world.ts";
import { executorAround } from "../engine/executor.ts";
import { colleagues, downtimeOf, finished, runAsDeployed } from "./deployed.ts";
import { figure, type Row, times } from "./table.ts";

/** What so many migrations at once ask of RDS. */
interface RdsCalls {
  readonly migrations: number;
  /** Describes of one migration from its request to its end. */
  readonly describes: number;
  /** Calls per second while all of them are inside their downtime. */
  readonly perSecond: number;
  /** The same if every look-up were a call of its own. */
  readonly perSecondUncoalesced: number;
  /** Both as they would be with ten times as many migrations: a Describe takes a hundred of them, and ten times the keys more pages. */
  readonly perSecondTenfold: number;
  readonly perSecondUncoalescedTenfold: number;
  /** Changes a second, each with the look before it, which are the least that so many migrations can ask. */
  readonly changesPerSecond: number;
  /** Describes of clusters and instances inside the downtimes that asked for all there are. */
  readonly unfiltered: number;
}

async function countRdsCalls(migrations: number): Promise<RdsCalls> {
  const world = new FastWorld({ random: seeded(migrations) });
  const names = Array.from({ length: migrations }, (_, index) => `orders-${index}`);
  world.account.alter((turn) => {
    const enough = 4 * migrations + 40;
    const quotas = { DBClusters: enough, DBInstances: enough, ManualClusterSnapshots: enough };
    turn.state = { ...turn.state, quotas: { ...turn.state.quotas, ...quotas } };
  });
  for (const id of names) world.addCluster({ id });
  const lookups: number[] = [];
  const deps = executorAround(world.deps, (what, call) => {
    if (/^cloud\.(find(Cluster|Instance)|membersOf)/.test(what)) lookups.push(world.clock.now());
    return call();
  });
  await runAsDeployed(deps, colleagues(world, names));
  const moved = await finished(world.store, world, names);
  const downtimes = moved.map(downtimeOf);
  const from = Math.max(...downtimes.map((one) => one.from));
  const to = Math.min(...downtimes.map((one) => one.to));
  const length = (to - from) / seconds(1);
  const inside = (at: number) => at >= from && at < to;
  const asked = world.account.ledger.filter(({ service }) => service === "rds");
  const inDowntime = asked.filter(({ at }) => inside(at));
  const describes = asked.filter(({ operation }) => operation.startsWith("Describe"));
  const perSecondUncoalesced = lookups.filter(inside).length / length;
  return {
    migrations,
    describes: describes.length / migrations,
    perSecond: inDowntime.length / length,
    perSecondUncoalesced,
    perSecondTenfold: inDowntime.reduce((sum, call) => sum + tenfold(call), 0) / length,
    perSecondUncoalescedTenfold: 10 * perSecondUncoalesced,
    changesPerSecond: (2 * inDowntime.filter(({ mutates }) => mutates).length) / length,
    unfiltered: inDowntime.filter((call) => isLookUp(call) && keysIn(call) === 0).length,
  };
}

function isLookUp({ operation }: Call): boolean {
  return operation === "DescribeDBClusters" || operation === "DescribeDBInstances";
}

function keysIn({ input }: Call): number {
  const { Filters = [] } = input as { readonly Filters?: readonly { readonly Values?: readonly string[] }[] };
  return Filters.reduce((sum, { Values = [] }) => sum + Values.length, 0);
}

/** Ten times the keys of one look, a hundred to a page; everything else ten times, and with every change the look before it. */
function tenfold(call: Call): number {
  if (call.mutates) return 10 + 9;
  return isLookUp(call) ? Math.ceil((10 * keysIn(call)) / 100) : 10;
}

export async function rdsCalls(): Promise<readonly Row[]> {
  const counted: RdsCalls[] = [];
  for (const migrations of [1, 10, 100]) counted.push(await countRdsCalls(migrations));
  const [alone] = counted;
  const last = counted.at(-1);
  if (!alone || !last) throw new Error("nothing was counted");
  const rate = (of: number | string, ours: number, uncoalesced: number, most: number): Row => ({
    metric: `2 RDS calls a second at ${of} at once`,
    ours: figure(ours),
    against: `a call for each look-up: ${figure(uncoalesced)}`,
    ratio: times(uncoalesced, ours),
    target: `≤ ${most}`,
    met: ours <= most,
    footnote: whyMore(last),
  });
  return [
    {
      metric: "2 Describes of RDS by one migration alone",
      ours: figure(alone.describes),
      against: `each of 100 at once: ${figure(last.describes)}`,
      ratio: times(last.describes, alone.describes),
      target: "≤ 700",
      met: alone.describes <= 700,
    },
    ...counted.map((of) => rate(of.migrations, of.perSecond, of.perSecondUncoalesced, 1)),
    rate("1,000 (computed)", last.perSecondTenfold, last.perSecondUncoalescedTenfold, 10),
    {
      metric: "2 unfiltered Describes inside the downtime",
      ours: figure(counted.reduce((sum, { unfiltered }) => sum + unfiltered, 0)),
      against: "",
      ratio: "",
      target: "0",
      met: counted.every(({ unfiltered }) => unfiltered === 0),
    },
  ];
}

const whyMore = ({ changesPerSecond }: RdsCalls) =>
  `Look-ups of one turn of the event loop are one call for each of five kinds: clusters by name and by id, instances by name, by id and by cluster, since RDS combines different filters by AND. Where a hundred migrations are spread over all steps, each kind is asked for at nearly every instant; the target was reckoned with two kinds. 1,000 migrations would take many minutes to live through: they are computed from the calls that 100 made: each look-up with ten times its keys, a hundred to a page, and every change ten times, with the look-up of its own that precedes it. ${figure(10 * changesPerSecond)} a second of that are the changes: so many databases moved within the same hour need them.`;
