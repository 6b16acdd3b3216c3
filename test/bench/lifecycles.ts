import { seconds } from "../../src/core/time.ts";
import { aLife, moveAll } from "../engine/life.ts";
import { liveBySeed } from "../properties/seeded-life.ts";
import { figure, type Row, times } from "./table.ts";

/** Lives per second of this machine, in one thread, as the property tests live them and with every poll of a deployment. */
export async function lifecycles(): Promise<readonly Row[]> {
  const withFaults = await perSecond(200, async (seed) => {
    const { wrong } = await liveBySeed(seed);
    if (wrong.length > 0) throw new Error(`seed ${seed}: ${wrong.join("; ")}`);
  });
  const pollByPoll = await perSecond(20, async () => {
    const end = await moveAll(aLife());
    if (end?.status !== "finished") throw new Error(`it ended as ${end?.status}`);
  });
  return [
    {
      metric: "7 lives a second, with faults",
      ours: figure(withFaults),
      against: `every poll lived through, no faults: ${figure(pollByPoll)}`,
      ratio: times(withFaults, pollByPoll),
      target: "≥ 100",
      met: withFaults >= 100,
      footnote:
        "In one thread. A life goes through the real strategies, engine, gateway and SDK clients, an account that validates every input and evaluates IAM for every call, and credentials of its own for every act; no single part takes more than a sixth of the time. The target is of a prototype that had none of these.",
    },
  ];
}

async function perSecond(lives: number, live: (seed: number) => Promise<void>): Promise<number> {
  const began = performance.now();
  for (let seed = 1; seed <= lives; seed++) await live(seed);
  return (lives * seconds(1)) / (performance.now() - began);
}
