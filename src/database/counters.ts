import { isDeepStrictEqual } from "node:util";
import type { Counters, Endpoint } from "../core/database.ts";
import { type Access, type Connection, withConnection } from "./connect.ts";
import { databasesOf, inEach } from "./databases.ts";
import { ownSchema } from "./own-schema.ts";

/**
 * The counters of every database of a server. A session hands in its own at the latest when it ends, so that they
 * are complete only once the sessions are gone. Temporary tables are left out: they go with their sessions.
 */
export async function counters(at: Endpoint, access: Access): Promise<Counters> {
  const { startedAt, names } = await withConnection(at, access, async (connection) => {
    const [server] = await connection.query<{ startedAt: string }>(
      `select pg_postmaster_start_time()::text as "startedAt"`,
    );
    const databases = await databasesOf(connection);
    return { startedAt: server?.startedAt ?? "", names: databases.map(({ name }) => name) };
  });
  return { startedAt, databases: await inEach(at, names, access, countersOf) };
}

/**
 * Since when, and how many changes, in the database of the session. The table of pg_cron's jobs is left out, because the
 * bot itself turns them on in a replacement that is open; jobs are told by `writers`.
 */
export const changes = `
    select coalesce((select stats_reset::text from pg_stat_database
                      where datname = current_database()), '') as reset,
           coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::float8 as changes
      from pg_stat_all_tables
     where schemaname not like 'pg\\_%' and schemaname not in ('information_schema', '${ownSchema}')
           and (schemaname, relname) <> ('cron', 'job')
        or schemaname = 'pg_catalog' and relname = 'pg_largeobject'`;

async function countersOf(connection: Connection, name: string): Promise<Counters["databases"][number]> {
  const [row] = await connection.query<{ reset: string; changes: number }>(changes);
  return { name, reset: row?.reset ?? "", changes: row?.changes ?? 0 };
}

/** False also where a restart or a reset makes them incomparable. */
export function areSameCounters(a: Counters, b: Counters): boolean {
  return isDeepStrictEqual(a, b);
}
