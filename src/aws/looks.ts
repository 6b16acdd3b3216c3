import { actions as attachments } from "./attachments.ts";
import { actions as attached } from "./attachments-read.ts";
import { actions as automatedBackups } from "./automated-backups.ts";
import { actions as backupJobs } from "./backup-jobs.ts";
import { actions as backupPlans } from "./backup-plans.ts";
import { actions as backupReadiness } from "./backup-readiness.ts";
import { actions as keyPolicies } from "./key-rights.ts";
import { actions as keys } from "./kms.ts";
import { actions as offers } from "./offers.ts";
import { actions as databases } from "./rds-read.ts";
import { actions as recoveryPoints } from "./recovery-points.ts";
import { actions as secrets } from "./secret-reads.ts";
import { actions as shares } from "./shares.ts";

/** Every IAM action whose call only looks, in the databases' own account. */
export const looks = [
  ...databases,
  ...offers,
  ...attachments,
  ...shares,
  ...attached,
  ...keys,
  ...keyPolicies,
  ...secrets,
  ...automatedBackups,
  ...backupJobs,
  ...recoveryPoints,
  ...backupPlans,
  ...backupReadiness,
] as const;
