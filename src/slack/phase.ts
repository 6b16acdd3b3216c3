import { hasBegun } from "../core/course.ts";
import { inDowntime, type Migration, type StepRecord } from "../core/migration.ts";
import type { Plan, PlannedStep } from "../core/plan.ts";
import type { Problem } from "../core/problem.ts";

/** What a migration is doing, for people. */
export type Phase =
  /** Waits for somebody to approve this gate. */
  | { readonly is: "gate"; readonly gate: PlannedStep }
  | { readonly is: "running" }
  | { readonly is: "downtime" }
  | { readonly is: "stuck"; readonly problem: Problem | null }
  /** Going back would discard writes, and two people have not (yet) signed that. */
  | { readonly is: "signatures"; readonly problem: Problem }
  | { readonly is: "paused" }
  | { readonly is: "rolling-back" }
  | { readonly is: "rejected" }
  | { readonly is: "finished" }
  | { readonly is: "rolled-back" };

/** The gate of the signatures under "discard the writes made since opening". */
export const discardGate = "discard-writes";

export function phaseOf(migration: Migration, plan: Plan): Phase {
  const { status, problem } = migration;
  if (status === "stuck") {
    return problem?.code === "rollback.writes" ? { is: "signatures", problem } : { is: "stuck", problem };
  }
  if (status !== "open") return { is: status };
  if (migration.direction === "back") return { is: "rolling-back" };
  const current = currentStep(migration, plan);
  if (current?.gate) return { is: "gate", gate: current };
  return inDowntime(migration) ? { is: "downtime" } : { is: "running" };
}

/** The first step that is not done, on the way there. */
export function currentStep(migration: Migration, plan: Plan): PlannedStep | undefined {
  return plan.steps.find((step) => step.skipped === null && !isDone(migration.steps[step.id]));
}

export function isDone(record: StepRecord | undefined): boolean {
  return record !== undefined && record.doneAt !== null;
}

/** Something was made or changed, so that there is something to go back from. */
export function hasSomethingToUndo(migration: Migration, plan: Plan): boolean {
  return plan.steps.some(
    (step) => !step.gate && step.effect !== "reads" && hasBegun(migration.steps[step.id]),
  );
}

/** Clients write to the replacement: going back would discard what they wrote. */
export function isOpened(migration: Migration): boolean {
  return migration.downtimeEnded !== null && migration.direction === "forward";
}

/** Who has signed that the writes since opening are discarded, once each. */
export function signers(migration: Migration): readonly string[] {
  const people = migration.approvals
    .filter((given) => given.gate === discardGate && given.planHash === migration.planHash)
    .map((given) => given.person.name);
  return [...new Set(people)];
}
