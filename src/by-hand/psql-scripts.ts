import { fewBlocks, plainText, tables } from "../database/contents.ts";
import { ownSchema } from "../database/own-schema.ts";
import { ofThisDatabase } from "../database/writers.ts";

/** What takes more than one statement, or one that the server itself must write first (`\\gexec`). */
export type Scripted = "writers" | "silence" | "restore-writers" | "contents" | "whole-contents";

const part = (number: number) => `split_part(:'argument', '|', ${number})`;
// A name may hold the separator.
const rest = "regexp_replace(:'argument', '^[^|]*[|][^|]*[|]', '')";
const named = `${part(1)}, ${part(2)},
       ${rest}`;

const sampled = `100 / 2 ^ greatest(0, ceil(log(2, greatest(blocks, 1)::numeric / ${fewBlocks})))`;

/** The rows and hashes of each table, of `percent` of its blocks. */
const contents = (name: string, percent: string) => `${name}() { # HOST
  db_databases "$1" | while read -r name; do PGDATABASE="$name" ask "$1" <<'SQL'
${plainText};
select format('select %L, %L, count(*), sum(hashtextextended((encrypt_db_row.*)::text, 0))
                 from only %s encrypt_db_row tablesample system (%s) repeatable (1)',
              current_database(), name, name,
              ${percent})
  from (${tables}) tables
 where readable \\gexec
SQL
done; }`;

/** Functions of the shell; a writer is a row `kind|database|id`. */
export const scripts: Readonly<Record<Scripted | "turn", string>> = {
  writers: `db_writers() { # HOST
  db_databases "$1" | while read -r name; do PGDATABASE="$name" ask "$1" <<'SQL'
select 'subscription', current_database(), subname from pg_subscription
 where subenabled and ${ofThisDatabase}
 order by 3;
select 'select ''pg_cron'', current_database(), jobid from cron.job where active order by jobid'
  from pg_extension where extname = 'pg_cron' \\gexec
SQL
done; }`,
  turn: `turn() { # HOST WRITER true|false
  local kind database id; IFS='|' read -r kind database id <<<"$2"
  if [ "$kind" = pg_cron ]; then PGDATABASE="$database" ask "$1" "$id" <<SQL
update cron.job set active = $3 where jobid = :'argument'::bigint;
SQL
  else PGDATABASE="$database" ask "$1" "$id" <<SQL
select format('alter subscription %I %s', subname, case when $3 then 'enable' else 'disable' end)
  from pg_subscription where subname = :'argument'
   and ${ofThisDatabase} \\gexec
SQL
fi; }`,
  silence: `db_silence() { # HOST
  db_writers "$1" | while read -r writer; do ask "$1" "$writer" <<'SQL' && turn "$1" "$writer" false
insert into ${ownSchema}.silenced (kind, database, id)
select ${named}
    on conflict do nothing;
SQL
done; }`,
  "restore-writers": `db_restore_writers() { # HOST
  ask "$1" <<'SQL' | while read -r writer; do turn "$1" "$writer" true && ask "$1" "$writer" <<'END'
select kind, database, id from ${ownSchema}.silenced order by 1, 2, 3;
SQL
delete from ${ownSchema}.silenced 
 where (kind, database, id) =
       (${named});
END
done; }`,
  contents: contents("db_contents", sampled),
  "whole-contents": contents("db_whole_contents", "100"),
};
