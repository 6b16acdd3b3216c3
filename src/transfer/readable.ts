import { type Problem, problem } from "../core/problem.ts";
import type { Connection } from "../database/connect.ts";
import { userSchema } from "../database/definitions.ts";

/**
 * What in the database of the session would stop a dump by its login, found before anything is dumped: what it may not read, and
 * what a dump cannot carry. Undefined where there is nothing.
 */
export async function findObstacle(session: Connection, database: string): Promise<Problem | undefined> {
  const [unreadable] = await session.query<{ what: string; user: string }>(`${unreadableObjects} limit 1`);
  if (unreadable) return problem("transfer.cannot-read", { ...unreadable, database });
  const [subscription] = await session.query<{ name: string }>(`
    select subname::text as name from pg_subscription
     where subdbid = (select oid from pg_database where datname = current_database()) order by 1 limit 1`);
  return subscription && problem("transfer.subscription", { subscription: subscription.name, database });
}

/** PostgreSQL lets a login read a large object that it owns or was granted; pg_read_all_data says nothing of them. */
const unreadableObjects = `
  select what, current_user::text as user from (
    select format('the table %I.%I', n.nspname, c.relname) as what
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.relpersistence <> 't' and ${userSchema}
       and not (has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT'))
    union all
    select format('the sequence %I.%I', n.nspname, c.relname)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'S' and c.relpersistence <> 't' and ${userSchema}
       and not (has_schema_privilege(n.oid, 'USAGE') and has_sequence_privilege(c.oid, 'SELECT'))
    union all
    select format('every row of %I.%I, which has row security,', n.nspname, c.relname)
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relrowsecurity and ${userSchema} and row_security_active(c.oid)
    union all
    select format('the large object %s', lo.oid)
      from pg_largeobject_metadata lo
     where not pg_has_role(lomowner, 'USAGE')
       and not exists (select from aclexplode(lomacl) acl
                        where privilege_type = 'SELECT'
                          and (grantee = 0 or pg_has_role(grantee, 'USAGE')))
  ) obstacles`;
