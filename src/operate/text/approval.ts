import { openGate } from "../../core/approval.ts";
import { sayDowntimeEstimate, sayEstimate } from "../../core/estimate.ts";
import { type Finding, type Severity, severities } from "../../core/finding.ts";
import { gateName, ifLate, openings } from "../../core/gate-names.ts";
import { sourceOf } from "../../core/phase.ts";
import type { PlannedStep } from "../../core/plan.ts";
import { explain } from "../../core/problem.ts";
import { movesOrTries, purposeOf, subjectName } from "../../core/purpose.ts";
import { say } from "../../core/sentences.ts";
import type { Effect } from "../../core/step.ts";
import type { Terms } from "../../core/terms.ts";
import type { MigrationView } from "../../engine/deps.ts";
import { takeOverLines } from "./take-over.ts";
import { asTypedHere, columns, harmless, terminal } from "./terminal.ts";

/** What somebody is about to sign, whole: an approval covers the steps up to the next gate. */
export function approvalText(view: MigrationView, gate: string, terms: Terms | null): string {
  const { migration, plan } = view;
  const { account, region, kind } = plan.target;
  return [
    `Approve ${gateName(gate)} of ${subjectName(view.migration)}?`,
    columns([
      ["Database", `${kind} ${subjectName(view.migration)}, account ${account}, ${region}`],
      ...keysOf(view),
      ["Method", say(plan.strategy.title, terminal)],
      ["Asked for by", harmless(migration.requester.name)],
      ["Plan", plan.hash],
      ...termsOf(view, gate, terms),
    ]),
    "This approval lets these steps begin:",
    ...coveredBy(plan.steps, gate),
    ...(plan.remarks.length + migration.findings.length > 0 ? ["What to know:"] : []),
    ...severities.flatMap((severity) => findingLines(migration.findings, severity)),
    ...plan.remarks.map((remark) => `  - ${say(remark, terminal)}`),
    ...takeOverLines(plan, "before"),
  ].join("\n");
}

function keysOf({ migration, plan }: MigrationView): readonly Row[] {
  const now = sourceOf(plan).keyArn ?? "none";
  if (!movesOrTries(migration)) return [["Key", now]];
  return [
    ["Key now", now],
    ["New key", plan.keyArn],
  ];
}

function findingLines(findings: readonly Finding[], severity: Severity): readonly string[] {
  const mark = severity === "notes" ? "" : "WARNING: ";
  return findings
    .filter((found) => found.severity === severity)
    .map((found) => explain(found, terminal))
    .map(({ why, fix }) => asTypedHere(`  - ${mark}${why}\n    What to do: ${fix}`));
}

type Row = readonly [string, string];

function termsOf({ migration, plan }: MigrationView, gate: string, terms: Terms | null): readonly Row[] {
  switch (purposeOf(migration)) {
    case "rehearsal":
      return [["Downtime", "none: it is only rehearsed, on a copy"]];
    case "backup":
      return [["Downtime", "none: a backup interrupts nobody"]];
    case "decommission":
      return [["Downtime", `none: ${migration.target.name} serves all the while`]];
  }
  if (gate === openGate) {
    return [
      [
        "Opening",
        "clients write to the replacement from then on; going back discards what they have written",
      ],
    ];
  }
  const expected = sayDowntimeEstimate(plan.steps, terminal.duration);
  if (terms === null) {
    const longest = terminal.duration(migration.longestDowntime);
    return [["Downtime", `none yet; of the cutover about ${expected}, at most ${longest} proposed`]];
  }
  const { longestDowntime, opening, whenLate, notBefore } = terms;
  return [
    ["Downtime", `at most ${terminal.duration(longestDowntime)}, expected ${expected}`],
    ["Begins", notBefore === null ? "at once" : `not before ${terminal.instant(notBefore)}`],
    ["Opening", openings[opening]],
    ["If late", ifLate(whenLate)],
    ["Rolling back", "needs no further approval"],
  ];
}

const effects: Readonly<Record<Effect, string>> = {
  reads: "only reads",
  creates: "creates",
  interrupts: "INTERRUPTS",
  destroys: "DESTROYS",
};

function coveredBy(steps: readonly PlannedStep[], gate: string): readonly string[] {
  const from = steps.findIndex(({ id }) => id === gate) + 1;
  const next = steps.findIndex((step, index) => index >= from && step.gate && step.skipped === null);
  const covered = steps.slice(from, next < 0 ? steps.length : next);
  return covered
    .map((step, index) => ({ step, number: from + index + 1 }))
    .filter(({ step }) => step.skipped === null)
    .map(
      ({ step, number }) =>
        `  ${String(number).padStart(2)}. ${say(step.title, terminal)} (${traits(step).join("; ")})`,
    );
}

function traits(step: PlannedStep): readonly string[] {
  return [
    effects[step.effect],
    sayEstimate(step, terminal.duration),
    ...(step.effect === "reads" || step.undo ? [] : [keptBy(step)]),
    ...(step.downtime === null ? [] : [`the downtime ${step.downtime}`]),
  ];
}

function keptBy({ keeps }: PlannedStep): string {
  return keeps ? `not undone: ${say(keeps, terminal)}` : "CANNOT BE UNDONE";
}

/** What somebody signs who agrees that a rollback discards the writes since the opening. */
export function discardText({ migration }: MigrationView): string {
  const { name } = migration.target;
  return [
    `Sign that a rollback of ${name} may discard every write that clients have made since it was opened?`,
    columns([
      [
        "Opened",
        migration.downtimeEnded === null ? "it is being opened" : terminal.instant(migration.downtimeEnded),
      ],
      ["Plan", migration.planHash],
    ]),
    `Two approvers must sign. The rollback itself is asked for with: npm run operate -- rollback ${name}`,
  ].join("\n");
}
