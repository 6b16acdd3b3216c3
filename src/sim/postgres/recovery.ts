import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { copyDirectory } from "./directories.ts";
import type { Installation } from "./installation.ts";
import { startServer, stopServer } from "./server.ts";

/**
 * Makes `to` from a base and the log that was written since: up to and including `until` (wall clock), or all
 * of it. The result is at rest and can be a base itself.
 *
 * As everywhere with PostgreSQL, `until` needs a later commit in the log: without one the recovery cannot
 * know that it has seen everything, and fails.
 */
export async function recover(
  installation: Installation,
  source: { readonly base: string; readonly log: string },
  to: string,
  until?: number,
): Promise<void> {
  await copyDirectory(source.base, to);
  await rm(join(to, "pg_wal"), { recursive: true });
  await copyDirectory(source.log, join(to, "pg_wal"));
  await writeFile(join(to, "recovery.signal"), "");
  const server = await startServer(installation, to, {
    // Everything is in pg_wal already; PostgreSQL insists on a command.
    restore_command: "exit 1",
    recovery_target_action: "promote",
    // Otherwise the server would be ready as soon as it can be read, in the middle of the recovery.
    hot_standby: "off",
    ...(until === undefined ? {} : { recovery_target_time: recoveryTargetTime(until) }),
  });
  await stopServer(server);
}

/** The T…Z form is refused. */
function recoveryTargetTime(instant: number): string {
  return new Date(instant).toISOString().replace("T", " ").replace("Z", "+00");
}
