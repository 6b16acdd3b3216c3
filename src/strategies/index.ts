import { rehearsalOf } from "../core/rehearsal.ts";
import type { MoveStrategy, Strategy } from "../core/strategy.ts";
import { auroraPointInTime } from "./aurora-point-in-time.ts";
import { auroraSnapshot } from "./aurora-snapshot.ts";
import { crossAccountBackup } from "./cross-account-backup.ts";
import { decommission } from "./decommission.ts";
import { rdsDumpRestore } from "./rds-dump-restore.ts";
import { rdsSnapshotCopy } from "./rds-snapshot-copy.ts";

/** Every way to move a database, in one explicit list. */
export const strategies: readonly MoveStrategy[] = [
  auroraPointInTime,
  auroraSnapshot,
  rdsSnapshotCopy,
  rdsDumpRestore,
];

/** What moves nothing: found by its purpose, and chosen from nothing. */
export const others: readonly Strategy[] = [crossAccountBackup, decommission];

/** How each of them is tried out. */
const rehearsals: readonly Strategy[] = strategies.map((strategy) => rehearsalOf(strategy));

export function findStrategy(id: string): Strategy | undefined {
  return [...strategies, ...others, ...rehearsals].find((strategy) => strategy.id === id);
}
