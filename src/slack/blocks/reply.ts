import { inWords } from "../../core/gate-names.ts";
import type { JournalEntry, Migration } from "../../core/migration.ts";
import { plain, sayDuration } from "../../core/note.ts";
import { explain } from "../../core/problem.ts";
import { isRehearsal } from "../../core/rehearsal.ts";
import { say } from "../../core/sentences.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { code, mention, mrkdwn, sayInstant } from "../text.ts";
import { evidenceBlocks } from "./evidence.ts";
import { serving } from "./lead.ts";
import { context, type Message, message, section } from "./message.ts";
import { explanation, problemLines } from "./problem.ts";
import { whoIs } from "./summary.ts";

/** Events that the root message shows well enough. */
const quiet: ReadonlySet<string> = new Set(["event.created", "event.rehearsal-created", "event.begun"]);

/** Sent to the channel as well: it must not be missed by somebody who does not follow the thread. */
const broadcast: ReadonlySet<string> = new Set([
  "event.rehearsed",

  "event.stuck",
  "event.finished",
  "event.rolled-back",
  "event.rollback-signed",
  "event.rollback-signed-waiting",
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
  const said = entry.what.code === "event.stuck" ? stuckLines(entry, view) : [sentence(entry, view)];
  if (asksApprovers.has(entry.what.code))
    said.push(`${approvers}: the buttons are on the thread's first message.`);
  return message(
    said.slice(0, 2).join(" "),
    [section(said.join("\n")), ...evidenceBlocks(entry, view)],
    [context([`${sayInstant(entry.at)} · migration ${code(view.migration.id)} · entry ${entry.seq}`])],
  );
}

function sentence({ what, at }: JournalEntry, view: MigrationView): string {
  const spoken = say(inWords(what), mrkdwn);
  const { sight } = what.params;
  // The journal holds the resource id, whose meaning depends on the migration.
  if (what.code !== "event.answers" || typeof sight !== "string") return spoken;
  return spoken.replace(mrkdwn.text(sight), whoIs(sight, at, view));
}

/** Whoever is woken asks: is it serving, why, and what can I do? */
function stuckLines(entry: JournalEntry, view: MigrationView): string[] {
  const { migration, rollbackPrice } = view;
  return [
    `${mention(migration.requester)} ${mrkdwn.text(migration.target.name)} is stuck and needs a human.`,
    serving(view),
    ...whyLines(entry, migration),
    ...(migration.direction === "forward"
      ? [
          `${isRehearsal(migration) ? "Calling it off" : "Rolling back"} would take about ${sayDuration(rollbackPrice)}. The buttons are on the thread's first message.`,
        ]
      : []),
  ];
}

/** The journal holds the sentences as plain text. The problem itself reads better, if it is still the same one. */
function whyLines({ what }: JournalEntry, { problem }: Migration): readonly string[] {
  const { why = "", fix = "" } = what.params;
  if (problem && explain(problem, plain).why === why) return problemLines(problem);
  return explanation(mrkdwn.text(String(why)), mrkdwn.text(String(fix)));
}
