import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { Installation } from "./installation.ts";
import { superuser } from "./template.ts";

/**
 * Makes the server on `directory` a standby that streams from the writer on `writerPort`, or that waits for one.
 * A server that runs already has to be sent SIGHUP to notice.
 */
export async function follow(
  installation: Installation,
  directory: string,
  writerPort: number | undefined,
): Promise<void> {
  const writer = `host=127.0.0.1 sslmode=disable port=${writerPort} user=${superuser} password=${installation.superuserPassword}`;
  await writeFile(join(directory, "standby.signal"), "");
  // Written in place: the file belongs to the server's user, and a new one would not.
  const settings = writerPort === undefined ? "" : `primary_conninfo = '${writer}'\n`;
  await writeFile(join(directory, "postgresql.auto.conf"), settings);
}

const patienceMs = 30_000;

/** Waits until the reader holds everything that the writer has written so far. */
export async function catchUp(writer: pg.Pool, reader: pg.Pool): Promise<void> {
  const written = await writer.query<{ lsn: string }>("select pg_current_wal_lsn() as lsn");
  const replayed = "select pg_last_wal_replay_lsn() >= $1 as enough";
  const giveUp = Date.now() + patienceMs;
  while (!(await reader.query<{ enough: boolean }>(replayed, [written.rows[0]?.lsn])).rows[0]?.enough) {
    if (Date.now() > giveUp) throw new Error("the reader does not follow its writer");
    await sleep(10);
  }
}
