import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { problem } from "../core/problem.ts";
import { Stopped } from "./server.ts";

/** PostgreSQL's client programs of one version. */
export interface Tools {
  readonly major: number;
  readonly pgDump: string;
  readonly pgRestore: string;
}

/** Where packages put several versions side by side: Debian's, PGDG's for Red Hat, Homebrew's. */
const parents: readonly (readonly [parent: string, below: string])[] = [
  ["/usr/lib/postgresql", "bin"],
  ["/usr", "bin"],
  ["/opt/homebrew/opt", "bin"],
  ["/usr/local/opt", "bin"],
];

/** Every version that is installed, by what the programs say themselves; first what is found on the PATH. */
export async function installedTools(): Promise<Tools[]> {
  const folders = await Promise.all(
    parents.map(async ([parent, below]) => {
      const names = await readdir(parent).catch(() => []);
      return names
        .filter((name) => parent === "/usr/lib/postgresql" || /^(pgsql-|postgresql@|libpq)/.test(name))
        .map((name) => join(parent, name, below));
    }),
  );
  const found = await Promise.all([undefined, ...folders.flat()].map(toolsIn));
  return found.flatMap((tools) => tools ?? []);
}

async function toolsIn(folder: string | undefined): Promise<Tools | undefined> {
  const program = (name: string) => (folder === undefined ? name : join(folder, name));
  const tools = { pgDump: program("pg_dump"), pgRestore: program("pg_restore") };
  const [dump, restore] = await Promise.all([majorOf(tools.pgDump), majorOf(tools.pgRestore)]);
  return dump !== undefined && dump === restore ? { major: dump, ...tools } : undefined;
}

/** `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` */
async function majorOf(program: string): Promise<number | undefined> {
  const said = await promisify(execFile)(program, ["--version"]).catch(() => undefined);
  const [, major] = /\(PostgreSQL\) (\d+)/.exec(said?.stdout ?? "") ?? [];
  return major === undefined ? undefined : Number(major);
}

/**
 * The tools for a way from one major version to another, the newest that serve. Throws `Stopped` where there are none.
 * Source: PostgreSQL, pg_dump, Notes: it refuses servers that are newer than itself, and what it writes need not load into a
 * server that is older.
 */
export function chooseTools(
  installed: readonly Tools[],
  versions: { readonly source: number; readonly target: number; readonly name: string },
): Tools {
  const { source, target, name } = versions;
  const [best] = installed
    .filter(({ major }) => source <= major && major <= target)
    .sort((a, b) => b.major - a.major);
  if (best) return best;
  if (installed.length === 0) throw new Stopped(problem("transfer.no-tools", { wanted: target, name }));
  const found = [...new Set(installed.map(({ major }) => major))].join(", ");
  throw new Stopped(problem("transfer.wrong-tools", { found, source, target, wanted: target, name }));
}
