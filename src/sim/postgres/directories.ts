import { execFile } from "node:child_process";
import { cp, rename, rm, stat, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

/** The account that PostgreSQL runs as: it refuses to run as root. Undefined where we are not root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Copies a data directory with its owners and modes; `to` must not exist. */
export async function copyDirectory(from: string, to: string): Promise<void> {
  if (process.platform === "win32")
    return cp(from, to, { recursive: true, errorOnExist: true, force: false });
  // A data directory is a thousand small files: node's own copy takes six times as long as the system's,
  // and would leave all of them to root.
  await promisify(execFile)("cp", ["-a", from, to]);
}

/**
 * Makes `path` by filling a directory beside it and renaming that, so that nobody ever sees it half made.
 * Where two make it at once, the first wins and the other's is thrown away.
 */
export async function makeWhole(path: string, fill: (directory: string) => Promise<void>): Promise<void> {
  const unfinished = `${path}.unfinished-${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    await fill(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!isTaken(error)) throw error;
  }
}

function isTaken(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOTEMPTY" || code === "EEXIST";
}

/** Replaces a file as a whole: a reader sees the old text or the new one. */
export async function replaceFile(
  path: string,
  text: string,
  options: { mode?: number } = {},
): Promise<void> {
  await writeFile(`${path}.new`, text, options);
  await rename(`${path}.new`, path);
}

export function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
