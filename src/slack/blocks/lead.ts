import { type Approval, cutoverGate, openGate } from "../../core/approval.ts";
import { bar, budgetOf, mayStillFit } from "../../core/budget.ts";
import { sayDowntimeEstimate } from "../../core/estimate.ts";
import { gateName, ifLate, termsNote } from "../../core/gate-names.ts";
import type { Migration, StepRecord } from "../../core/migration.ts";
import { plain, sayDuration } from "../../core/note.ts";
import {
  currentStep,
  isDone,
  isGoingOn,
  mayHoldWrites,
  type Phase,
  remainsToDo,
  servingOf,
  signers,
} from "../../core/phase.ts";
import { expectedDowntime, type Plan } from "../../core/plan.ts";
import { movesOrTries, purposeOf } from "../../core/purpose.ts";
import { say } from "../../core/sentences.ts";
import type { Instant } from "../../core/time.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { code, escaped, mention, mrkdwn, sayInstant } from "../text.ts";
import { backupLead, backupTitle, deletionLead, deletionTitle, served } from "./afterwards.ts";
import { concernLines, restorableIn } from "./kept.ts";
import { keyName } from "./key.ts";
import { problemLines } from "./problem.ts";
import { rehearsalLead, rehearsalTitle } from "./rehearsal.ts";
import { backSteps } from "./steps.ts";
import { claimsOf } from "./summary.ts";

/** The state in a few words: the heading of the root message, and the beginning of its one-sentence text. */
export function titleOf(phase: Phase, view: MigrationView): string {
  switch (purposeOf(view.migration)) {
    case "move":
      return moveTitle(phase, view);
    case "rehearsal":
      return rehearsalTitle(phase, view.migration.target.name);
    case "backup":
      return backupTitle(phase, view);
    case "decommission":
      return deletionTitle(phase, view);
  }
}

function moveTitle(phase: Phase, { migration, plan }: MigrationView): string {
  const { name } = migration.target;
  switch (phase.is) {
    case "gate":
      return phase.scheduled
        ? `${name}: ${gateName(phase.gate.id)} is approved for later`
        : `${name}: ${gateName(phase.gate.id)} waits for approval`;
    case "running":
      return mayHoldWrites(migration, plan)
        ? `${name}: open; ${say(remainsToDo(migration, plan), plain)}`
        : `${name}: being prepared, serving as before`;
    case "downtime":
      return `${name}: in its downtime`;
    case "stuck":
      return migration.direction === "back" ? `${name}: stuck on its way back` : `${name}: stuck`;
    case "signatures":
      return `${name}: going back would discard writes`;
    case "paused":
      return `${name}: paused`;
    case "rolling-back":
      return `${name}: rolling back`;
    case "rejected":
      return `${name}: rejected`;
    case "finished":
      return migration.aftercare?.concerns.length
        ? `${name}: under the new key, and something is not as it should be`
        : `${name}: under the new key`;
    case "rolled-back":
      return `${name}: rolled back`;
    case "closed":
      return `${name}: closed by hand`;
  }
}

