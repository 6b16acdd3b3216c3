import { createStsClient } from "../aws/clients.ts";
import type { ServerConfig } from "../config.ts";
import type { Deps } from "../engine/deps.ts";
import type { Desk } from "../operate/desk.ts";
import { composeDesk } from "./desk.ts";
import { composeFront } from "./front.ts";
import { composeProbe } from "./probe.ts";
import { clientOptions } from "./surroundings.ts";
import { composeTransferTasks } from "./transfer-tasks.ts";
import { composeRemoteProbe, composeWorker } from "./worker.ts";

/** Front, worker and desk in one process, which needs no function to wake the other. */
export function composeServer(
  config: ServerConfig,
  wake: () => Promise<void>,
): { deps: Deps; front: ReturnType<typeof composeFront>; desk: Desk } {
  const database = "PROBE_FUNCTION" in config ? composeRemoteProbe(config) : composeProbe(config);
  const { credentials } = createStsClient(clientOptions(config, {})).config;
  const deps = composeWorker(config, { database, transfer: composeTransferTasks(config, credentials) });
  const front = composeFront(config, { putRequest: deps.store.putRequest, wake });
  const served = composeDesk(config, deps);
  const desk: Desk = async (payload) => {
    const notice = await served(payload);
    // What was decided is saved; whoever waits for it need not wait for the next minute.
    if (notice.kind === "said") await wake();
    return notice;
  };
  return { deps, front, desk };
}
