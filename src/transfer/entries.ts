/** What is in a dump, as lines of its list, in the three parts that are restored one after the other. */
interface Entries {
  readonly schemas: readonly string[];
  readonly contents: readonly string[];
  /** By the owner, who grants them; undefined where it is a role of the service, for whom the master acts. */
  readonly privileges: ReadonlyMap<string | undefined, readonly string[]>;
}

/**
 * Sorts what `pg_restore --list` says: `215; 1259 16388 TABLE sales items owners`. Comments on extensions are left out: an extension
 * brings its own, and where a service owns it, nobody else may comment on it. Of the roles that a grant can be of, PostgreSQL takes
 * any that the master is a member of, so that only the owner itself is sure to grant as the owner.
 */
export function entriesIn(list: string, roles: readonly string[]): Entries {
  const longestFirst = [...roles].sort((a, b) => b.length - a.length);
  const schemas: string[] = [];
  const contents: string[] = [];
  const privileges = new Map<string | undefined, string[]>();
  for (const line of list.split("\n")) {
    const [, kind = ""] = /^\d+; \d+ \d+ (.*)$/.exec(line) ?? [];
    if (kind.startsWith("COMMENT - EXTENSION ")) continue;
    if (kind.startsWith("SCHEMA - ")) {
      schemas.push(line);
    } else if (/^(?:DEFAULT )?ACL /.test(kind)) {
      const owner = longestFirst.find((name) => line.endsWith(` ${name}`));
      privileges.set(owner, [...(privileges.get(owner) ?? []), line]);
    } else {
      contents.push(line);
    }
  }
  return { schemas, contents, privileges };
}