/** What is happening and who acts next, in mrkdwn. The first line stands alone: it is also the notification. */
export function leadOf(phase: Phase, view: MigrationView, approvers: string): string {
  const { migration, plan } = view;
  const own = ownLead(phase, view, approvers);
  if (own) return own;
  const name = escaped(migration.target.name);
  switch (phase.is) {
    case "gate":
      return phase.scheduled
        ? scheduledLead(phase.scheduled, view)
        : gateLead(phase.gate.id, view, approvers);
    case "running":
    case "downtime":
      return currentLead(view);
    case "paused":
      return [`No further step of ${name} starts until somebody resumes it.`, serving(view)].join("\n");
    case "stuck":
      return [
        `${name} needs a human: ${migration.direction === "back" ? "the way back" : "the migration"} has stopped and does not go on by itself.`,
        serving(view),
        ...(phase.problem ? problemLines(phase.problem) : []),
      ].join("\n");
    case "signatures":
      return [
        `Rolling ${name} back would discard ${escaped(phase.writes)} writes that clients have made since it was opened.`,
        serving(view),
        `${signed(migration)} Or go forward again: the replacement is opened once more, and nothing is lost.`,
      ].join("\n");
    case "rolling-back":
      return rollbackLead(view);
    case "rejected":
      return `${name} is not moved. Nothing was created and nothing was changed.`;
    case "finished":
      return [
        `${name} is under ${keyName(plan.keyArn, plan.target)}${restorableIn(view)}${downtimeTook(migration)}.`,
        serving(view),
        ...concernLines(view),
      ].join("\n");
    case "rolled-back":
      return `The source answers as ${name} again, unfenced. ${lostWrites(migration)}`;
    case "closed":
      return `People brought the migration of ${name} to its end by hand. The bot has let go of it and vouches for nothing of it.`;
  }
}

/** What is said otherwise than of a move. */
function ownLead(phase: Phase, view: MigrationView, approvers: string): string | undefined {
  switch (purposeOf(view.migration)) {
    case "move":
      return undefined;
    case "rehearsal":
      return rehearsalLead(phase, view, approvers);
    case "backup":
      return backupLead(phase, view, approvers);
    case "decommission":
      return deletionLead(phase, view, approvers);
  }
}

function gateLead(gate: string, view: MigrationView, approvers: string): string {
  const { migration, plan } = view;
  const name = escaped(migration.target.name);
  const asked = `${mention(migration.requester)} asked for this; somebody else must approve: ${approvers}.`;
  if (gate === "begin") {
    return [`*Move ${name} to another key?* Nothing has been created or changed yet.`, asked].join("\n");
  }
  if (gate === cutoverGate) {
    return [
      `*Approve the cutover of ${name}?* Everything is prepared; ${name} serves as before until then.`,
      asked,
      "Whoever approves signs what is chosen below:",
      `• the longest downtime; the plan proposes ${sayDuration(plan.longestDowntime)} and expects ${sayExpectedDowntime(plan)}`,
      "• whether it opens by itself when every check passes, or asks again inside the downtime",
      "• what is done where it turns out to take longer and going back still fits",
      "• a time before which nothing is interrupted; without one it begins at once",
      "Rolling back needs no further approval.",
    ].join("\n");
  }
  if (gate === openGate) {
    return [
      `*Every check passed. Open ${name}?* It is still fenced, and its downtime goes on until somebody opens it.`,
      "After opening, going back discards what clients have written since.",
    ].join("\n");
  }
  return [`*${name} waits for approval.*`, asked].join("\n");
}

function scheduledLead({ person, terms }: Approval, { migration }: MigrationView): string {
  const name = escaped(migration.target.name);
  const begins =
    terms?.notBefore == null
      ? `The cutover of ${name} is approved.`
      : `*The cutover of ${name} begins at ${sayInstant(terms.notBefore)}, or within a minute after.* ${name} serves as before until then.`;
  return [
    begins,
    ...(terms ? [`${escaped(person.name)} signed ${say(termsNote(terms), mrkdwn)}.`] : []),
    "Until then another approval takes its place (to begin now, with a time in a minute or two), and rejecting it ends it.",
  ].join("\n");
}

function currentLead(view: MigrationView): string {
  const { migration, plan } = view;
  const current = currentStep(migration, plan);
  if (!current) return `Every step of ${escaped(migration.target.name)} is done.`;
  const record = migration.steps[current.id];
  const progress = record?.progress != null ? ` (${record.progress} %)` : "";
  const number = plan.steps.indexOf(current) + 1;
  return [
    `Step ${number} of ${plan.steps.length}: ${say(current.title, mrkdwn)}${progress}.`,
    ...waits(record),
    serving(view),
    ...(signers(migration).length > 0 ? [signed(migration)] : []),
  ].join("\n");
}

