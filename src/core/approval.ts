import * as z from "zod";
import type { Migration } from "./migration.ts";
import { type Problem, problem } from "./problem.ts";

/** The gate whose approval signs the terms: the longest downtime, and whether opening is asked for again. */
export const cutoverGate = "cutover";
/** Passed at once where those terms say so. */
export const openGate = "open-gate";
/** No step: two people sign under it that the writes since opening are discarded, or it does not happen. */
export const discardGate = "discard-writes";

/** What an approver of the cutover signs beside the plan. Rollback needs no further approval. */
const terms = z.object({
  /** Milliseconds from fence to open that the approver accepts. */
  longestDowntime: z.number(),
  /** Open when every check passes, or ask again. */
  opening: z.enum(["automatic", "ask"]),
});

/** A human being, however many accounts they have: `id` is what two accounts of one person share. */
export const person = z.object({ id: z.string(), user: z.string(), name: z.string() });
export type Person = z.infer<typeof person>;

export const approval = z.object({
  gate: z.string(),
  planHash: z.string(),
  person,
  at: z.number(),
  expiresAt: z.number(),
  terms: terms.nullable(),
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

/**
 * The approval that a gate was passed with, expired or not. The opening may have been agreed to with the cutover; then that
 * approval is the one.
 */
export function passedWith(migration: Migration, gate: string): Approval | undefined {
  const given = migration.approvals.findLast(
    (one) => one.gate === gate && one.planHash === migration.planHash,
  );
  if (given || gate !== openGate) return given;
  const cutover = passedWith(migration, cutoverGate);
  return cutover?.terms?.opening === "automatic" ? cutover : undefined;
}
