import { DatabaseFault } from "../core/database.ts";
import type { Connection } from "./connect.ts";

/**
 * The bot's own schema holds four tables: who this database is, the markers that were committed, which writers the bot
 * has silenced, and what it has read so far. Nothing in it is believed, and nothing is written to it, unless it belongs to the bot's login: whoever may make schemas could
 * have put a view or a trigger there that runs with the login's rights.
 */
export const ownSchema = "encrypt_db";

const owned = `
  select count(*) = 4 as owned
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where n.nspname = '${ownSchema}' and c.relname in ('identity', 'marker', 'silenced', 'reading') and c.relkind = 'r'
     and pg_get_userbyid(c.relowner) = current_user and pg_get_userbyid(n.nspowner) = current_user`;

/** Are all its tables there, and ours? */
export async function isIntroduced(connection: Connection): Promise<boolean> {
  const [row] = await connection.query<{ owned: boolean }>(owned);
  return row?.owned === true;
}

export const identity = `select resource_id as id from ${ownSchema}.identity`;

/** In order; the last takes the resource id. */
export const introduction = {
  schema: `create schema if not exists ${ownSchema}`,
  identity: `create table if not exists ${ownSchema}.identity
       (one boolean primary key default true check (one), resource_id text not null)`,
  marker: `create table if not exists ${ownSchema}.marker
       (token text primary key, written timestamptz not null default pg_catalog.clock_timestamp())`,
  silenced: `create table if not exists ${ownSchema}.silenced
       (kind text, database text, id text, primary key (kind, database, id))`,
  reading: `create table if not exists ${ownSchema}.reading (token text primary key, found jsonb not null)`,
  name: `insert into ${ownSchema}.identity (resource_id) values ($1)
         on conflict (one) do update set resource_id = excluded.resource_id`,
};

export const forgetting = `drop schema if exists ${ownSchema} cascade`;

/** The resource id that was written by `introduce`, or null if there is none. */
export async function whoAnswers(connection: Connection): Promise<string | null> {
  if (!(await isIntroduced(connection))) return null;
  const [row] = await connection.query<{ id: string }>(identity);
  return row?.id ?? null;
}

/** Makes the schema if it is absent and writes `resourceId` into it. */
export async function introduce(connection: Connection, resourceId: string): Promise<void> {
  const [found] = await connection.query<{ foreign: boolean }>(
    `select pg_get_userbyid(nspowner) <> current_user as foreign from pg_namespace where nspname = '${ownSchema}'`,
  );
  if (found?.foreign) throw new DatabaseFault("query", "42501", `somebody else owns the schema ${ownSchema}`);
  if (!found) await connection.query(introduction.schema);
  await connection.query(introduction.identity);
  await connection.query(introduction.marker);
  await connection.query(introduction.silenced);
  await connection.query(introduction.reading);
  if ((await whoAnswers(connection)) === resourceId) return;
  await connection.query(introduction.name, [resourceId]);
}

/** Takes the schema away. One that belongs to somebody else is not ours to take. */
export async function forget(connection: Connection): Promise<void> {
  await connection.query(forgetting);
}
