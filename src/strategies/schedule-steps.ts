import type { BackupPlan, BackupSelection } from "../core/backup.ts";
import { canonical, digest } from "../core/hash.ts";
import { placeOf } from "../core/other-account.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import { minutes, seconds } from "../core/time.ts";
import { dailyAwayFromWindows } from "./backup-schedule.ts";
import {
  type BackedUpPinned,
  type BackupContext,
  type BackupStep,
  backUp,
  copyBackup,
  destinationOf,
  noOtherAccount,
  replacementServes,
  type Serving,
  targetOf,
} from "./backup-steps.ts";
import { known } from "./facts.ts";
import { blockedBy, evidence, isResult } from "./looks.ts";
import { refOf } from "./subject.ts";
import { verifyBackupCopy } from "./verify-backup-steps.ts";

/* That backups and their copies go on: a plan of AWS Backup's, and the database assigned to it. */

/** Characters of a plan's and of a selection's name. Source: AWS Backup API, BackupPlanInput and BackupSelection. */
const longestName = 50;

/** By the database, so that the next migration of it finds the plan. */
export function planNameOf({
  source: { name },
}: {
  readonly source: Pick<BackedUpPinned["source"], "name">;
}): string {
  const whole = `encrypt-db-${name}`;
  return whole.length <= longestName
    ? whole
    : `${whole.slice(0, longestName - 9)}-${digest(name).slice(0, 8)}`;
}

const tokenOf = ({ names }: Pick<BackupContext, "names">) => `${names.migration}-schedule-backups`;

function scheduleBackups(serving: Serving): BackupStep {
  return {
    id: "schedule-backups",
    effect: "creates",
    expect: seconds(10),
    deadline: minutes(30),
    title: ({ pinned }) =>
      note("step.schedule-backups", {
        plan: planNameOf(pinned),
        account: destinationOf(pinned).account,
      }),
    skip: noOtherAccount,
    check: async (cx) => {
      const name = planNameOf(cx.pinned);
      const found = await cx.cloud.findBackupPlan(name);
      if (!found) return { status: "todo" };
      const differences = differencesOf(cx, found);
      if (differences.length > 0) return differs(cx, differences);
      const { schedule, vault, days } = wantedOf(cx);
      const claim = note("saw.plan", { plan: name, schedule, vault: placeOf(vault).vault, days });
      return {
        status: "done",
        evidence: [evidence(claim, found.arn, "backup:GetBackupPlan")],
        learned: { backupPlan: { planId: found.id, name } },
      };
    },
    run: async (cx) => {
      const database = await serving.find(cx);
      if (isResult(database)) return;
      const { schedule } = wantedOf(cx);
      const plan = { name: planNameOf(cx.pinned), schedule, target: targetOf(cx) };
      await cx.cloud.createBackupPlan({ ...refOf(database), arn: database.arn }, plan, tokenOf(cx));
    },
    // One that was there before is left: it selects by name, and the name is the source's again.
    undo: {
      expect: seconds(10),
      title: ({ pinned }) => note("step.schedule-backups.undo", { plan: planNameOf(pinned) }),
      check: async (cx) => {
        const plan = planNameOf(cx.pinned);
        const found = await cx.cloud.findBackupPlan(plan);
        if (found?.token === tokenOf(cx)) return { status: "todo" };
        const claim = note("saw.plan-gone", { plan });
        return {
          status: "done",
          evidence: [evidence(claim, found?.arn ?? "absent", "backup:ListBackupPlans")],
        };
      },
      run: async (cx) => {
        const database = await serving.find(cx);
        const name = planNameOf(cx.pinned);
        const found = await cx.cloud.findBackupPlan(name);
        if (isResult(database) || found?.token !== tokenOf(cx)) return;
        await cx.cloud.deleteBackupPlan(
          { ...refOf(database), arn: database.arn },
          { planId: found.id, name },
        );
      },
    },
  };
}

