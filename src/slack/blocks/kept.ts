import { costOfKeeping } from "../../core/cost.ts";
import { backupIn, backupPlanIn, copyIn, placeOf } from "../../core/other-account.ts";
import { explain } from "../../core/problem.ts";
import { retiredName } from "../../core/purpose.ts";
import { say } from "../../core/sentences.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { code, escaped, mrkdwn, sayInstant } from "../text.ts";
import { keyName } from "./key.ts";
import { refusalLines } from "./problem.ts";

/** Where else a database can be restored, as a part of a sentence; empty where nobody has proved it. */
export function restorableIn({ migration }: MigrationView): string {
  const copy = copyIn(migration);
  return copy ? `, and can be restored in account ${escaped(placeOf(copy.vaultArn).account)}` : "";
}

/** What there is of copies in the other account, and whether they go on. */
export function copyLines({ migration, plan }: MigrationView): readonly string[] {
  const copy = copyIn(migration);
  if (!copy) {
    return backupIn(plan) === null
      ? ["• No other account is configured: there is no copy of it outside of this one"]
      : [];
  }
  const { account, vault } = placeOf(copy.vaultArn);
  const key = copy.keyArn === null ? "" : `, under ${keyName(copy.keyArn, plan.target)}`;
  const until = copy.expiresAt === null ? "" : `, until ${sayInstant(copy.expiresAt)}`;
  const goesOn = backupPlanIn(migration);
  return [
    `• Account ${escaped(account)} has its backup of ${sayInstant(copy.createdAt)} in ${code(vault)}${key}${until}; it was looked at from there`,
    ...(goesOn === undefined ? [] : [`• Backups and copies go on daily, by the backup plan ${code(goesOn)}`]),
  ];
}

/** What is kept of what was there before, for how long, what that costs, and how it ends. */
export function keptLines({ migration, plan }: MigrationView): readonly string[] {
  const kept = migration.aftercare?.kept;
  if (!kept) return [];
  const retired = retiredName(migration);
  const cost = costOfKeeping(plan.pinned);
  const day = cost ? ` A day of it costs ${say(cost, mrkdwn)}; prices are not looked up.` : "";
  // By what was asked and not by a clock: an ended migration's message does not change with time.
  const until =
    kept.reminders === 0
      ? `at least until ${sayInstant(kept.until)}; then somebody may type`
      : `; its time was over ${sayInstant(kept.until)}, and somebody may type`;
  return [
    `• The source is kept as ${code(retired)}, fenced and protected${kept.reminders === 0 ? ", " : ""}${until} \`/encrypt-db decommission ${escaped(retired)}\`.${day}`,
  ];
}

/** As many as a person reads before the first is mended. */
const mostConcerns = 3;

/** What the last daily look found wrong. */
export function concernLines({ migration }: MigrationView): readonly string[] {
  const concerns = migration.aftercare?.concerns ?? [];
  const rest = concerns.length - mostConcerns;
  return [
    ...concerns
      .slice(0, mostConcerns)
      .map((concern) => `:warning: ${refusalLines(explain(concern, mrkdwn)).join(" ")}`),
    ...(rest > 0 ? [`… and ${rest} more; the thread has them.`] : []),
  ];
}
