import type { AftercareLook } from "./aftercare.ts";
import type { Approval, Person } from "./approval.ts";
import type { Budget, BudgetCall } from "./budget.ts";
import type { Sighting } from "./database.ts";
import type { Finding } from "./finding.ts";
import type { Migration } from "./migration.ts";
import type { Note } from "./note.ts";
import type { Problem } from "./problem.ts";
import type { Effect, StepResult } from "./step.ts";
import type { Duration, Instant } from "./time.ts";

export interface WayFacts {
  readonly key: string;
  readonly title: Note;
  readonly effect: Effect;
  readonly isGate: boolean;
  readonly canRun: boolean;
  /** The gate that covers it, and whether anything it covers has begun. */
  readonly gate: string | null;
  readonly gateInUse: boolean;
  readonly settle: Duration;
  readonly repeats: boolean;
  /** Null for gates: people take their time. */
  readonly deadline: Duration | null;
  readonly downtime: "begins" | "ends" | null;
  /** On the way back: when the step that is being undone was last run without being seen done. */
  readonly unsettledUntil: Instant | null;
  /** What the journal says when it is done, beside that it is. */
  readonly tells: Note | null;
}

export type Event =
  | { readonly type: "checked"; readonly way: WayFacts; readonly result: StepResult<Record<string, unknown>> }
  /** A run that certainly had no effect: the service put it off. */
  | { readonly type: "put-off"; readonly way: WayFacts; readonly because: Note }
  | { readonly type: "blocked"; readonly problem: Problem }
  | { readonly type: "sighted"; readonly endpoint: "writer" | "reader"; readonly sighting: Sighting }
  | { readonly type: "course-ended" }
  /** Of a migration that has ended. */
  | { readonly type: "looked-after"; readonly look: AftercareLook }
  | { readonly type: "approved"; readonly approval: Approval }
  | {
      readonly type: "rejected";
      readonly gate: string;
      readonly person: Person;
      readonly begun: boolean;
      readonly price: Duration;
    }
  | {
      readonly type: "replanned";
      readonly planHash: string;
      readonly pinned: Migration["pinned"];
      readonly expected: Migration["expected"];
      readonly findings: readonly Finding[];
      readonly gates: readonly string[];
      readonly differences: string;
    }
  | { readonly type: "found"; readonly findings: readonly Finding[] }
  | { readonly type: "rollback"; readonly person: Person; readonly begun: boolean; readonly price: Duration }
  /** What the terms of the cutover call for, now that its forecast passes what was signed. */
  | { readonly type: "budget"; readonly call: BudgetCall; readonly budget: Budget }
  | { readonly type: "forward-again"; readonly person: Person; readonly reopen: string }
  | { readonly type: "closed"; readonly person: Person }
  | { readonly type: "pause" | "resume" | "retry"; readonly person: Person; readonly key: string | null };

export type Action = { readonly kind: "run"; readonly key: string };
