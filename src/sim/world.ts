import { composeFront } from "../compose/front.ts";
import { composeWorker } from "../compose/worker.ts";
import { readConfig, workerSchema } from "../config.ts";
import type { Deps } from "../engine/deps.ts";
import { pollForever } from "../engine/poll.ts";
import { createWakes } from "../server/wakes.ts";
import type { Tools } from "../transfer/tools.ts";
import { probeIn } from "./probe.ts";
import { credentials, openStage, type Stage, type StageOptions } from "./stage.ts";
import { transferIn } from "./transfer.ts";
import { turningClock } from "./turning-clock.ts";

type StageAlone = "deliver" | "durations" | "heard";

export interface WorldOptions extends Omit<StageOptions, StageAlone> {
  /** Seconds of the world per second on the wall while the engine sleeps; absent: as fast as it goes. */
  readonly pace?: number;
  /** PostgreSQL's client tools; without them nothing is dumped. */
  readonly tools?: Tools | undefined;
  /** Where the product's AWS clients go instead of to the simulated AWS directly. */
  readonly awsEndpoint?: string;
  /** What stands between the engine and everything it asks; a test ends the process there. */
  readonly around?: (deps: Deps) => Deps;
}

export interface World extends Stage {
  readonly deps: Deps;
  /** Lets the product look at once: time that is jumped over wakes nobody. */
  wake(): void;
}

/** Opens, or opens again, the embedded world in a directory, with the product running in it. */
export async function openWorld(options: WorldOptions): Promise<World> {
  let front: ReturnType<typeof composeFront> | undefined;
  const stage = await openStage({
    ...options,
    deliver: async (request) => {
      if (!front) throw new Error("Slack was asked before the product was there");
      return front({ ...request, requestContext: { http: { method: "POST" } } });
    },
  });
  const product = runProduct(stage, options);
  front = product.front;
  return {
    ...stage,
    deps: product.deps,
    wake: product.wake,
    close: async () => {
      await product.stop();
      await stage.close();
    },
  };
}

/** The product itself, as it is deployed: only the clock, the addresses and the resolver are the world's. */
function runProduct(stage: Stage, options: WorldOptions) {
  const { log } = options;
  const wakes = createWakes();
  const clock = turningClock(stage.clock, {
    arrive: () => stage.account.advance(),
    ...(options.pace !== undefined && { pace: options.pace }),
  });
  const around = { clock, log, aws: { endpoint: options.awsEndpoint ?? stage.awsUrl, credentials } };
  // The probe that is asked is in this process; the variable is only not missing.
  const config = readConfig(workerSchema, { ...stage.environment, PROBE_FUNCTION: "probe" });
  const transfer = transferIn(stage, options);
  const made = composeWorker(config, { ...around, database: probeIn(stage, clock), transfer });
  const front = composeFront(config, { clock, log, putRequest: made.store.putRequest, wake: wakes.wake });
  const deps = options.around?.(made) ?? made;
  const stopping = new AbortController();
  const polling = pollForever(deps, wakes, stopping.signal);
  return {
    front,
    deps,
    wake: () => void wakes.wake(),
    stop: async () => {
      stopping.abort();
      await polling;
      await transfer.close();
    },
  };
}
