import {
  type BackupClient,
  type BackupPlansListMember,
  type BackupRule,
  type BackupSelection as BackupSelectionAnswer,
  GetBackupPlanCommand,
  GetBackupSelectionCommand,
  paginateListBackupPlans,
  paginateListBackupSelections,
} from "@aws-sdk/client-backup";
import type { BackupCloud, BackupPlan, BackupSelection } from "../core/backup.ts";
import { calling, finding, incomplete } from "./faults.ts";
import { everyPage } from "./pages.ts";

export const actions = [
  "backup:ListBackupPlans",
  "backup:GetBackupPlan",
  "backup:ListBackupSelections",
  "backup:GetBackupSelection",
] as const;

export type BackupPlanLookups = Pick<BackupCloud, "findBackupPlan" | "listBackupPlans">;

export function createBackupPlanLookups(client: BackupClient): BackupPlanLookups {
  return {
    findBackupPlan: async (name) => {
      const named = (await listed(client)).filter(({ BackupPlanName }) => BackupPlanName === name);
      return (await whole(client, named))[0];
    },
    listBackupPlans: async () => whole(client, await listed(client)),
  };
}

/** The earliest first: nothing in the API keeps two plans from having one name. */
async function listed(client: BackupClient): Promise<readonly BackupPlansListMember[]> {
  const found = await calling("ListBackupPlans", () =>
    everyPage(paginateListBackupPlans({ client }, {}), ({ BackupPlansList }) => BackupPlansList),
  );
  return found.toSorted((a, b) => (a.CreationDate?.getTime() ?? 0) - (b.CreationDate?.getTime() ?? 0));
}

/** One after the other, since an account may have hundreds. */
async function whole(client: BackupClient, plans: readonly BackupPlansListMember[]): Promise<BackupPlan[]> {
  const found: BackupPlan[] = [];
  for (const { BackupPlanId: id } of plans) {
    if (id === undefined) throw incomplete("ListBackupPlans", "BackupPlanId");
    const plan = await readPlan(client, id);
    if (plan) found.push(plan);
  }
  return found;
}

const notFound = "ResourceNotFoundException";

/** Undefined where there is no such plan (any more). Throws a `CloudFault`. */
export async function readPlan(client: BackupClient, id: string): Promise<BackupPlan | undefined> {
  const operation = "GetBackupPlan";
  const found = await finding(operation, notFound, () =>
    client.send(new GetBackupPlanCommand({ BackupPlanId: id })),
  );
  if (!found) return undefined;
  const { BackupPlan: plan, BackupPlanArn: arn } = found;
  if (!plan?.BackupPlanName || !arn) throw incomplete(operation, "BackupPlan");
  return {
    id,
    name: plan.BackupPlanName,
    arn,
    token: found.CreatorRequestId ?? null,
    rules: (plan.Rules ?? []).map(ruleFacts),
    selections: await selectionsOf(client, id),
  };
}

async function selectionsOf(client: BackupClient, planId: string): Promise<readonly BackupSelection[]> {
  const pages = () => paginateListBackupSelections({ client }, { BackupPlanId: planId });
  const found = await finding("ListBackupSelections", notFound, () =>
    everyPage(pages(), ({ BackupSelectionsList }) => BackupSelectionsList),
  );
  const read = (found ?? []).map(async ({ SelectionId: id }) => {
    const operation = "GetBackupSelection";
    if (id === undefined) throw incomplete("ListBackupSelections", "SelectionId");
    const command = new GetBackupSelectionCommand({ BackupPlanId: planId, SelectionId: id });
    const answer = await finding(operation, notFound, () => client.send(command));
    if (!answer) return [];
    if (!answer.BackupSelection) throw incomplete(operation, "BackupSelection");
    return [selectionFacts(id, answer.BackupSelection)];
  });
  return (await Promise.all(read)).flat();
}

/** What AWS Backup goes by where a rule names no schedule. Source: AWS Backup API, BackupRule. */
const defaultSchedule = "cron(0 5 ? * * *)";

function ruleFacts(rule: BackupRule): BackupPlan["rules"][number] {
  const { ScheduleExpression: schedule = defaultSchedule, ScheduleExpressionTimezone: zone = "UTC" } = rule;
  return {
    vault: rule.TargetBackupVaultName ?? "",
    schedule: /^(Etc\/)?UTC$/.test(zone) ? schedule : `${schedule} ${zone}`,
    continuous: rule.EnableContinuousBackup ?? false,
    copiesTo: (rule.CopyActions ?? []).map(
      ({ DestinationBackupVaultArn }) => DestinationBackupVaultArn ?? "",
    ),
    keepDays: rule.Lifecycle?.DeleteAfterDays ?? null,
  };
}

function selectionFacts(id: string, selection: BackupSelectionAnswer): BackupSelection {
  const { SelectionName: name = "", IamRoleArn: roleArn = "", Resources, ListOfTags, Conditions } = selection;
  // What a selection leaves out does not select.
  const conditions = [
    ...(ListOfTags ?? []),
    ...(Conditions?.StringEquals ?? []),
    ...(Conditions?.StringLike ?? []),
  ];
  return {
    id,
    name,
    roleArn,
    resources: Resources ?? [],
    tags: conditions.map(
      ({ ConditionKey: key = "", ConditionValue: value = "" }) =>
        // Source: AWS Backup API, Conditions: there a key is called as IAM calls it.
        `${key.replace(/^aws:ResourceTag\//, "")}=${value}`,
    ),
  };
}
