import { performance } from "node:perf_hooks";
import type { Contents, ContentsOptions, Depth, Place, TableContents } from "../core/contents.ts";
import { DatabaseFault, type Endpoint } from "../core/database.ts";
import { type Access, type Connection, withConnection } from "./connect.ts";
import { databasesOf } from "./databases.ts";
import { userSchema } from "./definitions.ts";

/** Up to this many blocks (8 MB, where a block has its usual size) a table is counted, and as many of a larger one are sampled. */
export const fewBlocks = 1_024;

/** How long one part of a large table should take: short enough for the budget to be kept, and for the statement time-out. */
const partLasts = 2_000;

/** What the tables of every database of a server hold, in the order of their names. */
export async function contents(at: Endpoint, access: Access, options: ContentsOptions): Promise<Contents> {
  const end = performance.now() + options.budget;
  const databases = await withConnection(at, access, databasesOf);
  const found: Contents = { tables: [], unreadable: [], next: null };
  for (const { name } of databases) {
    if (options.from !== null && isBefore(name, options.from.database)) continue;
    const from = options.from?.database === name ? options.from : null;
    const stopped = await withConnection({ ...at, database: name }, access, (connection) =>
      readDatabase(connection, name, { ...options, from, end }, found),
    );
    if (stopped) return { ...found, next: stopped };
  }
  return found;
}

interface Table {
  readonly name: string;
  readonly blocks: number;
  readonly readable: boolean;
  /** Before PostgreSQL 14 each part would be a look at the whole table. */
  readonly comesInParts: boolean;
}

/**
 * Tables with rows of their own, so that none is counted twice: no parents of partitions, no foreign tables. Unlogged ones
 * are empty in a copy. Row security would show the login a part of the rows only.
 */
export const tables = `
  select format('%I.%I', n.nspname, c.relname) as name,
         (pg_relation_size(c.oid) / current_setting('block_size')::int)::float8 as blocks,
         has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT')
           and not row_security_active(c.oid) as readable,
         current_setting('server_version_num')::int >= 140000 as "comesInParts"
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'm') and c.relpersistence = 'p'
     and ${userSchema}
   order by format('%I.%I', n.nspname, c.relname) collate "C"`;

/** The text of a row depends on settings that a role or a database may have changed. */
export const plainText = [
  "set extra_float_digits = 1",
  "set bytea_output = 'hex'",
  "set IntervalStyle = 'postgres'",
  "set xmloption = 'content'",
].join(";\n");

type Reading = ContentsOptions & { readonly end: number };

/** Adds to `into`; returns where it stopped, or undefined if it got through. */
async function readDatabase(
  connection: Connection,
  database: string,
  { depth, from, end }: Reading,
  into: Contents,
): Promise<Place | undefined> {
  await connection.query(plainText);
  const all = await connection.query<Table>(tables);
  for (const table of all.filter(({ name }) => from === null || !isBefore(name, from.table))) {
    const block = from?.table === table.name ? from.block : 0;
    // At least one, or a budget that ends with the login would never come to anything.
    if (into.tables.length > 0 && performance.now() >= end) return { database, table: table.name, block };
    if (!table.readable) into.unreadable.push(`${table.name} in ${database}`);
    const percent = table.readable ? percentOf(depth, table.blocks) : 0;
    const isInParts = depth === "whole" && percent > 0 && table.comesInParts;
    const { next, ...read } = isInParts
      ? await readFrom(connection, table, block, end)
      : await readOnce(connection, table, depth, percent);
    into.tables.push({ database, table: table.name, blocks: table.blocks, ...read });
    if (next !== undefined) return { database, table: table.name, block: next };
  }
  return undefined;
}

/**
 * A power of two less for a sample, so that a copy with a few blocks less is sampled in the same way: PostgreSQL chooses
 * each block by its number, the seed and the percentage alone (tsm_system).
 */
function percentOf(depth: Depth, blocks: number): number {
  if (depth === "whole" || blocks <= fewBlocks) return 100;
  return depth === "counts" ? 0 : 100 / 2 ** Math.ceil(Math.log2(blocks / fewBlocks));
}

// `only`, because a child in an inheritance is a table of its own; the alias, because a column may be called as the table.
const source = (table: Table) => `only ${table.name} encrypt_db_row`;
const counted = "count(*)::float8 as rows";
const sumOf = (hash: string) => `${counted}, coalesce(sum(${hash}), 0)::text as hash`;

/** Several times faster, but some types cannot be hashed (json, xml, point), and PostgreSQL 13 knows nothing of it. */
const byValues = sumOf("hash_record_extended(encrypt_db_row.*, 0)");
const byText = sumOf("hashtextextended((encrypt_db_row.*)::text, 0)");

interface Sum {
  readonly rows: number;
  readonly hash: string;
}

/** The one way for all rows of a table: what cannot be hashed by its values cannot be on the other server either. */
async function hashed(connection: Connection, rows: string): Promise<Sum> {
  try {
    return await sumUp(connection, `select ${byValues} from ${rows}`);
  } catch (error) {
    if (!(error instanceof DatabaseFault) || error.code !== undefinedFunction) throw error;
    return sumUp(connection, `select ${byText} from ${rows}`);
  }
}

const undefinedFunction = "42883";

async function sumUp(connection: Connection, sql: string): Promise<Sum> {
  const [row] = await connection.query<Sum>(sql);
  return row ?? { rows: 0, hash: "0" };
}

type Read = Pick<TableContents, "percent" | "rows" | "hash"> & { readonly next?: number };

/** A table that takes too long is passed over, which `percent` then says. */
async function readOnce(connection: Connection, table: Table, depth: Depth, percent: number): Promise<Read> {
  const nothing = { percent: 0, rows: 0, hash: null };
  if (percent === 0) return nothing;
  const rows = `${source(table)} ${percent < 100 ? `tablesample system (${percent}) repeatable (1)` : ""}`;
  try {
    if (depth !== "counts") return { percent, ...(await hashed(connection, rows)) };
    return { percent, ...(await sumUp(connection, `select ${counted} from ${rows}`)), hash: null };
  } catch (error) {
    if (tookTooLong(error)) return nothing;
    throw error;
  }
}

/** A table from `block` on, in parts that grow or shrink until they last about as long as they should. */
async function readFrom(connection: Connection, table: Table, block: number, end: number): Promise<Read> {
  let [rows, hash, size, next] = [0, 0n, fewBlocks, block];
  do {
    const begun = performance.now();
    try {
      const part = await readPart(connection, table, next, next + size);
      rows += part.rows;
      hash += BigInt(part.hash);
      next += size;
      size = Math.max(1, Math.round(size * Math.min(4, partLasts / (performance.now() - begun))));
    } catch (error) {
      if (!tookTooLong(error) || size === 1) throw error;
      size = Math.max(1, Math.round(size / 8));
    }
  } while (next < table.blocks && performance.now() < end);
  const read = { percent: 100, rows, hash: `${hash}` };
  return next < table.blocks ? { ...read, next } : read;
}

function readPart(connection: Connection, table: Table, from: number, to: number): Promise<Sum> {
  // The last part has no end: the table may have grown since it was measured.
  const until = to < table.blocks ? `and ctid < '(${to},0)'` : "";
  return hashed(connection, `${source(table)} where ctid >= '(${from},0)' ${until}`);
}

/** In the order in which PostgreSQL sorts with the collation "C". */
function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

function tookTooLong(error: unknown): boolean {
  return error instanceof DatabaseFault && error.code === "57014";
}
