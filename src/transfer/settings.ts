import type { Connection } from "../database/connect.ts";
import { customers, id, isDone, text } from "./roles.ts";

/** What `ALTER ROLE … SET`, `ALTER DATABASE … SET` and `ALTER ROLE … IN DATABASE … SET` left; null stands for all of them. */
export interface Setting {
  readonly database: string | null;
  readonly role: string | null;
  readonly name: string;
  readonly value: string;
}

export async function readSettings(session: Connection): Promise<Setting[]> {
  return session.query<Setting>(`
    select d.datname::text as database, r.rolname::text as role, split_part(line, '=', 1) as name,
           substr(line, strpos(line, '=') + 1) as value
      from pg_db_role_setting s
      left join pg_database d on d.oid = s.setdatabase
      left join pg_roles r on r.oid = s.setrole, unnest(setconfig) with ordinality lines(line, place)
     where (s.setrole = 0 or ${customers("r.rolname")}) and d.datname is distinct from 'rdsadmin'
     order by 1 nulls first, 2 nulls first, place`);
}

/** Sets what differs on the target and returns what its master may not set, in words. Safe to repeat. */
export async function carrySettings(session: Connection, wanted: readonly Setting[]): Promise<string[]> {
  const have = (await readSettings(session)).map(sayingOf);
  const notCarried: string[] = [];
  for (const setting of wanted) {
    if (have.includes(sayingOf(setting))) continue;
    if (!(await isDone(set(session, setting)))) notCarried.push(sayingOf(setting));
  }
  return notCarried;
}

/** `statement_timeout=30s of app in orders` */
function sayingOf({ database, role, name, value }: Setting): string {
  const whose = [role ?? (database === null ? "all roles" : undefined), database && `in ${database}`];
  return `${name}=${value} of ${whose.filter(Boolean).join(" ")}`;
}

/**
 * Settings that are lists of names. As one literal the list would be one name.
 * Source: PostgreSQL, fe_utils: variable_is_guc_list_quote.
 */
const listsOfNames = [
  "local_preload_libraries",
  "search_path",
  "session_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
];

async function set(session: Connection, { database, role, name, value }: Setting): Promise<void> {
  const whose =
    role === null && database !== null
      ? `database ${id(database)}`
      : `role ${role === null ? "all" : id(role)}${database === null ? "" : ` in database ${id(database)}`}`;
  // Of an extension's setting the name has two parts.
  const setting = name.split(".").map(id).join(".");
  if (!listsOfNames.includes(name)) {
    await session.query(`alter ${whose} set ${setting} to ${text(value)}`);
    return;
  }
  await session.query("begin");
  try {
    await session.query("select set_config($1, $2, true)", [name, value]);
    await session.query(`alter ${whose} set ${setting} from current`);
  } catch (error) {
    await session.query("rollback");
    throw error;
  }
  await session.query("commit");
}

/** What distinguishes the settings of two servers, in words, except what could not be carried. */
export function differencesOfSettings(
  source: readonly Setting[],
  target: readonly Setting[],
  notCarried: readonly string[],
): string[] {
  const [mine, theirs] = [source.map(sayingOf), target.map(sayingOf)];
  return [
    ...mine
      .filter((line) => !theirs.includes(line) && !notCarried.includes(line))
      .map((line) => `the target lacks ${line}`),
    ...theirs.filter((line) => !mine.includes(line)).map((line) => `only the target has ${line}`),
  ];
}
