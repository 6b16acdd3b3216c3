import { addContents, type Contents, contents as contentsSchema } from "../core/contents.ts";
import type { Endpoint } from "../core/database.ts";
import { type Access, type Connection, withConnection } from "./connect.ts";
import { contents } from "./contents.ts";
import { failure, faultOf } from "./fault.ts";
import { isIntroduced, ownSchema } from "./own-schema.ts";

/**
 * A server may hold more than can be read in one call, and a reading of hours must survive whoever reads: what was found is
 * kept in the bot's own schema, whose changes no counter counts.
 */
export async function readOn(at: Endpoint, access: Access, token: string, budget: number): Promise<void> {
  const before = await withConnection(at, access, async (connection) => {
    if (!(await isIntroduced(connection))) throw faultOf("query", failure("3F000"));
    return kept(connection, token);
  });
  if (before?.next === null) return;
  const found = await contents(at, access, { depth: "whole", budget, from: before?.next ?? null });
  const all = before ? addContents(before, found) : found;
  await withConnection(at, access, (connection) =>
    connection.query(
      `insert into ${ownSchema}.reading (token, found) values ($1, $2)
       on conflict (token) do update set found = excluded.found`,
      [token, JSON.stringify(all)],
    ),
  );
}

export function readSoFar(at: Endpoint, access: Access, token: string): Promise<Contents | undefined> {
  return withConnection(at, access, async (connection) =>
    (await isIntroduced(connection)) ? kept(connection, token) : undefined,
  );
}

async function kept(connection: Connection, token: string): Promise<Contents | undefined> {
  const [row] = await connection.query<{ found: unknown }>(
    `select found from ${ownSchema}.reading where token = $1`,
    [token],
  );
  return row && contentsSchema.parse(row.found);
}
