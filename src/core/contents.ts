import * as z from "zod";

/**
 * What the tables of a server hold, in three depths. `counts`: rows of small tables. `sample`: hashes of some blocks of
 * each table, chosen so that physical copies choose the same. `whole`: hashes of everything. A hash is the sum of the
 * hashes of rows, so that their order does not matter and partial results add up. Values that PostgreSQL calls equal, as
 * 1.0 and 1.00, may have the same hash.
 */
export const depths = ["counts", "sample", "whole"] as const;
export type Depth = (typeof depths)[number];

/** A block of a table, from which to go on. Names are quoted as in SQL. */
export const place = z.object({ database: z.string(), table: z.string(), block: z.number() });
export type Place = z.infer<typeof place>;

const tableContents = z.object({
  database: z.string(),
  table: z.string(),
  /** Blocks of the table itself; a physical copy may have fewer, never none where there are rows. */
  blocks: z.number(),
  /** How much of it was read: 100, less for a sample, 0 where the login may not read it or the depth leaves it out. */
  percent: z.number(),
  rows: z.number(),
  /** A decimal number of any length; null where rows were only counted. */
  hash: z.string().nullable(),
});
export type TableContents = z.infer<typeof tableContents>;

export const contents = z.object({
  tables: z.array(tableContents),
  /** Tables that the login may not read, so that nothing but their size is known. */
  unreadable: z.array(z.string()),
  /** Null once everything has been looked at. */
  next: place.nullable(),
});
export type Contents = z.infer<typeof contents>;

export interface ContentsOptions {
  readonly depth: Depth;
  /** Milliseconds after which no further part is begun; one is read in any case. */
  readonly budget: number;
  /** Where an earlier answer said to go on; null begins. */
  readonly from: Place | null;
}

/** Two answers as one: a table whose parts are in both becomes one whole. */
export function addContents(earlier: Contents, later: Contents): Contents {
  const tables = new Map(earlier.tables.map((table) => [keyOf(table), table]));
  for (const table of later.tables) {
    const before = tables.get(keyOf(table));
    tables.set(keyOf(table), before ? added(before, table) : table);
  }
  return {
    tables: [...tables.values()],
    unreadable: [...new Set([...earlier.unreadable, ...later.unreadable])],
    next: later.next,
  };
}

function added(before: TableContents, part: TableContents): TableContents {
  const hash =
    before.hash === null || part.hash === null ? null : `${BigInt(before.hash) + BigInt(part.hash)}`;
  return { ...part, rows: before.rows + part.rows, hash };
}

/** What was compared, and what of it differs, in words that name the tables. */
export interface ContentsComparison {
  readonly compared: number;
  /** Tables of which nothing but the size could be compared. */
  readonly passedOver: number;
  readonly rows: number;
  readonly differences: readonly string[];
}

/**
 * Both answers must come from the same depth. Where one of them is not finished, the tables that it has not come to are
 * passed over, and so is the one in whose middle it stopped.
 */
export function compareContents(original: Contents, copy: Contents): ContentsComparison {
  const copied = new Map(copy.tables.map((table) => [keyOf(table), table]));
  const stopped = [original.next, copy.next].flatMap((next) => (next ? [keyOf(next)] : []));
  const differences: string[] = [];
  let compared = 0;
  let rows = 0;
  for (const table of original.tables) {
    const found = copied.get(keyOf(table));
    copied.delete(keyOf(table));
    if (!found) {
      if (copy.next === null) differences.push(`${table.table} in ${table.database} is missing`);
    } else if (isReadAlike(table, found) && !stopped.includes(keyOf(table))) {
      compared++;
      rows += table.rows;
      differences.push(...differencesOf(table, found));
    } else if (table.blocks > 0 && found.blocks === 0) {
      differences.push(`${table.table} in ${table.database} is empty`);
    }
  }
  if (original.next === null) {
    for (const { database, table } of copied.values()) differences.push(`${table} in ${database} is new`);
  }
  return { compared, passedOver: original.tables.length - compared, rows, differences };
}

function isReadAlike(a: TableContents, b: TableContents): boolean {
  return a.percent > 0 && a.percent === b.percent;
}

function differencesOf(original: TableContents, copy: TableContents): string[] {
  const named = `${original.table} in ${original.database}`;
  if (original.rows !== copy.rows) return [`${named} has ${copy.rows} rows for ${original.rows}`];
  return original.hash === copy.hash ? [] : [`${named} has other rows`];
}

function keyOf({ database, table }: { readonly database: string; readonly table: string }): string {
  return JSON.stringify([database, table]);
}
