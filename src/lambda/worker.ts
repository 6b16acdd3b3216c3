import { composeWorker } from "../compose/worker.ts";
import { readConfig, workerSchema } from "../config.ts";
import type { Deps } from "../engine/deps.ts";
import { poll } from "../engine/poll.ts";

let deps: Deps | undefined;

/**
 * Run every minute by the schedule, whose event has a `source` (`aws.events`), and by every wake, which has nothing: both look
 * at everything that is due.
 */
export async function handler(event: unknown): Promise<void> {
  deps ??= composeWorker(readConfig(workerSchema));
  const scheduled = typeof event === "object" && event !== null && "source" in event;
  await poll(deps, { woken: !scheduled });
}
