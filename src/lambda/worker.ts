import { composeRemoteProbe, composeWorker } from "../compose/worker.ts";
import { readConfig, workerSchema } from "../config.ts";
import type { Deps } from "../engine/deps.ts";
import { poll } from "../engine/poll.ts";

let deps: Deps | undefined;

/**
 * Run by the schedule every minute, and woken by the front, which says nothing, or by an event of RDS. Either way it looks at
 * everything that is due; who was woken does not trust the index to be up to date.
 */
export async function handler(event: unknown): Promise<void> {
  deps ??= compose();
  const scheduled = isSchedule(event);
  await poll(deps, { woken: !scheduled, beats: scheduled });
}

function compose(): Deps {
  const config = readConfig(workerSchema);
  return composeWorker(config, { database: composeRemoteProbe(config) });
}

/** EventBridge names itself as the source of its scheduled events. */
function isSchedule(event: unknown): boolean {
  return typeof event === "object" && event !== null && "source" in event && event.source === "aws.events";
}
