import { rehearsalOf } from "../core/rehearsal.ts";
import type { Strategy } from "../core/strategy.ts";
import { auroraPointInTime } from "./aurora-point-in-time.ts";
import { auroraSnapshot } from "./aurora-snapshot.ts";
import { rdsDumpRestore } from "./rds-dump-restore.ts";
import { rdsSnapshotCopy } from "./rds-snapshot-copy.ts";

/** Every way there is, in one explicit list. */
export const strategies: readonly Strategy[] = [
  auroraPointInTime,
  auroraSnapshot,
  rdsSnapshotCopy,
  rdsDumpRestore,
];

/** How each of them is tried out. */
const rehearsals: readonly Strategy[] = strategies.map((strategy) => rehearsalOf(strategy));

export function findStrategy(id: string): Strategy | undefined {
  return [...strategies, ...rehearsals].find((strategy) => strategy.id === id);
}
