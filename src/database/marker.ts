import type { Marker } from "../core/database.ts";
import { applicationName, type Connection } from "./connect.ts";
import { failure, faultOf } from "./fault.ts";
import { isIntroduced, ownSchema } from "./own-schema.ts";

export const commit = `insert into ${ownSchema}.marker (token) values ($1) on conflict do nothing`;
export const find = `select 1 from ${ownSchema}.marker where token = $1`;
export const beat = `select pg_logical_emit_message(true, '${applicationName}', 'heartbeat')`;

/** Commits the marker. It stays as it was if it is there already. */
export async function mark(connection: Connection, token: string): Promise<void> {
  if (!(await isIntroduced(connection))) throw faultOf("query", failure("3F000"));
  await connection.query(commit, [token]);
}

export async function findMarker(connection: Connection, token: string): Promise<Marker | undefined> {
  if (!(await isIntroduced(connection))) return undefined;
  const seen = await connection.query(find, [token]);
  if (seen.length === 0) return undefined;
  // A statement of its own, so that the clock is read after the commit was seen; rounded up, because a T1 that
  // lies before the commit by a part of a millisecond would restore to the moment before the marker.
  const [server] = await connection.query<{ clock: number }>(
    "select ceil(extract(epoch from pg_catalog.clock_timestamp()) * 1000)::float8 as clock",
  );
  return server && { token, clock: server.clock };
}

/** Commits a record in the log that belongs to no table, so that no counter moves. */
export async function heartbeat(connection: Connection): Promise<void> {
  await connection.query(beat);
}
