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
  const hashes = await connection.query<{ kind: string; hash: string }>(`
    with definition(kind, line) as (${definitions})
    select kind, encode(sha256(convert_to(string_agg(hash, '' order by hash), 'UTF8')), 'hex') as hash
      from (select kind, encode(sha256(convert_to(line::text, 'UTF8')), 'hex') collate "C" as hash
              from definition) lines
     group by kind order by kind`);
  const [counted] = await connection.query<{ relations: number; largeObjects: number }>(`
    select (select count(*)::int from pg_class c join pg_namespace n on n.oid = relnamespace where ${userSchema})
             as relations,
           (select count(*)::float8 from pg_largeobject_metadata) as "largeObjects"`);
  const sequences = await connection.query<{ name: string; position: number }>(positions);
  return {
    name,
    relations: counted?.relations ?? 0,
    largeObjects: counted?.largeObjects ?? 0,
    definitions: Object.fromEntries(hashes.map(({ kind, hash }) => [kind, hash])),
    collations: await collations(connection),
    sequences: Object.fromEntries(sequences.map(({ name, position }) => [name, position])),
  };
}

/**
 * The versions in which the server brings the collations that are in use: text indexes that were built with another one
 * are out of order. The default's version is told since PostgreSQL 15.
 */
async function collations(connection: Connection): Promise<Record<string, string>> {
  const [server] = await connection.query<{ tells: boolean }>(
    "select current_setting('server_version_num')::int >= 150000 as tells",
  );
  const byDefault = `select 'default', pg_database_collation_actual_version(oid)
                       from pg_database where datname = current_database()`;
  const rows = await connection.query<{ name: string; version: string }>(`
    with used(name, version) as (
      select distinct collname::text, pg_collation_actual_version(l.oid)
        from pg_attribute a
        join pg_class c on c.oid = attrelid
        join pg_namespace n on n.oid = relnamespace
        join pg_collation l on l.oid = attcollation
       where attnum > 0 and not attisdropped and collprovider <> 'd' and ${userSchema}
      ${server?.tells ? `union all ${byDefault}` : ""})
    select name, version from used where version is not null order by name`);
  return Object.fromEntries(rows.map(({ name, version }) => [name, version]));
}

/** Sequences that were used and that the login may read. A descending one is negated: ahead is always greater. */
const positions = `
  select quote_ident(schemaname) || '.' || quote_ident(sequencename) as name,
         (last_value * sign(increment_by))::float8 as position
    from pg_sequences
   where last_value is not null and schemaname <> '${ownSchema}'
   order by 1`;
