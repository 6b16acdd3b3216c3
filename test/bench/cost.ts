import { seconds } from "../../src/core/time.ts";
import { all, functionNamed, synthesise } from "../infra/deployment.ts";
import type { Units } from "./capacity.ts";
import type { Bill } from "./one-migration.ts";
import { prices, runsPerMonth, taken } from "./prices.ts";

export interface Cost {
  /** Dollars a month when nobody migrates: what runs, and what is only there. */
  readonly idle: number;
  readonly standing: number;
  readonly migration: number;
  /** What of `standing` is there, in words. */
  readonly what: string;
}

/** Prices what was counted, in functions and with alarms, keys and secrets as the template has them. */
export function costOf({ units, idleRun, workerRuns, probeCalls, requests }: Bill): Cost {
  const template = synthesise();
  const memory = (which: string) => Number(functionNamed(template, `encrypt-db-${which}`).MemorySize) / 1_024;
  const run = (which: string, lasting: number) =>
    prices.invocation + lasting * memory(which) * prices.gigabyteSecond;
  const alarms = all(template, "AWS::CloudWatch::Alarm");
  const own = new Set(
    alarms.flatMap(({ Namespace, MetricName }) => (Namespace === "encrypt-db" ? [MetricName] : [])),
  );
  const counts = {
    alarm: alarms.length,
    ownMetric: own.size,
    key: all(template, "AWS::KMS::Key").length,
    // A person puts the one with everything in it before the first deployment.
    secret: 1,
  };
  const logs = (taken.logOfRun / 1e9) * prices.logs;
  const sum = (of: readonly number[]) => of.reduce((total, one) => total + one, 0);
  return {
    idle: runsPerMonth * (run("worker", taken.idleRun) + unitsCost(idleRun) + logs),
    standing: sum(
      (Object.keys(counts) as (keyof typeof counts)[]).map((what) => counts[what] * prices[what]),
    ),
    what: `KMS keys ${counts.key}, secrets ${counts.secret}, alarms ${counts.alarm}, metrics of its own ${counts.ownMetric}`,
    migration:
      unitsCost(units) +
      sum(workerRuns.map((lasted) => run("worker", Math.max(taken.idleRun, lasted / seconds(1))) + logs)) +
      sum(probeCalls.map((lasted) => run("probe", taken.probeQuestion + lasted / seconds(1)) + logs)) +
      requests * (run("slack", taken.acknowledgement) + logs),
  };
}

function unitsCost({ writes, reads }: Units): number {
  return writes * prices.writeUnit + reads * prices.readUnit;
}
