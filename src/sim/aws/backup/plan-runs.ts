import { present } from "../parameters.ts";
import type { Turn } from "../turn.ts";
import { beginBackupJob } from "./jobs.ts";
import { planArn, putPlan } from "./keeping.ts";
import { scheduleRun } from "./plans.ts";
import { selected } from "./selections.ts";
import { backedUp } from "./subject.ts";

const minute = 60_000;

/** Begins a job for everything that the plan selects now, and waits for the next time. */
export function runBackupRule(turn: Turn, event: { readonly plan: string; readonly rule: string }): void {
  const plan = turn.state.backup.plans[event.plan];
  const rule = plan?.rules.find(({ RuleId }) => RuleId === event.rule);
  if (plan === undefined || rule === undefined) return;
  putPlan(turn, { ...plan, lastRunAt: turn.now });
  scheduleRun(turn, plan, rule);
  const seen = new Set<string>();
  for (const { selection } of Object.values(plan.selections)) {
    for (const subject of selected(turn, selection)) {
      if (seen.has(subject.resourceId)) continue;
      seen.add(subject.resourceId);
      beginBackupJob(turn, {
        vault: rule.TargetBackupVaultName ?? "",
        of: backedUp(turn, subject),
        roleArn: selection.IamRoleArn ?? "",
        startWindow: (rule.StartWindowMinutes ?? 480) * minute,
        lifecycle: rule.Lifecycle ?? {},
        tags: { ...rule.RecoveryPointTags },
        continuous: rule.EnableContinuousBackup ?? false,
        copies: rule.CopyActions ?? [],
        createdBy: {
          BackupPlanArn: planArn(turn.state, plan.id),
          BackupPlanId: plan.id,
          BackupPlanVersion: plan.versionId,
          ...present({ BackupPlanName: plan.name, BackupRuleId: rule.RuleId, BackupRuleName: rule.RuleName }),
        },
      });
    }
  }
}
