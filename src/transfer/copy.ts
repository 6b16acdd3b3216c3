import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { problem } from "../core/problem.ts";
import type { Connection } from "../database/connect.ts";
import { userSchema } from "../database/definitions.ts";
import { ownSchema } from "../database/own-schema.ts";
import { type Content, differencesOfContent, readContent } from "./content.ts";
import { createUnfinished, type DatabaseFacts, dropDatabase } from "./databases.ts";
import { entriesIn } from "./entries.ts";
import { letOwnersCreate } from "./rights.ts";
import { readRoles } from "./roles.ts";
import { runTool, ToolFault, type ToolRun } from "./run-tool.ts";
import { differencesOfSchemas } from "./schema.ts";
import { inSession, type Server, Stopped, shortened } from "./server.ts";
import { problemOf } from "./tool-problems.ts";
import type { Moved } from "./whole.ts";
import type { Workshop } from "./workshop.ts";

/**
 * Restores a database under a name of this attempt, compares it with the source, and returns that name. Throws `Stopped` where
 * anything is missing, refused or different. `session` is the one that makes databases.
 */
export async function copyDatabase(
  shop: Workshop,
  session: Connection,
  facts: DatabaseFacts,
): Promise<{ working: string; described: Described; content: Content }> {
  const working = await restored(shop, session, facts, []);
  shop.progress.enter("analyze", facts.name);
  await inSession(shop.target, working, (inside) => inside.query("analyze"));
  await compareSchemas(shop, facts.name, working);
  const described = await describe(shop, facts.name, working);
  return { working, described, content: await compareContent(shop, facts.name, working) };
}

/** Restores what a database defines, without any row, compares it, and throws it away again. */
export async function tryOutSchema(
  shop: Workshop,
  session: Connection,
  facts: DatabaseFacts,
): Promise<Described> {
  const working = await restored(shop, session, facts, ["--schema-only"]);
  await compareSchemas(shop, facts.name, working);
  const described = await describe(shop, facts.name, working);
  await dropDatabase(session, working);
  return described;
}

type Described = Pick<Moved, "tables" | "materializedViews" | "otherExtensionVersions">;

/** What people should know of a database before it is moved, and after. */
async function describe({ source, target }: Workshop, database: string, working: string): Promise<Described> {
  const extensions = (server: Server, of: string) =>
    inSession(server, of, (session) =>
      session.query<{ name: string; version: string }>(
        "select extname::text as name, extversion as version from pg_extension order by 1",
      ),
    );
  const theirs = await extensions(target, working);
  const otherExtensionVersions = (await extensions(source, database)).flatMap(({ name, version }) => {
    const made = theirs.find((one) => one.name === name)?.version;
    return made === undefined || made === version ? [] : [`${name} ${made} instead of ${version}`];
  });
  const views = await inSession(source, database, (session) =>
    session.query<{ name: string }>(
      `select format('%I.%I', schemaname, matviewname) as name from pg_matviews order by 1`,
    ),
  );
  const tables = await countTables(source, database);
  return { tables, materializedViews: views.map(({ name }) => name), otherExtensionVersions };
}

async function restored(
  shop: Workshop,
  session: Connection,
  facts: DatabaseFacts,
  only: readonly string[],
): Promise<string> {
  const { name: database } = facts;
  const total = only.length > 0 ? 0 : await countTables(shop.source, database);
  const dump = join(shop.spool, randomUUID());
  try {
    shop.progress.enter("dump", database, total);
    await writeDump(shop, database, dump, only);
    shop.progress.enter("restore", database, total);
    const working = await createUnfinished(session, facts);
    const { roles } = await readRoles(session);
    const { schemas, contents, privileges } = entriesIn(
      await listDump(shop, database, dump),
      roles.map(({ name }) => name),
    );
    const restoring = { database, working, dump };
    if (schemas.length > 0) await restore(shop, { ...restoring, entries: schemas });
    const takeBack = await letOwnersCreate(shop.source, shop.target, { database, working });
    await restore(shop, { ...restoring, entries: contents });
    await takeBack();
    for (const [role, entries] of privileges) {
      await restore(shop, { ...restoring, entries, role });
    }
    return working;
  } finally {
    await rm(dump, { recursive: true, force: true });
    await rm(`${dump}.list`, { force: true });
  }
}

