import pg from "pg";
import type { Installation } from "./installation.ts";
import { superuser } from "./template.ts";

type Access = Pick<Installation, "superuserPassword">;

/** A connection as the simulation's own superuser, past the network and its security groups. */
export function superuserClient(access: Access, port: number, database: string): pg.Client {
  return new pg.Client(settings(access, port, database));
}

/** One such connection that is made when it is needed and kept for a while. */
export function superuserPool(access: Access, port: number): pg.Pool {
  // In its own database, as on RDS: nobody could drop one in which a session of the superuser is.
  const pool = new pg.Pool({ ...settings(access, port, superuser), max: 1 });
  // A server that stops ends the idle connection, and nobody waits for that error: the next query connects.
  pool.on("error", () => {});
  return pool;
}

function settings(access: Access, port: number, database: string): pg.ClientConfig {
  return { host: "127.0.0.1", port, database, user: superuser, password: access.superuserPassword };
}

// PostgreSQL forgets which commit was the last when it restarts; then the latest of the last thousand is.
const lastCommitQuery = `
select extract(epoch from coalesce(
  (select timestamp from pg_last_committed_xact()),
  (select max(pg_xact_commit_timestamp(xid::text::xid))
     from pg_snapshot_xmax(pg_current_snapshot()) as snapshot(next),
          generate_series(greatest(3, next::text::bigint - 1000), next::text::bigint - 1) as xid)
)) * 1000000 as microseconds`;

/**
 * The wall-clock millisecond before the last commit, or undefined where there is none: the latest time to which
 * PostgreSQL can restore, because it needs a later commit to know that it has seen everything before.
 */
export async function lastCommit(pool: pg.Pool): Promise<number | undefined> {
  const { rows } = await pool.query<{ microseconds: string | null }>(lastCommitQuery);
  const microseconds = rows[0]?.microseconds;
  return microseconds ? Math.floor((Number(microseconds) - 1) / 1000) : undefined;
}
