import type { Connection } from "../database/connect.ts";
import { userSchema } from "../database/definitions.ts";
import { id } from "./roles.ts";
import { inSession, type Server } from "./server.ts";

/** What a database holds, table by table: equal only where the rows are. */
export interface Content {
  readonly rows: number;
  readonly tables: number;
  readonly largeObjects: number;
  /** By what it is of, in words: `table public.orders`, `sequence public.orders_id_seq`, `large objects`. */
  readonly sums: ReadonlyMap<string, string>;
}

/**
 * Tables with rows of their own, the largest first: no foreign tables, no parents of partitions. What an extension brings is the
 * extension's, except what it says to be the customer's (pg_extension_config_dump).
 */
const tables = `
  select n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'S') and c.relpersistence <> 't' and ${userSchema}
     and (not exists (select from pg_depend
                       where classid = 'pg_class'::regclass and objid = c.oid and deptype = 'e')
          or exists (select from pg_extension where c.oid = any (extconfig)))
   order by pg_table_size(c.oid) desc, 1, 2`;

/** Reads everything in a database, in several sessions at once. `passed` hears of each table that is done. */
export async function readContent(
  server: Server,
  database: string,
  { jobs, passed }: { readonly jobs: number; readonly passed: () => void },
): Promise<Content> {
  const relations = await inSession(server, database, (session) =>
    session.query<{ schema: string; name: string; kind: string }>(tables),
  );
  const ofKind = (kind: string) => relations.filter((relation) => relation.kind === kind);
  const sums = new Map<string, string>();
  let rows = 0;
  const waiting = [...ofKind("r")];
  async function readTables(session: Connection): Promise<void> {
    for (let table = waiting.shift(); table; table = waiting.shift()) {
      const read = await readTable(session, table);
      rows += read.rows;
      sums.set(`table ${table.schema}.${table.name}`, read.sum);
      passed();
    }
  }
  const readers = Array.from({ length: Math.min(jobs, waiting.length) }, () =>
    inSession(server, database, readTables).catch((error: unknown) => {
      // The others would read on for hours and nobody would want it.
      waiting.length = 0;
      throw error;
    }),
  );
  await Promise.all(readers);
  const largeObjects = await inSession(server, database, async (session) => {
    for (const { schema, name } of ofKind("S")) {
      sums.set(`sequence ${schema}.${name}`, await readSequence(session, schema, name));
    }
    const read = await readLargeObjects(session);
    sums.set("large objects", read.sum);
    return read.count;
  });
  return { rows, tables: ofKind("r").length, largeObjects, sums };
}

/**
 * Sums over the rows, so that their order does not matter, of two hashes with different seeds: 128 bits. Hash partitions rely on
 * these functions, so that they stay the same from one version of PostgreSQL to the next.
 */
async function readTable(session: Connection, { schema, name }: { schema: string; name: string }) {
  const [row] = await session.query<{ rows: string; sum: string }>(`
    select count(*)::text as rows,
           count(*) || ' rows, ' || coalesce(sum(hashtextextended(line, 0)), 0)
                    || ' ' || coalesce(sum(hashtextextended(line, 1)), 0) as sum
      from (select (encrypt_db_row.*)::text as line from only ${id(schema)}.${id(name)} encrypt_db_row) lines`);
  return { rows: Number(row?.rows ?? 0), sum: row?.sum ?? "" };
}

async function readSequence(session: Connection, schema: string, name: string): Promise<string> {
  const [row] = await session.query<{ position: string }>(
    `select last_value || case when is_called then ', used' else ', unused' end as position
       from ${id(schema)}.${id(name)}`,
  );
  return row?.position ?? "";
}

async function readLargeObjects(session: Connection): Promise<{ count: number; sum: string }> {
  const [row] = await session.query<{ count: number; sum: string }>(`
    select count(*)::int as count,
           count(*) || ' large objects, ' || coalesce(sum(hashtextextended(line, 0)), 0)
                    || ' ' || coalesce(sum(hashtextextended(line, 1)), 0) as sum
      from (select concat_ws(' ', oid, pg_get_userbyid(lomowner), lomacl,
                             encode(sha256(lo_get(oid)), 'hex')) as line
              from pg_largeobject_metadata) lines`);
  return { count: row?.count ?? 0, sum: row?.sum ?? "" };
}

/** What differs, in words. */
export function differencesOfContent(source: Content, target: Content): string[] {
  const all = new Set([...source.sums.keys(), ...target.sums.keys()]);
  return [...all].filter((of) => source.sums.get(of) !== target.sums.get(of)).sort();
}
