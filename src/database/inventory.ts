import { DatabaseFault, type Endpoint, type Inventory, type ReplicationSlot } from "../core/database.ts";
import { type Access, type Connection, withConnection } from "./connect.ts";
import { databasesOf, inEach } from "./databases.ts";
import { foreign, preparedTransactions } from "./sessions.ts";
import { writers } from "./writers.ts";

/** What is in a server, and what the login may do there. */
export async function inventory(at: Endpoint, access: Access): Promise<Inventory> {
  const { databases, ...server } = await withConnection(at, access, async (connection) => {
    const databases = await databasesOf(connection);
    return {
      databases,
      serverVersion: await serverVersion(connection),
      login: {
        ...(await abilities(connection)),
        connectsEverywhere: databases.every(({ mayConnect }) => mayConnect),
      },
      readsEverything: await readsEverything(connection),
      replicationSlots: await replicationSlots(connection),
      preparedTransactions: await preparedTransactions(connection),
      openTransactions: await openTransactions(connection),
    };
  });
  const open = databases.filter(({ mayConnect }) => mayConnect).map(({ name }) => name);
  const inside = await inEach(at, open, access, async (connection, database) => ({
    unloggedTables: await named(connection, unloggedTables, database),
    invalidIndexes: await named(connection, invalidIndexes, database),
    extensions: (await extensions(connection)).map((one) => ({ database, ...one })),
  }));
  return {
    ...server,
    databases: databases.map(({ name }) => name),
    unloggedTables: inside.flatMap((one) => one.unloggedTables),
    invalidIndexes: inside.flatMap((one) => one.invalidIndexes),
    extensions: inside.flatMap((one) => one.extensions),
    writers: await writers(at, access),
  };
}

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

/** The predefined role came with PostgreSQL 14. */
async function readsEverything(connection: Connection): Promise<boolean> {
  const [row] = await connection.query<{ reads: boolean }>(`
    select coalesce((select pg_has_role(oid, 'USAGE') from pg_roles where rolname = 'pg_read_all_data'), false) as reads`);
  return row?.reads === true;
}

type Slot = Omit<ReplicationSlot, "behind"> & { readonly confirmed: string | null };

async function replicationSlots(connection: Connection): Promise<ReplicationSlot[]> {
  const slots = await connection.query<Slot>(`
    select slot_name::text as name, slot_type as kind, plugin::text as plugin, database::text as database, active,
           coalesce(confirmed_flush_lsn, restart_lsn)::text as confirmed
      from pg_replication_slots order by slot_name`);
  const found: ReplicationSlot[] = [];
  for (const { confirmed, ...slot } of slots)
    found.push({ ...slot, behind: confirmed === null ? null : await behind(connection, confirmed) });
  return found;
}

/** Null where the server does not tell the end of its log: Aurora refuses this while logical replication is off. */
async function behind(connection: Connection, confirmed: string): Promise<number | null> {
  try {
    const [row] = await connection.query<{ bytes: number }>(
      `select greatest(0, pg_wal_lsn_diff(case when pg_is_in_recovery() then pg_last_wal_replay_lsn()
                                               else pg_current_wal_insert_lsn() end, $1))::float8 as bytes`,
      [confirmed],
    );
    return row?.bytes ?? null;
  } catch (error) {
    // A connection that is gone is no answer.
    if (error instanceof DatabaseFault && /^[0-9A-Z]{5}$/.test(error.code) && !error.code.startsWith("57"))
      return null;
    throw error;
  }
}

/** By the time at which this statement began, as the server stamps transactions. */
function openTransactions(connection: Connection): Promise<Inventory["openTransactions"]> {
  return connection.query(`
    select coalesce(usename, '')::text as "user", coalesce(datname, '')::text as database,
           coalesce(application_name, '') as application,
           round(extract(epoch from now() - xact_start) * 1000)::float8 as "openFor"
    ${foreign} and xact_start is not null
     order by xact_start limit 20`);
}

const unloggedTables = `
    select format('%I.%I', nspname, relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where relpersistence = 'u' and relkind in ('r', 'm', 'S') order by 1`;

const invalidIndexes = `
    select format('%I.%I', nspname, relname) as name
      from pg_index i
      join pg_class c on c.oid = i.indexrelid
      join pg_namespace n on n.oid = c.relnamespace
     where not (indisvalid and indisready and indislive) order by 1`;

async function named(connection: Connection, sql: string, database: string): Promise<string[]> {
  const rows = await connection.query<{ name: string }>(sql);
  return rows.map(({ name }) => `${name} in ${database}`);
}

function extensions(connection: Connection): Promise<{ name: string; version: string }[]> {
  return connection.query("select extname::text as name, extversion as version from pg_extension order by 1");
}
