import * as z from "zod";
import type { Contents, ContentsOptions } from "./contents.ts";

/**
 * The inside of a database, as the probe sees it over SQL from within the VPC. Implemented in src/database;
 * on AWS by a call to the probe function, so that everything here is plain JSON. Declared as zod schemas because
 * it crosses that border.
 */

export const endpoint = z.object({ host: z.string(), port: z.number(), database: z.string() });
export type Endpoint = z.infer<typeof endpoint>;

/** How far a connection gets. Each layer is reached only through the one before. */
export const layers = ["dns", "tcp", "tls", "login"] as const;

/**
 * One look at an endpoint. `answersAs` is the resource id that the bot wrote into the database it moves, so that
 * it tells *which* database answers: a physical copy has the same system identifier as its original.
 */
const sight = z.discriminatedUnion("state", [
  z.object({ state: z.literal("answers"), answersAs: z.string().nullable(), writable: z.boolean() }),
  z.object({ state: z.literal("unreachable"), layer: z.enum(layers), reason: z.string() }),
]);
export type Sight = z.infer<typeof sight>;

/** One look with its time and the time of each layer, in milliseconds; null for layers that were not reached. */
export const look = z.object({
  at: z.number(),
  sight,
  timings: z.object({
    dns: z.number().nullable(),
    tcp: z.number().nullable(),
    tls: z.number().nullable(),
    login: z.number().nullable(),
  }),
});
export type Look = z.infer<typeof look>;

/** A change of sight, known to have happened after `after` (null: nothing was seen before) and not after `by`. */
export const sighting = z.object({ sight, after: z.number().nullable(), by: z.number() });
export type Sighting = z.infer<typeof sighting>;

/** A session of somebody else: not the probe's, not one of RDS's own. */
const session = z.object({
  pid: z.number(),
  user: z.string(),
  database: z.string(),
  application: z.string(),
  client: z.string(),
  state: z.string(),
});
export type Session = z.infer<typeof session>;

/**
 * Tuples inserted, updated and deleted in user tables since the statistics were reset, one number per database.
 * Comparable only while `startedAt` and `reset` stay the same: a restart starts them anew.
 */
export const counters = z.object({
  startedAt: z.string(),
  databases: z.array(z.object({ name: z.string(), reset: z.string(), changes: z.number() })),
});
export type Counters = z.infer<typeof counters>;

/** Something inside a database that writes without a client. */
export const writer = z.object({
  kind: z.enum(["pg_cron", "subscription"]),
  /** Where it is defined; a job of pg_cron may run in another database. */
  database: z.string(),
  /** What it is known by there: a job's number, a subscription's name. */
  id: z.string(),
  name: z.string(),
  on: z.boolean(),
  /** Turned off by the bot, which is written down in its own schema. */
  silenced: z.boolean(),
  /** Whether the login may turn it off and on. */
  silenceable: z.boolean(),
});
export type Writer = z.infer<typeof writer>;

/** What holds back the log for a consumer of changes. */
const replicationSlot = z.object({
  name: z.string(),
  kind: z.enum(["logical", "physical"]),
  /** Null for a physical one. */
  plugin: z.string().nullable(),
  database: z.string().nullable(),
  /** Whether its consumer is connected. */
  active: z.boolean(),
  /** Bytes of log that the consumer has not confirmed; null where the server does not tell. */
  behind: z.number().nullable(),
});
export type ReplicationSlot = z.infer<typeof replicationSlot>;

/** What the probe learns before anything is planned. */
export const inventory = z.object({
  serverVersion: z.string(),
  databases: z.array(z.string()),
  /** What the login may do, by name; a false one is a blocker with its GRANT as the remedy. */
  login: z.object({
    user: z.string(),
    endsSessions: z.boolean(),
    readsStatistics: z.boolean(),
    createsSchema: z.boolean(),
    connectsEverywhere: z.boolean(),
  }),
  /** Without it contents can be compared only of what the login was granted, which is no blocker. */
  readsEverything: z.boolean(),
  replicationSlots: z.array(replicationSlot),
  preparedTransactions: z.array(z.string()),
  /** Of others, the oldest first and twenty at most, with how many milliseconds each has been open. */
  openTransactions: z.array(
    z.object({ user: z.string(), database: z.string(), application: z.string(), openFor: z.number() }),
  ),
  /** Left behind by an interrupted CREATE INDEX CONCURRENTLY; a copy has them too. */
  invalidIndexes: z.array(z.string()),
  extensions: z.array(z.object({ database: z.string(), name: z.string(), version: z.string() })),
  /** Tables that are not in the write-ahead log: a restore brings them back empty. */
  unloggedTables: z.array(z.string()),
  writers: z.array(writer),
});
export type Inventory = z.infer<typeof inventory>;

