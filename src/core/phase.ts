import * as z from "zod";
import { type Approval, discardGate, lastGiven } from "./approval.ts";
import { hasBegun } from "./course.ts";
import { inDowntime, type Migration, type StepRecord } from "./migration.ts";
import type { Note } from "./note.ts";
import type { Plan, PlannedStep } from "./plan.ts";
import type { Problem } from "./problem.ts";
import { note } from "./sentences.ts";
import type { Instant } from "./time.ts";

/** What a migration is doing, for people. */
export type Phase =
  /** Waits for somebody to approve this gate, or, approved, for the time before which it is not to begin. */
  | { readonly is: "gate"; readonly gate: PlannedStep; readonly scheduled: Approval | null }
  | { readonly is: "running" }
  | { readonly is: "downtime" }
  | { readonly is: "stuck"; readonly problem: Problem | null }
  /** On the way back: this many writes would be discarded, and two people have not (yet) signed that. */
  | { readonly is: "signatures"; readonly writes: string }
  | { readonly is: "paused" }
  | { readonly is: "rolling-back" }
  | { readonly is: "rejected" }
  | { readonly is: "finished" }
  | { readonly is: "rolled-back" }
  | { readonly is: "closed" };

export function phaseOf(migration: Migration, plan: Plan): Phase {
  const { status, problem } = migration;
  if (status === "stuck") return { is: "stuck", problem };
  if (status !== "open") return { is: status };
  if (migration.direction === "back") {
    const writes = writesToSignFor(migration);
    return writes === undefined ? { is: "rolling-back" } : { is: "signatures", writes };
  }
  const current = currentStep(migration, plan);
  if (current?.gate) return { is: "gate", gate: current, scheduled: scheduledAt(migration, current.id) };
  return inDowntime(migration) ? { is: "downtime" } : { is: "running" };
}

/** By what is stored, not by a clock: until a look has passed the gate, another approval may still take its place. */
export function scheduledAt(migration: Migration, gate: string): Approval | null {
  const given = lastGiven(migration.approvals, gate, migration.planHash);
  const waits = migration.steps[gate]?.waitingFor?.code ?? "wait.not-before";
  return given?.terms?.notBefore != null && waits === "wait.not-before" ? given : null;
}

function writesToSignFor(migration: Migration): string | undefined {
  const waits = Object.values(migration.steps).find(
    ({ doneAt, waitingFor }) => doneAt === null && waitingFor?.code === "wait.discard",
  );
  return waits && String(waits.waitingFor?.params.writes);
}

/** True while the migration goes on by itself; otherwise it waits for somebody, or has ended. */
export function isGoingOn(phase: Phase): boolean {
  return phase.is === "running" || phase.is === "downtime" || phase.is === "rolling-back";
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

/** From its opening on clients may have written to the replacement, and going back would discard that. */
export function mayHoldWrites(migration: Migration, plan: Plan): boolean {
  const opening = plan.steps.find(({ downtime }) => downtime === "ends");
  return opening !== undefined && hasBegun(migration.steps[opening.id]);
}

const remaining = {
  "back-up": note("phase.back-up", {}),
  "copy-backup": note("phase.copy-backup", {}),
  "verify-backup-copy": note("phase.verify-backup-copy", {}),
  "schedule-backups": note("phase.schedule-backups", {}),
  "assign-backups": note("phase.schedule-backups", {}),
} as const;

/** What a move that is open is still about, as a part of a sentence. */
export function remainsToDo(migration: Migration, plan: Plan): Note {
  const id = currentStep(migration, plan)?.id ?? "";
  return Object.hasOwn(remaining, id) ? remaining[id as keyof typeof remaining] : note("phase.finishing", {});
}

/** Which database clients are served by, and since when; `nobody` behind the fence. */
export type Serving =
  | { readonly by: "source" }
  | { readonly by: "replacement" | "nobody"; readonly since: Instant };

export function servingOf(migration: Migration, plan: Plan): Serving {
  const { downtimeBegan, downtimeEnded, steps } = migration;
  if (downtimeBegan === null || migration.status === "rolled-back") return { by: "source" };
  if (migration.direction === "forward") {
    return downtimeEnded === null
      ? { by: "nobody", since: downtimeBegan }
      : { by: "replacement", since: downtimeEnded };
  }
  const undoing = (what: "begins" | "ends") =>
    steps[`undo:${plan.steps.find(({ downtime }) => downtime === what)?.id}`];
  if (isDone(undoing("begins"))) return { by: "source" };
  const closed = undoing("ends");
  if (downtimeEnded !== null && !hasBegun(closed)) return { by: "replacement", since: downtimeEnded };
  return { by: "nobody", since: closed?.begunAt ?? closed?.doneAt ?? downtimeBegan };
}

/** What every strategy pins of its source; null for a field that this one does not. */
export function sourceOf(plan: Pick<Plan, "pinned">): {
  readonly resourceId: string | null;
  readonly keyArn: string | null;
} {
  return pinnedSource.parse(plan.pinned).source;
}

const pinnedSource = z.object({
  source: z
    .object({ resourceId: z.string().nullable().catch(null), keyArn: z.string().nullable().catch(null) })
    .catch({ resourceId: null, keyArn: null }),
});

/** Who has signed that the writes since opening are discarded, once each. */
export function signers(migration: Migration): readonly string[] {
  const people = migration.approvals
    .filter((given) => given.gate === discardGate && given.planHash === migration.planHash)
    .map((given) => given.person.name);
  return [...new Set(people)];
}
