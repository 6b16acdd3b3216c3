import type { Question } from "../core/by-hand.ts";
import { seconds } from "../core/time.ts";
import { applicationName, sessionSettings } from "../database/connect.ts";
import { changes } from "../database/counters.ts";
import { writable } from "../database/databases.ts";
import { userSchema } from "../database/definitions.ts";
import { takesWrites } from "../database/look.ts";
import { beat, commit, find } from "../database/marker.ts";
import { forgetting, identity, introduction, ownSchema } from "../database/own-schema.ts";
import { foreign, prepared } from "../database/sessions.ts";
import type { DatabaseAct } from "./paper.ts";
import { type Scripted, scripts } from "./psql-scripts.ts";
import { quoted } from "./shell.ts";

const iso = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`;
const serverClock = "clock_timestamp() at time zone 'UTC'";

type Statement = Exclude<Question | DatabaseAct, Scripted>;

/** What a question or an act is in SQL; `$1` is its argument. */
const sql: Readonly<Record<Statement, string>> = {
  identity,
  "own-schema": `select count(*) from pg_namespace where nspname = '${ownSchema}'`,
  "foreign-sessions": `select count(*) ${foreign}`,
  "prepared-transactions": prepared,
  changes: `select current_database(), changes from (${changes}) counted`,
  marker: `select count(*) from (${find}) found`,
  clock: `select to_char(${serverClock}, ${iso})`,
  // AWS takes restore times by the second; one whole second later is after T1 however it rounds.
  "restore-time": `select to_char(date_trunc('second', ${serverClock}) + interval '2 seconds',
               ${iso})`,
  "takes-writes": takesWrites,
  relations: `select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace
 where ${userSchema}`,
  introduce: Object.values(introduction).join(";\n"),
  mark: commit,
  heartbeat: beat,
  // One by one, because a single refusal would fail the statement for all.
  "end-sessions": `do $$
declare session record;
begin
  for session in select pid ${foreign} loop
    begin
      perform pg_terminate_backend(session.pid);
    exception when insufficient_privilege then
      raise notice 'session % may not be ended', session.pid;
    end;
  end loop;
end $$`,
  forget: forgetting,
};

const databases = `select datname from pg_database
 where ${writable}
 order by datname collate "C"`;
const takesArgument = new Set<Question | DatabaseAct>(["marker", "introduce", "mark"]);
/** PostgreSQL shows a session one database only. */
const inEveryDatabase = new Set<Question | DatabaseAct>(["changes", "relations"]);

/** `db_end_sessions HOST`: one of the functions of `preparation`. */
export function databaseCommand(does: Question | DatabaseAct, host: string, argument?: string): string {
  return [nameOf(does), quoted(host), ...(argument === undefined ? [] : [quoted(argument)])].join(" ");
}

function nameOf(does: string): string {
  return `db_${does.replaceAll("-", "_")}`;
}

/** Makes a shell ready: who logs in and how, and a function for everything that a database is asked or told. */
export function preparation(at: { readonly port: number; readonly database: string }): string {
  const settings = sessionSettings(seconds(20)).replace(/^-c /, "").split(" -c ");
  return [
    `export PGPORT=${at.port} PGDATABASE=${quoted(at.database)} PGSSLMODE=verify-full PGCONNECT_TIMEOUT=5`,
    "export PGSSLROOTCERT=global-bundle.pem   # https://truststore.pki.rds.amazonaws.com",
    "# Under this name you are not taken for a client of the database.",
    `export PGAPPNAME=${applicationName}`,
    "PGOPTIONS=",
    ...settings.map((setting) => `PGOPTIONS+=${quoted(` -c ${setting}`)}`),
    "export PGOPTIONS",
    `export PGUSER=encrypt_db   # the probe's DATABASE_USER`,
    `read -rsp "Password of $PGUSER: " PGPASSWORD; export PGPASSWORD`,
    "",
    `ask() { psql -qAtX -v ON_ERROR_STOP=1 -v argument="\${2-}" -h "$1"; }`,
    "",
    `db_databases() { ask "$1" <<'SQL' # HOST
${databases};
SQL
}`,
    ...Object.keys(sql).map((does) => shellFunction(does as Statement)),
    ...Object.values(scripts),
  ].join("\n");
}

function shellFunction(does: Statement): string {
  const statement = sql[does].replaceAll("$1", ":'argument'");
  const usage = takesArgument.has(does) ? "HOST VALUE" : "HOST";
  if (inEveryDatabase.has(does)) {
    return `${nameOf(does)}() { # ${usage}
db_databases "$1" | while read -r name; do PGDATABASE="$name" ask "$1" <<'SQL'
${statement};
SQL
done; }`;
  }
  return `${nameOf(does)}() { ask "$@" <<'SQL' # ${usage}
${statement};
SQL
}`;
}