function wantedOf({ pinned }: BackupContext) {
  const { vault, destinationVaultArn, keepDays } = targetOf({ pinned });
  return {
    from: vault,
    vault: destinationVaultArn,
    days: keepDays,
    schedule: dailyAwayFromWindows(pinned),
  };
}

/** What another plan of that name does otherwise than this one would, in words. */
function differencesOf(cx: BackupContext, { rules }: BackupPlan): string[] {
  const { from, vault, days, schedule } = wantedOf(cx);
  const [rule] = rules;
  if (!rule || rules.length > 1) return [`it has ${rules.length} rules instead of one`];
  const compared: readonly (readonly [what: string, found: unknown, wanted: unknown])[] = [
    ["backs up into", rule.vault, from],
    ["runs at", rule.schedule, schedule],
    ["copies into", rule.copiesTo.join(", ") || "nothing", vault],
    ["keeps days", rule.keepDays ?? "without end", days],
    ["is", rule.continuous ? "continuous" : "daily", "daily"],
  ];
  return compared.flatMap(([what, found, wanted]) =>
    found === wanted ? [] : [`it ${what} ${found} instead of ${wanted}`],
  );
}

function differs(cx: BackupContext, differences: readonly string[]) {
  const params = { plan: planNameOf(cx.pinned), name: cx.pinned.source.name };
  return blockedBy(problem("backup.plan-differs", { ...params, differences: differences.join(", ") }));
}

/** By its ARN, which holds its name: whichever database serves under that name is backed up. */
function assignBackups(serving: Serving): BackupStep {
  return {
    id: "assign-backups",
    effect: "creates",
    expect: seconds(10),
    deadline: minutes(30),
    title: ({ pinned }) =>
      note("step.assign-backups", { name: pinned.source.name, plan: planNameOf(pinned) }),
    tells: ({ pinned }) =>
      note("event.backups-scheduled", {
        name: pinned.source.name,
        account: destinationOf(pinned).account,
        plan: planNameOf(pinned),
      }),
    skip: noOtherAccount,
    keeps: note("keeps.assignment", {}),
    check: async (cx) => {
      const database = await serving.find(cx);
      if (isResult(database)) return database;
      const plan = await cx.cloud.findBackupPlan(planNameOf(cx.pinned));
      const [selection, ...others] = plan?.selections ?? [];
      if (!selection) return { status: "todo" };
      const { roleArn: role } = targetOf(cx);
      const { arn } = database;
      if (others.length > 0 || !isOnly(selection, arn, role)) {
        const all = [selection, ...others].map(({ name }) => name).join(", ");
        return differs(cx, [`it selects by ${all} instead of ${arn} alone, as ${role}`]);
      }
      const claim = note("saw.assigned", { plan: planNameOf(cx.pinned), arn, role });
      return { status: "done", evidence: [evidence(claim, selection.id, "backup:GetBackupSelection")] };
    },
    run: async (cx) => {
      const database = await serving.find(cx);
      if (isResult(database)) return;
      const { planId } = known(cx, "backupPlan");
      await cx.cloud.selectForBackup(
        { ...refOf(database), arn: database.arn },
        { planId, name: planNameOf(cx.pinned), target: targetOf(cx) },
        `${cx.names.migration}-assign-backups`,
      );
    },
  };
}

function isOnly({ resources, tags, roleArn }: BackupSelection, arn: string, role: string): boolean {
  return canonical([resources, tags, roleArn]) === canonical([[arn], [], role]);
}

/** From the first backup to that they go on, in the order of the proof. */
export function stepsToBackUp(serving: Serving): readonly BackupStep[] {
  return [
    backUp(serving),
    copyBackup(serving),
    verifyBackupCopy(serving),
    scheduleBackups(serving),
    assignBackups(serving),
  ];
}

/** At the end of every move. */
export const backUpReplacement = stepsToBackUp(replacementServes);
