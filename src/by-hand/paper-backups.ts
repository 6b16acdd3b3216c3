import { backupJobInput, backupPlanInput, backupSelectionInput, copyJobInput } from "../aws/backup-inputs.ts";
import type { BackupCloud, BackupPlan } from "../core/backup.ts";
import type { Cloud } from "../core/cloud.ts";
import { migrationTag } from "../core/names.ts";

type Write = (operation: string, input: object) => void;

/** What AWS Backup is asked for on paper. Jobs leave nothing there: whoever carries on by hand sees them in AWS. */
export function backupsOnPaper(write: Write, migration: string) {
  let plans: readonly BackupPlan[] = [];
  return {
    backupJobsOf: async () => [],
    copyJobsOf: async () => [],
    listBackupPlans: async () => plans,
    findBackupPlan: async (name) => plans.find((plan) => plan.name === name),
    startBackup: async ({ arn }, target, token, add) =>
      write("StartBackupJob", backupJobInput(arn, target, token, add)),
    startCopy: async (_of, recoveryPoint, target, token) =>
      write("StartCopyJob", copyJobInput(recoveryPoint, target, token)),
    createBackupPlan: async (_of, plan, token) => {
      write("CreateBackupPlan", backupPlanInput(plan, token, { [migrationTag]: migration }));
      plans = [...plans, { ...nothingYet, name: plan.name, token }];
    },
    selectForBackup: async ({ arn }, plan, token) => {
      write("CreateBackupSelection", backupSelectionInput(arn, plan, token));
      const selection = { ...nothingSelected, name: plan.name, resources: [arn] };
      plans = plans.map((one) => (one.name === plan.name ? { ...one, selections: [selection] } : one));
    },
    deleteBackupPlan: async (_of, { planId, name }) => {
      for (const { id } of plans.find((plan) => plan.name === name)?.selections ?? []) {
        write("DeleteBackupSelection", { BackupPlanId: planId, SelectionId: id });
      }
      write("DeleteBackupPlan", { BackupPlanId: planId });
      plans = plans.filter((plan) => plan.name !== name);
    },
  } satisfies Partial<BackupCloud & Cloud>;
}

/** What AWS gives them as ids is kept in variables of the shell. */
const nothingYet = { id: "$BACKUP_PLAN", arn: "", rules: [], selections: [] };
const nothingSelected = { id: "$SELECTION", roleArn: "", tags: [] };
