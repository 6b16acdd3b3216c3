import type { KnownBlock } from "@slack/types";
import { isBeyondReturn } from "../../core/course.ts";
import { inWords } from "../../core/gate-names.ts";
import type { JournalEntry, Migration } from "../../core/migration.ts";
import { plain, sayDuration } from "../../core/note.ts";
import { type Explanation, explain, type Problem } from "../../core/problem.ts";
import { type Purpose, purposeOf, subjectName } from "../../core/purpose.ts";
import { say } from "../../core/sentences.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { code, mention, mrkdwn, sayInstant } from "../text.ts";
import { evidenceBlocks } from "./evidence.ts";
import { serving } from "./lead.ts";
import { context, type Message, message, section } from "./message.ts";
import { explanation, refusalLines } from "./problem.ts";
import { whoIs } from "./summary.ts";
import { takeOverBlocks } from "./take-over.ts";

/** Events that the root message shows well enough. */
const quiet: ReadonlySet<string> = new Set([
  "event.created",
  "event.rehearsal-created",
  "event.backup-created",
  "event.decommission-created",
  "event.begun",
]);

/** Sent to the channel as well: it must not be missed by somebody who does not follow the thread. */
const broadcast: ReadonlySet<string> = new Set([
  "event.rehearsed",
  "event.backed-up",
  "event.decommissioned",
  "event.stuck",
  "event.finished",
  "event.rolled-back",
  "event.rollback-signed",
  "event.rollback-signed-waiting",
  // Weeks later nobody has the thread before them.
  "event.concern",
  "event.retention-over",
  "event.kept-gone-early",
]);

/** Need the approvers, whom no edit of the root message would reach. */
const asksApprovers: ReadonlySet<string> = new Set([
  "event.approval-expired",
  "event.approval-needed",
  "event.budget-offer",
  "event.budget-offer-waiting",
  "event.budget-forward",
  "event.budget-back",
  "event.budget-waiting",
  "event.budget-opening",
  "event.budget-opening-waiting",
  "event.plan-changed",
  "event.warning",
]);

/** True if an entry of the journal is worth a message in the thread. */
export function speaksOf({ what }: JournalEntry): boolean {
  return what.code.startsWith("event.") && !quiet.has(what.code);
}

export function isBroadcast({ what }: JournalEntry): boolean {
  return broadcast.has(what.code);
}

/** One entry of the journal as a message in the thread. `approvers` is a mention of them. */
export function replyMessage(entry: JournalEntry, view: MigrationView, approvers: string): Message {
  const said = linesOf(entry, view);
  if (asksApprovers.has(entry.what.code))
    said.push(`${approvers}: the buttons are on the thread's first message.`);
  return message(
    said.slice(0, 2).join(" "),
    [section(said.join("\n")), ...evidenceBlocks(entry, view), ...dueBlocks(entry, view)],
    [context([`${sayInstant(entry.at)} · migration ${code(view.migration.id)} · entry ${entry.seq}`])],
  );
}

function linesOf(entry: JournalEntry, view: MigrationView): string[] {
  switch (entry.what.code) {
    case "event.stuck":
      return stuckLines(entry, view);
    case "event.concern":
      return [...refusalLines(explained(entry, view.migration.aftercare?.concerns ?? []))];
    default:
      return [sentence(entry, view)];
  }
}

function dueBlocks({ what }: JournalEntry, { plan }: MigrationView): readonly KnownBlock[] {
  return what.code === "event.take-over" ? takeOverBlocks(plan, "after") : [];
}

function sentence({ what, at }: JournalEntry, view: MigrationView): string {
  const spoken = say(inWords(what), mrkdwn);
  const { sight } = what.params;
  // The journal holds the resource id, whose meaning depends on the migration.
  if (what.code !== "event.answers" || typeof sight !== "string") return spoken;
  return spoken.replace(mrkdwn.text(sight), whoIs(sight, at, view));
}

const stuckSubject: Readonly<Record<Purpose, string>> = {
  move: "",
  rehearsal: "The rehearsal of ",
  backup: "The backup of ",
  decommission: "The deletion of ",
};

/** Whoever is woken asks: is it serving, why, and what can I do? */
function stuckLines(entry: JournalEntry, view: MigrationView): string[] {
  const { migration } = view;
  return [
    `${mention(migration.requester)} ${stuckSubject[purposeOf(migration)]}${mrkdwn.text(subjectName(migration))} is stuck and needs a human.`,
    serving(view),
    ...whyLines(entry, migration),
    ...(migration.direction === "forward" ? [wayBack(view)] : []),
  ];
}

function wayBack({ migration, plan, rollbackPrice }: MigrationView): string {
  const buttons = "The buttons are on the thread's first message.";
  if (isBeyondReturn(plan, migration)) return `What is deleted does not come back. ${buttons}`;
  const going = purposeOf(migration) === "move" ? "Rolling back" : "Calling it off";
  return `${going} would take about ${sayDuration(rollbackPrice)}. ${buttons}`;
}

function whyLines(entry: JournalEntry, { problem }: Migration): readonly string[] {
  const { why, fix } = explained(entry, problem ? [problem] : []);
  return explanation(why, fix);
}

/** The journal holds the sentences as plain text. The problem itself reads better, if it is still one of those that there are. */
function explained({ what }: JournalEntry, now: readonly Problem[]): Explanation {
  const { why = "", fix = "" } = what.params;
  const same = now.find((one) => explain(one, plain).why === why);
  return same ? explain(same, mrkdwn) : { why: mrkdwn.text(String(why)), fix: mrkdwn.text(String(fix)) };
}
