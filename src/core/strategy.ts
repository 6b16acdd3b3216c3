import type { z } from "zod";
import type { BackupTarget } from "./backup.ts";
import type { ByHand } from "./by-hand.ts";
import type { Cloud, ClusterFacts, InstanceFacts, Target } from "./cloud.ts";
import type { Database, Endpoint } from "./database.ts";
import type { Severity } from "./finding.ts";
import type { Migration } from "./migration.ts";
import type { Names } from "./names.ts";
import type { Note } from "./note.ts";
import type { Problem } from "./problem.ts";
import type { Step, StepContext } from "./step.ts";
import type { Duration, Instant } from "./time.ts";
import type { Transfer } from "./transfer.ts";

/**
 * What is read before anything is planned. `pinned` is covered by the approval: a difference voids it.
 * `observed` may change harmlessly.
 */
export interface Survey<P, O> {
  readonly pinned: P;
  readonly observed: O;
  /** The key that the replacement will be under. */
  readonly keyArn: string;
  readonly remarks: readonly Note[];
}

export interface SurveyContext {
  readonly target: Target;
  /** The key as it was asked for: an ARN, an id or an alias. */
  readonly key: string;
  /** The group that admits only the probe, by VPC. */
  readonly fenceGroups: Readonly<Record<string, string>>;
  readonly names: Names;
  readonly now: Instant;
  /** What would begin now ends every session: what planning only warns of then blocks. */
  readonly interrupts: boolean;
  readonly cloud: Cloud;
  readonly database: Database;
  readonly transfer: Pick<Transfer, "unready">;
  /** Null where none is configured. */
  readonly backup: BackupTarget | null;
  /** How long a source is kept after its migration, in milliseconds. */
  readonly retention: Duration;
  /** What ended last of what was done to this database, the newest first. */
  readonly pasts: readonly Migration[];
}

/** A database for which a way is looked for. */
export type Candidate = {
  /** The strategies of which a rehearsal with the wanted key has held on this database. */
  readonly rehearsed: readonly string[];
} & (
  | { readonly kind: "cluster"; readonly facts: ClusterFacts }
  | {
      readonly kind: "instance";
      readonly facts: InstanceFacts;
      /** Whether AWS encrypts instances of its class. */
      readonly canBeEncrypted: boolean;
    }
);

/**
 * `on request`: it would do, but is not taken unless somebody asks for it. `after rehearsal`: nobody can say before it was
 * tried.
 */
interface Verdict {
  readonly suits: "yes" | "on request" | "after rehearsal" | "no";
  readonly why: Note;
}

/** One purpose each: what must hold, and the problem where it does not. */
export interface Precondition<P, O> {
  readonly claim: Note;
  /** False where the database has nothing to do with it, so that nothing is claimed; true where it is not told. */
  concerns?(survey: Survey<P, O>): boolean;
  /** Blocks where it does not say otherwise. */
  weighs?(cx: SurveyContext): Severity;
  check(survey: Survey<P, O>, cx: SurveyContext): Problem | undefined;
}

/** How a strategy is tried out: with throw-away names and the real key and settings, beside a source that serves. */
interface Rehearsal<P, O, L> {
  readonly title: Note;
  /** What must hold beside the strategy's own conditions. */
  readonly preconditions: readonly Precondition<P, O>[];
  /** What an approver should know of this one, beside what is so of every rehearsal. */
  remarks(pinned: P): readonly Note[];
  /** The strategy's own as far as they go, and at the end what takes everything down again. */
  readonly steps: readonly Step<P, L>[];
  /** By key of the course, of the steps that only the rehearsal has. */
  readonly guides: ByHand<P, L>["guides"];
}

/**
 * A way of doing it: one array of steps, from which the plan message, the execution, the dry run, the rollback and
 * the tests are computed. The parameters default to what the engine can know of any strategy.
 */
export interface Strategy<
  P = Readonly<Record<string, unknown>>,
  O = Readonly<Record<string, unknown>>,
  L = Readonly<Record<string, unknown>>,
> {
  /** Persisted: never renamed, never reused. */
  readonly id: string;
  /** Raised whenever steps change in a way that a stored migration could not go on with. */
  readonly version: number;
  readonly title: Note;
  readonly pinned: z.ZodType<P>;
  readonly observed: z.ZodType<O>;
  readonly learned: z.ZodType<L>;
  survey(cx: SurveyContext): Promise<Survey<P, O> | { problem: Problem }>;
  readonly preconditions: readonly Precondition<P, O>[];
  /** What of the pinned facts differs, for people to read; the migration's own doing is no difference. */
  differences(planned: P, fresh: P): readonly string[];
  /** Where clients find it, before and after. */
  endpoints(pinned: P): { readonly writer: Endpoint; readonly reader: Endpoint | null };
  /**
   * How much clients have written since the opening, which a rollback would discard; null where nobody can say, which
   * counts as some.
   */
  writesSinceOpening(cx: StepContext<P, L>): Promise<number | null>;
  readonly steps: readonly Step<P, L>[];
  /** What people need who carry it on without the bot. */
  readonly byHand: ByHand<P, L>;
  /** The proof, on the way back, that the source answers again. */
  readonly afterRollback: readonly Step<P, L>[];
}

/** A strategy that moves a database to another key: one of several from which the database's own facts choose. */
export interface MoveStrategy<
  P = Readonly<Record<string, unknown>>,
  O = Readonly<Record<string, unknown>>,
  L = Readonly<Record<string, unknown>>,
> extends Strategy<P, O, L> {
  suits(candidate: Candidate): Verdict;
  readonly rehearsal: Rehearsal<P, O, L>;
}
