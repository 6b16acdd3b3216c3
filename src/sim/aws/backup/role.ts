import { isAllowed } from "../iam/evaluate.ts";
import type { Turn } from "../turn.ts";
import { accessDenied, type Failure } from "./ends.ts";

/** What keeps AWS Backup from working under a role: found by the job, never by the call that started it. */
export function cannotWorkAs(
  { state, now }: Turn,
  roleArn: string,
  asks: readonly { readonly action: string; readonly resource: string }[],
): Failure | undefined {
  const statements = state.roles[roleArn];
  const trusted = (state.trusts[roleArn] ?? []).some(
    ({ Principal }) => Principal.Service === "backup.amazonaws.com",
  );
  if (statements === undefined || !trusted) {
    return accessDenied(`IAM Role ${roleArn} cannot be assumed by AWS Backup`);
  }
  const name = roleArn.split("/").at(-1) ?? "";
  // "Role names without those strings lack permissions to perform backup jobs" ([API] BackupJob, IamRoleArn).
  const denied =
    /AWSBackup|AwsBackup/.test(name) &&
    asks.every((ask) => {
      const context = { "aws:CurrentTime": new Date(now).toISOString(), "aws:RequestedRegion": state.region };
      return isAllowed([statements], { ...ask, context });
    })
      ? undefined
      : asks[0]?.action;
  return denied === undefined
    ? undefined
    : accessDenied(`IAM Role ${roleArn} does not have permission to perform ${denied}`);
}
