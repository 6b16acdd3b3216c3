import type { BackupJob, BackupTarget, CopyJob, RecoveryPoint } from "../core/backup.ts";
import { ownTags } from "../core/names.ts";
import { placeOf } from "../core/other-account.ts";
import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Step, StepContext, StepResult } from "../core/step.ts";
import { hours, type Instant, minutes } from "../core/time.ts";
import { untilWindow } from "../core/window.ts";
import {
  bestOf,
  isFaultless,
  jobUnderWay,
  resultOf,
  stateOf,
  tokenFor,
  type Verdict,
  wordsOf,
} from "./backup-jobs.ts";
import { known, type Learned, type Pinned } from "./facts.ts";
import { evidence, findReplacement, isResult, isUsable, waitingFor } from "./looks.ts";
import { type Maintained, windowsOf } from "./preflight.ts";
import { refOf, type Subject } from "./subject.ts";

/*
 * Done means restorable from the other account: a backup of what serves, its copy there as that account tells it, and a plan by
 * which it goes on.
 */

/** What the backups of a database rest on, whether it was moved or only is backed up. */
export interface BackedUpPinned extends Maintained {
  readonly source: Pinned["source"];
  readonly keyArn: string;
  readonly backup: BackupTarget | null;
}

export type BackupLearned = Pick<Learned, "recoveryPoint" | "copy" | "backupPlan">;
export type BackupContext = StepContext<BackedUpPinned, BackupLearned>;
export type BackupStep = Step<BackedUpPinned, BackupLearned>;

/** What is backed up. */
export interface Serving {
  find(cx: BackupContext): Promise<Subject | { status: "blocked"; problem: Problem }>;
  /** What was made before it is of the database that had the name then, or is not what was asked for. */
  since(cx: BackupContext): Instant;
}

export const replacementServes: Serving = {
  find: findReplacement,
  since: (cx) => known(cx, "t1"),
};

/** Where no other account is configured, none of these steps is needed. */
export function noOtherAccount({ backup }: Pick<BackedUpPinned, "backup">) {
  return backup ? undefined : note("skip.no-other-account", {});
}

export function targetOf({ pinned }: Pick<BackupContext, "pinned">): BackupTarget {
  if (!pinned.backup) throw new Error("a step backs up where no other account is configured");
  return pinned.backup;
}

/** The vault that copies go to; of nothing that could be told where no other account is configured. */
export function destinationOf({ backup }: Pick<BackedUpPinned, "backup">) {
  return placeOf(backup?.destinationVaultArn ?? "");
}

/** A vault lies where the database does, in its account. Source: AWS Backup API, BackupVaultArn. */
export function vaultArnOf({ source }: Pick<BackedUpPinned, "source">, vault: string): string {
  const [arn, partition, , region, account] = source.arn.split(":");
  return [arn, partition, "backup", region, account, "backup-vault", vault].join(":");
}

/** AWS Backup fails jobs that begin closer to a window. Source: AWS re:Post, backup-coordinates-pitr. */
const clearOfWindows = hours(1);
/** How long after it has refused one as too close it is asked again, in case it counts otherwise. */
const afterRefusal = minutes(30);

