import type { Endpoint, Inventory } from "../core/database.ts";
import { type Access, type Connection, withConnection } from "./connect.ts";
import { databasesOf, inEach } from "./databases.ts";
import { preparedTransactions } from "./sessions.ts";

/** What is in a server, and what the login may do there. */
export async function inventory(at: Endpoint, access: Access): Promise<Inventory> {
  const server = await withConnection(at, access, async (connection) => {
    const databases = await databasesOf(connection);
    return {
      databases,
      serverVersion: await serverVersion(connection),
      login: {
        ...(await abilities(connection)),
        connectsEverywhere: databases.every(({ mayConnect }) => mayConnect),
      },
      replicationSlots: await replicationSlots(connection),
      preparedTransactions: await preparedTransactions(connection),
      subscriptions: await subscriptions(connection),
    };
  });
  const { databases, subscriptions: subscribed, ...rest } = server;
  const open = databases.filter(({ mayConnect }) => mayConnect).map(({ name }) => name);
  const jobs = await inEach(at, open, access, cronJobs);
  const unlogged = await inEach(at, open, access, unloggedTables);
  return {
    ...rest,
    databases: databases.map(({ name }) => name),
    unloggedTables: unlogged.flat(),
    writers: [...subscribed, ...jobs.flat()],
  };
}

type Writer = Inventory["writers"][number];

async function serverVersion(connection: Connection): Promise<string> {
  const [row] = await connection.query<{ version: string }>(
    "select current_setting('server_version') as version",
  );
  return row?.version ?? "";
}

async function abilities(connection: Connection): Promise<Omit<Inventory["login"], "connectsEverywhere">> {
  const [row] = await connection.query<Omit<Inventory["login"], "connectsEverywhere">>(`
    select current_user::text as "user",
           pg_has_role('pg_signal_backend', 'USAGE') as "endsSessions",
           pg_has_role('pg_read_all_stats', 'USAGE') as "readsStatistics",
           has_database_privilege(current_database(), 'CREATE') as "createsSchema"`);
  return row ?? { user: "", endsSessions: false, readsStatistics: false, createsSchema: false };
}

async function replicationSlots(connection: Connection): Promise<string[]> {
  const rows = await connection.query<{ name: string }>(
    "select slot_name as name from pg_replication_slots order by slot_name",
  );
  return rows.map(({ name }) => name);
}

/** The catalogue of subscriptions is one for all databases; a disabled one writes nothing. */
function subscriptions(connection: Connection): Promise<Writer[]> {
  return connection.query(`
    select 'subscription' as kind, subname as name, datname as database
      from pg_subscription join pg_database d on d.oid = subdbid
     where subenabled order by datname, subname`);
}

async function unloggedTables(connection: Connection, database: string): Promise<string[]> {
  const rows = await connection.query<{ name: string }>(`
    select format('%I.%I', nspname, relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where relpersistence = 'u' and relkind in ('r', 'm', 'S') order by 1`);
  return rows.map(({ name }) => `${name} in ${database}`);
}

/**
 * The active jobs of pg_cron, which is installed in at most one database. Its table shows every login its own jobs
 * only, unless row security does not apply to it; jobs that cannot be seen must not pass for none.
 */
async function cronJobs(connection: Connection, database: string): Promise<Writer[]> {
  const [cron] = await connection.query<{ visible: boolean }>(`
    select coalesce(has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT')
                    and not row_security_active(c.oid), false) as visible
      from pg_extension
      left join pg_namespace n on n.nspname = 'cron'
      left join pg_class c on c.relnamespace = n.oid and c.relname = 'job'
     where extname = 'pg_cron'`);
  if (!cron) return [];
  if (!cron.visible) return [{ kind: "pg_cron", name: "jobs that the login may not see", database }];
  return connection.query(`
    select 'pg_cron' as kind, coalesce(jobname, jobid::text) as name, database
      from cron.job where active order by jobid`);
}
