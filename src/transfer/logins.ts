import { DatabaseFault } from "../core/database.ts";
import { problem } from "../core/problem.ts";
import type { Login } from "../core/transfer.ts";
import { attempt, type Connection } from "../database/connect.ts";
import { id, type Roles, text } from "./roles.ts";
import { scramVerifier } from "./scram.ts";
import { alwaysThere, type Server, Stopped } from "./server.ts";

/** Passwords that we were told, by role. */
export type Passwords = Readonly<Record<string, string>>;

/**
 * Every role that logs in, with what is known of its way in. The master is not among them: RDS made it, and we are it. A role of
 * rds_iam logs in by a token, and PostgreSQL on RDS then takes no password of it.
 */
export function loginsOf(
  { roles, memberships }: Roles,
  told: { readonly passwords: Passwords; readonly byOwner: readonly string[]; readonly master: string },
): Login[] {
  return roles
    .filter(({ login, name }) => login && name !== told.master)
    .map(({ name: role }): Login => {
      if (memberships.some((one) => one.role === "rds_iam" && one.member === role)) {
        return { role, assurance: "iam" };
      }
      if (Object.hasOwn(told.passwords, role)) return { role, assurance: "tested" };
      return { role, assurance: told.byOwner.includes(role) ? "owner" : "none" };
    });
}

/**
 * Are these the passwords? The source knows. Before the downtime only: behind the fence a login of a client would be taken for one.
 */
export async function tryOnSource(source: Server, passwords: Passwords): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    const refused = await refusalOf(source, source.endpoint.database, role, password);
    if (refused) throw new Stopped(problem("transfer.password-wrong", { role }));
  }
}

/** Gives the roles their passwords on the target. The session is the master's. */
export async function setPasswords(session: Connection, passwords: Passwords): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    await session.query(`alter role ${id(role)} password ${text(scramVerifier(password) ?? password)}`);
  }
}

/** Throws `Stopped` at the first role that is not let in. */
export async function tryOnTarget(target: Server, passwords: Passwords): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    const refused = await refusalOf(target, alwaysThere, role, password);
    if (!refused) continue;
    const { message, code } = refused;
    throw new Stopped(problem("transfer.login-refused", { role, message, code, name: target.name }));
  }
}

async function refusalOf(
  server: Server,
  database: string,
  user: string,
  password: string,
): Promise<DatabaseFault | undefined> {
  const access = { ...server.access, user, password: async () => password };
  const { outcome } = await attempt({ ...server.endpoint, database }, access);
  if (!(outcome instanceof DatabaseFault)) {
    await outcome.close();
    return undefined;
  }
  // Who may not connect to this one database has been recognised all the same.
  return outcome.code === "42501" ? undefined : outcome;
}
