import {
  CreateBackupPlanCommand,
  CreateBackupSelectionCommand,
  DeleteBackupPlanCommand,
  DeleteBackupSelectionCommand,
  StartBackupJobCommand,
  StartCopyJobCommand,
} from "@aws-sdk/client-backup";
import type { BackedUp, BackupCloud, BackupPlan } from "../core/backup.ts";
import { CloudFault } from "../core/cloud.ts";
import { migrationTag } from "../core/names.ts";
import { backupJobInput, backupPlanInput, backupSelectionInput, copyJobInput } from "./backup-inputs.ts";
import { readPlan } from "./backup-plans.ts";
import type { AccountClients } from "./clients.ts";
import { calling } from "./faults.ts";
import type { Permit } from "./permit.ts";
import type { RecoveryPointLookups } from "./recovery-points.ts";

export const actions = [
  "backup:StartBackupJob",
  "backup:StartCopyJob",
  "backup:CreateBackupPlan",
  "backup:CreateBackupSelection",
  "backup:DeleteBackupSelection",
  "backup:DeleteBackupPlan",
] as const;

/**
 * What AWS Backup asks for besides: tags come with what is created.
 * @public for whoever writes the policies
 */
export const passedOn = ["backup:TagResource"] as const;

type BackupChanges = Pick<
  BackupCloud,
  "startBackup" | "startCopy" | "createBackupPlan" | "selectForBackup" | "deleteBackupPlan"
>;

/**
 * IAM knows no database in any of these: a session is good for the one vault, recovery point or plan, and the look at the
 * database before it is all that ties it to the database. Source: Service Authorization Reference, AWS Backup.
 */
export function createBackupChanges(
  permit: Permit,
  { backup: reads }: Pick<AccountClients, "backup">,
  { findRecoveryPoint }: Pick<RecoveryPointLookups, "findRecoveryPoint">,
): BackupChanges {
  return {
    startBackup: (of, target, token, add) =>
      permit(
        "StartBackupJob",
        of,
        ({ backup, arn }) => {
          const command = new StartBackupJobCommand(backupJobInput(arn, target, token, add));
          return patiently("StartBackupJob", () => backup.send(command));
        },
        { ...onlyOn(inBackup(of, `backup-vault:${target.vault}`)), passes: [target.roleArn] },
      ),
    startCopy: (of, recoveryPointArn, target, token) => {
      const operation = "StartCopyJob";
      const command = new StartCopyJobCommand(copyJobInput(recoveryPointArn, target, token));
      return permit(
        operation,
        of,
        ({ backup }) => patiently(operation, () => backup.send(command)),
        async () => {
          const point = await findRecoveryPoint(target.vault, recoveryPointArn);
          if (!point) throw gone(operation, `recovery point ${recoveryPointArn}`);
          if (point.resourceArn !== of.arn) {
            const message = `${recoveryPointArn} is of ${point.resourceArn}, and one of ${of.arn} was meant.`;
            throw new CloudFault("mismatch", "OtherRecoveryPoint", operation, message);
          }
          return { ...onlyOn(recoveryPointArn), passes: [target.roleArn] };
        },
      );
    },
    createBackupPlan: (of, plan, token) =>
      permit(
        "CreateBackupPlan",
        of,
        ({ backup, migration }) => {
          const tags = { [migrationTag]: migration };
          const command = new CreateBackupPlanCommand(backupPlanInput(plan, token, tags));
          return patiently("CreateBackupPlan", () => backup.send(command));
        },
        { ...onlyOn(inBackup(of, "backup-plan:*")), also: passedOn },
      ),
    selectForBackup: (of, plan, token) =>
      permit(
        "CreateBackupSelection",
        of,
        ({ backup, arn }) => {
          const command = new CreateBackupSelectionCommand(backupSelectionInput(arn, plan, token));
          return patiently("CreateBackupSelection", () => backup.send(command));
        },
        { ...onlyOn(planArn(of, plan.planId)), passes: [plan.target.roleArn] },
      ),
    deleteBackupPlan: (of, { planId: BackupPlanId, name }) => {
      const operation = "DeleteBackupPlan";
      let selections: BackupPlan["selections"] = [];
      return permit(
        operation,
        of,
        async ({ backup }) => {
          // A plan that still selects something cannot be deleted. Source: AWS Backup API, DeleteBackupPlan.
          for (const { id: SelectionId } of selections)
            await backup.send(new DeleteBackupSelectionCommand({ BackupPlanId, SelectionId }));
          return backup.send(new DeleteBackupPlanCommand({ BackupPlanId }));
        },
        async () => {
          const plan = await readPlan(reads, BackupPlanId);
          if (!plan) throw gone(operation, `backup plan ${BackupPlanId}`);
          if (plan.name !== name) {
            const message = `The backup plan ${BackupPlanId} is ${plan.name}, and ${name} was meant.`;
            throw new CloudFault("mismatch", "OtherPlan", operation, message);
          }
          selections = plan.selections;
          return { ...onlyOn(planArn(of, BackupPlanId)), also: ["backup:DeleteBackupSelection"] };
        },
      );
    },
  };
}

function onlyOn(arn: string) {
  return { service: "backup", leavesIt: true, untagged: [arn] } as const;
}

function planArn(of: BackedUp, planId: string): string {
  return inBackup(of, `backup-plan:${planId}`);
}

/** A resource of AWS Backup in the account and Region of a database. */
function inBackup({ arn }: BackedUp, resource: string): string {
  const [, partition, , region, account] = arn.split(":");
  return `arn:${partition}:backup:${region}:${account}:${resource}`;
}

function gone(operation: string, what: string): CloudFault {
  return new CloudFault("busy", "NotFound", operation, `There is no ${what}.`);
}

/** Of AWS Backup it is how many jobs there may be at once, which others' jobs decide; elsewhere it is a quota. */
async function patiently<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await calling(operation, call);
  } catch (fault) {
    if (!(fault instanceof CloudFault) || fault.code !== "LimitExceededException") throw fault;
    throw new CloudFault("throttled", fault.code, operation, fault.message, fault);
  }
}
