import type { Endpoint, Writer } from "../core/database.ts";
import { type Access, type Connection, withConnection } from "./connect.ts";
import { databasesOf, inEach } from "./databases.ts";
import { failure, faultOf } from "./fault.ts";
import { isIntroduced, ownSchema } from "./own-schema.ts";

/** Everything that writes without a client, on or off, in every database that the login may enter. */
export async function writers(at: Endpoint, access: Access): Promise<Writer[]> {
  const { databases, silenced } = await withConnection(at, access, async (connection) => ({
    databases: await databasesOf(connection),
    silenced: (await isIntroduced(connection)) ? await remembered(connection) : [],
  }));
  const open = databases.filter(({ mayConnect }) => mayConnect).map(({ name }) => name);
  const found = await inEach(at, open, access, async (connection, database) => [
    ...(await subscriptions(connection)).map((one) => ({ ...one, kind: "subscription" as const, database })),
    ...(await cronJobs(connection)).map((one) => ({ ...one, kind: "pg_cron" as const, database })),
  ]);
  return found.flat().map((one) => ({ ...one, silenced: silenced.some((known) => isSame(known, one)) }));
}

/**
 * Turns off what is on and may be turned off. What it is going to turn off is written down and committed first, in the
 * bot's own schema: so it is known after a crash, and in a physical copy, which of them the bot has turned off.
 */
export async function silence(at: Endpoint, access: Access): Promise<void> {
  const doomed = (await writers(at, access)).filter(({ on, silenceable }) => on && silenceable);
  await withConnection(at, access, async (connection) => {
    if (!(await isIntroduced(connection))) throw faultOf("query", failure("3F000"));
    for (const { kind, database, id } of doomed) await connection.query(remembering, [kind, database, id]);
  });
  await turn(at, access, doomed, false);
}

/** Turns on again what `silence` has turned off, here or in the original of this copy. */
export async function restoreWriters(at: Endpoint, access: Access): Promise<void> {
  const silenced = await withConnection(at, access, async (connection) => {
    if (!(await isIntroduced(connection))) throw faultOf("query", failure("3F000"));
    return remembered(connection);
  });
  await turn(at, access, silenced, true);
  await withConnection(at, access, async (connection) => {
    for (const { kind, database, id } of silenced) await connection.query(forgetting, [kind, database, id]);
  });
}

type Known = Pick<Writer, "kind" | "database" | "id">;

function isSame(a: Known, b: Known): boolean {
  return a.kind === b.kind && a.database === b.database && a.id === b.id;
}

const remembering = `insert into ${ownSchema}.silenced (kind, database, id) values ($1, $2, $3) on conflict do nothing`;
const forgetting = `delete from ${ownSchema}.silenced where (kind, database, id) = ($1, $2, $3)`;

function remembered(connection: Connection): Promise<Known[]> {
  return connection.query(`select kind, database, id from ${ownSchema}.silenced order by kind, database, id`);
}

async function turn(at: Endpoint, access: Access, all: readonly Known[], on: boolean): Promise<void> {
  const databases = [...new Set(all.map(({ database }) => database))];
  await inEach(at, databases, access, async (connection, name) => {
    for (const { kind, id } of all.filter(({ database }) => database === name)) {
      await (kind === "pg_cron" ? turnJob : turnSubscription)(connection, id, on);
    }
  });
}

/** Over the table, which RDS gives to rds_superuser, and whose trigger tells pg_cron. Source: RDS User Guide, pg_cron. */
async function turnJob(connection: Connection, id: string, on: boolean): Promise<void> {
  await connection.query("update cron.job set active = $2 where jobid = $1::bigint and active <> $2", [
    id,
    on,
  ]);
}

/** A name cannot be a parameter of this statement. One that is gone is left alone. */
async function turnSubscription(connection: Connection, id: string, on: boolean): Promise<void> {
  const [made] = await connection.query<{ statement: string }>(
    `select format('alter subscription %I ${on ? "enable" : "disable"}', subname) as statement
       from pg_subscription where subname = $1 and subenabled <> $2 and ${ofThisDatabase}`,
    [id, on],
  );
  if (made) await connection.query(made.statement);
}

/** The catalogue of subscriptions is one for all databases. */
export const ofThisDatabase = "subdbid = (select oid from pg_database where datname = current_database())";

type Found = Pick<Writer, "id" | "name" | "on" | "silenceable">;

/** Only its owner may turn a subscription off; who inherits from the owner may as well. */
function subscriptions(connection: Connection): Promise<Found[]> {
  return connection.query(`
    select subname::text as id, subname::text as name, subenabled as on,
           pg_has_role(subowner, 'USAGE') as silenceable
      from pg_subscription where ${ofThisDatabase} order by subname`);
}

/**
 * The jobs of pg_cron, which is installed in at most one database and runs them in any. Its table shows every login its
 * own jobs only, unless row security does not apply to it; jobs that cannot be seen must not pass for none.
 */
async function cronJobs(connection: Connection): Promise<Found[]> {
  const [cron] = await connection.query<{ visible: boolean; silenceable: boolean }>(`
    select coalesce(has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT')
                    and not row_security_active(c.oid), false) as visible,
           coalesce(has_column_privilege(c.oid, 'active', 'UPDATE'), false) as silenceable
      from pg_extension
      left join pg_namespace n on n.nspname = 'cron'
      left join pg_class c on c.relnamespace = n.oid and c.relname = 'job'
     where extname = 'pg_cron'`);
  if (!cron) return [];
  if (!cron.visible)
    return [{ id: "*", name: "jobs that the login may not see", on: true, silenceable: false }];
  const jobs = await connection.query<Omit<Found, "silenceable">>(`
    select jobid::text as id, coalesce(jobname, jobid::text) as name, active as on from cron.job order by jobid`);
  return jobs.map((job) => ({ ...job, silenceable: cron.silenceable }));
}