function waits(record: StepRecord | undefined): readonly string[] {
  return record?.waitingFor ? [`It waits for ${say(record.waitingFor, mrkdwn)}.`] : [];
}

function rollbackLead(view: MigrationView): string {
  const { migration, plan } = view;
  const steps = backSteps(migration, plan);
  const done = steps.filter(({ record }) => isDone(record)).length;
  return [
    `${escaped(migration.target.name)} goes back to the source: ${done} of ${steps.length} steps done.`,
    ...waits(steps.find(({ record }) => !isDone(record))?.record),
    serving(view),
    ...(migration.rollback
      ? [
          `Begun ${sayInstant(migration.rollback.at)}; expected to take ${sayDuration(migration.rollback.price)}.`,
        ]
      : []),
  ].join("\n");
}

function signed(migration: Migration): string {
  const names = signers(migration).map(escaped);
  return names.length === 0
    ? "Nobody has signed so far that the writes are discarded; two people must."
    : `Signed by ${names.join(", ")} that the writes since opening are discarded; two people must.`;
}

/** Before opening, nobody could write to what a rollback puts aside. */
function lostWrites(migration: Migration): string {
  const discarded = claimsOf(migration).find(({ code: of }) => of === "saw.discard-signed");
  return `${discarded ? say(discarded, mrkdwn) : "No write was lost"}.`;
}

function downtimeTook({ downtimeBegan, downtimeEnded }: Migration): string {
  if (downtimeBegan === null || downtimeEnded === null) return "";
  return `; the downtime was ${sayDuration(downtimeEnded - downtimeBegan)}`;
}

/** With a warning for an approver where the plan is expected to take longer than what would be approved. */
export function sayExpectedDowntime(plan: Plan): string {
  const isLonger = expectedDowntime(plan.steps) > plan.longestDowntime;
  return `${sayDowntimeEstimate(plan.steps, sayDuration)}${isLonger ? " :warning: longer than the longest" : ""}`;
}

/** Whether clients are served, and by what: the first question of whoever is woken. */
export function serving(view: MigrationView): string {
  const { migration, plan } = view;
  if (!movesOrTries(migration)) return served(view);
  const name = escaped(migration.target.name);
  const state = servingOf(migration, plan);
  switch (state.by) {
    case "source":
      return `${name} serves as before, from the source.`;
    case "replacement":
      return `${name} serves from the replacement, since ${sayInstant(state.since)}.`;
    case "nobody":
      return `${name} is *not serving* :no_entry: It has been fenced since ${sayInstant(state.since)}; the source is intact.`;
  }
}

/** What of the signed downtime is used and left, and what is expected; empty outside of it. */
export function downtimeFields(phase: Phase, view: MigrationView): readonly (readonly [string, string])[] {
  const { migration, plan } = view;
  const isOpening = mayHoldWrites(migration, plan);
  const budget = budgetOf(migration, { ...view, waitsForPeople: !isGoingOn(phase), isOpening });
  if (!budget) return [];
  const { used, left, longest, signer, whenLate, forecast, backUntil } = budget;
  const rest = left < 0 ? `:warning: ${sayDuration(-left)} past it` : `${sayDuration(left)} left`;
  const late = forecast !== null && forecast > longest ? " :warning: longer than signed" : "";
  return [
    [`Downtime so far: ${sayDuration(used)}`, `${code(bar(budget))} ${rest}`],
    ["Longest signed", `${sayDuration(longest)}, by ${escaped(signer.name)}; ${ifLate(whenLate)}`],
    [
      "Expected to end",
      forecast === null
        ? "not before somebody acts"
        : `in about ${sayDuration(forecast - used)}, after ${sayDuration(forecast)} in all${late}`,
    ],
    ...(mayStillFit(budget, migration) ? [["Going back fits", fits(backUntil, view.now)] as const] : []),
  ];
}

function fits(until: Instant, now: Instant): string {
  return until < now ? "no longer" : `if begun until ${sayInstant(until)}`;
}
