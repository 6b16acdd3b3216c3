import { costOfKeeping } from "../../core/cost.ts";
import { leftoversIn, sortLeftovers } from "../../core/leftover.ts";
import type { Migration } from "../../core/migration.ts";
import { backupPlanIn, copyIn, placeOf } from "../../core/other-account.ts";
import { explain } from "../../core/problem.ts";
import { purposeOf, retiredName } from "../../core/purpose.ts";
import { say } from "../../core/sentences.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { takeOverLines } from "./take-over.ts";
import { asTypedHere, harmless, terminal } from "./terminal.ts";

type Row = readonly [string, string];

/** What was verified from the other account. */
export function copyRows({ migration }: MigrationView): readonly Row[] {
  const copy = copyIn(migration);
  if (!copy) return [];
  const { account, vault } = placeOf(copy.vaultArn);
  const goesOn = backupPlanIn(migration);
  return [
    ["Copy", `of ${terminal.instant(copy.createdAt)}, in ${vault} of account ${account}`],
    ...(goesOn === undefined ? [] : [["Goes on", `daily, by the backup plan ${goesOn}`] as const]),
  ];
}

/** What is kept of a finished move. */
export function keptRows({ migration, plan }: MigrationView): readonly Row[] {
  const kept = migration.aftercare?.kept;
  if (!kept) return [];
  const cost = costOfKeeping(plan.pinned);
  const until = `${retiredName(migration)}, at least until ${terminal.instant(kept.until)}`;
  return [["Kept", cost ? `${until}; a day costs ${say(cost, terminal)}` : until]];
}

/** What the daily look found wrong, what is due for the code that made it, and what a deletion has left. */
export function afterText({ migration, plan }: MigrationView): readonly string[] {
  const concerns = (migration.aftercare?.concerns ?? []).map((concern) => {
    const { why, fix } = explain(concern, terminal);
    return asTypedHere(`  WARNING: ${why}\n  What to do: ${fix}`);
  });
  const hasMoved = migration.status === "finished" && purposeOf(migration) === "move";
  return [...concerns, ...(hasMoved ? takeOverLines(plan, "after") : []), ...leftoverLines(migration)];
}

function leftoverLines(migration: Migration): readonly string[] {
  const { toDecide, passing } = sortLeftovers(leftoversIn(migration));
  const each = toDecide.map(({ what, name, keyArn, fate }) => {
    const key = keyArn === null ? "" : `, under ${keyArn}`;
    return `  - ${what.replaceAll("-", " ")} ${harmless(name)}${key}. ${say(fate, terminal)}`;
  });
  const counted = passing.map(
    ({ what, count, last }) =>
      `  - ${count} x ${what.replaceAll("-", " ")}, which AWS deletes by itself, the last of them ${terminal.instant(last)}`,
  );
  const lines = [...each, ...counted];
  return lines.length === 0 ? [] : ["  What is left:", ...lines];
}
