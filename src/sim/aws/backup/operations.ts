import { describeCopyJob, listCopyJobs, startCopyJob } from "./copies.ts";
import { describeBackupJob, listBackupJobs, startBackupJob, stopBackupJob } from "./jobs.ts";
import { createBackupPlan, deleteBackupPlan, getBackupPlan, listBackupPlans } from "./plans.ts";
import {
  deleteRecoveryPoint,
  describeRecoveryPoint,
  listRecoveryPointsByBackupVault,
  listRecoveryPointsByResource,
  listTags,
} from "./recovery-points.ts";
import {
  createBackupSelection,
  deleteBackupSelection,
  getBackupSelection,
  listBackupSelections,
} from "./selections.ts";
import { describeGlobalSettings, describeRegionSettings, updateRegionSettings } from "./settings.ts";
import {
  createBackupVault,
  describeBackupVault,
  getBackupVaultAccessPolicy,
  putBackupVaultAccessPolicy,
  putBackupVaultLockConfiguration,
} from "./vaults.ts";

export const backupReads = {
  DescribeBackupJob: describeBackupJob,
  DescribeBackupVault: describeBackupVault,
  DescribeCopyJob: describeCopyJob,
  DescribeGlobalSettings: describeGlobalSettings,
  DescribeRecoveryPoint: describeRecoveryPoint,
  DescribeRegionSettings: describeRegionSettings,
  GetBackupPlan: getBackupPlan,
  GetBackupSelection: getBackupSelection,
  GetBackupVaultAccessPolicy: getBackupVaultAccessPolicy,
  ListBackupJobs: listBackupJobs,
  ListBackupPlans: listBackupPlans,
  ListBackupSelections: listBackupSelections,
  ListCopyJobs: listCopyJobs,
  ListRecoveryPointsByBackupVault: listRecoveryPointsByBackupVault,
  ListRecoveryPointsByResource: listRecoveryPointsByResource,
  ListTags: listTags,
} as const;

export const backupMutations = {
  CreateBackupPlan: createBackupPlan,
  CreateBackupSelection: createBackupSelection,
  CreateBackupVault: createBackupVault,
  DeleteBackupPlan: deleteBackupPlan,
  DeleteBackupSelection: deleteBackupSelection,
  DeleteRecoveryPoint: deleteRecoveryPoint,
  PutBackupVaultAccessPolicy: putBackupVaultAccessPolicy,
  PutBackupVaultLockConfiguration: putBackupVaultLockConfiguration,
  StartBackupJob: startBackupJob,
  StartCopyJob: startCopyJob,
  StopBackupJob: stopBackupJob,
  UpdateRegionSettings: updateRegionSettings,
} as const;
