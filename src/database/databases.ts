import type { Endpoint } from "../core/database.ts";
import { type Access, type Connection, withConnection } from "./connect.ts";

/**
 * Databases that somebody of the customer's can write to. rdsadmin is AWS's own, and a connection limit of -2 marks
 * what an interrupted DROP DATABASE left behind (PostgreSQL, pg_database): nobody can connect to it ever again.
 */
export const writable = "datallowconn and not datistemplate and datconnlimit <> -2 and datname <> 'rdsadmin'";

export async function databasesOf(connection: Connection): Promise<{ name: string; mayConnect: boolean }[]> {
  return connection.query(`
    select datname as name, has_database_privilege(datname, 'CONNECT') as "mayConnect"
      from pg_database where ${writable} order by datname collate "C"`);
}

/** Runs `work` in each of `names`, one after the other: PostgreSQL shows a session one database only. */
export async function inEach<T>(
  server: Endpoint,
  names: readonly string[],
  access: Access,
  work: (connection: Connection, name: string) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const name of names) {
    results.push(
      await withConnection({ ...server, database: name }, access, (connection) => work(connection, name)),
    );
  }
  return results;
}
