import { digest } from "../../core/hash.ts";
import { inDowntime, isEnded } from "../../core/migration.ts";
import { sayDuration } from "../../core/note.ts";
import { expectedDowntime, type Plan } from "../../core/plan.ts";
import { say } from "../../core/sentences.ts";
import { minutes } from "../../core/time.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { type Phase, phaseOf } from "../phase.ts";
import { code, escaped, mention, mrkdwn, sayMinute } from "../text.ts";
import { downtimeFields, leadOf, titleOf } from "./lead.ts";
import { actions, context, fields, header, listing, type Message, message, section } from "./message.ts";
import { buttonsFor } from "./press-buttons.ts";
import { backLines, forwardLines } from "./steps.ts";
import { summaryBlocks } from "./summary.ts";

const stepSections = 6;

/** The one message of a migration that is edited in place. */
export function rootMessage(view: MigrationView): Message {
  const phase = phaseOf(view.migration, view.plan);
  const shown = body(phase, view);
  return message(shown.text, shown.blocks, [...actions(buttonsFor(phase, view)), footer(view)]);
}

/** The same without buttons, for somebody who asked how it stands. */
export function statusMessage(view: MigrationView): Message {
  const shown = body(phaseOf(view.migration, view.plan), view);
  return message(shown.text, shown.blocks, [footer(view)]);
}

/**
 * A hash of the root message. What moves with every look (the time, forecasts) counts only by the minute: an unchanged
 * poll edits nothing, and a heartbeat that has stopped still shows within a minute.
 */
export function rootHash(view: MigrationView): string {
  const now = Math.floor(view.now / minutes(1)) * minutes(1);
  return digest(rootMessage({ ...view, now, remaining: 0, rollbackPrice: 0 }));
}

function body(phase: Phase, view: MigrationView): Message {
  const { migration, plan } = view;
  const title = titleOf(phase, view);
  const lead = leadOf(phase, view);
  const facts = [...downtimeFields(view), ...factsOf(phase, view)];
  const lines = migration.direction === "back" ? backLines(migration, plan) : forwardLines(migration, plan);
  const remarks = phase.is === "gate" ? remarkBlocks(plan) : [];
  return {
    text: `${escaped(title)}. ${lead.split("\n")[0] ?? ""}`,
    blocks: [
      header(title),
      section(lead),
      ...(facts.length > 0 ? [fields(facts)] : []),
      ...summaryBlocks(view),
      ...listing(lines, stepSections),
      ...remarks,
    ],
  };
}

/** What an approver looks for first; once it is under way, only what can still change. */
function factsOf(phase: Phase, view: MigrationView): readonly (readonly [string, string])[] {
  const { migration, plan, rollbackPrice, remaining } = view;
  if (phase.is === "gate" && migration.downtimeBegan === null) return planFacts(plan);
  if (isEnded(migration)) return [];
  return [
    ...(migration.direction === "forward" && migration.downtimeEnded === null
      ? [["Rolling back now", `takes about ${sayDuration(rollbackPrice)}, loses 0 writes`] as const]
      : []),
    ...(migration.direction === "forward" && migration.downtimeEnded !== null
      ? [
          [
            "Rolling back now",
            `takes about ${sayDuration(rollbackPrice)}, and discards what clients have written`,
          ] as const,
        ]
      : []),
    ...(inDowntime(migration) || migration.status !== "open"
      ? []
      : [["Left", `about ${sayDuration(remaining)}, without waiting for approvals`] as const]),
  ];
}

/** The facts of a plan as fields. */
export function planFacts(plan: Plan): readonly (readonly [string, string])[] {
  const { account, region, kind, name } = plan.target;
  const total = plan.steps.reduce((sum, step) => sum + (step.skipped ? 0 : step.expect), 0);
  return [
    ["Database", `${code(name)} (${kind})`],
    ["Account and Region", `${escaped(account)}, ${escaped(region)}`],
    ["New key", code(plan.keyArn)],
    ["Way", say(plan.strategy.title, mrkdwn)],
    [
      "Expected downtime",
      `${sayDuration(expectedDowntime(plan.steps))}, at most ${sayDuration(plan.longestDowntime)}`,
    ],
    ["Expected in all", sayDuration(total)],
  ];
}

/** What was checked and held, and what an approver should know. */
export function remarkBlocks(plan: Plan): ReturnType<typeof listing> {
  const lines = [
    ...(plan.remarks.length > 0 ? ["*What to know*"] : []),
    ...plan.remarks.map((remark) => `• ${say(remark, mrkdwn)}`),
    ...(plan.checks.length > 0
      ? [`*Checked, and again at every approval* (${plan.checks.length} held)`]
      : []),
    ...plan.checks.map((check) => `• ${say(check, mrkdwn)}`),
  ];
  return listing(lines, 3);
}

function footer({ migration, plan, now }: MigrationView) {
  const times = isEnded(migration)
    ? `Ended ${sayMinute(migration.endedAt ?? now)}`
    : `Updated ${sayMinute(now)} · looks again ${inDowntime(migration) ? "every few seconds" : "within a minute"}`;
  return context([
    `Migration ${code(migration.id)} · plan ${code(plan.hash.slice(0, 8))} · asked for by ${mention(migration.requester)}`,
    times,
  ]);
}
