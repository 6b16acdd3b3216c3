import * as z from "zod";
import type { Approval } from "./approval.ts";
import type { Cloud } from "./cloud.ts";
import type { Database } from "./database.ts";
import type { Names } from "./names.ts";
import { type Note, note } from "./note.ts";
import type { Problem } from "./problem.ts";
import { type Duration, type Instant, minutes } from "./time.ts";
import type { Transfer } from "./transfer.ts";

/**
 * The worst that a step can do: look; make something new beside what is there (or change what nobody is
 * served by); touch serving traffic; destroy.
 */
export type Effect = "reads" | "creates" | "interrupts" | "destroys";

/** Persisted in migrations and approvals: never renamed, never reused. */
type StepId = string;

/** An observation that proves a step done: what it shows, what exactly was seen, and which API or probe said so. */
export const evidence = z.object({ claim: note, observed: z.string(), source: z.string() });
export type Evidence = z.infer<typeof evidence>;

export interface StepContext<P, L> {
  readonly pinned: P;
  readonly learned: Readonly<Partial<L>>;
  readonly names: Names;
  readonly now: Instant;
  /** Those that cover the migration's current plan, expired ones included: who asks must look at `expiresAt`. */
  readonly approvals: readonly Approval[];
  /** When this way was last begun; null where it was not, or where somebody has asked for another try since. */
  readonly lastRun: Instant | null;
  readonly cloud: Cloud;
  readonly database: Database;
  readonly transfer: Transfer;
}

/**
 * What a look shows. `todo`: the claim does not hold and `run` may make it so. `waiting`: on its way, or not to
 * be told just now. `done` cannot be built without evidence. `blocked`: only a human can go on from here.
 */
export type StepResult<L> =
  | { readonly status: "todo" }
  | {
      readonly status: "waiting";
      readonly because: Note;
      readonly progress?: number;
      /** Only people can end it: no deadline holds, and no look will show it. */
      readonly forPeople?: true;
    }
  | {
      readonly status: "done";
      readonly evidence: readonly [Evidence, ...Evidence[]];
      readonly learned?: Partial<L>;
    }
  | { readonly status: "blocked"; readonly problem: Problem };

/** A claim about the world and how to make it true. */
export interface Way<P, L> {
  title(cx: { readonly pinned: P; readonly names: Names }): Note;
  /** Planning figure from AWS's pages or field reports; what this migration measured replaces it. */
  readonly expect: Duration;
  /** What the journal says, beside that it is done. */
  tells?(cx: {
    readonly pinned: P;
    readonly learned: Readonly<Partial<L>>;
    readonly names: Names;
  }): Note | undefined;
  check(cx: StepContext<P, L>): Promise<StepResult<L>>;
  /** Starts it. Safe to repeat: whether it took effect is only ever learned from `check`. */
  run?(cx: StepContext<P, L>): Promise<void>;
  /**
   * How long after a run `todo` still means "not visible yet". AWS's look-ups lag behind its changes, so the
   * default is two minutes; SQL answers at once.
   */
  readonly settle?: Duration;
  /** Each run is one more push and not another attempt: only the deadline ends it. */
  readonly repeats?: true;
}

/** AWS's look-ups lag behind its changes; within this time "not there" is no proof. */
const settleByDefault = minutes(2);

export function settleOf({ settle }: { readonly settle?: Duration }): Duration {
  return settle ?? settleByDefault;
}

interface Undo<P, L> extends Way<P, L> {
  /** The way back is the same call the other way round: what the way there took prices it. */
  readonly mirrors?: true;
  /** It ends what is under way, which then need not be waited for. */
  readonly stops?: true;
}

export interface Step<P, L> extends Way<P, L> {
  readonly id: StepId;
  readonly effect: Effect;
  /** Done by approval. A gate covers the steps up to the next one. */
  readonly gate?: true;
  /** The proof that what follows rests on; nothing may be destroyed, and nothing opened, before one. */
  readonly verifies?: true;
  /** The step whose first act begins the downtime, and the one whose end ends it. */
  readonly downtime?: "begins" | "ends";
  /** Once it has begun the plan is carried out as it was approved, whatever changes; a fence has the same effect. */
  readonly settlesPlan?: true;
  /** Look at the endpoints meanwhile: `closely`, several times a second, while one is going or coming; else now and then. */
  readonly watch?: "closely" | "now and then";
  /** Past it the migration is stuck, loudly. */
  readonly deadline?: Duration;
  /** A reason why this database does not need it, or nothing. */
  skip?(pinned: P): Note | undefined;
  readonly undo?: Undo<P, L>;
  /** Why a step that leaves something behind has no way back. */
  readonly keeps?: Note;
}
