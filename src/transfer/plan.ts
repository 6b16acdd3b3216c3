import { problem } from "../core/problem.ts";
import type { Connection } from "../database/connect.ts";
import { type DatabaseFacts, type FoundDatabase, isEmpty, readDatabases } from "./databases.ts";
import { findObstacle } from "./readable.ts";
import { type Roles, readRoles } from "./roles.ts";
import { inSession, type Server, Stopped } from "./server.ts";
import { readSettings, type Setting } from "./settings.ts";
import { asBot, findWhole } from "./whole.ts";

/** What is read of the source before anything is made. */
export interface Plan {
  readonly roles: Roles;
  readonly settings: readonly Setting[];
  readonly databases: readonly (FoundDatabase & { readonly isEmpty: boolean })[];
}

/** Throws `Stopped` at the first thing that a dump would stop at. */
export async function readPlan(source: Server): Promise<Plan> {
  const { databases, ...server } = await inSession(source, source.endpoint.database, async (session) => ({
    roles: await readRoles(session),
    settings: await readSettings(session),
    databases: await readDatabases(session),
  }));
  const looked: Plan["databases"][number][] = [];
  for (const database of databases) {
    const { name } = database.facts;
    if (!database.isOpen) throw new Stopped(problem("transfer.database-closed", { database: name }));
    const empty = await inSession(source, name, async (session) => {
      const obstacle = await findObstacle(session, name);
      if (obstacle) throw new Stopped(obstacle);
      return isEmpty(session);
    });
    looked.push({ ...database, isEmpty: empty });
  }
  return { ...server, databases: looked };
}

/**
 * Of the databases of the source, those that the target has already, cannot give up, and needs not: there is nothing in them. The
 * session is one of the target's master, who must be a member of every role by now. Throws `Stopped` where something is in one.
 */
export async function findKept(session: Connection, { databases }: Plan): Promise<string[]> {
  const fixed = (await readDatabases(session)).filter(({ isOwned }) => !isOwned);
  const kept = databases.filter(({ facts }) => fixed.some((one) => one.facts.name === facts.name));
  const full = kept.find((one) => !one.isEmpty);
  if (full) throw new Stopped(problem("transfer.target-database", { database: full.facts.name }));
  return kept.map(({ facts }) => facts.name);
}

/**
 * What stands under the name of a database on the target: nothing, or the server's own empty one, or the one that was restored for
 * this token before. Throws `Stopped` at anything else, which is not ours to drop.
 */
export async function findPlace(
  servers: { readonly source: Server; readonly target: Server },
  session: Connection,
  { name }: DatabaseFacts,
  token: string,
): Promise<Awaited<ReturnType<typeof findWhole>>> {
  const there = await readDatabases(session);
  if (!there.some(({ facts }) => facts.name === name)) return undefined;
  const whole = await findWhole(asBot(servers), name, token);
  if (whole || (await inSession(servers.target, name, isEmpty))) return whole;
  throw new Stopped(problem("transfer.target-not-empty", { database: name }));
}
