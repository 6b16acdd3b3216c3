import { ownSchema } from "./own-schema.ts";

/** What is the customer's, of a query that calls pg_namespace `n`. */
export const userSchema = `n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', '${ownSchema}')`;

/**
 * Roles that PostgreSQL and RDS bring themselves: AWS may add some to a restored cluster, which is no difference
 * of the customer's.
 */
const customersRole = (name: string) => `${name} not like 'pg\\_%' and ${name} not like 'rds%'`;

const owner = (column: string) => `pg_get_userbyid(${column})`;

const schemas = `
  select jsonb_build_array('schema', n.nspname, ${owner("n.nspowner")}, n.nspacl::text)
    from pg_namespace n where ${userSchema}`;

const relations = `
  select jsonb_build_array('relation', n.nspname, c.relname, c.relkind, c.relpersistence, ${owner("c.relowner")},
                           c.relacl::text, c.reloptions, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
                           c.relispopulated, pg_get_expr(c.relpartbound, c.oid), pg_get_partkeydef(c.oid),
                           case when c.relkind in ('v', 'm') then pg_get_viewdef(c.oid) end,
                           (select am.amname from pg_am am where am.oid = c.relam),
                           (select array_agg(inhparent::regclass::text order by inhseqno)
                              from pg_inherits where inhrelid = c.oid))
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${userSchema}`;

const columns = `
  select jsonb_build_array('column', n.nspname, c.relname, a.attname, a.attnum, format_type(a.atttypid, a.atttypmod),
                           a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
                           (select collname from pg_collation where oid = a.attcollation), a.attacl::text, a.attoptions, a.attstorage)
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
   where a.attnum > 0 and not a.attisdropped and ${userSchema}`;

const indexes = `
  select jsonb_build_array('index', n.nspname, c.relname, pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisready,
                           i.indisclustered, i.indisreplident)
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
   where ${userSchema}`;

const constraints = `
  select jsonb_build_array('constraint', n.nspname, nullif(conrelid, 0)::regclass::text,
                           nullif(contypid, 0)::regtype::text, conname, pg_get_constraintdef(k.oid), convalidated)
    from pg_constraint k join pg_namespace n on n.oid = connamespace where ${userSchema}`;

const triggersRulesPolicies = `
  select jsonb_build_array('trigger', pg_get_triggerdef(t.oid), tgenabled)
    from pg_trigger t join pg_class c on c.oid = tgrelid join pg_namespace n on n.oid = c.relnamespace
   where not tgisinternal and ${userSchema}
  union all
  select jsonb_build_array('rule', pg_get_ruledef(r.oid), ev_enabled)
    from pg_rewrite r join pg_class c on c.oid = ev_class join pg_namespace n on n.oid = c.relnamespace
   where rulename <> '_RETURN' and ${userSchema}
  union all
  select jsonb_build_array('policy', p.schemaname, p.tablename, p.policyname, p.permissive, p.roles, p.cmd, p.qual,
                           p.with_check)
    from pg_policies p
  union all
  select jsonb_build_array('event trigger', evtname, evtevent, ${owner("evtowner")}, evtfoid::regprocedure::text,
                           evtenabled, evttags)
    from pg_event_trigger`;

const functions = `
  select jsonb_build_array('function', n.nspname, p.oid::regprocedure::text, p.prokind, ${owner("p.proowner")},
                           p.proacl::text, case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end,
                           g.aggtransfn::text, g.aggfinalfn::text, g.agginitval)
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    left join pg_aggregate g on g.aggfnoid = p.oid
   where ${userSchema}`;

const types = `
  select jsonb_build_array('type', n.nspname, t.typname, t.typtype, ${owner("t.typowner")}, t.typacl::text,
                           t.typnotnull, t.typdefault, format_type(nullif(t.typbasetype, 0), t.typtypmod),
                           (select array_agg(enumlabel order by enumsortorder) from pg_enum where enumtypid = t.oid))
    from pg_type t join pg_namespace n on n.oid = t.typnamespace where ${userSchema}`;

const sequences = `
  select jsonb_build_array('sequence', n.nspname, c.relname, format_type(seqtypid, null), seqstart, seqincrement,
                           seqmin, seqmax, seqcache, seqcycle)
    from pg_sequence join pg_class c on c.oid = seqrelid join pg_namespace n on n.oid = c.relnamespace
   where ${userSchema}`;

