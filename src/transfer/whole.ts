import type * as z from "zod";
import { DatabaseFault } from "../core/database.ts";
import { type TransferJob, type TransferReport, transferReport } from "../core/transfer.ts";
import { attempt, type Connection } from "../database/connect.ts";
import { findMarker, mark } from "../database/marker.ts";
import { forget, introduce, ownSchema } from "../database/own-schema.ts";
import { id } from "./roles.ts";
import { inSession, type Server, unreachable } from "./server.ts";

/**
 * What says that a database is whole lies in the database itself, so that it comes and goes with it, and belongs to the bot's login,
 * so that nobody else can have written it.
 */
const table = `${ownSchema}.transfer`;

const moved = transferReport.shape.databases.element;
export type Moved = z.infer<typeof moved>;

/** As whom the bot itself logs in to the target. */
export function asBot({ target, source }: { readonly source: Server; readonly target: Server }): Server {
  const { user, password } = source.access;
  return { ...target, access: { ...target.access, user, password } };
}

/** Makes the place for it, if it is not there: the schema by the target's master, who must be a member of the bot's role. */
export async function makeRoom(
  { target, bot }: { readonly target: Server; readonly bot: Server },
  database: string,
): Promise<void> {
  await inSession(target, database, (session) =>
    session.query(`create schema if not exists ${ownSchema} authorization ${id(bot.access.user)}`),
  );
  await inSession(bot, database, (session) =>
    session.query(`create table if not exists ${table}
      (token text, about text, report jsonb not null, primary key (token, about))`),
  );
}

/** Says of a database, before it gets its name, that it is whole. */
export async function declareWhole(
  servers: { readonly target: Server; readonly bot: Server },
  working: string,
  token: string,
  report: Moved,
): Promise<void> {
  await makeRoom(servers, working);
  await inSession(servers.bot, working, (session) => keep(session, token, "database", report));
}

/** What was reported of a database when it became whole; undefined where it did not, for this token. */
export async function findWhole(bot: Server, database: string, token: string): Promise<Moved | undefined> {
  return inSession(bot, database, async (session) =>
    moved.optional().parse(await find(session, token, "database")),
  );
}

/**
 * Says of the target that everything is there, by the marker: what a physical copy brings along from T1, a logical one gets as the
 * last thing of all.
 */
export async function declareServer(bot: Server, job: TransferJob, report: TransferReport): Promise<void> {
  await inSession(bot, job.target.endpoint.database, async (session) => {
    await introduce(session, job.target.resourceId);
    await keep(session, job.token, "server", report);
    await mark(session, job.token);
  });
}

/** The report of a transfer that has come to its end; undefined also where the bot, or that database, is not there yet. */
export async function findServer(bot: Server, job: TransferJob): Promise<TransferReport | undefined> {
  const { outcome } = await attempt(job.target.endpoint, bot.access);
  if (outcome instanceof DatabaseFault) {
    if (["28P01", "28000", "3D000", "42501"].includes(outcome.code)) return undefined;
    throw unreachable(bot, outcome);
  }
  try {
    if ((await findMarker(outcome, job.token)) === undefined) return undefined;
    return transferReport.optional().parse(await find(outcome, job.token, "server"));
  } finally {
    await outcome.close();
  }
}

/** Takes away what said that a database is whole. The one with the marker keeps it, until the bot forgets its schema there. */
export async function tidyUp(bot: Server, { databases }: TransferReport): Promise<void> {
  const others = databases.filter(({ name }) => name !== bot.endpoint.database);
  for (const { name } of others) {
    await inSession(bot, name, async (session) => {
      if (await isOurs(session)) await forget(session);
    });
  }
}

async function keep(
  session: Connection,
  token: string,
  about: "database" | "server",
  report: unknown,
): Promise<void> {
  await session.query(
    `insert into ${table} values ($1, $2, $3)
     on conflict (token, about) do update set report = excluded.report`,
    [token, about, JSON.stringify(report)],
  );
}

async function find(session: Connection, token: string, about: "database" | "server"): Promise<unknown> {
  if (!(await isOurs(session))) return undefined;
  const [row] = await session.query<{ report: unknown }>(
    `select report from ${table} where token = $1 and about = $2`,
    [token, about],
  );
  return row?.report;
}

async function isOurs(session: Connection): Promise<boolean> {
  const [row] = await session.query<{ ours: boolean }>(`
    select count(*) = 1 as ours from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = '${ownSchema}' and c.relname = 'transfer' and c.relkind = 'r'
       and pg_get_userbyid(c.relowner) = current_user and pg_get_userbyid(n.nspowner) = current_user`);
  return row?.ours === true;
}
