import { isDeepStrictEqual } from "node:util";
import pg from "pg";
import { problem } from "../core/problem.ts";
import type { Connection } from "../database/connect.ts";
import { isRefusal, Stopped } from "./server.ts";

/**
 * Read from the catalogues and not out of pg_dumpall's text: what is carried over is then also what is compared, by name, and no
 * SQL of another server is run with the master's rights.
 */
export interface Roles {
  readonly roles: readonly Role[];
  readonly memberships: readonly Membership[];
}

interface Role {
  readonly name: string;
  readonly inherit: boolean;
  readonly createRole: boolean;
  readonly createDb: boolean;
  readonly login: boolean;
  readonly replication: boolean;
  readonly bypassRls: boolean;
  readonly connectionLimit: number;
  readonly validUntil: string | null;
  readonly comment: string | null;
}

interface Membership {
  readonly role: string;
  readonly member: string;
  readonly admin: boolean;
  readonly inherit: boolean;
  readonly set: boolean;
}

/**
 * A condition for the customer's own roles. PostgreSQL keeps names with `pg_` for itself, RDS those with `rds_`; the other three
 * are RDS's. Source: Amazon RDS User Guide, Understanding PostgreSQL roles and permissions.
 */
export const customers = (column: string) => `${column} !~ '^(pg_|rds_|rdsadmin$|rdsrepladmin$|rdstopmgr$)'`;

export const id = pg.escapeIdentifier;
export const text = pg.escapeLiteral;

export async function readRoles(session: Connection): Promise<Roles> {
  const roles = await session.query<Role>(`
    select rolname::text as name, rolinherit as inherit, rolcreaterole as "createRole", rolcreatedb as "createDb",
           rolcanlogin as login, rolreplication as replication, rolbypassrls as "bypassRls",
           rolconnlimit as "connectionLimit", nullif(rolvaliduntil::text, 'infinity') as "validUntil",
           shobj_description(oid, 'pg_authid') as comment
      from pg_roles where ${customers("rolname")} order by rolname collate "C"`);
  // Several people can have granted the same; what counts is what is had. Before version 16 a membership has no options
  // but the admin's, and the member's own attribute says whether it inherits.
  const memberships = await session.query<Membership>(`
    select r.rolname::text as role, m.rolname::text as member, bool_or(a.admin_option) as admin,
           bool_or(coalesce((to_jsonb(a) ->> 'inherit_option')::boolean, m.rolinherit)) as inherit,
           bool_or(coalesce((to_jsonb(a) ->> 'set_option')::boolean, true)) as set
      from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
     where ${customers("m.rolname")}
     group by 1, 2 order by r.rolname::text collate "C", m.rolname::text collate "C"`);
  return { roles, memberships };
}

/**
 * Makes the target's roles those of the source and returns what its master may not set, in words. Roles that the source does not
 * have are left alone. Safe to repeat.
 */
export async function carryRoles(session: Connection, wanted: Roles, master: string): Promise<string[]> {
  const { roles: before } = await readRoles(session);
  for (const { name } of wanted.roles) {
    if (!before.some((role) => role.name === name)) await session.query(`create role ${id(name)}`);
  }
  const { roles: there, memberships: have } = await readRoles(session);
  const notCarried: string[] = [];
  for (const role of wanted.roles) {
    const found = there.find(({ name }) => name === role.name);
    // The master's own attributes are RDS's business, and it may not change some of them.
    if (found && role.name !== master) notCarried.push(...(await carryAttributes(session, role, found)));
  }
  const options = await knowsOptions(session);
  for (const membership of wanted.memberships) {
    if (have.some((one) => isSameMembership(one, membership))) continue;
    await grant(session, membership, options);
  }
  return notCarried;
}

const strongAttributes = [
  ["CREATEROLE", "createRole"],
  ["CREATEDB", "createDb"],
  ["REPLICATION", "replication"],
  ["BYPASSRLS", "bypassRls"],
] as const satisfies readonly (readonly [string, keyof Role])[];

async function carryAttributes(session: Connection, role: Role, found: Role): Promise<string[]> {
  const name = id(role.name);
  if (isDeepStrictEqual(role, found)) return [];
  await session.query(`alter role ${name} ${role.inherit ? "inherit" : "noinherit"}
    ${role.login ? "login" : "nologin"} connection limit ${role.connectionLimit}`);
  if (role.validUntil !== found.validUntil) {
    await session.query(`alter role ${name} valid until ${text(role.validUntil ?? "infinity")}`);
  }
  await session.query(`comment on role ${name} is ${role.comment === null ? "null" : text(role.comment)}`);
  const refused: string[] = [];
  for (const [attribute, key] of strongAttributes) {
    if (role[key] === found[key]) continue;
    const done = await isDone(session.query(`alter role ${name} ${role[key] ? "" : "NO"}${attribute}`));
    if (!done) refused.push(`${attribute} of ${role.name}`);
  }
  return refused;
}

