/** The table that the application keeps, for the seed of a database. */
export const ordersTable = `
create table orders (
  id bigint primary key,
  value text not null,
  changed_at timestamptz not null default clock_timestamp()
);`;

/** Each writer has its own ids, from here on times its number; what a seed inserts stays below. */
export const idsPerWriter = 1_000_000_000;

/**
 * How a writer holds its connection. `fresh` connects again every few writes, and so sees what names mean now;
 * `pooled` keeps its session as long as it lives; `pinned` looks a name up once and keeps the address for half a
 * minute, as a JVM does; `reading` is fresh and also reads from the reader endpoint.
 */
export const habits = ["fresh", "pooled", "pinned", "reading"] as const;
type Habit = (typeof habits)[number];

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** What a writer process is told when it has started. */
export interface WriterSettings {
  /** From 1 on. */
  readonly number: number;
  readonly habit: Habit;
  /** The path of its ledger. */
  readonly ledger: string;
  readonly resolverUrl: string;
  /** The authority to trust, in PEM. */
  readonly ca: string;
  readonly endpoint: Endpoint;
  readonly readerEndpoint: Endpoint;
  readonly user: string;
  readonly password: string;
}

/** What a writer reports to the process that started it: all since its start. */
export interface Counts {
  readonly acknowledged: number;
  /** Writes that the database answered with an error, and attempts to connect that failed. */
  readonly refused: number;
  /** Writes whose answer never came: they may have been committed or not. */
  readonly unknown: number;
  /** Answers from the reader endpoint. */
  readonly reads: number;
}

export const nothingYet: Counts = { acknowledged: 0, refused: 0, unknown: 0, reads: 0 };
