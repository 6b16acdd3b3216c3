import * as z from "zod";
import type { KeyRight, Ref, Tags } from "./cloud.ts";
import type { Instant } from "./time.ts";

/**
 * Where backups go and who makes them, as it is configured. The approval covers it: whoever signs a plan signs where the
 * copies will be.
 */
export const backupTarget = z.object({
  /** The vault of the database's own account, by name. */
  vault: z.string(),
  /** The role under which AWS Backup works in that account. */
  roleArn: z.string(),
  /** The vault of the other account. */
  destinationVaultArn: z.string(),
  /** The role of the other account under which the bot looks at what has arrived there. */
  verificationRoleArn: z.string(),
  /** After how many days backups and copies are deleted by AWS Backup. */
  keepDays: z.number(),
});
export type BackupTarget = z.infer<typeof backupTarget>;

const backupVault = z.object({
  name: z.string(),
  arn: z.string(),
  /** Null where AWS does not say. */
  keyArn: z.string().nullable(),
  /** Whose key it is; `unread` where the bot may not ask. */
  keyManager: z.enum(["AWS", "CUSTOMER", "unread"]),
  /** A logically air-gapped vault is another way, which the bot does not go. */
  kind: z.enum(["standard", "air-gapped"]),
  /** What Vault Lock allows as a lifetime; null where nothing is set. */
  minDays: z.number().nullable(),
  maxDays: z.number().nullable(),
});
export type BackupVault = z.infer<typeof backupVault>;

/** What AWS Backup needs before a copy in another account can succeed, as far as it can be read beforehand. */
export const backupReadiness = z.object({
  /** Whether the organisation lets backups leave the account. */
  crossAccount: z.enum(["enabled", "disabled", "no-organization", "unread"]),
  /** Whether AWS Backup takes on this kind of database in this Region. */
  optedIn: z.boolean(),
  /** Null where it does not exist, or where even the bot may not see it: AWS answers the same. */
  vault: backupVault.nullable(),
  /**
   * `unreachable`: the verification role cannot be assumed, or may not look; of a vault that does not exist AWS mostly says so,
   * too. Null where it says that the vault does not exist.
   */
  destination: z.union([backupVault, z.literal("unreachable")]).nullable(),
  /** Whether the destination vault's policy lets this account copy into it. */
  copyIntoVault: z.enum(["allowed", "refused", "unclear", "unread"]),
  /** What the policy of the key that the database will be under says to the destination account. */
  keyForDestination: z.enum(["allowed", "refused", "unclear", "unread"]) satisfies z.ZodType<KeyRight>,
});
export type BackupReadiness = z.infer<typeof backupReadiness>;

/** The states of jobs and recovery points are AWS's own words. Source: AWS Backup API, BackupJob, CopyJob, RecoveryPoint. */
interface Job {
  readonly id: string;
  readonly state: string;
  readonly message: string | null;
  /** `SUCCESS`, or what AWS found fault with in a job that is COMPLETED all the same; null where it says nothing. */
  readonly messageCategory: string | null;
  readonly createdAt: Instant;
}

export interface BackupJob extends Job {
  readonly recoveryPointArn: string | null;
  /** False where a backup plan asked for it. */
  readonly onDemand: boolean;
  readonly percent: number | null;
}

export interface CopyJob extends Job {
  readonly destinationVaultArn: string;
  readonly destinationRecoveryPointArn: string | null;
}

export const recoveryPoint = z.object({
  arn: z.string(),
  status: z.string(),
  vaultArn: z.string(),
  /** Of the database that it was made of. The ARN holds a name, which may have been another database's then. */
  resourceArn: z.string(),
  encrypted: z.boolean(),
  keyArn: z.string().nullable(),
  createdAt: z.number(),
  /** When AWS Backup deletes it; null for never. */
  expiresAt: z.number().nullable(),
  /** The vault that it was copied from, or null. */
  sourceVaultArn: z.string().nullable(),
});
export type RecoveryPoint = z.infer<typeof recoveryPoint>;

export interface BackupSelection {
  readonly id: string;
  readonly name: string;
  readonly roleArn: string;
  /** ARNs, patterns of ARNs, or `*`. */
  readonly resources: readonly string[];
  /** Tags by which it selects, as `key=value`. */
  readonly tags: readonly string[];
}

export interface BackupPlan {
  readonly id: string;
  readonly name: string;
  readonly arn: string;
  /** With which it was created: whose it is, also for whoever never heard that it was. Null where AWS tells none. */
  readonly token: string | null;
  /** Of each rule: the vault, when, and where it copies to. */
  readonly rules: readonly {
    readonly vault: string;
    readonly schedule: string;
    readonly continuous: boolean;
    readonly copiesTo: readonly string[];
    readonly keepDays: number | null;
  }[];
  readonly selections: readonly BackupSelection[];
}

/** A database that is backed up: its name may be another's by the time of the call, and then nothing is called. */
export type BackedUp = Ref & { readonly arn: string };

/** AWS Backup of the database's account, and a look into the other one. Errors as of every `Cloud`. */
export interface BackupCloud {
  /** `keyArn`: the key that the database will be under. */
  backupReadiness(
    target: BackupTarget,
    of: { readonly kind: Ref["kind"]; readonly keyArn: string },
  ): Promise<BackupReadiness>;
  /** Of the last days that AWS Backup remembers, since `since`, into this vault; the newest first. */
  backupJobsOf(resourceArn: string, vault: string, since: Instant): Promise<readonly BackupJob[]>;
  /** Those of one recovery point, the newest first. */
  copyJobsOf(resourceArn: string, recoveryPointArn: string): Promise<readonly CopyJob[]>;
  findRecoveryPoint(vault: string, arn: string): Promise<RecoveryPoint | undefined>;
  /** In this account, in every vault. */
  recoveryPointsOf(resourceArn: string): Promise<readonly RecoveryPoint[]>;
  /** In the destination vault, asked by the verification role. */
  findCopy(target: BackupTarget, arn: string): Promise<RecoveryPoint | undefined>;
  copiesOf(target: BackupTarget, resourceArn: string): Promise<readonly RecoveryPoint[]>;
  findBackupPlan(name: string): Promise<BackupPlan | undefined>;
  /** Every plan of the account. */
  listBackupPlans(): Promise<readonly BackupPlan[]>;

  /** The same token never makes a second backup. */
  startBackup(of: BackedUp, target: BackupTarget, token: string, add: Tags): Promise<void>;
  /** Of a recovery point of this database, which is in the target's vault. The same token never makes a second copy. */
  startCopy(of: BackedUp, recoveryPointArn: string, target: BackupTarget, token: string): Promise<void>;
  /** Daily, with a copy to the destination; `schedule` is `cron(…)` in UTC. Name and token: at most 50 letters, digits or `-_.`. */
  createBackupPlan(
    of: BackedUp,
    plan: { readonly name: string; readonly schedule: string; readonly target: BackupTarget },
    token: string,
  ): Promise<void>;
  /** Name and token as those of a plan, which must be one that the bot made. */
  selectForBackup(
    of: BackedUp,
    plan: { readonly planId: string; readonly name: string; readonly target: BackupTarget },
    token: string,
  ): Promise<void>;
  /** With its selections. Only one that the bot made. */
  deleteBackupPlan(of: BackedUp, plan: { readonly planId: string; readonly name: string }): Promise<void>;
}
