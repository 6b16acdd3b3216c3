import type { BackupReadiness, RecoveryPoint } from "../core/backup.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { hours, type Instant, seconds } from "../core/time.ts";
import {
  type BackupContext,
  type BackupLearned,
  type BackupStep,
  copyOf,
  destinationOf,
  findingsOn,
  noOtherAccount,
  type Serving,
  targetOf,
} from "./backup-steps.ts";
import { known } from "./facts.ts";
import { blockedBy, evidence, waitingFor } from "./looks.ts";

/** Asked from the other account, for what this one says of a copy job proves nothing about what is there. */
export function verifyBackupCopy(serving: Serving): BackupStep {
  return {
    id: "verify-backup-copy",
    effect: "reads",
    verifies: true,
    expect: seconds(10),
    deadline: hours(2),
    title: ({ pinned }) => note("step.verify-backup-copy", { account: destinationOf(pinned).account }),
    tells: ({ pinned, learned }) =>
      note("event.copy-verified", {
        name: pinned.source.name,
        account: destinationOf(pinned).account,
        copy: learned.copy?.arn ?? "?",
      }),
    skip: noOtherAccount,
    check: async (cx) => {
      const made = await copyOf(cx);
      if (made.is !== "good") return waitingFor(note("wait.not-yet", {}));
      const target = targetOf(cx);
      const { keyArn, source } = cx.pinned;
      const [copy, readiness] = await Promise.all([
        cx.cloud.findCopy(target, made.found),
        cx.cloud.backupReadiness(target, { kind: source.kind, keyArn }),
      ]);
      if (!copy) return waitingFor(note("wait.recovery-point", { point: made.found }));
      if (copy.status === "CREATING") {
        return waitingFor(note("wait.recovery-point-status", { point: copy.arn, status: copy.status }));
      }
      const findings = findingsOnCopy(cx, copy, readiness.destination, serving.since(cx));
      const { account } = destinationOf(cx.pinned);
      if (findings.length > 0) {
        const params = { name: source.name, account, findings: findings.join(", ") };
        return blockedBy(problem("backup.copy-unsound", params));
      }
      return verified(cx, copy);
    },
  };
}

function findingsOnCopy(
  cx: BackupContext,
  copy: RecoveryPoint,
  vault: BackupReadiness["destination"],
  since: Instant,
): string[] {
  const point = known(cx, "recoveryPoint");
  const key = copy.keyArn ?? "no key";
  const findings = findingsOn(copy, [
    [point.resourceArn, copy.resourceArn, "it is of"],
    [point.vaultArn, copy.sourceVaultArn ?? "nowhere", "it was copied from"],
  ]);
  if (copy.createdAt < since) findings.push(`it is older than ${new Date(since).toISOString()}`);
  if (vault === null || vault === "unreachable") findings.push("the vault there cannot be looked at");
  else if (vault.keyManager === "AWS") findings.push("the vault there is under a key that AWS manages");
  else if (vault.keyArn !== key) findings.push(`it is under ${key} instead of the vault's ${vault.keyArn}`);
  if (copy.keyArn === cx.pinned.keyArn) findings.push("it is under the database's own key");
  return findings;
}

function verified({ pinned }: BackupContext, copy: RecoveryPoint): StepResult<BackupLearned> {
  const { arn, status, createdAt: at, sourceVaultArn: from, keyArn: key } = copy;
  const claim = note("saw.copy-verified", {
    name: pinned.source.name,
    account: destinationOf(pinned).account,
    copy: arn,
    status,
    at,
    from: from ?? "?",
    key: key ?? "?",
  });
  const told = "backup:DescribeRecoveryPoint, DescribeBackupVault in the other account";
  return { status: "done", evidence: [evidence(claim, arn, told)], learned: { copy } };
}
