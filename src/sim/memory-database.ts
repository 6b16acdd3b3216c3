import { createHash } from "node:crypto";
import type { Contents } from "../core/contents.ts";
import {
  type Catalogue,
  type Counters,
  type Database,
  DatabaseFault,
  type Endpoint,
  type Look,
  type Quiet,
} from "../core/database.ts";
import { areSameCounters } from "../database/counters.ts";
import { failure, faultOf } from "../database/fault.ts";
import { watch } from "../database/look.ts";
import type { Clock } from "../engine/deps.ts";
import type { Change, Instance, MemoryServers, Network, Volume } from "./memory-servers.ts";
import { writersOf } from "./memory-writers.ts";

/** The probe of databases that are values. It takes no time but what it sleeps on the given clock. */
export function memoryDatabase(servers: MemoryServers, world: Network & { clock: Clock }): Database {
  const { clock } = world;

  function reach(at: Endpoint): Instance {
    const instance = reachServer(servers, world, at);
    if (servers.volume(instance.volume).database !== at.database) throw faultOf("login", failure("3D000"));
    return instance;
  }

  function held(at: Endpoint) {
    return servers.volume(reach(at).volume);
  }

  /** Throws where the bot's own schema is not there. */
  function introduced(at: Endpoint): true {
    if (held(at).introducedAs === null) throw faultOf("query", failure("3F000"));
    return true;
  }

  function commit(at: Endpoint, change: Change): void {
    const { id } = reach(at);
    try {
      servers.commit(id, change);
    } catch (error) {
      throw faultOf("query", error);
    }
  }

  async function lookOnce(at: Endpoint): Promise<Look> {
    const now = clock.now();
    try {
      const instance = reach(at);
      const answersAs = servers.volume(instance.volume).introducedAs;
      return {
        at: now,
        sight: { state: "answers", answersAs, writable: instance.writer },
        timings: timings(undefined),
      };
    } catch (error) {
      if (!(error instanceof DatabaseFault) || error.layer === "query") throw error;
      const { layer, message: reason } = error;
      return { at: now, sight: { state: "unreachable", layer, reason }, timings: timings(layer) };
    }
  }

  async function counters(at: Endpoint): Promise<Counters> {
    const { startedAt, writtenBefore, volume } = reach(at);
    const { database, written } = servers.volume(volume);
    return { startedAt, databases: [{ name: database, reset: "", changes: written - writtenBefore }] };
  }

  /** Two samples enclose the interval; as with real servers, what is shorter shows in the counters. */
  async function watchQuiet(at: Endpoint, { during }: { during: number }): Promise<Quiet> {
    const from = clock.now();
    const before = await counters(at);
    const atFirst = reach(at).sessions;
    const seen = new Set([...atFirst].map(({ facts }) => facts));
    await clock.sleep(during);
    for (const { facts } of reach(at).sessions) seen.add(facts);
    const after = await counters(at);
    return {
      from,
      to: clock.now(),
      samples: 2,
      sessions: [...seen],
      preparedTransactions: [],
      counters: areSameCounters(before, after) ? after : null,
    };
  }

  return {
    look: lookOnce,
    watch: (at, options) => watch(() => lookOnce(at), clock, options),
    inventory: async (at) => ({
      serverVersion: "16.6",
      databases: [held(at).database],
      login: {
        user: "encrypt_db",
        endsSessions: true,
        readsStatistics: true,
        createsSchema: true,
        connectsEverywhere: true,
      },
      readsEverything: true,
      replicationSlots: [],
      preparedTransactions: [],
      openTransactions: [],
      invalidIndexes: [],
      extensions: [{ database: held(at).database, name: "plpgsql", version: "1.0" }],
      unloggedTables: [],
      writers: writersOf(held(at)),
    }),
    introduce: async (at, as) => {
      if (held(at).introducedAs !== as) commit(at, { kind: "introduce", as });
    },
    forget: async (at) => {
      if (held(at).introducedAs !== null) commit(at, { kind: "forget" });
    },
    writers: async (at) => writersOf(held(at)),
    silence: async (at) => {
      if (introduced(at)) commit(at, { kind: "silence" });
    },
    restoreWriters: async (at) => {
      if (introduced(at)) commit(at, { kind: "wake" });
    },
    endSessions: async (at) => {
      const sessions = [...reach(at).sessions];
      for (const session of sessions) session.close();
      return sessions.length;
    },
    watchQuiet,
    counters,
    mark: async (at, token) => {
      if (introduced(at) && !held(at).markers.has(token)) commit(at, { kind: "mark", token });
    },
    findMarker: async (at, token) =>
      held(at).markers.has(token) ? { token, clock: Math.ceil(clock.now()) } : undefined,
    heartbeat: async (at) => commit(at, { kind: "nothing" }),
    catalogue: async (at) => catalogueOf(held(at)),
    readOn: async (at, token) => {
      if (introduced(at)) commit(at, { kind: "read", token, found: contentsOf(held(at), false) });
    },
    readSoFar: async (at, token) => held(at).readings.get(token),
    contents: async (at, { depth }) => contentsOf(held(at), depth === "counts"),
  };
}

function reachServer(servers: MemoryServers, network: Network, at: Endpoint): Instance {
  try {
    return servers.reach(network, at.host, "probe");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    throw faultOf(code === "ENOTFOUND" ? "dns" : "tcp", error);
  }
}

/** Layers take no time here; those past the failed one were not reached. */
function timings(failed: keyof Look["timings"] | undefined): Look["timings"] {
  const order = ["dns", "tcp", "tls", "login"] as const;
  const reached = failed === undefined ? order.length : order.indexOf(failed) + 1;
  const time = (layer: keyof Look["timings"]) => (order.indexOf(layer) < reached ? 0 : null);
  return { dns: time("dns"), tcp: time("tcp"), tls: time("tls"), login: time("login") };
}

/** One table, whose sequence has moved with every row. */
function catalogueOf({ database, written }: { database: string; written: number }): Catalogue {
  return {
    databases: [
      {
        name: database,
        relations: 2,
        largeObjects: 0,
        definitions: { relations: "one table" },
        collations: { default: "2.36" },
        sequences: { "public.rows_id_seq": written },
      },
    ],
  };
}

/** The one table, small enough to be read whole however it is asked for. */
function contentsOf({ database, rows }: Volume, onlyCounted: boolean): Contents {
  let sum = 0n;
  for (const row of rows) sum += createHash("sha256").update(JSON.stringify(row)).digest().readBigInt64BE();
  const table = { database, table: "public.rows", blocks: Math.ceil(rows.size / 100), percent: 100 };
  return {
    tables: [{ ...table, rows: rows.size, hash: onlyCounted ? null : `${sum}` }],
    unreadable: [],
    next: null,
  };
}
