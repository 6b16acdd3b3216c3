import { dirname, join } from "node:path";
import { installedTools, type Tools } from "../../transfer/tools.ts";
import { exists } from "./directories.ts";
import { type Installation, prepareSystemPostgres } from "./installation.ts";

/** PostgreSQL of one major version as the system has it; undefined unless its server and its client tools are side by side. */
export async function systemPostgres(
  major: number,
): Promise<{ readonly installation: Installation; readonly tools: Tools } | undefined> {
  for (const tools of await installedTools()) {
    const binaries = dirname(tools.pgDump);
    if (tools.major !== major || !(await exists(join(binaries, "postgres")))) continue;
    return { installation: await prepareSystemPostgres(binaries, major), tools };
  }
  return undefined;
}
