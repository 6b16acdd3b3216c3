import type { Button, ConfirmationDialog, KnownBlock } from "@slack/types";
import { cutoverGate, openGate } from "../../core/approval.ts";
import { databaseKey } from "../../core/cloud.ts";
import { inDowntime } from "../../core/migration.ts";
import { sayDuration } from "../../core/note.ts";
import { hasSomethingToUndo, mayHoldWrites, type Phase } from "../../core/phase.ts";
import type { PlannedStep } from "../../core/plan.ts";
import { movesOrTries, purposeOf, subjectName } from "../../core/purpose.ts";
import { isRehearsal, takeDownGate } from "../../core/rehearsal.ts";
import type { Terms } from "../../core/terms.ts";
import type { MigrationView } from "../../engine/deps.ts";
import type { Press } from "../../engine/request.ts";
import { actionIdOf, encode } from "../buttons.ts";
import { limits } from "../limits.ts";
import { backupApproval, callOff, deletionApproval, keep } from "./afterwards-buttons.ts";
import { plain } from "./message.ts";
import { termsForm } from "./terms.ts";

export interface Pressable {
  readonly press: Press;
  readonly label: string;
  readonly style?: "primary" | "danger";
  readonly asks: string;
  readonly confirm: string;
}

/** Where the terms of the cutover are chosen, while it is waited for; the terms that were signed last, or those of the plan. */
export function formFor(phase: Phase, { migration }: MigrationView): readonly KnownBlock[] {
  if (phase.is !== "gate" || phase.gate.id !== cutoverGate) return [];
  const { longestDowntime } = migration;
  const asPlanned: Terms = { longestDowntime, opening: "automatic", whenLate: "offer", notBefore: null };
  return [termsForm(phase.scheduled?.terms ?? asPlanned)];
}

/** The buttons that make sense now. What the server would refuse anyway is not shown. */
export function buttonsFor(phase: Phase, view: MigrationView): readonly Button[] {
  return pressables(phase, view).map((each) => button(each, view));
}

function pressables(phase: Phase, view: MigrationView): readonly Pressable[] {
  switch (phase.is) {
    case "gate":
      return [
        ...approvals(phase, view),
        // To refuse it is to leave the copy there; there is nothing to press for that.
        ...(phase.gate.id === takeDownGate ? [] : [reject(phase.gate, view)]),
      ];
    case "running":
      return [pause(view), ...rollback(view), ...discard(view)];
    case "downtime":
      return rollback(view);
    case "paused":
      return [
        resume("Resume", `Go on with ${subjectName(view.migration)}?`),
        ...rollback(view),
        ...discard(view),
      ];
    case "stuck":
      return [retry(view), ...rollback(view), ...discard(view)];
    case "signatures":
      return [
        resume(
          "Keep the writes, go forward again",
          "The replacement is opened again and nothing is discarded.",
        ),
        ...discard(view),
      ];
    case "rolling-back":
    case "rejected":
    case "finished":
    case "rolled-back":
    case "closed":
      return [];
  }
}

function approvals(
  { gate, scheduled }: Extract<Phase, { is: "gate" }>,
  view: MigrationView,
): readonly Pressable[] {
  const { name } = view.migration.target;
  const approve: Press = { does: "approve", gate: gate.id, terms: null };
  if (gate.id === cutoverGate) {
    return [
      {
        press: approve,
        label: scheduled ? "Approve with other terms" : "Approve the cutover",
        style: "primary",
        asks: `You sign the terms as they are chosen above. ${name} is interrupted at once, or not before the time that is chosen. Rollback needs no further approval.`,
        confirm: "Sign and approve",
      },
    ];
  }
  switch (purposeOf(view.migration)) {
    case "rehearsal":
      return [rehearsalApproval(gate, approve, name)];
    case "backup":
      return [backupApproval(approve, view)];
    case "decommission":
      return [deletionApproval(approve, view)];
  }
  if (gate.id === openGate) {
    return [
      {
        press: approve,
        label: `Open ${name}`,
        style: "primary",
        asks: "Clients will write to the replacement. From then on going back discards what they have written.",
        confirm: "Open",
      },
    ];
  }
  return [
    {
      press: approve,
      label: gate.id === "begin" ? "Approve the plan" : "Approve",
      style: "primary",
      asks:
        gate.id === "begin"
          ? `What is needed beside ${name} is created. Nothing interrupts it before the cutover, which is approved separately.`
          : `The steps of ${name} up to the next approval are carried out.`,
      confirm: "Approve",
    },
  ];
}

