import { type Problem, problem } from "../core/problem.ts";
import type { ToolFault } from "./run-tool.ts";

/**
 * What stopped a client program, as a problem that names objects and roles, and no SQL, value or host. The programs say no
 * SQLSTATE, so that their English words have to do; what is not recognised is still said, and where it happened.
 */
export function problemOf({ tool, said, signal }: ToolFault, database: string, name: string): Problem {
  const text = said.join("\n");
  const entry = entryIn(text);
  if (/^(?:pg_restore: )?error: .*ERROR: .*No space left on device/m.test(text) || isServerFull(text)) {
    return problem("transfer.target-full", { database, name });
  }
  if (isDiskFull(text) || signal === "SIGXFSZ") return problem("transfer.disk-full", { database, name });
  if (signal !== null) return problem("transfer.tool-ended", { tool, signal, database, name });
  const role = /role "([^"]+)" does not exist/.exec(text)?.[1];
  if (role !== undefined) return problem("transfer.role-missing", { role, entry, database });
  const extension = /^EXTENSION (\S+)$/.exec(entry)?.[1];
  if (extension !== undefined) return problem("transfer.extension", { extension, database });
  if (tool === "pg_restore" && /ERROR: +(?:permission denied|must be)/.test(text)) {
    return problem("transfer.not-allowed", { entry, database });
  }
  return problem("transfer.tool-failed", { tool, database, entry, name });
}

function isServerFull(text: string): boolean {
  return /could not execute query: ERROR: .*could not (?:extend|write)|COPY failed.*ERROR: .*No space left/.test(
    text,
  );
}

function isDiskFull(text: string): boolean {
  return /could not (?:write|open|close|create)[^\n]*(?:No space left on device|File too large|Disk quota exceeded)/.test(
    text,
  );
}

/** `pg_restore: from TOC entry 215; 1259 16388 TABLE items app` → `TABLE items`; what is dumped is told in other words. */
function entryIn(text: string): string {
  const restored = /from TOC entry \d+; \d+ \d+ (.+)/.exec(text)?.[1];
  if (restored !== undefined) return restored.replace(/ (?:\S+|\(no owner\))$/, "").replaceAll('"', "");
  const dumped = /permission denied for (\w+ \S+)|row-level security policy for (table "[^"]+")/.exec(text);
  return dumped?.[1] ?? dumped?.[2] ?? "an entry that it does not name";
}
