import type { Effect } from "./step.ts";
import { type Duration, type Instant, minutes } from "./time.ts";

/** What one look or one act may do to the cloud, on whose word, and until when. */
export type Mandate = { readonly effect: "reads" } | ActMandate;

export interface ActMandate {
  readonly effect: Exclude<Effect, "reads">;
  /** Its id: the snapshots that it may use are those that carry it. */
  readonly migration: string;
  /** `migration.step`: what the cloud's own audit log calls the caller. */
  readonly actor: string;
  /** The Slack user or AWS person whose approval covers it; null for what needs none. */
  readonly approver: string | null;
  /** No change is accepted after it, however late the one who makes it wakes up. */
  readonly until: Instant;
}

/** A change that AWS has accepted, by the id under which AWS's own audit log has it. */
export interface AcceptedRequest {
  readonly operation: string;
  readonly id: string;
}

/** Is told of each change that is accepted, before the call for it returns. */
export type Heard = (request: AcceptedRequest) => void;

const longestAct = minutes(1);

/**
 * How long after it was meant an act may still change something. Once `settle` is over, "nothing has happened" is taken for
 * true and the way back may go on: what is still on its way then must have no effect any more.
 */
export function actLasts(settle: Duration): Duration {
  return Math.min(longestAct, settle);
}
