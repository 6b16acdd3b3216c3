import { join } from "node:path";
import type { Transfer } from "../core/transfer.ts";
import type { Log } from "../engine/deps.ts";
import { createLocalTransfer } from "../transfer/local.ts";
import type { Tools } from "../transfer/tools.ts";
import type { Network } from "./network/network.ts";
import { logins } from "./postgres/template.ts";

/** The product's transfers inside the world's network, by this machine's tools: they come with no embedded server. */
export function transferIn(
  world: { readonly servers: { readonly ca: string }; readonly network: Network },
  options: { readonly directory: string; readonly tools?: Tools | undefined; readonly log: Log },
): Transfer & { close(): Promise<void> } {
  const { bot, master, application } = logins;
  const { directory, tools, log } = options;
  return createLocalTransfer({
    login: { user: bot.user, password: async () => bot.password },
    masterPassword: async () => master.password,
    passwords: { [application.user]: application.password },
    ca: world.servers.ca,
    spool: join(directory, "spool"),
    jobs: 2,
    log: (line) => log.info("transfer", { line }),
    resolve: (host, port) => world.network.resolve("probe", host, port),
    tools: async () => (tools ? [tools] : []),
  });
}