async function writeDump(
  shop: Workshop,
  database: string,
  dump: string,
  only: readonly string[],
): Promise<void> {
  const { tools, environments, jobs, progress } = shop;
  await use(shop, database, {
    tool: "pg_dump",
    program: tools.pgDump,
    environment: { ...environments.source, PGDATABASE: database },
    args: [
      ...["--format=directory", `--file=${dump}`, `--jobs=${jobs}`, "--compress=1", "--no-sync"],
      // What a lock keeps back behind the fence should be known soon.
      ...[...dumped, ...only, "--lock-wait-timeout=10s", "--verbose"],
    ],
    hear: (line) => line.includes("dumping contents of table") && progress.advance(),
  });
}

function listDump(shop: Workshop, database: string, dump: string): Promise<string> {
  return use(shop, database, {
    tool: "pg_restore",
    program: shop.tools.pgRestore,
    environment: { LC_ALL: "C" },
    args: ["--list", dump],
  });
}

interface Restoring {
  readonly database: string;
  readonly working: string;
  readonly dump: string;
  /** Lines of the dump's list. */
  readonly entries: readonly string[];
  /** As whom, where it is not the master. */
  readonly role?: string | undefined;
}

/** Owners are restored, too. */
async function restore(shop: Workshop, { database, working, dump, entries, role }: Restoring): Promise<void> {
  const { tools, environments, jobs, progress } = shop;
  const list = `${dump}.list`;
  await writeFile(list, entries.join("\n"));
  await use(shop, database, {
    tool: "pg_restore",
    program: tools.pgRestore,
    environment: environments.target,
    args: [
      ...["--exit-on-error", `--jobs=${jobs}`, `--use-list=${list}`, "--no-tablespaces", "--no-password"],
      ...(role === undefined ? [] : [`--role=${role}`]),
      ...[`--dbname=${working}`, "--verbose", dump],
    ],
    hear: (line) => line.includes("processing data for table") && progress.advance(),
  });
}

/** The bot's own schema says which database it is, and the target is another one. */
const dumped = [
  `--exclude-schema=${ownSchema}`,
  "--no-subscriptions",
  "--no-tablespaces",
  "--quote-all-identifiers",
  "--no-password",
];

function countTables(server: Server, database: string): Promise<number> {
  return inSession(server, database, async (session) => {
    const [row] = await session.query<{ count: number }>(
      `select count(*)::int as count from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'r' and c.relpersistence <> 't' and ${userSchema}`,
    );
    return row?.count ?? 0;
  });
}

/** Runs a client program; what stops it becomes a problem. */
async function use(shop: Workshop, database: string, run: Omit<ToolRun, "signal">): Promise<string> {
  try {
    return await runTool({ ...run, signal: shop.signal });
  } catch (error) {
    if (!(error instanceof ToolFault)) throw error;
    for (const line of error.said) shop.log(line);
    throw new Stopped(problemOf(error, database, shop.source.name));
  }
}

async function compareSchemas(shop: Workshop, database: string, working: string): Promise<void> {
  shop.progress.enter("compare", database);
  const [mine, theirs] = await Promise.all([
    schemaOf(shop, "source", database),
    schemaOf(shop, "target", working),
  ]);
  const differences = differencesOfSchemas(mine, theirs);
  if (differences.length === 0) return;
  for (const line of differences) shop.log(`differs in ${database}: ${line}`);
  throw new Stopped(
    problem("transfer.schema-differs", {
      database,
      differences: shortened(differences),
      name: shop.source.name,
    }),
  );
}

function schemaOf(shop: Workshop, side: Server["side"], database: string): Promise<string> {
  return use(shop, database, {
    tool: "pg_dump",
    program: shop.tools.pgDump,
    environment: { ...shop.environments[side], PGDATABASE: database },
    args: ["--schema-only", ...dumped],
  });
}

async function compareContent(shop: Workshop, database: string, working: string): Promise<Content> {
  const { source, target, jobs, progress } = shop;
  progress.enter("compare", database, await countTables(source, database));
  const [mine, theirs] = await Promise.all([
    readContent(source, database, { jobs, passed: progress.advance }),
    readContent(target, working, { jobs, passed: () => {} }),
  ]);
  const differences = differencesOfContent(mine, theirs);
  if (differences.length === 0) return mine;
  for (const of of differences) {
    shop.log(`differs in ${database}: ${of}: ${mine.sums.get(of)} and ${theirs.sums.get(of)}`);
  }
  throw new Stopped(
    problem("transfer.content-differs", { database, differences: shortened(differences), name: source.name }),
  );
}
