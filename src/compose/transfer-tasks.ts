import type { Origin } from "../aws/signed-call.ts";
import { createTransferTasks } from "../aws/transfer-tasks.ts";
import type { WorkerConfig } from "../config.ts";
import { noTransfer, type Transfer } from "../core/transfer.ts";
import { realClock } from "./surroundings.ts";

/** The transfers as whoever carries migrations out sees them: tasks, where the deployment has them. */
export function composeTransferTasks(
  config: Pick<WorkerConfig, "AWS_REGION" | "AWS_ENDPOINT_URL" | "TRANSFER_TASKS">,
  credentials: () => Promise<Origin["credentials"]>,
): Transfer {
  const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint, TRANSFER_TASKS: where } = config;
  if (where === undefined) return noTransfer;
  // Anew for each call: those of a process that runs for weeks are renewed every few hours.
  const tasks = async () =>
    createTransferTasks({ region, endpoint, credentials: await credentials(), now: realClock.now }, where);
  return {
    unready: async (name, major) => (await tasks()).unready(name, major),
    start: async (job) => (await tasks()).start(job),
    look: async (job) => (await tasks()).look(job),
    stop: async (job) => (await tasks()).stop(job),
  };
}
