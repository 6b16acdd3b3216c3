import { lookup } from "node:dns/promises";
import { performance } from "node:perf_hooks";
import type { SecureContext, TLSSocket } from "node:tls";
import pg from "pg";
import { DatabaseFault, type Endpoint, type Look, type layers } from "../core/database.ts";
import { type Address, dial, secure } from "./dial.ts";
import { failure, faultOf } from "./fault.ts";
import { within } from "./within.ts";

/** How to reach and enter a server. */
export interface Access {
  readonly user: string;
  readonly password: () => Promise<string>;
  readonly trust: SecureContext;
  readonly resolve: (host: string, port: number) => Promise<Address>;
  readonly timeOuts: TimeOuts;
}

/** Milliseconds that each layer, and each statement, may take. */
export type TimeOuts = Readonly<Record<(typeof layers)[number] | "query", number>>;

export const defaultTimeOuts: TimeOuts = { dns: 2_000, tcp: 2_000, tls: 2_000, login: 3_000, query: 20_000 };

/** One session of ours. */
export interface Connection {
  /** Runs one statement. Throws `DatabaseFault`; after a time-out the session is gone. */
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export const applicationName = "encrypt-db";

/**
 * The address of a host by DNS, asked anew each time. The VPC's resolver may still say that there is no such name after it
 * is there again, for as long as the zone's SOA allows; clients in the VPC are told the same, so it is what is so for them.
 */
export async function lookUpHost(host: string, port: number): Promise<Address> {
  const { address } = await lookup(host);
  return { address, port };
}

/** Goes as far as it gets, with the time of every layer that was tried. */
export async function attempt(
  to: Endpoint,
  access: Access,
): Promise<{ timings: Look["timings"]; outcome: Connection | DatabaseFault }> {
  const { timeOuts, trust } = access;
  const timings: Look["timings"] = { dns: null, tcp: null, tls: null, login: null };
  async function layer<T>(name: (typeof layers)[number], work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    try {
      return await work();
    } catch (error) {
      throw faultOf(name, error);
    } finally {
      timings[name] = Math.round((performance.now() - begun) * 10) / 10;
    }
  }
  try {
    const address = await layer("dns", () => within(timeOuts.dns, access.resolve(to.host, to.port)));
    const socket = await layer("tcp", () => dial(address, timeOuts.tcp));
    const encrypted = await layer("tls", () => secure(socket, to.host, trust, timeOuts.tls));
    return { timings, outcome: await layer("login", () => logIn(encrypted, to, access)) };
  } catch (error) {
    if (error instanceof DatabaseFault) return { timings, outcome: error };
    throw error;
  }
}

/** Runs `work` in a session of its own. Throws `DatabaseFault`. */
export async function withConnection<T>(
  to: Endpoint,
  access: Access,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const { outcome: connection } = await attempt(to, access);
  if (connection instanceof DatabaseFault) throw connection;
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function logIn(socket: TLSSocket, to: Endpoint, access: Access): Promise<Connection> {
  const { timeOuts } = access;
  const client = new pg.Client({
    host: to.host,
    port: to.port,
    database: to.database,
    user: access.user,
    password: () =>
      access.password().catch(() => {
        throw failure("password-unavailable");
      }),
    application_name: applicationName,
    options: sessionSettings(timeOuts.query),
    // The socket speaks TLS already, and pg must not look for other settings in the environment.
    ssl: false,
    stream: () => connected(socket),
  });
  // pg raises an error when an idle session breaks; without a listener it would end the process.
  client.on("error", () => {});
  try {
    await within(timeOuts.login, client.connect());
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return {
    async query<Row>(sql: string, values: readonly unknown[] = []) {
      try {
        const { rows } = await within(timeOuts.query + 1_000, client.query(sql, [...values]));
        return rows as Row[];
      } catch (error) {
        const fault = faultOf("query", error);
        // The statement may still be running; nothing else can be asked in this session.
        if (fault.code === "ETIMEDOUT") socket.destroy();
        throw fault;
      }
    },
    async close() {
      await within(timeOuts.tcp, client.end()).catch(() => socket.destroy());
    },
  };
}

/**
 * Set for every session, because databases and roles can carry settings of their own: a search path could put
 * somebody's function in the place of PostgreSQL's, and without synchronous commit a confirmed marker could be lost.
 */
export function sessionSettings(statementTimeOut: number): string {
  const settings = {
    search_path: "pg_catalog",
    statement_timeout: statementTimeOut,
    synchronous_commit: "on",
    TimeZone: "UTC",
    DateStyle: "ISO",
  };
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" ");
}

/** pg opens its stream itself; this one is open, so that opening it only says so. */
function connected(socket: TLSSocket): TLSSocket {
  return Object.assign(socket, {
    connect() {
      process.nextTick(() => socket.emit("connect"));
      return socket;
    },
  });
}
