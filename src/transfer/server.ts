import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseFault, type Endpoint } from "../core/database.ts";
import { type Problem, problem } from "../core/problem.ts";
import { type Access, applicationName, attempt, type Connection } from "../database/connect.ts";

/** One of the two servers, and who we are there. */
export interface Server {
  readonly side: "source" | "target";
  readonly endpoint: Endpoint;
  readonly access: Access;
  /** Of the database that is moved, as people type it. */
  readonly name: string;
}

/** A new server may have no other database yet, and none is restored under this name, so that a session can stay in it. */
export const alwaysThere = "template1";

/** The transfer cannot go on; `problem` is what people are told. */
export class Stopped extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.name = "Stopped";
    this.problem = problem;
  }
}

/**
 * Values must read the same on both servers, whatever databases and roles have as settings of their own. Without row_security a
 * policy would hide rows from the comparison, where it now stops it.
 */
const comparable = `
  select set_config(name, value, false)
    from (values ('IntervalStyle', 'postgres'), ('bytea_output', 'hex'), ('extra_float_digits', '3'),
                 ('row_security', 'off'), ('default_transaction_read_only', 'off'), ('lock_timeout', '0'),
                 ('idle_in_transaction_session_timeout', '0'), ('xmlbinary', 'base64')) as setting(name, value)`;

/** A session in one database of a server. Throws `Stopped` where there is no way in. */
export async function openSession(server: Server, database: string): Promise<Connection> {
  const { outcome } = await attempt({ ...server.endpoint, database }, server.access);
  if (outcome instanceof DatabaseFault) throw unreachable(server, outcome);
  await outcome.query(comparable);
  return outcome;
}

/** Runs `work` in a session of its own. A fault that `work` does not catch becomes a problem, which names no SQL. */
export async function inSession<T>(
  server: Server,
  database: string,
  work: (session: Connection) => Promise<T>,
): Promise<T> {
  const session = await openSession(server, database);
  try {
    return await work(session);
  } catch (error) {
    throw error instanceof DatabaseFault ? unreachable(server, error) : error;
  } finally {
    await session.close();
  }
}

export function unreachable({ side, name }: Server, { message, code }: DatabaseFault): Stopped {
  return new Stopped(problem("transfer.unreachable", { side, message, code, name }));
}

/** Did the server refuse a statement with this SQLSTATE? */
export function isRefusal(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof DatabaseFault && error.layer === "query" && codes.includes(error.code);
}

/** The environment in which the client tools reach a server exactly as our own sessions do. */
export async function clientEnvironment(
  { side, endpoint, access }: Server,
  ca: string,
  folder: string,
): Promise<Record<string, string>> {
  const authorities = join(folder, "ca.pem");
  const passwords = join(folder, `${side}.pgpass`);
  await writeFile(authorities, ca, { mode: 0o600 });
  // In a file, because the environment of a process can be read by whoever may look at the process.
  const escaped = (await access.password()).replaceAll(/[\\:]/g, "\\$&");
  await writeFile(passwords, `*:*:*:*:${escaped}\n`, { mode: 0o600 });
  const { address, port } = await access.resolve(endpoint.host, endpoint.port);
  return {
    PGHOST: endpoint.host,
    PGHOSTADDR: address,
    PGPORT: String(port),
    PGUSER: access.user,
    PGPASSFILE: passwords,
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: authorities,
    PGCONNECT_TIMEOUT: "10",
    // The fence's proof knows our sessions by it.
    PGAPPNAME: applicationName,
    PGOPTIONS: "-c statement_timeout=0 -c lock_timeout=0 -c default_transaction_read_only=off",
    // The reasons are found in the tools' own words.
    LC_ALL: "C",
  };
}

/** The first few of a list, and how many more: a message has an end. */
export function shortened(all: readonly string[]): string {
  const shown = all.slice(0, 5).join(", ");
  return all.length > 5 ? `${shown} and ${all.length - 5} more` : shown;
}
