import { type Duration, seconds } from "../../src/core/time.ts";
import { planFor } from "../../src/engine/survey.ts";
import { FastWorld, seeded } from "../../src/sim/fast-world.ts";
import { lognormal, mean } from "./distribution.ts";
import { figure, type Row, times } from "./table.ts";

/** What one plan takes where every call to AWS has a latency. */
interface Planning {
  readonly calls: number;
  /** Calls on the critical path. */
  readonly depth: number;
  /** Milliseconds, with scattered latencies: as it is, and with its calls one after another. */
  readonly took: Duration;
  readonly inSeries: Duration;
}

/** What a call to AWS takes: half of them less than this, some several times as much. */
const latency = 90;

async function measurePlanning(seed: number): Promise<Planning> {
  const random = seeded(seed);
  const even = await plan(() => seconds(1));
  const scattered = await plan(() => latency * lognormal(random, 0.5));
  return {
    calls: even.latencies.length,
    depth: even.took / seconds(1),
    took: scattered.took,
    inSeries: scattered.latencies.reduce((sum, one) => sum + one, 0),
  };
}

/** The probe is a call to AWS too: it is a function in the VPC. */
async function plan(nextLatency: () => Duration) {
  const world = new FastWorld();
  world.addCluster({ id: "orders-prod" });
  const { clock } = world.deps;
  const latencies: Duration[] = [];
  const hold = async () => {
    const drawn = nextLatency();
    latencies.push(drawn);
    await clock.sleep(drawn);
  };
  const deps = world.executor(hold);
  const { inventory } = deps.database;
  const database: typeof deps.database = {
    ...deps.database,
    inventory: async (at) => {
      await hold();
      return inventory(at);
    },
  };
  const began = clock.now();
  const made = await planFor(
    { ...deps, database },
    { name: "orders-prod", key: null, strategy: null, migration: "m00001" },
  );
  if (!("plan" in made)) throw new Error(`no plan: ${JSON.stringify(made.problems)}`);
  return { took: clock.now() - began, latencies };
}

const seeds = 20;

export async function planning(): Promise<readonly Row[]> {
  const measured: Planning[] = [];
  for (let seed = 1; seed <= seeds; seed++) measured.push(await measurePlanning(seed));
  const [first] = measured;
  if (!first) throw new Error("nothing was planned");
  const took = mean(measured.map((one) => one.took));
  const inSeries = mean(measured.map((one) => one.inSeries));
  return [
    {
      metric: "5 calls one after another in a plan",
      ours: figure(first.depth),
      against: `in series: ${first.calls}`,
      ratio: times(first.calls, first.depth),
      target: "≤ 3, of ≤ 18 calls",
      met: first.depth <= 3 && first.calls <= 18,
      footnote: "One more where the account has RDS proxies: each is asked where it leads.",
    },
    {
      metric: `5 time of a plan at ${latency} ms a call`,
      ours: `${figure(took)} ms`,
      against: `in series: ${figure(inSeries)} ms`,
      ratio: `${(took / inSeries).toFixed(2)} of it`,
      target: "≤ 0.3 of it",
      met: took <= 0.3 * inSeries,
    },
  ];
}