function rehearsalApproval({ id }: PlannedStep, press: Press, name: string): Pressable {
  if (id === "begin") {
    return {
      press,
      label: "Approve the rehearsal",
      style: "primary",
      asks: `A copy is made beside ${name}, behind the fence, and measured. Nothing interrupts ${name}.`,
      confirm: "Approve",
    };
  }
  return {
    press,
    label: "Take it down",
    style: "danger",
    asks: `The copy of ${name} and the snapshots of the rehearsal are deleted, and nothing else.`,
    confirm: "Delete them",
  };
}

function reject(gate: PlannedStep, view: MigrationView): Pressable {
  const { migration, plan, rollbackPrice } = view;
  if (purposeOf(migration) === "decommission") return keep(gate, view);
  const undoes = hasSomethingToUndo(migration, plan);
  return {
    press: { does: "reject", gate: gate.id },
    label: undoes ? "Reject and roll back" : "Reject",
    asks: undoes
      ? `What it has made so far is undone, which takes about ${sayDuration(rollbackPrice)} and loses 0 writes.`
      : "The migration ends. Nothing has been created yet.",
    confirm: "Reject",
  };
}

function rollback(view: MigrationView): readonly Pressable[] {
  const { migration, plan, rollbackPrice } = view;
  if (migration.direction === "back" || !hasSomethingToUndo(migration, plan)) return [];
  if (!movesOrTries(migration)) return callOff(view);
  const price = `It takes about ${sayDuration(rollbackPrice)}`;
  if (isRehearsal(migration)) {
    return [
      {
        press: { does: "rollback" },
        label: "Call it off",
        style: "danger",
        asks: `${price}. Everything that the rehearsal has made is deleted; ${migration.target.name} serves as before.`,
        confirm: "Call it off",
      },
    ];
  }
  return [
    {
      press: { does: "rollback" },
      label: mayHoldWrites(migration, plan)
        ? "Roll back…"
        : `Roll back (about ${sayDuration(rollbackPrice)})`,
      style: "danger",
      asks: mayHoldWrites(migration, plan)
        ? `${price}. The writes since opening are counted first; if there are any, two people must have signed that they are discarded.`
        : `${price} and loses 0 writes. The source answers under its name again.`,
      confirm: "Roll back",
    },
  ];
}

function pause({ migration }: MigrationView): Pressable {
  return {
    press: { does: "pause" },
    label: "Pause",
    asks: `What has been started for ${subjectName(migration)} goes on; no further step starts.`,
    confirm: "Pause",
  };
}

function resume(label: string, asks: string): Pressable {
  return { press: { does: "resume" }, label, style: "primary", asks, confirm: "Go on" };
}

function retry(view: MigrationView): Pressable {
  return {
    press: { does: "retry" },
    label: "Retry",
    style: "primary",
    asks: inDowntime(view.migration)
      ? "The same step is looked at again, inside the downtime."
      : "The same step is looked at again.",
    confirm: "Retry",
  };
}

/** Signed before the rollback or while it waits; without writes nobody need sign, but only the count knows. */
function discard({ migration, plan }: MigrationView): readonly Pressable[] {
  if (!mayHoldWrites(migration, plan)) return [];
  return [
    {
      press: { does: "discard" },
      label: "Sign: discard the writes",
      style: "danger",
      asks: `A rollback loses what clients have written to ${migration.target.name} since it was opened. Two people must sign that before it goes through.`,
      confirm: "Sign",
    },
  ];
}

function button(of: Pressable, { migration }: MigrationView): Button {
  const confirm: ConfirmationDialog = {
    title: plain(of.label, limits.confirmTitle),
    text: plain(of.asks, limits.confirmText),
    confirm: plain(of.confirm, limits.confirmButton),
    deny: plain("Not now", limits.confirmButton),
    ...(of.style && { style: of.style }),
  };
  return {
    type: "button",
    action_id: actionIdOf(of.press),
    text: plain(of.label, limits.buttonText),
    value: encode({
      database: databaseKey(migration.target),
      migration: migration.id,
      planHash: migration.planHash,
      press: of.press,
    }),
    ...(of.style && { style: of.style }),
    confirm,
  };
}
