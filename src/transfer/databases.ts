import { isDeepStrictEqual } from "node:util";
import { problem } from "../core/problem.ts";
import type { Connection } from "../database/connect.ts";
import { ownSchema } from "../database/own-schema.ts";
import { id, text } from "./roles.ts";
import { isRefusal, Stopped } from "./server.ts";

/** What a database is beside what is in it. */
export interface DatabaseFacts {
  readonly name: string;
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** c: the system's library, i: ICU, b: PostgreSQL's own; null before version 15, where there is only the first. */
  readonly provider: string | null;
  readonly locale: string | null;
  readonly rules: string | null;
  readonly connectionLimit: number;
  readonly isTemplate: boolean;
  readonly comment: string | null;
  /** Who may what, `[grantee or null for everybody, privilege, may grant it]`. */
  readonly privileges: readonly (readonly [string | null, string, boolean])[];
}

/** A database on a server, with what is only true there. */
export interface FoundDatabase {
  readonly facts: DatabaseFacts;
  readonly isOpen: boolean;
  readonly bytes: number;
  /** May the login drop and rename it? */
  readonly isOwned: boolean;
}

/** A database that is being restored has such a name, and its own only once it is whole. */
const unfinished = "encrypt_db_unfinished_";

/** Everything but what PostgreSQL and RDS need themselves; -2 marks what an interrupted DROP DATABASE left behind. */
export async function readDatabases(session: Connection): Promise<FoundDatabase[]> {
  return session.query<FoundDatabase>(`
    select jsonb_build_object(
             'name', datname, 'owner', pg_get_userbyid(datdba), 'encoding', pg_encoding_to_char(encoding),
             'collate', datcollate, 'ctype', datctype, 'provider', to_jsonb(d) ->> 'datlocprovider',
             'locale', coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'),
             'rules', to_jsonb(d) ->> 'daticurules', 'connectionLimit', datconnlimit, 'isTemplate', datistemplate,
             'comment', shobj_description(d.oid, 'pg_database'),
             'privileges', coalesce(
               (select jsonb_agg(jsonb_build_array(rolname, privilege_type, is_grantable)
                                 order by rolname collate "C" nulls first, privilege_type)
                  from aclexplode(coalesce(datacl, acldefault('d', datdba))) acl
                  left join pg_roles r on r.oid = acl.grantee
                 where rolname is distinct from 'rdsadmin'), '[]')) as facts,
           datallowconn as "isOpen", pg_database_size(d.oid)::float8 as bytes,
           pg_has_role(datdba, 'USAGE') as "isOwned"
      from pg_database d
     where datname not in ('template0', 'template1', 'rdsadmin') and datconnlimit <> -2
       and datname not like '${unfinished.replaceAll("_", "\\_")}%'
     order by datname collate "C"`);
}

/** Is nothing in the database of the session but what a new one has, and what belongs to the bot? */
export async function isEmpty(session: Connection): Promise<boolean> {
  const own = `not in ('information_schema', '${ownSchema}')`;
  const [row] = await session.query<{ empty: boolean }>(`
    select not exists (select from pg_namespace where nspname !~ '^pg_' and nspname <> 'public' and nspname ${own})
       and not exists (select from pg_class c join pg_namespace n on n.oid = relnamespace
                        where nspname !~ '^pg_' and nspname ${own})
       and not exists (select from pg_proc p join pg_namespace n on n.oid = pronamespace
                        where nspname !~ '^pg_' and nspname ${own})
       and not exists (select from pg_type t join pg_namespace n on n.oid = typnamespace
                        where nspname !~ '^pg_' and nspname ${own})
       and not exists (select from pg_extension where extname <> 'plpgsql')
       and not exists (select from pg_largeobject_metadata) as empty`);
  return row?.empty === true;
}

/** Throws away what an earlier run had not finished. Only names that nothing else has are looked at. */
export async function dropUnfinished(session: Connection): Promise<void> {
  const rows = await session.query<{ name: string }>(
    `select datname::text as name from pg_database where starts_with(datname::text, $1)`,
    [unfinished],
  );
  for (const { name } of rows) await dropDatabase(session, name);
}

/** With its sessions: those of an earlier run's tools, which have outlived it. */
export async function dropDatabase(session: Connection, name: string): Promise<void> {
  const templates = await session.query("select from pg_database where datname = $1 and datistemplate", [
    name,
  ]);
  if (templates.length > 0) await session.query(`alter database ${id(name)} is_template false`);
  await session.query(`drop database if exists ${id(name)} with (force)`);
}

