import type { Instant } from "./state.ts";
import type { Turn } from "./turn.ts";

/** The AWS Organization that an account is a member of, as much as AWS Backup asks about it. */
export interface Organization {
  readonly id: string;
  /** Set by the management account for all members; nobody else can. Source: AWS Backup API, UpdateGlobalSettings. */
  readonly crossAccountBackup: boolean;
  readonly updatedAt: Instant;
}

/** Makes the account a member, or tells it what the management account has set since. */
export function joinOrganization(
  turn: Turn,
  { id, crossAccountBackup }: Pick<Organization, "id" | "crossAccountBackup">,
): void {
  turn.state = { ...turn.state, organization: { id, crossAccountBackup, updatedAt: turn.now } };
}

export function leaveOrganization(turn: Turn): void {
  turn.state = { ...turn.state, organization: null };
}
