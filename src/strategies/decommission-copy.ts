import type { RecoveryPoint } from "../core/backup.ts";
import { type Problem, problem } from "../core/problem.ts";
import { days, type Instant } from "../core/time.ts";

/** Backups go on daily: one that is older says that they do not. */
const oldest = days(7);

/** Source: AWS Backup API, RecoveryPoint, Status. */
const whole = ["COMPLETED", "AVAILABLE"];

/** True of a copy that can be restored without anything of the account that it was copied from. */
export function isWhole({ status, encrypted, keyArn, vaultArn }: RecoveryPoint): boolean {
  return whole.includes(status) && encrypted && keyArn !== null && accountOf(keyArn) === accountOf(vaultArn);
}

function accountOf(arn: string): string | undefined {
  return arn.split(":")[4];
}

/**
 * The newest copy of a database that was made since it serves, or what stands against it. Its ARN holds a name, and before
 * that the name was another database's.
 */
export function newestCopy(
  copies: readonly RecoveryPoint[],
  of: { readonly name: string; readonly vault: string; readonly since: Instant; readonly now: Instant },
): { readonly copy: RecoveryPoint } | { readonly problem: Problem } {
  const { name, vault, since, now } = of;
  const own = copies.filter(({ createdAt }) => createdAt > since).sort((a, b) => b.createdAt - a.createdAt);
  const [newest] = own;
  if (!newest) return { problem: problem("decommission.no-copy", { name, vault }) };
  const copy = own.find(isWhole);
  if (!copy) {
    const { arn, status, keyArn } = newest;
    const params = { name, copy: arn, status, key: keyArn ?? "no key" };
    return { problem: problem("decommission.copy-unfit", params) };
  }
  return now - copy.createdAt <= oldest
    ? { copy }
    : { problem: problem("decommission.copy-old", { name, at: copy.createdAt, most: oldest }) };
}