export function backUp(serving: Serving): BackupStep {
  return {
    id: "back-up",
    effect: "creates",
    // What is made from here on is of the database as it was approved.
    settlesPlan: true,
    expect: minutes(20),
    // A window of AWS's is waited for, a job may wait for its start, and a snapshot of a large database takes hours.
    deadline: hours(24),
    title: ({ pinned: { source, backup } }) =>
      note("step.back-up", { name: source.name, vault: backup?.vault ?? "?" }),
    skip: noOtherAccount,
    keeps: note("keeps.recovery-point", {}),
    check: async (cx) => {
      const database = await serving.find(cx);
      if (isResult(database)) return database;
      const verdict = await backupOf(cx, database, serving.since(cx));
      if (verdict.is === "good") return backedUp(cx, verdict.job.id, verdict.found, serving.since(cx));
      const refused = verdict.is === "bad" && isTooClose(verdict.job);
      if (refused && cx.now < verdict.job.createdAt + afterRefusal) {
        return waitingFor(note("wait.after-refusal", { name: database.name }));
      }
      const result = refused ? ({ status: "todo" } as const) : resultOf(verdict, cx.lastRun);
      return result.status === "todo" ? (notYet(cx, database) ?? result) : result;
    },
    run: async (cx) => {
      const database = await serving.find(cx);
      if (isResult(database)) return;
      const verdict = await backupOf(cx, database, serving.since(cx));
      if (verdict.is === "good" || verdict.is === "under way") return;
      await cx.cloud.startBackup(
        { ...refOf(database), arn: database.arn },
        targetOf(cx),
        tokenFor(`${cx.names.migration}-back-up`, verdict),
        ownTags(cx.names, "safety-copy"),
      );
    },
  };
}

/** Source: AWS re:Post, backup-coordinates-pitr: "either inside or too close to the … window". */
function isTooClose({ message }: { readonly message: string | null }): boolean {
  return /\btoo close\b.*\bwindow\b/i.test(message ?? "");
}

/** What a job would fail over if it were begun now. */
function notYet(
  { pinned, now }: BackupContext,
  { name, status }: Subject,
): StepResult<BackupLearned> | undefined {
  if (!isUsable(status)) return waitingFor(note("wait.status", { name, status }));
  const near = windowsOf(pinned).find(({ window }) => untilWindow(window, now) < clearOfWindows);
  return near && waitingFor(note("wait.window", { ...near }));
}

async function backupOf(
  cx: BackupContext,
  database: Subject,
  since: Instant,
): Promise<Verdict<RecoveryPoint>> {
  const jobs = await cx.cloud.backupJobsOf(database.arn, targetOf(cx).vault, since);
  const onDemand = jobs.filter((one) => one.onDemand);
  return bestOf(await Promise.all(onDemand.map((job) => judgedBackup(cx, database, since, job))));
}

async function judgedBackup(
  { cloud, pinned, lastRun }: BackupContext,
  { arn, name }: Subject,
  since: Instant,
  job: BackupJob,
): Promise<Exclude<Verdict<RecoveryPoint>, { is: "none" }>> {
  const { vault } = targetOf({ pinned });
  const bad = (why: Problem) => ({ is: "bad", job, problem: why }) as const;
  const state = stateOf(job);
  if (state === "under way") {
    return { ...jobUnderWay(job), ...(job.percent !== null && { progress: job.percent }) };
  }
  if (state === "bad") {
    return bad(problem("backup.failed", { name, state: job.state, message: wordsOf(job) }));
  }
  if (!isFaultless(job)) return bad(problem("backup.with-issues", { name, message: wordsOf(job) }));
  const point = job.recoveryPointArn ?? "";
  const found = point === "" ? undefined : await cloud.findRecoveryPoint(vault, point);
  if (!found) {
    // Looked for where AWS may be behind, and done anew where somebody has asked for another try.
    return lastRun === null
      ? bad(problem("backup.unsound", { name, findings: "it is not there" }))
      : { is: "under way", because: note("wait.recovery-point", { point }) };
  }
  if (found.status === "CREATING") return pointUnderWay(found);
  const findings = findingsOn(found, [
    [arn, found.resourceArn, "it is of"],
    [pinned.keyArn, found.keyArn ?? "no key", "it is under"],
  ]);
  if (found.createdAt < since) findings.push(`it is older than ${new Date(since).toISOString()}`);
  if (findings.length === 0) return { is: "good", job, found };
  return bad(problem("backup.unsound", { name, findings: findings.join(", ") }));
}

function pointUnderWay({ arn: point, status }: RecoveryPoint) {
  return { is: "under way" as const, because: note("wait.recovery-point-status", { point, status }) };
}

