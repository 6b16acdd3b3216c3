import { isBeyondReturn } from "../../core/course.ts";
import { namesFor } from "../../core/names.ts";
import { sayDuration } from "../../core/note.ts";
import type { PlannedStep } from "../../core/plan.ts";
import { condemnedName, purposeOf } from "../../core/purpose.ts";
import type { MigrationView } from "../../engine/deps.ts";
import type { Press } from "../../engine/request.ts";
import type { Pressable } from "./press-buttons.ts";

/** What can be pressed of a backup and of a decommission otherwise than of a move. */

export function backupApproval(press: Press, { migration }: MigrationView): Pressable {
  return {
    press,
    label: "Approve the backup",
    style: "primary",
    asks: `${migration.target.name} is backed up, copied to the other account, and from then on so every day. Nothing interrupts it.`,
    confirm: "Approve",
  };
}

/** Whoever deletes a database reads its name once more. */
export function deletionApproval(press: Press, { migration }: MigrationView): Pressable {
  const retired = condemnedName(migration);
  const { lastSnapshot } = namesFor(migration.id, migration.target.name);
  return {
    press,
    label: `Delete ${retired}`,
    style: "danger",
    asks: `${retired} is deleted for good. What is left of it is the snapshot ${lastSnapshot}.`,
    confirm: "Delete it",
  };
}

export function keep(gate: PlannedStep, { migration }: MigrationView): Pressable {
  return {
    press: { does: "reject", gate: gate.id },
    label: "Reject",
    asks: `${condemnedName(migration)} is kept as it is. Nothing has been made or changed yet.`,
    confirm: "Reject",
  };
}

/** None once something is deleted: that does not come back. */
export function callOff({ migration, plan, rollbackPrice }: MigrationView): readonly Pressable[] {
  if (isBeyondReturn(plan, migration)) return [];
  const price = `It takes about ${sayDuration(rollbackPrice)}.`;
  const asks =
    purposeOf(migration) === "backup"
      ? `${price} The schedule is taken back; backups and copies that were made stay until AWS Backup deletes them.`
      : `${price} ${condemnedName(migration)} is kept as before; a snapshot that was taken of it stays.`;
  return [
    { press: { does: "rollback" }, label: "Call it off", style: "danger", asks, confirm: "Call it off" },
  ];
}
