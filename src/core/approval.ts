import * as z from "zod";
import type { Migration } from "./migration.ts";
import { type Problem, problem } from "./problem.ts";
import { type Terms, terms } from "./terms.ts";
import { type Duration, hours, type Instant, minutes } from "./time.ts";

/** The gate whose approval signs the terms. */
export const cutoverGate = "cutover";
/** Passed at once where those terms say so. */
export const openGate = "open-gate";
/** No step: two people sign under it that the writes since opening are discarded, or it does not happen. */
export const discardGate = "discard-writes";

/** A human being, however many accounts they have: `id` is what two accounts of one person share. */
export const person = z.object({ id: z.string(), user: z.string(), name: z.string() });
export type Person = z.infer<typeof person>;

export const approval = z.object({
  gate: z.string(),
  planHash: z.string(),
  person,
  at: z.number(),
  /** Until then the first step that it covers must have begun. */
  expiresAt: z.number(),
  terms: z.nullable(terms),
});
export type Approval = z.infer<typeof approval>;

/**
 * Two accounts of one person share the id. The user is looked at as well: whoever comes by another way than Slack has the id
 * that was configured for them, which may not be the one that Slack gives.
 */
export function isSamePerson(one: Person, other: Person): boolean {
  return one.id === other.id || one.user === other.user;
}

/** Who asks for something: what Slack says of them at the time of the click, or the configuration of an operator. */
export interface Clicker {
  readonly person: Person;
  readonly team: string;
  readonly standing: "member" | "guest" | "external" | "bot" | "deactivated";
  /** In the configured list or group of approvers. */
  readonly approver: boolean;
}

export interface Click {
  readonly gate: string;
  readonly planHash: string;
  readonly migration: string;
  readonly clicker: Clicker;
}

/** May this person do anything at all? Guests, bots, external and deactivated people may not. */
export function judgeStanding(clicker: Clicker, homeTeam: string): Problem | undefined {
  if (clicker.team !== homeTeam) return problem("approval.other-workspace", { name: clicker.person.name });
  if (clicker.standing !== "member") {
    return problem("approval.not-a-member", { name: clicker.person.name, standing: clicker.standing });
  }
  return undefined;
}

/**
 * May this click approve? Judged on the server from what is stored and from what Slack says now; nothing in the
 * button is believed but which migration, gate and plan was meant.
 */
export function judgeApproval(click: Click, migration: Migration, homeTeam: string): Problem | undefined {
  const { clicker } = click;
  const standing = judgeStanding(clicker, homeTeam);
  if (standing) return standing;
  if (!clicker.approver) return problem("approval.not-an-approver", { name: clicker.person.name });
  if (isSamePerson(clicker.person, migration.requester)) {
    return problem("approval.own-request", { name: clicker.person.name });
  }
  if (click.migration !== migration.id) return problem("approval.other-migration", {});
  if (click.planHash !== migration.planHash) return problem("approval.stale-plan", {});
  return undefined;
}

const longestOfAll = hours(24);
const furthestAhead = hours(24 * 14);

/**
 * What stands against signing these terms now, if anything. They come from a form that anybody can fill in anyhow, so that
 * nothing is believed of them. `expected` is the downtime that the plan expects.
 */
export function judgeTerms(of: Terms | null, expected: Duration, now: Instant): Problem | undefined {
  if (of === null) return problem("terms.missing", {});
  const { longestDowntime, notBefore, whenLate } = of;
  if (!(longestDowntime >= minutes(1) && longestDowntime <= longestOfAll)) {
    return problem("terms.length", { longest: longestOfAll });
  }
  // It would go back as soon as it was fenced: a downtime for nothing.
  if (whenLate === "roll-back" && expected > longestDowntime) {
    return problem("terms.too-short", { longest: longestDowntime, expected });
  }
  if (notBefore === null) return undefined;
  // A wrong day would otherwise begin the downtime at once.
  if (!(notBefore > now)) return problem("terms.past", { notBefore });
  return notBefore > now + furthestAhead ? problem("terms.too-far", { furthest: furthestAhead }) : undefined;
}

/** Counted from when it may begin: one that was signed in the evening for the night would otherwise be void by then. */
export function expiryOf(notBefore: Instant | null, now: Instant, lifetime: Duration): Instant {
  return (notBefore ?? now) + lifetime;
}

/** The last approval of a gate that covers the plan: a newer one takes the place of those before it. */
export function lastGiven(
  approvals: readonly Approval[],
  gate: string,
  planHash: string,
): Approval | undefined {
  return approvals.findLast((one) => one.gate === gate && one.planHash === planHash);
}

/**
 * The approval that a gate was passed with, expired or not. The opening may have been agreed to with the cutover; then that
 * approval is the one.
 */
export function passedWith(migration: Migration, gate: string): Approval | undefined {
  const given = lastGiven(migration.approvals, gate, migration.planHash);
  if (given || gate !== openGate) return given;
  const cutover = passedWith(migration, cutoverGate);
  return cutover?.terms?.opening === "automatic" ? cutover : undefined;
}