const statistics = `
  select jsonb_build_array('statistics', pg_get_statisticsobjdef(s.oid), ${owner("stxowner")})
    from pg_statistic_ext s join pg_namespace n on n.oid = stxnamespace where ${userSchema}`;

const extensions = `
  select jsonb_build_array('extension', extname, extversion, n.nspname, ${owner("extowner")})
    from pg_extension join pg_namespace n on n.oid = extnamespace`;

const replication = `
  select jsonb_build_array('publication', to_jsonb(p) - 'oid' - 'pubowner', ${owner("pubowner")},
                           (select jsonb_agg(to_jsonb(t) order by t.schemaname, t.tablename)
                              from pg_publication_tables t
                             where t.pubname = p.pubname and t.schemaname <> '${ownSchema}'))
    from pg_publication p
  union all
  select jsonb_build_array('subscription', subname, ${owner("subowner")}, subslotname, subpublications)
    from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())`;

const foreignData = `
  select jsonb_build_array('server', srvname, srvtype, srvversion, ${owner("srvowner")}, srvacl::text, srvoptions)
    from pg_foreign_server
  union all
  select jsonb_build_array('user mapping', srvname, usename) from pg_user_mappings
  union all
  select jsonb_build_array('foreign table', ftrelid::regclass::text, ftoptions) from pg_foreign_table`;

const defaultPrivileges = `
  select jsonb_build_array('default privileges', ${owner("defaclrole")}, n.nspname, defaclobjtype, defaclacl::text)
    from pg_default_acl left join pg_namespace n on n.oid = defaclnamespace`;

/** Of the rarer kinds, only that they exist and what they are called: oids from 16384 on are not PostgreSQL's own. */
const rarerKinds = [
  "pg_cast",
  "pg_collation",
  "pg_conversion",
  "pg_language",
  "pg_opclass",
  "pg_operator",
  "pg_opfamily",
  "pg_transform",
  "pg_ts_config",
  "pg_ts_dict",
];
const rarer = rarerKinds
  .map(
    (kind) => `
  select jsonb_build_array('other', i.type, i.identity)
    from ${kind} o, pg_identify_object('${kind}'::regclass, o.oid, 0) i where o.oid >= 16384`,
  )
  .join(" union all ");

const comments = `
  select jsonb_build_array('comment', i.type, i.identity, description)
    from pg_description o, pg_identify_object(o.classoid, o.objoid, o.objsubid) i
   where o.objoid >= 16384 and i.schema is distinct from '${ownSchema}'`;

const wholeServer = `
  select jsonb_build_array('database', datname, ${owner("datdba")}, datacl::text, pg_encoding_to_char(encoding),
                           datcollate, datctype, datconnlimit)
    from pg_database where datname = current_database()
  union all
  select jsonb_build_array('setting', datname, rolname, setconfig)
    from pg_db_role_setting s
    left join pg_database d on d.oid = s.setdatabase
    left join pg_roles r on r.oid = s.setrole
   where rolname is null or ${customersRole("rolname")}
  union all
  select jsonb_build_array('role', rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,
                           rolreplication, rolbypassrls, rolconnlimit, rolvaliduntil)
    from pg_roles where ${customersRole("rolname")}
  union all
  select jsonb_build_array('member', r.rolname, m.rolname, a.admin_option)
    from pg_auth_members a join pg_roles r on r.oid = a.roleid join pg_roles m on m.oid = a.member
   where ${customersRole("m.rolname")}`;

/**
 * One line for everything that is defined in a database, and in the server around it, by name and never by oid; each kind
 * under what people call it. A physical copy has the same lines; a missing index, column or grant changes one.
 */
const kinds: Readonly<Record<string, string>> = {
  schemas,
  relations,
  columns,
  indexes,
  constraints,
  "triggers, rules and policies": triggersRulesPolicies,
  functions,
  types,
  sequences,
  statistics,
  extensions,
  "publications and subscriptions": replication,
  "foreign data": foreignData,
  "default privileges": defaultPrivileges,
  "rarer objects": rarer,
  comments,
  "settings, roles and memberships": wholeServer,
};

/** Rows of a kind and a line. */
export const definitions = Object.entries(kinds)
  .map(([kind, lines]) => `select '${kind}', line from (${lines}) one(line)`)
  .join("\nunion all\n");
