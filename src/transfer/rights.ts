import type { Connection } from "../database/connect.ts";
import { ownSchema } from "../database/own-schema.ts";
import { customers, id } from "./roles.ts";
import { inSession, type Server } from "./server.ts";

/** A role that owns something in a schema. */
interface Owner {
  readonly schema: string;
  readonly owner: string;
}

/** Everything in a schema that has an owner and that ALTER … OWNER gives to it. */
const owned = [
  ["pg_class", "relnamespace", "relowner"],
  ["pg_proc", "pronamespace", "proowner"],
  ["pg_type", "typnamespace", "typowner"],
  ["pg_operator", "oprnamespace", "oprowner"],
  ["pg_opclass", "opcnamespace", "opcowner"],
  ["pg_opfamily", "opfnamespace", "opfowner"],
  ["pg_collation", "collnamespace", "collowner"],
  ["pg_conversion", "connamespace", "conowner"],
  ["pg_ts_dict", "dictnamespace", "dictowner"],
  ["pg_ts_config", "cfgnamespace", "cfgowner"],
  ["pg_statistic_ext", "stxnamespace", "stxowner"],
]
  .map(
    ([catalogue, namespace, owner]) => `
  select ${namespace} as namespace, ${owner} as owner from ${catalogue} o
   where not exists (select from pg_depend
                      where classid = '${catalogue}'::regclass and objid = o.oid and deptype = 'e')`,
  )
  .join(" union ");

/** Of the customer's schemas, and the customer's roles. */
const ownersQuery = `
  select nspname::text as schema, rolname::text as owner
    from (${owned}) objects
    join pg_namespace n on n.oid = objects.namespace
    join pg_roles r on r.oid = objects.owner
   where nspname !~ '^pg_' and nspname not in ('information_schema', '${ownSchema}') and ${customers("rolname")}`;

/**
 * Lets every role that owns something own it. To give something away, whoever is no superuser needs the new owner to have the right
 * to create it: that may have been taken from it long ago, and privileges are restored last. The schemas must be there. Returns how
 * to take it back, which must be before the privileges are restored.
 */
export async function letOwnersCreate(
  source: Server,
  target: Server,
  names: { readonly database: string; readonly working: string },
): Promise<() => Promise<void>> {
  const owners = await inSession(source, names.database, (session) => session.query<Owner>(ownersQuery));
  const lent = await inSession(target, names.working, async (session) => {
    const given: Owner[] = [];
    for (const one of owners) {
      if (!(await lacksCreate(session, one))) continue;
      await session.query(`grant create on schema ${id(one.schema)} to ${id(one.owner)}`);
      given.push(one);
    }
    return given;
  });
  return () =>
    inSession(target, names.working, async (session) => {
      for (const { schema, owner } of lent) {
        await session.query(`revoke create on schema ${id(schema)} from ${id(owner)}`);
      }
    });
}

/** A schema that an extension brings is not there yet. */
async function lacksCreate(session: Connection, { schema, owner }: Owner): Promise<boolean> {
  const [row] = await session.query<{ lacks: boolean }>(
    `select not has_schema_privilege($2, oid, 'CREATE') as lacks from pg_namespace where nspname = $1`,
    [schema, owner],
  );
  return row?.lacks === true;
}
