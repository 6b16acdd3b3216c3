import type { Cloud } from "../core/cloud.ts";
import type { Heard, Mandate } from "../core/mandate.ts";
import * as attachments from "./attachments.ts";
import * as attachmentChanges from "./attachments-change.ts";
import * as attachmentReads from "./attachments-read.ts";
import type { Authority } from "./authority.ts";
import * as automatedBackups from "./automated-backups.ts";
import * as backupChanges from "./backup-change.ts";
import * as backupJobs from "./backup-jobs.ts";
import * as backupPlans from "./backup-plans.ts";
import * as backupReadiness from "./backup-readiness.ts";
import type { AccountClients } from "./clients.ts";
import * as deletion from "./decommission.ts";
import * as instanceChanges from "./instance-change.ts";
import * as keyRights from "./key-rights.ts";
import * as kms from "./kms.ts";
import * as offers from "./offers.ts";
import { createOtherAccount } from "./other-account.ts";
import { permitFor } from "./permit.ts";
import * as changes from "./rds-change.ts";
import * as reads from "./rds-read.ts";
import * as recoveryPoints from "./recovery-points.ts";
import * as secrets from "./secret-reads.ts";
import * as shares from "./shares.ts";
import * as snapshots from "./snapshots-of.ts";

/**
 * Every IAM action whose call the gateway makes. What RDS does in its name is `passedOn` of rds-change.
 * @public for whoever writes the policies
 */
export const actions = [
  ...reads.actions,
  ...offers.actions,
  ...kms.actions,
  ...keyRights.actions,
  ...attachments.actions,
  ...shares.actions,
  ...attachmentReads.actions,
  ...attachmentChanges.actions,
  ...changes.actions,
  ...instanceChanges.actions,
  ...deletion.actions,
  ...secrets.actions,
  ...snapshots.actions,
  ...automatedBackups.actions,
  ...backupJobs.actions,
  ...recoveryPoints.actions,
  ...backupPlans.actions,
  ...backupReadiness.actions,
  ...backupChanges.actions,
] as const;

/** The same as service and operation. */
export const operations: readonly { readonly service: string; readonly operation: string }[] = actions.map(
  (action) => {
    const [service = "", operation = ""] = action.split(":");
    return { service, operation };
  },
);

/**
 * The gateway to one account in one Region: makes the cloud for one look or one act. One per process, for only
 * look-ups of the same gateway are asked for together.
 */
export function createGateway(
  clients: AccountClients,
  authority: Authority,
): (mandate: Mandate, heard?: Heard) => Cloud {
  const attached = attachmentReads.createAttachmentLookups(clients);
  const lookInto = createOtherAccount(clients, authority.now);
  const points = recoveryPoints.createRecoveryPointLookups(clients.backup, lookInto);
  const lookups = {
    ...reads.createRdsLookups(clients.reads),
    ...offers.createOffers(clients.reads),
    rightOnKey: (keyArn) => keyRights.rightOnKey(clients.kms, keyArn, authority.roles?.change),
    findKey: (key) => kms.findKey(clients.kms, key),
    attachmentsOf: (cluster) => attachments.attachmentsOf(clients, cluster, authority.now),
    ...attached,
    ...backupJobs.createBackupJobLookups(clients.backup),
    ...points,
    ...backupPlans.createBackupPlanLookups(clients.backup),
    backupReadiness: (target, of) => backupReadiness.backupReadiness(clients, lookInto, target, of),
    snapshotsOf: (kind, resourceIds) => snapshots.snapshotsOf(clients.reads, kind, resourceIds),
    findAutomatedBackups: (of) => automatedBackups.findAutomatedBackups(clients.reads, of),
    findSecretReads: (arn) => secrets.findSecretReads(clients, authority.now, arn),
  } satisfies Partial<Cloud>;
  return (mandate, heard = () => {}) => {
    const permit = permitFor(clients.reads, authority, mandate, heard);
    return {
      ...lookups,
      ...changes.createRdsChanges(permit),
      ...attachmentChanges.createAttachmentChanges(permit, attached),
      ...backupChanges.createBackupChanges(permit, clients, points),
      decommission: (source) => deletion.decommission(permit, mandate, source),
    };
  };
}
