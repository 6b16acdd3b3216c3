import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * A folder of one run: its dumps, and its passwords, which nobody else may read. What runs of processes that are gone have left in
 * `spool` is thrown away. Remove it when the run ends.
 */
export async function openSpool(spool: string): Promise<string> {
  await mkdir(spool, { recursive: true, mode: 0o700 });
  for (const name of await readdir(spool)) {
    const [, pid] = /^run-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(spool, name), { recursive: true });
  }
  return mkdtemp(join(spool, `run-${process.pid}-`));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It may be there and belong to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
