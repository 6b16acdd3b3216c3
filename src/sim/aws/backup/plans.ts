import { isDeepStrictEqual } from "node:util";
import type {
  BackupPlanInput,
  BackupRuleInput,
  CreateBackupPlanInput,
  DeleteBackupPlanInput,
  GetBackupPlanInput,
  ListBackupPlansInput,
} from "@aws-sdk/client-backup";
import { fault } from "../fault.ts";
import { present, refuseUncovered } from "../parameters.ts";
import { schedule, type Turn } from "../turn.ts";
import { assertLifecycle } from "./jobs.ts";
import {
  change,
  dates,
  invalidRequest,
  invalidValue,
  newId,
  notFound,
  page,
  planArn,
  putPlan,
} from "./keeping.ts";
import { nextRun } from "./schedule-expression.ts";
import type { Plan } from "./state.ts";

/** "When no CRON expression is provided, AWS Backup will use the default" ([API] ScheduleExpression). */
const defaultSchedule = "cron(0 5 ? * * *)";

function assertRule(turn: Turn, rule: BackupRuleInput): void {
  refuseUncovered("CreateBackupPlan", rule, [
    "RuleName",
    "TargetBackupVaultName",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartWindowMinutes",
    "CompletionWindowMinutes",
    "Lifecycle",
    "RecoveryPointTags",
    "CopyActions",
    "EnableContinuousBackup",
  ]);
  const { RuleName: name = "", TargetBackupVaultName: vault = "", CopyActions: copies = [] } = rule;
  if (!/^[\w.-]{1,50}$/.test(name)) throw invalidValue(`${name} is no valid name of a rule.`);
  if (turn.state.backup.vaults[vault] === undefined)
    throw invalidValue(`Backup vault ${vault} does not exist.`);
  if ((rule.StartWindowMinutes ?? 480) < 60) throw invalidValue("StartWindowMinutes must be at least 60.");
  for (const { Lifecycle } of [rule, ...copies]) if (Lifecycle !== undefined) assertLifecycle(Lifecycle);
  nextRun(turn.now, rule.ScheduleExpression ?? defaultSchedule, rule.ScheduleExpressionTimezone);
}

/** Asked for again under the same request id, the plan that there is; the same plan under another is refused. */
export function createBackupPlan(turn: Turn, input: CreateBackupPlanInput) {
  const { BackupPlan: given, CreatorRequestId: request } = input;
  refuseUncovered("CreateBackupPlan", given as BackupPlanInput, ["BackupPlanName", "Rules"]);
  const { BackupPlanName: name = "", Rules = [] } = given as BackupPlanInput;
  const plans = Object.values(turn.state.backup.plans);
  const same = plans.find(({ creatorRequestId }) => request !== undefined && creatorRequestId === request);
  if (same !== undefined) return created(turn, same);
  if (Rules.length === 0) throw invalidValue("A backup plan needs a rule.");
  for (const rule of Rules) assertRule(turn, rule);
  const twin = plans.find(
    (plan) => plan.name === name && isDeepStrictEqual(plan.rules.map(withoutId), Rules.map(complete)),
  );
  if (twin !== undefined) {
    throw fault(
      "backup",
      "AlreadyExistsException",
      "Backup plan with the same plan document already exists.",
    );
  }
  const plan: Plan = {
    id: newId(turn),
    name,
    versionId: newId(turn),
    createdAt: turn.now,
    tags: { ...input.BackupPlanTags },
    rules: Rules.map((rule) => ({ ...complete(rule), RuleId: newId(turn) })) as Plan["rules"],
    selections: {},
    ...present({ creatorRequestId: request }),
  };
  putPlan(turn, plan);
  for (const rule of plan.rules) scheduleRun(turn, plan, rule);
  return created(turn, plan);
}

const complete = (rule: BackupRuleInput) =>
  present({
    ScheduleExpressionTimezone: "Etc/UTC",
    StartWindowMinutes: 480,
    CompletionWindowMinutes: 10_080,
    EnableContinuousBackup: false,
    ...rule,
    ScheduleExpression: rule.ScheduleExpression ?? defaultSchedule,
  });

function withoutId({ RuleId: _, ...rule }: Plan["rules"][number]) {
  return rule;
}

const created = (turn: Turn, plan: Plan) => ({
  BackupPlanId: plan.id,
  BackupPlanArn: planArn(turn.state, plan.id),
  CreationDate: new Date(plan.createdAt),
  VersionId: plan.versionId,
});

export function scheduleRun(turn: Turn, plan: Plan, rule: Plan["rules"][number]): void {
  const { ScheduleExpression = defaultSchedule, ScheduleExpressionTimezone: zone } = rule;
  const at = nextRun(turn.now, ScheduleExpression, zone);
  schedule(turn, { at, event: { do: "run backup rule", plan: plan.id, rule: rule.RuleId } });
}

export function planNamed(turn: Turn, id: string | undefined): Plan {
  const plan = turn.state.backup.plans[id ?? ""];
  if (plan === undefined) throw notFound(`There is no backup plan ${id}.`);
  return plan;
}

export function getBackupPlan(turn: Turn, input: GetBackupPlanInput) {
  refuseUncovered("GetBackupPlan", input, ["BackupPlanId"]);
  const plan = planNamed(turn, input.BackupPlanId);
  return {
    ...created(turn, plan),
    BackupPlan: { BackupPlanName: plan.name, Rules: [...plan.rules] },
    ...present({ CreatorRequestId: plan.creatorRequestId }),
    ...dates({ LastExecutionDate: plan.lastRunAt }),
  };
}

export function listBackupPlans(turn: Turn, input: ListBackupPlansInput) {
  refuseUncovered("ListBackupPlans", input, ["NextToken", "MaxResults"]);
  const { records, ...token } = page(Object.values(turn.state.backup.plans), input);
  return {
    BackupPlansList: records.map((plan) => ({
      ...created(turn, plan),
      BackupPlanName: plan.name,
      ...present({ CreatorRequestId: plan.creatorRequestId }),
      ...dates({ LastExecutionDate: plan.lastRunAt }),
    })),
    ...token,
  };
}

/** "…only after all associated selections of resources have been deleted" ([API] DeleteBackupPlan). */
export function deleteBackupPlan(turn: Turn, { BackupPlanId }: DeleteBackupPlanInput) {
  const plan = planNamed(turn, BackupPlanId);
  if (Object.keys(plan.selections).length > 0) {
    throw invalidRequest("Related backup plan selections must be deleted prior to backup plan deletion.");
  }
  const { [plan.id]: _, ...plans } = turn.state.backup.plans;
  change(turn, { plans });
  const { CreationDate: __, ...deleted } = created(turn, plan);
  return { ...deleted, DeletionDate: new Date(turn.now) };
}
