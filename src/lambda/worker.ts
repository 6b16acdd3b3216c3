import { composeWorker } from "../compose.ts";
import { readConfig, workerSchema } from "../config.ts";
import type { Deps } from "../engine/deps.ts";
import { poll } from "../engine/poll.ts";

let deps: Deps | undefined;

/**
 * Run every minute by the schedule, and by every wake: a click, an RDS event. What woke it does not matter; it looks at
 * everything that is due.
 */
export async function handler(): Promise<void> {
  deps ??= composeWorker(readConfig(workerSchema));
  await poll(deps);
}