type Compared = readonly [wanted: string, found: string, what: string];

/** What of a recovery point is not what it must be, in words. */
export function findingsOn({ status, encrypted }: RecoveryPoint, compared: readonly Compared[]): string[] {
  return [
    ...(status === "COMPLETED" || status === "AVAILABLE" ? [] : [`it is ${status}`]),
    ...(encrypted ? [] : ["it is not encrypted"]),
    ...compared.flatMap(([wanted, found, what]) =>
      wanted === found ? [] : [`${what} ${found} instead of ${wanted}`],
    ),
  ];
}

function backedUp(
  { pinned }: BackupContext,
  job: string,
  recoveryPoint: RecoveryPoint,
  since: Instant,
): StepResult<BackupLearned> {
  const { arn: point, createdAt: at } = recoveryPoint;
  const claim = note("saw.backup", { point, name: pinned.source.name, at, since, key: pinned.keyArn });
  const ended = note("saw.backup-job", { job, state: "COMPLETED" });
  return {
    status: "done",
    evidence: [
      evidence(claim, point, "backup:DescribeRecoveryPoint"),
      evidence(ended, job, "backup:ListBackupJobs"),
    ],
    learned: { recoveryPoint },
  };
}

export function copyBackup(serving: Serving): BackupStep {
  return {
    id: "copy-backup",
    effect: "creates",
    expect: minutes(60),
    // AWS tries again by itself where it has failed; a job may sit for two hours before it begins. Source: AWS Backup Developer Guide.
    deadline: hours(48),
    title: ({ pinned }) => {
      const { vault, account } = destinationOf(pinned);
      return note("step.copy-backup", { vault, account });
    },
    skip: noOtherAccount,
    keeps: note("keeps.recovery-point", {}),
    check: async (cx) => {
      const verdict = await copyOf(cx);
      if (verdict.is !== "good") return resultOf(verdict, cx.lastRun);
      const { id: job, state } = verdict.job;
      const claim = note("saw.backup-job", { job, state });
      return { status: "done", evidence: [evidence(claim, verdict.found, "backup:ListCopyJobs")] };
    },
    run: async (cx) => {
      const database = await serving.find(cx);
      if (isResult(database)) return;
      const verdict = await copyOf(cx);
      if (verdict.is === "good" || verdict.is === "under way") return;
      await cx.cloud.startCopy(
        { ...refOf(database), arn: database.arn },
        known(cx, "recoveryPoint").arn,
        targetOf(cx),
        tokenFor(`${cx.names.migration}-copy-backup`, verdict),
      );
    },
  };
}

/** Of the copy jobs into the vault of the other account; found is the ARN that one says the copy has there. */
export async function copyOf(cx: BackupContext): Promise<Verdict<string>> {
  const { destinationVaultArn } = targetOf(cx);
  const { arn, resourceArn } = known(cx, "recoveryPoint");
  const jobs = await cx.cloud.copyJobsOf(resourceArn, arn);
  const there = jobs.filter((one) => one.destinationVaultArn === destinationVaultArn);
  return bestOf(there.map((job) => judgedCopy(cx, job)));
}

function judgedCopy({ pinned }: BackupContext, job: CopyJob): Exclude<Verdict<string>, { is: "none" }> {
  const { name } = pinned.source;
  const { account } = placeOf(job.destinationVaultArn);
  const state = stateOf(job);
  if (state === "under way") return jobUnderWay(job);
  const said = { name, account, message: wordsOf(job) };
  if (state === "bad") {
    return { is: "bad", job, problem: problem("backup.copy-failed", { ...said, state: job.state }) };
  }
  if (!isFaultless(job) || job.destinationRecoveryPointArn === null) {
    return { is: "bad", job, problem: problem("backup.copy-with-issues", said) };
  }
  return { is: "good", job, found: job.destinationRecoveryPointArn };
}
