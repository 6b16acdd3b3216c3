import type { Log } from "../engine/deps.ts";

/** Lambda would write whatever is thrown into the log as it is: it is told that something is wrong, and our own line says what. */
export function failed(log: Log, fault: unknown): never {
  log.error("failed", { fault });
  throw new Error("The function failed. The line “failed” in this log says why.");
}
