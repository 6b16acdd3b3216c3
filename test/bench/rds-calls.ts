import { seconds } from "../../src/core/time.ts";
import { FastWorld, seeded } from "../../src/sim/fast-world.ts";
import { executorAround } from "../engine/executor.ts";
import { colleagues, downtimeOf, finished, runAsDeployed } from "./deployed.ts";

/** What so many migrations at once ask of RDS. */
export interface RdsCalls {
  readonly migrations: number;
  /** Describes of one migration from its request to its end. */
  readonly describes: number;
  /** Calls per second while all of them are inside their downtime. */
  readonly perSecond: number;
  /** The same if every look-up were a call of its own. */
  readonly perSecondUncoalesced: number;
  /** Describes of clusters and instances inside the downtimes that asked for all there are. */
  readonly unfiltered: number;
}

export async function countRdsCalls(migrations: number): Promise<RdsCalls> {
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
  const describes = asked.filter(({ operation }) => operation.startsWith("Describe"));
  return {
    migrations,
    describes: describes.length / migrations,
    perSecond: asked.filter(({ at }) => inside(at)).length / length,
    perSecondUncoalesced: lookups.filter(inside).length / length,
    unfiltered: describes.filter(({ at, operation, input }) => {
      const isList = operation === "DescribeDBClusters" || operation === "DescribeDBInstances";
      const { Filters = [] } = input as { readonly Filters?: readonly object[] };
      return isList && inside(at) && Filters.length === 0;
    }).length,
  };
}
