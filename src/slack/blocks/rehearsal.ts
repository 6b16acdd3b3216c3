import { gateName } from "../../core/gate-names.ts";
import { tookOf } from "../../core/measure.ts";
import { sayDuration } from "../../core/note.ts";
import type { Phase } from "../../core/phase.ts";
import type { PlannedStep } from "../../core/plan.ts";
import { say } from "../../core/sentences.ts";
import { seconds } from "../../core/time.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { escaped, mention, mrkdwn } from "../text.ts";

/** The state of a rehearsal in a few words, of which none may be taken for the move itself. */
export function rehearsalTitle(phase: Phase, name: string): string {
  return `Rehearsal of ${name}: ${state(phase)}`;
}

function state(phase: Phase): string {
  switch (phase.is) {
    case "gate":
      return `${gateName(phase.gate.id)} waits for approval`;
    case "running":
    case "downtime":
    case "signatures":
      return "under way, nothing is interrupted";
    case "stuck":
      return "stuck";
    case "paused":
      return "paused";
    case "rolling-back":
      return "being called off";
    case "rejected":
      return "rejected";
    case "finished":
      return "held, and taken down";
    case "rolled-back":
      return "called off";
    case "closed":
      return "closed by hand";
  }
}

/** What is said of a rehearsal otherwise than of a move; undefined where both say the same. */
export function rehearsalLead(phase: Phase, view: MigrationView, approvers: string): string | undefined {
  const name = escaped(view.migration.target.name);
  switch (phase.is) {
    case "gate":
      return phase.gate.id === "begin"
        ? beginLead(name, view, approvers)
        : takeDownLead(name, view, approvers);
    case "rejected":
      return `${name} is not rehearsed. Nothing was created and nothing was changed.`;
    case "rolling-back":
      return `What the rehearsal of ${name} has made is being deleted. ${name} serves as before, from the source.`;
    case "finished":
      return `The rehearsal of ${name} held, and everything that it made is gone. ${name} serves as before; its next plan takes its times from here.`;
    case "rolled-back":
      return `The rehearsal of ${name} is called off, and everything that it made is gone. ${name} serves as before.`;
    case "closed":
      return `People ended the rehearsal of ${name} by hand. See whether a copy, a snapshot or a tag is left.`;
    default:
      return undefined;
  }
}

function beginLead(name: string, { migration }: MigrationView, approvers: string): string {
  return [
    `*Rehearse the move of ${name} to another key?* Nothing has been created or changed yet.`,
    `${mention(migration.requester)} asked for this; somebody else must approve: ${approvers}.`,
    `A copy is made beside ${name} and behind the fence. Nothing interrupts ${name}.`,
  ].join("\n");
}

function takeDownLead(name: string, view: MigrationView, approvers: string): string {
  return [
    `*Every check of the rehearsal of ${name} passed. Take it down?* The copy and its snapshots are deleted. Until then they cost as much as ${name}.`,
    `${mention(view.migration.requester)} asked for this; somebody else must approve: ${approvers}.`,
    "What took longest:",
    ...longest(view),
  ].join("\n");
}

/** As many as show where the time of the move itself would go. */
const shown = 6;

function longest({ migration, plan }: MigrationView): readonly string[] {
  const took = plan.steps.flatMap((step) => {
    const duration = step.gate ? undefined : tookOf(migration.steps[step.id]);
    return duration === undefined || duration < seconds(1) ? [] : [{ step, duration }];
  });
  return took
    .sort((a, b) => b.duration - a.duration)
    .slice(0, shown)
    .map(({ step, duration }) => `• ${say(step.title, mrkdwn)}: ${sayDuration(duration)}${against(step)}`);
}

function against({ expect, measured }: PlannedStep): string {
  return ` (${measured === 0 ? "planning figure" : "before"}: ${sayDuration(expect)})`;
}