/** What was seen over a whole interval, sampled many times a second. */
export const quiet = z.object({
  from: z.number(),
  to: z.number(),
  samples: z.number(),
  /** Every foreign session that any sample saw. */
  sessions: z.array(session),
  preparedTransactions: z.array(z.string()),
  /** At the interval's end; null if they moved within it or could not be compared. */
  counters: counters.nullable(),
});
export type Quiet = z.infer<typeof quiet>;

/** The marker as the database holds it; `clock` is the server's own clock after the marker was seen committed. */
export const marker = z.object({ token: z.string(), clock: z.number() });
export type Marker = z.infer<typeof marker>;

/**
 * A summary that a physical copy must reproduce: the definition of everything in the catalogues (a hash for each kind, by
 * what people call it), how many large objects there are, the versions of the collations in use, and every sequence's
 * position, which may be ahead in a copy and never behind.
 */
export const catalogue = z.object({
  databases: z.array(
    z.object({
      name: z.string(),
      relations: z.number(),
      largeObjects: z.number(),
      definitions: z.record(z.string(), z.string()),
      collations: z.record(z.string(), z.string()),
      sequences: z.record(z.string(), z.number()),
    }),
  ),
});
export type Catalogue = z.infer<typeof catalogue>;

/**
 * Everything but `look` and `watch` throws a `DatabaseFault` when the database cannot be asked; those two
 * report it as what they saw.
 */
export interface Database {
  look(at: Endpoint): Promise<Look>;
  /** Looks every `every` ms for `during` ms and returns only the changes against `known` (null: nothing known). */
  watch(
    at: Endpoint,
    options: { known: Look | null; during: number; every: number },
  ): Promise<{ sightings: Sighting[]; last: Look }>;
  inventory(at: Endpoint): Promise<Inventory>;
  /**
   * Makes the bot's own schema if it is absent and writes who this database is. `as` is a resource id. Safe
   * to repeat.
   */
  introduce(at: Endpoint, as: string): Promise<void>;
  /** Takes the bot's own schema away. Safe to repeat. */
  forget(at: Endpoint): Promise<void>;
  /** What writes without a client, on or off. */
  writers(at: Endpoint): Promise<Writer[]>;
  /**
   * Turns off every writer that the login may turn off, and writes down which in the bot's own schema, which must be there.
   * Safe to repeat.
   */
  silence(at: Endpoint): Promise<void>;
  /** Turns on again what was silenced, in this database or in the one of which it is a copy. Safe to repeat. */
  restoreWriters(at: Endpoint): Promise<void>;
  /** Ends every foreign session once and returns how many were told to end. */
  endSessions(at: Endpoint): Promise<number>;
  /** Watches sessions, prepared transactions and counters of one server for `during` ms. */
  watchQuiet(at: Endpoint, options: { during: number }): Promise<Quiet>;
  counters(at: Endpoint): Promise<Counters>;
  /** Commits the marker row. Safe to repeat. */
  mark(at: Endpoint, token: string): Promise<void>;
  findMarker(at: Endpoint, token: string): Promise<Marker | undefined>;
  /** Commits something that changes no table, so that the restorable time of a silent database moves on. */
  heartbeat(at: Endpoint): Promise<void>;
  catalogue(at: Endpoint): Promise<Catalogue>;
  /**
   * What the tables of every database hold, for as long as the budget lasts. Comparable between two servers while nobody
   * writes to either.
   */
  contents(at: Endpoint, options: ContentsOptions): Promise<Contents>;
  /**
   * The same of everything, in as many calls as it takes: each goes on where the last one under this token stopped, and
   * writes down in the bot's own schema, which must be there, what was found so far.
   */
  readOn(at: Endpoint, token: string, options: { budget: number }): Promise<void>;
  /** What was found under this token so far; undefined where nothing was read. */
  readSoFar(at: Endpoint, token: string): Promise<Contents | undefined>;
}

/** The database could not be asked, or would not do it. The message holds no host, password or SQL text. */
export class DatabaseFault extends Error {
  readonly layer: (typeof layers)[number] | "query";
  /** SQLSTATE, a system error code, or `probe-unanswered`: the probe itself said nothing. */
  readonly code: string;

  constructor(layer: DatabaseFault["layer"], code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "DatabaseFault";
    this.layer = layer;
    this.code = code;
  }
}
