import type { Catalogue, Endpoint } from "../core/database.ts";
import { type Access, type Connection, withConnection } from "./connect.ts";
import { databasesOf, inEach } from "./databases.ts";
import { definitions, userSchema } from "./definitions.ts";
import { ownSchema } from "./own-schema.ts";

/** The catalogues of every database of a server, summarised by the server itself. */
export async function catalogue(at: Endpoint, access: Access): Promise<Catalogue> {
  const databases = await withConnection(at, access, databasesOf);
  const names = databases.map(({ name }) => name);
  return { databases: await inEach(at, names, access, catalogueOf) };
}

/** The summary of the one database that the connection is to. */
export async function catalogueOf(
  connection: Connection,
  name: string,
): Promise<Catalogue["databases"][number]> {
  // Each line is hashed before they are joined, or a large catalogue would exceed PostgreSQL's longest text.
  const [row] = await connection.query<{ relations: number; definitions: string }>(`
    with definition(line) as (${definitions})
    select (select count(*)::int from pg_class c join pg_namespace n on n.oid = relnamespace where ${userSchema})
             as relations,
           encode(sha256(convert_to(coalesce(string_agg(hash, '' order by hash), ''), 'UTF8')), 'hex') as definitions
      from (select encode(sha256(convert_to(line::text, 'UTF8')), 'hex') collate "C" as hash from definition) hashes`);
  const sequences = await connection.query<{ name: string; position: number }>(positions);
  return {
    name,
    relations: row?.relations ?? 0,
    definitions: row?.definitions ?? "",
    sequences: Object.fromEntries(sequences.map(({ name, position }) => [name, position])),
  };
}

/** Sequences that were used and that the login may read. A descending one is negated: ahead is always greater. */
const positions = `
  select quote_ident(schemaname) || '.' || quote_ident(sequencename) as name,
         (last_value * sign(increment_by))::float8 as position
    from pg_sequences
   where last_value is not null and schemaname <> '${ownSchema}'
   order by 1`;
