import { databaseKey } from "../core/cloud.ts";
import type { Migration } from "../core/migration.ts";
import { verifyEvidence } from "../evidence/verify.ts";
import type { Claim } from "./headless-claims.ts";
import type { World } from "./world.ts";

/** As many bytes of the pack are changed, one at a time, at places all over it. */
const changes = 200;

/** What becomes of the evidence pack of a migration where it is judged as anybody can who has downloaded it from the thread. */
export async function claimsOfEvidence(world: World, migration: Migration): Promise<readonly Claim[]> {
  const kept = await world.deps.store.findEvidence(databaseKey(migration.target), migration.id);
  const { files = [] } = world.workspace.state;
  const posted = files.find(({ name }) => name.includes(migration.id) && name.endsWith(".json"));
  const file = Buffer.from(posted?.content ?? "", "base64");
  const step = Math.max(1, Math.floor(file.length / changes));
  const places = Array.from({ length: changes }, (_, index) => index * step).filter((at) => at < file.length);
  const noticed = places.filter((at) => verifyEvidence(changedAt(file, at)).faults.length > 0);
  return [
    {
      text: "its evidence pack is in the thread, as it is kept, and verifies",
      holds: file.length > 0 && file.toString() === kept && verifyEvidence(file).faults.length === 0,
    },
    {
      text: `one changed byte of it never verifies (${noticed.length} of ${places.length} tried)`,
      holds: places.length > 0 && noticed.length === places.length,
    },
  ];
}

function changedAt(file: Buffer, at: number): Buffer {
  const changed = Buffer.from(file);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
