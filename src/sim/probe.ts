import { composeProbe } from "../compose/probe.ts";
import type { Database } from "../core/database.ts";
import type { Clock } from "../engine/deps.ts";
import type { Network } from "./network/network.ts";
import { logins } from "./postgres/template.ts";

/** The product's probe at its place inside the world's network. */
export function probeIn(
  world: { readonly servers: { readonly ca: string }; readonly network: Network },
  clock: Clock,
): Database {
  return composeProbe(
    {
      DATABASE_USER: logins.bot.user,
      DATABASE_PASSWORD: logins.bot.password,
      DATABASE_CA_FILE: world.servers.ca,
    },
    { clock, resolve: (host, port) => world.network.resolve("probe", host, port) },
  );
}