/** False where the server said that we may not. */
export async function isDone(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isRefusal(error, "42501")) return false;
    throw error;
  }
}

/** Since version 16 a membership says whether it is inherited and whether SET ROLE is allowed. */
async function knowsOptions(session: Connection): Promise<boolean> {
  const [row] = await session.query<{ knows: boolean }>(
    "select current_setting('server_version_num')::int >= 160000 as knows",
  );
  return row?.knows === true;
}

async function grant(
  session: Connection,
  { role, member, admin, inherit, set }: Membership,
  options: boolean,
): Promise<void> {
  const how = options
    ? `with admin ${admin}, inherit ${inherit}, set ${set}`
    : admin
      ? "with admin option"
      : "";
  try {
    await session.query(`grant ${id(role)} to ${id(member)} ${how}`);
  } catch (error) {
    // 42704: no such role. 0LP01: it would be a member of itself.
    if (!isRefusal(error, "42501", "42704", "0LP01")) throw error;
    throw new Stopped(problem("transfer.membership", { role, member }));
  }
}

/**
 * Makes the master a member of every role, without which it could give nothing to its owner. `leaveRoles` takes back what the
 * source does not have: what is to be taken back is computed, so that nobody has to remember it.
 */
export async function joinRoles(session: Connection, { roles }: Roles, master: string): Promise<void> {
  const options = await knowsOptions(session);
  for (const { name } of roles) {
    const [row] = await session.query<{ joined: boolean }>(
      `select pg_has_role($1, '${options ? "SET" : "MEMBER"}') and pg_has_role($1, 'USAGE') as joined`,
      [name],
    );
    if (row?.joined) continue;
    await grant(session, { role: name, member: master, admin: false, inherit: true, set: true }, options);
  }
}

export async function leaveRoles(session: Connection, { memberships }: Roles, master: string): Promise<void> {
  const { memberships: have } = await readRoles(session);
  const ours = have.filter(({ role, member }) => member === master && !/^(?:pg|rds)_/.test(role));
  for (const one of ours) {
    if (!isOfMaker(one, master) && !memberships.some((wanted) => isSameMembership(wanted, one))) {
      await session.query(`revoke ${id(one.role)} from ${id(master)}`);
    }
  }
}

/** Since version 16 whoever makes a role may administer it, by a grant of the superuser that nobody else can take back. */
function isOfMaker({ member, inherit, set }: Membership, master: string): boolean {
  return member === master && !inherit && !set;
}

function isSameMembership(a: Membership, b: Membership): boolean {
  return (
    a.role === b.role &&
    a.member === b.member &&
    a.admin === b.admin &&
    a.inherit === b.inherit &&
    a.set === b.set
  );
}

/** What distinguishes the roles of two servers, in words, except what could not be carried. */
export function differencesOfRoles(
  source: Roles,
  target: Roles,
  { master, notCarried }: { readonly master: string; readonly notCarried: readonly string[] },
): string[] {
  const lines = ({ roles, memberships }: Roles) => [
    ...roles.flatMap((role) => linesOf(role, role.name === master)),
    ...memberships
      .filter((one) => !isOfMaker(one, master))
      .map(
        ({ role, member, admin, inherit, set }) =>
          `membership of ${member} in ${role} (admin ${admin}, inherit ${inherit}, set ${set})`,
      ),
  ];
  const [mine, theirs] = [new Set(lines(source)), new Set(lines(target))];
  return [
    ...[...mine].filter((line) => !theirs.has(line)).map((line) => `the target lacks ${line}`),
    ...[...theirs].filter((line) => !mine.has(line)).map((line) => `only the target has ${line}`),
  ].filter((line) => !notCarried.some((attribute) => line.endsWith(attribute)));
}

function linesOf(role: Role, isMaster: boolean): string[] {
  if (isMaster) return [`role ${role.name}`];
  const { name, login, inherit, connectionLimit, validUntil, comment } = role;
  return [
    `role ${name} (login ${login}, inherit ${inherit}, limit ${connectionLimit}, until ${validUntil ?? "ever"}, comment ${comment ?? "none"})`,
    ...strongAttributes.filter(([, key]) => role[key]).map(([attribute]) => `${attribute} of ${name}`),
  ];
}
