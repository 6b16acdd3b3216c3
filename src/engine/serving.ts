import * as z from "zod";
import type { Seen } from "../core/aftercare.ts";
import { type BackupPlan, type BackupTarget, backupTarget } from "../core/backup.ts";
import type { Migration } from "../core/migration.ts";
import { type Problem, problem } from "../core/problem.ts";
import { days, type Instant } from "../core/time.ts";
import { isFaultless, stateOf, wordsOf } from "../strategies/backup-jobs.ts";
import { hasFailed } from "../strategies/looks.ts";
import { subjectById, subjectNamed } from "../strategies/subject.ts";
import type { AftercareContext } from "./kept-source.ts";

const servingFacts = z.object({
  source: z.object({
    kind: z.enum(["cluster", "instance"]),
    resourceId: z.string(),
    arn: z.string(),
    keyArn: z.nullable(z.string()),
  }),
  keyArn: z.string(),
  backup: z.nullable(backupTarget),
});

/** A database that was only backed up has no replacement. */
const served = z.object({ replacement: z.optional(z.object({ resourceId: z.string() })) });

/** Throws a `CloudFault` where AWS cannot be asked. */
export async function lookAtServing({ ended, cloud }: AftercareContext): Promise<Seen> {
  const { name } = ended.target;
  const pinned = servingFacts.parse(ended.pinned);
  const resourceId = served.parse(ended.learned).replacement?.resourceId ?? pinned.source.resourceId;
  const found = await subjectById({ cloud, pinned }, resourceId);
  if (!found) {
    // Two answers, as of a source that is kept.
    const named = await subjectNamed({ cloud, pinned }, name);
    if (named?.resourceId === resourceId)
      throw new Error("the database is found by its name and not by its id");
    return { state: "gone", concerns: [problem("serving.gone", { name, resourceId })] };
  }
  const concerns: Problem[] = [];
  if (found.name !== name) concerns.push(problem("serving.renamed", { name, resourceId, found: found.name }));
  const { kind } = pinned.source;
  if (hasFailed(found.status)) concerns.push(problem("serving.failed", { name, kind, status: found.status }));
  const state = (await cloud.findKey(pinned.keyArn))?.state ?? "gone";
  if (state !== "Enabled") concerns.push(problem("serving.key", { name, key: pinned.keyArn, state }));
  return { state: "there", concerns: [...concerns, ...(await ofSnapshots({ ended, cloud }, pinned.source))] };
}

/** Once the source is gone, its key is needed for as long as there are snapshots of it. */
async function ofSnapshots(
  { ended, cloud }: Pick<AftercareContext, "ended" | "cloud">,
  { kind, resourceId, keyArn: key }: z.infer<typeof servingFacts>["source"],
): Promise<Problem[]> {
  if (ended.aftercare?.kept || key === null || key === ended.pinned.keyArn) return [];
  const state = (await cloud.findKey(key))?.state ?? "gone";
  if (state === "Enabled") return [];
  const under = (await cloud.snapshotsOf(kind, [resourceId])).filter(({ keyArn }) => keyArn === key);
  if (under.length === 0) return [];
  const snapshots = under.map(({ name }) => name).join(", ");
  return [problem("serving.old-key", { name: ended.target.name, key, state, snapshots })];
}

interface Backups {
  readonly name: string;
  /** Of the database that serves: the plan names it by its ARN, which holds its name. */
  readonly arn: string;
  readonly plan: string;
  readonly target: BackupTarget;
}

const planned = z.object({ backupPlan: z.optional(z.object({ name: z.string() })) });

function backupsOf({ pinned, learned, target: { name } }: Migration): Backups | null {
  const { source, backup } = servingFacts.parse(pinned);
  const { backupPlan } = planned.parse(learned);
  return backup && backupPlan ? { name, arn: source.arn, plan: backupPlan.name, target: backup } : null;
}

/** One is made every day, and another day is left for it to arrive. */
const oldest = days(2);

/**
 * Null where this migration did not see to it that backups go on. Throws a `CloudFault` where AWS Backup or the other account
 * cannot be asked.
 */
export async function lookAtBackups({
  ended,
  cloud,
  now,
}: AftercareContext & { readonly now: Instant }): Promise<Seen | null> {
  const backups = backupsOf(ended);
  if (!backups) return null;
  const { name, arn, plan: planName, target } = backups;
  const plan = await cloud.findBackupPlan(planName);
  if (!plan) return { state: "gone", concerns: [problem("backups.plan-gone", { name, plan: planName })] };
  const copies = (await cloud.copiesOf(target, arn)).filter(
    ({ status }) => status === "COMPLETED" || status === "AVAILABLE",
  );
  const newest = copies.length === 0 ? null : Math.max(...copies.map(({ createdAt }) => createdAt));
  const concerns = [
    ...ofPlan(plan, backups),
    ...(await ofJobs(cloud, backups, now - oldest)),
    ...(newest === null ? [problem("backups.none", { name })] : []),
    ...(newest !== null && newest < now - oldest ? [problem("backups.late", { name, newest })] : []),
  ];
  return { state: "there", concerns };
}

function ofPlan({ name: plan, rules, selections }: BackupPlan, { name, arn, target }: Backups): Problem[] {
  const vault = target.destinationVaultArn;
  const isCopied = rules.some(({ copiesTo }) => copiesTo.includes(vault));
  // What tags select may be it, too.
  const isSelected = selections.some(
    ({ resources, tags }) => tags.length > 0 || resources.some((pattern) => names(pattern, arn)),
  );
  return [
    ...(isSelected ? [] : [problem("backups.not-selected", { name, plan, arn })]),
    ...(isCopied ? [] : [problem("backups.not-copied", { name, plan, vault })]),
  ];
}

/** An ARN of a selection may have wildcards. */
function names(pattern: string, arn: string): boolean {
  const literal = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`).test(arn);
}

/** The newest that has come to its end, and of the newest backup the newest copy that has. */
async function ofJobs(
  cloud: AftercareContext["cloud"],
  { name, arn, target }: Backups,
  since: Instant,
): Promise<Problem[]> {
  const jobs = await cloud.backupJobsOf(arn, target.vault, since);
  const job = jobs.find((one) => stateOf(one) !== "under way");
  if (!job) return [];
  const { state } = job;
  if (stateOf(job) === "bad" || !isFaultless(job))
    return [problem("backups.job-failed", { name, state, message: wordsOf(job) })];
  if (job.recoveryPointArn === null) return [];
  const copies = await cloud.copyJobsOf(arn, job.recoveryPointArn);
  const copy = copies.find(
    (one) => one.destinationVaultArn === target.destinationVaultArn && stateOf(one) !== "under way",
  );
  if (!copy || (stateOf(copy) !== "bad" && isFaultless(copy))) return [];
  return [problem("backups.copy-failed", { name, state: copy.state, message: wordsOf(copy) })];
}
