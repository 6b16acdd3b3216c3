import type { Clicker } from "../core/approval.ts";

/** Which person an AWS identity is, and who of them may approve, as it was configured. */
export interface Operators {
  readonly people: Readonly<Record<string, Operator>>;
  /** Slack user ids. */
  readonly approvers: readonly string[];
}

interface Operator {
  /** Their user id in Slack. */
  readonly user: string;
  /** On Enterprise Grid, their id above the workspaces. */
  readonly enterpriseUser: string | null;
}

/**
 * The person behind an identity; undefined where nobody is named for it. They have the id that they have in Slack, so that
 * nobody approves from a terminal what they asked for in Slack. Slack cannot be asked now, so who has left must be taken out.
 */
export function operatorOf({ people, approvers }: Operators, arn: string, team: string): Clicker | undefined {
  const operator = Object.hasOwn(people, arn) ? people[arn] : undefined;
  if (!operator) return undefined;
  const { user, enterpriseUser } = operator;
  return {
    person: { id: enterpriseUser ?? `${team}:${user}`, user, name: `${nameIn(arn)} (AWS)` },
    team,
    standing: "member",
    approver: approvers.includes(user),
  };
}

/** Somebody of whom nothing is known but that AWS knows them: they may look, and nothing else. */
export function onlooker(arn: string, team: string): Clicker {
  const person = { id: arn, user: arn, name: `${nameIn(arn)} (AWS)` };
  return { person, team, standing: "member", approver: false };
}

/** The session's name, or the user's. */
export function nameIn(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}