/**
 * Makes an empty database as `facts` has it, under a name that no other attempt has: a tool that an earlier attempt has left
 * running finds nothing to write to. Returns the name.
 */
export async function createUnfinished(session: Connection, facts: DatabaseFacts): Promise<string> {
  const [row] = await session.query<{ name: string }>(
    `select $1 || substr(replace(gen_random_uuid()::text, '-', ''), 1, 16) as name`,
    [unfinished],
  );
  const name = row?.name ?? "";
  const { encoding, collate, ctype, provider, locale, rules } = facts;
  const icu =
    provider === "i"
      ? `locale_provider icu icu_locale ${text(locale ?? "")} ${rules === null ? "" : `icu_rules ${text(rules)}`}`
      : provider === "b"
        ? `locale_provider builtin builtin_locale ${text(locale ?? "")}`
        : "";
  await session.query(
    `create database ${id(name)} template template0 encoding ${text(encoding)}
       lc_collate ${text(collate)} lc_ctype ${text(ctype)} ${icu}`,
  );
  // Of whoever owns a schema or a publication, PostgreSQL asks the right to make one; the privileges are set anew at the end.
  await session.query(`grant create on database ${id(name)} to public`);
  return name;
}

/** Gives a database that is whole its owner, its privileges and, as the last thing, its name. */
export async function finish(
  session: Connection,
  working: string,
  wanted: DatabaseFacts,
  name: string,
): Promise<void> {
  const database = id(working);
  await carryDatabase(session, working, wanted);
  // What stands there is the server's own empty one: everything else has been refused before.
  await dropDatabase(session, wanted.name);
  if (wanted.connectionLimit !== -1) {
    await session.query(`alter database ${database} connection limit ${wanted.connectionLimit}`);
  }
  await session.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and usename is not null",
    [working],
  );
  try {
    await session.query(`alter database ${database} rename to ${id(wanted.name)}`);
  } catch (error) {
    // 55006: somebody has come in since.
    if (!isRefusal(error, "55006")) throw error;
    throw new Stopped(problem("transfer.ended", { reason: `${wanted.name} is in use`, name }));
  }
  if (wanted.isTemplate) await session.query(`alter database ${id(wanted.name)} is_template true`);
}

/** Owner, comment and privileges. While it is restored it is the master's, who then has the rights of a database's owner. */
async function carryDatabase(
  session: Connection,
  name: string,
  { owner, comment, privileges }: DatabaseFacts,
): Promise<void> {
  const database = id(name);
  await session.query(`alter database ${database} owner to ${id(owner)}`);
  await session.query(`comment on database ${database} is ${comment === null ? "null" : text(comment)}`);
  // Of the roles that a grant can be of, PostgreSQL takes any that the master is a member of, and not the owner first.
  await session.query(`set role ${id(owner)}`);
  const grantee = (role: string | null) => (role === null ? "public" : id(role));
  const [was] = await session.query<{ grantees: (string | null)[] }>(
    `select array_agg(distinct rolname::text) as grantees
       from pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) acl
       left join pg_roles r on r.oid = acl.grantee where datname = $1`,
    [name],
  );
  for (const role of was?.grantees ?? []) {
    await session.query(`revoke all on database ${database} from ${grantee(role)}`);
  }
  for (const [role, privilege, grantable] of privileges) {
    const option = grantable ? "with grant option" : "";
    await session.query(`grant ${privilege} on database ${database} to ${grantee(role)} ${option}`);
  }
  await session.query("reset role");
}

/** What distinguishes two databases, in words. */
export function differencesOfDatabases(source: DatabaseFacts, target: DatabaseFacts | undefined): string[] {
  if (target === undefined) return [`the target lacks ${source.name}`];
  // Before version 15 there is no provider but the system's library.
  const { provider: _mine, locale: _myLocale, ...mine } = source;
  const { provider: _theirs, locale: _theirLocale, ...theirs } = target;
  const keys = Object.keys(mine) as (keyof typeof mine)[];
  const differing = keys.filter((key) => !isDeepStrictEqual(mine[key], theirs[key]));
  if ((source.provider ?? "c") !== (target.provider ?? "c") || source.locale !== target.locale) {
    return [...differing, "provider"].map((key) => `${key} of ${source.name}`);
  }
  return differing.map((key) => `${key} of ${source.name}`);
}
