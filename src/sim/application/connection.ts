import type pg from "pg";
import { endpointNamed } from "../aws/named.ts";
import { logins } from "../postgres/template.ts";
import type { World } from "../world.ts";

/** How the application reaches a database by its endpoint name, through the network and with TLS that must fit. */
export async function connectionTo(
  world: Pick<World, "account" | "network" | "servers">,
  name: string,
): Promise<pg.ClientConfig> {
  const host = endpointNamed(world.account.state, name);
  const { address, port } = await world.network.resolve("application", host, 5432);
  return {
    host: address,
    port,
    database: "orders",
    ...logins.application,
    ssl: { ca: world.servers.ca, servername: host },
  };
}
