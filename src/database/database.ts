import { createSecureContext } from "node:tls";
import type { Database } from "../core/database.ts";
import type { Clock } from "../engine/deps.ts";
import { catalogue } from "./catalogue.ts";
import { type Access, defaultTimeOuts, lookUpHost, type TimeOuts, withConnection } from "./connect.ts";
import { contents } from "./contents.ts";
import { counters } from "./counters.ts";
import type { Address } from "./dial.ts";
import { inventory } from "./inventory.ts";
import { look, watch } from "./look.ts";
import { findMarker, heartbeat, mark } from "./marker.ts";
import { forget, introduce } from "./own-schema.ts";
import { watchQuiet } from "./quiet.ts";
import { readOn, readSoFar } from "./reading.ts";
import { endSessions } from "./sessions.ts";
import { restoreWriters, silence, writers } from "./writers.ts";

export interface DatabaseOptions {
  readonly login: { readonly user: string; readonly password: () => Promise<string> };
  /** The authorities that certificates must come from, in PEM. */
  readonly ca: string;
  readonly clock: Clock;
  /** Where a host is. The default asks DNS. */
  readonly resolve?: (host: string, port: number) => Promise<Address>;
  readonly timeOuts?: Partial<TimeOuts>;
}

/** The databases that are reachable from here, by PostgreSQL's own protocol. */
export function createDatabase({ login, ca, clock, ...rest }: DatabaseOptions): Database {
  const access: Access = {
    user: login.user,
    password: login.password,
    // Made once: the authorities of RDS are some hundred certificates.
    trust: createSecureContext({ ca }),
    resolve: rest.resolve ?? lookUpHost,
    timeOuts: { ...defaultTimeOuts, ...rest.timeOuts },
  };
  return {
    look: (at) => look(at, access, clock),
    watch: (at, options) => watch(() => look(at, access, clock), clock, options),
    inventory: (at) => inventory(at, access),
    introduce: (at, as) => withConnection(at, access, (connection) => introduce(connection, as)),
    forget: (at) => withConnection(at, access, forget),
    writers: (at) => writers(at, access),
    silence: (at) => silence(at, access),
    restoreWriters: (at) => restoreWriters(at, access),
    endSessions: (at) => withConnection(at, access, endSessions),
    watchQuiet: (at, { during }) => watchQuiet(at, access, clock, during),
    counters: (at) => counters(at, access),
    mark: (at, token) => withConnection(at, access, (connection) => mark(connection, token)),
    findMarker: (at, token) => withConnection(at, access, (connection) => findMarker(connection, token)),
    heartbeat: (at) => withConnection(at, access, heartbeat),
    catalogue: (at) => catalogue(at, access),
    contents: (at, options) => contents(at, access, options),
    readOn: (at, token, { budget }) => readOn(at, access, token, budget),
    readSoFar: (at, token) => readSoFar(at, access, token),
  };
}
