import type {
  CreateBackupPlanInput,
  CreateBackupSelectionInput,
  StartBackupJobInput,
  StartCopyJobInput,
} from "@aws-sdk/client-backup";
import type { BackupTarget } from "../core/backup.ts";
import type { Tags } from "../core/cloud.ts";

/**
 * Minutes. A job that AWS Backup cannot begin, as near a backup or a maintenance window, is tried again every ten minutes until
 * then: long enough for both windows, and on the same day. Source: AWS Backup API, StartBackupJob.
 */
const startWindow = 240;

export function backupJobInput(
  resourceArn: string,
  target: BackupTarget,
  token: string,
  tags: Tags,
): StartBackupJobInput {
  return {
    BackupVaultName: target.vault,
    ResourceArn: resourceArn,
    IamRoleArn: target.roleArn,
    IdempotencyToken: token,
    StartWindowMinutes: startWindow,
    Lifecycle: lifecycle(target),
    RecoveryPointTags: tags,
  };
}

export function copyJobInput(
  recoveryPointArn: string,
  target: BackupTarget,
  token: string,
): StartCopyJobInput {
  return {
    RecoveryPointArn: recoveryPointArn,
    SourceBackupVaultName: target.vault,
    DestinationBackupVaultArn: target.destinationVaultArn,
    IamRoleArn: target.roleArn,
    IdempotencyToken: token,
    Lifecycle: lifecycle(target),
  };
}

export function backupPlanInput(
  {
    name,
    schedule,
    target,
  }: { readonly name: string; readonly schedule: string; readonly target: BackupTarget },
  token: string,
  tags: Tags,
): CreateBackupPlanInput {
  const rule = {
    RuleName: "daily",
    TargetBackupVaultName: target.vault,
    ScheduleExpression: schedule,
    StartWindowMinutes: startWindow,
    Lifecycle: lifecycle(target),
    CopyActions: [{ DestinationBackupVaultArn: target.destinationVaultArn, Lifecycle: lifecycle(target) }],
  };
  return {
    BackupPlan: { BackupPlanName: name, Rules: [rule] },
    BackupPlanTags: tags,
    CreatorRequestId: token,
  };
}

export function backupSelectionInput(
  resourceArn: string,
  { planId, name, target }: { readonly planId: string; readonly name: string; readonly target: BackupTarget },
  token: string,
): CreateBackupSelectionInput {
  const selection = { SelectionName: name, IamRoleArn: target.roleArn, Resources: [resourceArn] };
  return { BackupPlanId: planId, BackupSelection: selection, CreatorRequestId: token };
}

function lifecycle({ keepDays }: BackupTarget) {
  return { DeleteAfterDays: keepDays };
}
