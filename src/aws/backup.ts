import type { BackupCloud } from "../core/backup.ts";
import type { LeftoverCloud } from "../core/leftover.ts";

const notYet = async (): Promise<never> => {
  throw new Error("not built yet");
};

export const backupNotYet: BackupCloud & Pick<LeftoverCloud, "snapshotsOf"> = {
  backupReadiness: notYet,
  backupJobsOf: notYet,
  copyJobsOf: notYet,
  findRecoveryPoint: notYet,
  recoveryPointsOf: notYet,
  findCopy: notYet,
  copiesOf: notYet,
  findBackupPlan: notYet,
  listBackupPlans: notYet,
  startBackup: notYet,
  startCopy: notYet,
  createBackupPlan: notYet,
  selectForBackup: notYet,
  deleteBackupPlan: notYet,
  snapshotsOf: notYet,
};
