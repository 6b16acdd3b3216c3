import type { Cloud } from "../core/cloud.ts";
import type { Counters, Database, Session } from "../core/database.ts";
import { seconds } from "../core/time.ts";
import type { DecommissionPinned } from "./decommission-facts.ts";

type Asking = { readonly cloud: Cloud; readonly database: Database };
type Servers = Pick<DecommissionPinned, "servers" | "endpoint">;

/** Long enough for a pool that opens a connection for each question. */
const watched = seconds(3);

/** Whoever is connected to any of the servers, in words; one at a time, since each look takes its time. Throws a `DatabaseFault`. */
export async function sessionsOn({ database }: Asking, of: Servers): Promise<readonly string[]> {
  const seen: string[] = [];
  for (const { host, name } of of.servers) {
    const quiet = await database.watchQuiet({ ...of.endpoint, host }, { during: watched });
    seen.push(...quiet.sessions.map((session) => sayVisitor(session, name)));
    seen.push(...quiet.preparedTransactions.map((gid) => `the prepared transaction ${gid} on ${name}`));
  }
  return seen;
}

function sayVisitor({ user, database, application, client }: Session, server: string): string {
  const by = application === "" ? "" : ` (${application})`;
  return `${user}${by} from ${client} in ${database} on ${server}`;
}

/** Of the one that would take writes. Undefined while AWS does not tell which one that is. Throws a `DatabaseFault`. */
export async function countersOf(
  { database }: Asking,
  of: Servers,
  writer: string | undefined,
): Promise<Counters | undefined> {
  const server = of.servers.find(({ name }) => name === writer);
  return server && database.counters({ ...of.endpoint, host: server.host });
}
