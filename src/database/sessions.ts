import { DatabaseFault, type Session } from "../core/database.ts";
import { applicationName, type Connection } from "./connect.ts";

/** Roles of RDS itself, which come and go on every instance and whose sessions nobody else may end. */
const serviceRoles = ["rdsadmin", "rdsrepladmin", "rdstopmgr"];

/**
 * A foreign session is whatever acts as a role of the customer: clients, but also replication in both directions
 * and background workers of extensions. What belongs to the server acts as nobody or as a role of RDS; parallel
 * workers come and go with the session that they work for.
 */
export const foreign = `
  from pg_stat_activity
 where usesysid is not null
   and coalesce(backend_type, '') <> 'parallel worker'
   and coalesce(usename, '') not in (${serviceRoles.map((role) => `'${role}'`).join(", ")})
   and not (coalesce(usename, '') = current_user and application_name = '${applicationName}')`;

export function foreignSessions(connection: Connection): Promise<Session[]> {
  return connection.query<Session>(`
    select pid,
           coalesce(usename, usesysid::text) as "user",
           coalesce(datname, '') as database,
           coalesce(application_name, '') as application,
           coalesce(host(client_addr), '') as client,
           coalesce(state, backend_type, '') as state
    ${foreign}
     order by pid`);
}

/** Ends every foreign session; those that refuse are not counted, and a later look still sees them. */
export async function endSessions(connection: Connection): Promise<number> {
  const sessions = await foreignSessions(connection);
  let told = 0;
  for (const { pid } of sessions) {
    // One by one, because a single refusal would fail the statement for all; and only while it is still foreign,
    // because process ids are reused.
    if (await endSession(connection, pid)) told++;
  }
  return told;
}

async function endSession(connection: Connection, pid: number): Promise<boolean> {
  try {
    const [row] = await connection.query<{ told: boolean }>(
      `select pg_terminate_backend(pid) as told ${foreign} and pid = $1`,
      [pid],
    );
    return row?.told === true;
  } catch (error) {
    if (error instanceof DatabaseFault && error.code === "42501") return false;
    throw error;
  }
}

export const prepared = "select gid from pg_prepared_xacts order by gid";

export async function preparedTransactions(connection: Connection): Promise<string[]> {
  const rows = await connection.query<{ gid: string }>(prepared);
  return rows.map((row) => row.gid);
}
