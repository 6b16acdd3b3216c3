import { passedWith } from "../../core/approval.ts";
import { hasBegun } from "../../core/course.ts";
import { sayEstimate } from "../../core/estimate.ts";
import type { Migration, StepRecord } from "../../core/migration.ts";
import { sayDuration } from "../../core/note.ts";
import { currentStep, isDone, scheduledAt } from "../../core/phase.ts";
import type { Plan, PlannedStep } from "../../core/plan.ts";
import { say } from "../../core/sentences.ts";
import type { Effect } from "../../core/step.ts";
import { escaped, mrkdwn, sayInstant } from "../text.ts";

const effects: Readonly<Record<Effect, string>> = {
  reads: "only reads",
  creates: "creates",
  interrupts: "*interrupts*",
  destroys: "*destroys*",
};

/** The plan as it stands before anything happens: every step, what it does, how long, and what has no way back. */
export function planLines(plan: Plan): readonly string[] {
  return plan.steps.flatMap((step, index) => withRules(step, numbered(step, index, planned(step))));
}

/** Of a step that this database does not need, its title would speak of what is not there. */
function numbered({ title, skipped }: PlannedStep, index: number, state: string): string {
  const what = skipped ? `_Not needed: ${say(skipped, mrkdwn)}_` : `${say(title, mrkdwn)} — ${state}`;
  return `*${index + 1}.* ${what}`;
}

function planned(step: PlannedStep): string {
  if (step.gate) return "*a second person approves* :raised_hand:";
  return [effects[step.effect], sayEstimate(step, sayDuration), ...wayBack(step)].join(" · ");
}

function wayBack(step: PlannedStep): readonly string[] {
  if (step.effect === "reads" || step.undo) return [];
  return [step.keeps ? `not undone: ${say(step.keeps, mrkdwn)}` : "*cannot be undone*"];
}

/** Where the downtime begins and ends, and the point after which going back costs data. */
function withRules(step: PlannedStep, line: string): readonly string[] {
  if (step.downtime === "begins") return ["─── *the downtime begins* ───", line];
  if (step.downtime === "ends") {
    return [line, "─── *the downtime ends* ─── from here on, going back discards what clients have written"];
  }
  return [line];
}

/** Every step of a migration on its way there, with what became of it. */
export function forwardLines(migration: Migration, plan: Plan): readonly string[] {
  const current = currentStep(migration, plan);
  return plan.steps.flatMap((step, index) => forwardLine(step, index, migration, step === current));
}

/** The step that it is at, the one before it and `ahead` after it; the others in one line each way. */
export function nearLines(migration: Migration, plan: Plan, ahead: number): readonly string[] {
  const current = currentStep(migration, plan);
  const at = current ? plan.steps.indexOf(current) : plan.steps.length;
  const from = Math.max(0, at - 1);
  const to = Math.min(plan.steps.length, at + 1 + ahead);
  const near = plan.steps.slice(from, to);
  return [
    ...inOneLine(0, from, "done :white_check_mark:"),
    ...near.flatMap((step, index) => forwardLine(step, from + index, migration, step === current)),
    ...inOneLine(to, plan.steps.length, "to come"),
  ];
}

function inOneLine(from: number, to: number, state: string): readonly string[] {
  if (from >= to) return [];
  return [`*${to - from === 1 ? to : `${from + 1}–${to}`}.* ${state}`];
}

function forwardLine(
  step: PlannedStep,
  index: number,
  migration: Migration,
  isCurrent: boolean,
): readonly string[] {
  return withRules(step, numbered(step, index, stateOf(step, migration, isCurrent)));
}

function stateOf(step: PlannedStep, migration: Migration, isCurrent: boolean): string {
  const record = migration.steps[step.id];
  if (step.gate) return gateState(step, migration, record, isCurrent);
  if (record && isDone(record)) return `done :white_check_mark: ${took(record)}`;
  if (isCurrent) return [heading(migration), ...doing(record, step.expect)].join(" · ");
  return planned(step);
}

function gateState(
  step: PlannedStep,
  migration: Migration,
  record: StepRecord | undefined,
  isCurrent: boolean,
): string {
  const given = passedWith(migration, step.id);
  if (record && isDone(record)) {
    if (!given) return "agreed with the cutover :white_check_mark:";
    return `approved by ${escaped(given.person.name)}, ${sayInstant(given.at)} :white_check_mark:`;
  }
  if (scheduledAt(migration, step.id)) return "*approved for later* :clock3:";
  return isCurrent && migration.status !== "rejected"
    ? "*waits for approval* :raised_hand:"
    : "to be approved :raised_hand:";
}

function heading(migration: Migration): string {
  if (migration.status === "stuck") return "*stuck* :warning:";
  if (migration.status === "paused") return "*paused* :double_vertical_bar:";
  return "*running* :hourglass_flowing_sand:";
}

/** How far a step is, since when, and how long it should take. */
function doing(record: StepRecord | undefined, expect: number | null): readonly string[] {
  return [
    ...(record?.progress != null ? [`${record.progress} %`] : []),
    ...(record ? [`since ${sayInstant(record.begunAt ?? record.since)}`] : []),
    ...(expect === null ? [] : [`expected to take ${sayDuration(expect)}`]),
  ];
}

function took(record: StepRecord): string {
  return record.doneAt === null ? "" : `in ${sayDuration(record.doneAt - (record.begunAt ?? record.since))}`;
}

interface BackStep {
  readonly title: string;
  readonly record: StepRecord | undefined;
}

/** What is undone, in its order, and the proofs after it. */
export function backSteps(migration: Migration, plan: Plan): readonly BackStep[] {
  const undone = plan.steps
    .filter((step) => step.skipped === null && hasBegun(migration.steps[step.id]))
    .reverse()
    .flatMap((step) =>
      step.undo ? [{ title: say(step.undo, mrkdwn), record: migration.steps[`undo:${step.id}`] }] : [],
    );
  const proofs = Object.entries(migration.steps)
    .filter(([key]) => key.startsWith("after:"))
    .map(([key, record]) => ({ title: proofTitle(key.slice("after:".length), migration), record }));
  return [...undone, ...proofs];
}

/** The plan does not list the proofs of the way back, whose titles take the database's name and nothing else. */
function proofTitle(id: string, migration: Migration): string {
  return say({ code: `step.${id}`, params: { name: migration.target.name } }, mrkdwn);
}

/** Every step of the way back, with what became of it. */
export function backLines(migration: Migration, plan: Plan): readonly string[] {
  const steps = backSteps(migration, plan);
  const current = steps.find(({ record }) => !isDone(record));
  return steps.map(
    (step, index) => `*${index + 1}.* ${step.title} — ${backState(step, migration, step === current)}`,
  );
}

function backState(step: BackStep, migration: Migration, isCurrent: boolean): string {
  if (step.record && isDone(step.record)) return `done :white_check_mark: ${took(step.record)}`;
  return isCurrent ? [heading(migration), ...doing(step.record, null)].join(" · ") : "to do";
}
