import type {
  BackupRule,
  BackupSelection,
  CopyAction,
  Lifecycle,
  RecoveryPointCreator,
} from "@aws-sdk/client-backup";
import type { Instant, StorageKey } from "../state.ts";

/** What AWS Backup knows of one account in one Region. */
export interface BackupState {
  /** Whether it takes on a kind of resource; those that are missing it does. */
  readonly optIn: Readonly<Record<string, boolean>>;
  readonly vaults: Readonly<Record<string, Vault>>;
  readonly backupJobs: Readonly<Record<string, BackupJob>>;
  readonly copyJobs: Readonly<Record<string, CopyJob>>;
  /** By ARN. */
  readonly recoveryPoints: Readonly<Record<string, RecoveryPoint>>;
  readonly plans: Readonly<Record<string, Plan>>;
  /** What happens to the next jobs, in order: a test says so. */
  readonly mishaps: readonly Mishap[];
}

export const noBackups: BackupState = {
  optIn: { Aurora: true, RDS: true },
  vaults: {},
  backupJobs: {},
  copyJobs: {},
  recoveryPoints: {},
  plans: {},
  mishaps: [],
};

type Tags = Readonly<Record<string, string>>;

export interface Vault {
  readonly name: string;
  readonly type: "BACKUP_VAULT" | "LOGICALLY_AIR_GAPPED_BACKUP_VAULT";
  readonly keyArn: string;
  readonly createdAt: Instant;
  readonly creatorRequestId?: string;
  readonly tags: Tags;
  /** JSON. */
  readonly policy?: string;
  readonly lock?: { readonly minDays?: number; readonly maxDays?: number; readonly lockedAt?: Instant };
}

/** What is backed up, as it was called when it was asked for. */
export interface BackedUp {
  /** With the name in it, whose database it may not be any more. */
  readonly arn: string;
  readonly name: string;
  readonly type: "Aurora" | "RDS";
  readonly resourceId: string;
}

/** How a job has ended, or stands. `SUCCESS` is only said at the end. */
interface Progress<State extends string> {
  readonly state: State;
  readonly message?: string;
  readonly messageCategory?: string;
  readonly createdAt: Instant;
  readonly endedAt?: Instant;
}

export interface BackupJob
  extends Progress<"CREATED" | "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "EXPIRED" | "PARTIAL"> {
  readonly id: string;
  readonly vault: string;
  readonly of: BackedUp;
  readonly roleArn: string;
  readonly startBy: Instant;
  readonly lifecycle: Lifecycle;
  readonly tags: Tags;
  readonly continuous: boolean;
  readonly token?: string;
  readonly createdBy?: RecoveryPointCreator;
  /** Of the rule by which it was made, as it was then. */
  readonly copies: readonly CopyAction[];
  /** Once it runs. */
  readonly recoveryPoint?: string;
}

export interface CopyJob extends Progress<"CREATED" | "RUNNING" | "COMPLETED" | "FAILED" | "PARTIAL"> {
  readonly id: string;
  readonly of: BackedUp;
  readonly sourceVault: string;
  readonly recoveryPoint: string;
  readonly destinationVaultArn: string;
  readonly roleArn: string;
  readonly lifecycle?: Lifecycle;
  readonly token?: string;
  readonly createdBy?: RecoveryPointCreator;
  readonly createdByJob?: string;
  /** Once it runs. */
  readonly copy?: string;
}

export interface RecoveryPoint {
  readonly arn: string;
  readonly vault: string;
  readonly of: BackedUp;
  readonly status: "CREATING" | "COMPLETED" | "PARTIAL" | "AVAILABLE";
  readonly roleArn: string;
  /** Of a copy: when what it is a copy of was made. */
  readonly createdAt: Instant;
  readonly endedAt?: Instant;
  readonly lifecycle: Lifecycle;
  readonly key: StorageKey;
  readonly sourceVaultArn?: string;
  readonly createdBy?: RecoveryPointCreator;
  readonly continuous: boolean;
  /** Resource id of the RDS snapshot that it is; of a continuous one: of the one that a copy of it would be made of. */
  readonly snapshot: string;
  readonly tags: Tags;
}

export interface Plan {
  readonly id: string;
  readonly name: string;
  readonly versionId: string;
  readonly createdAt: Instant;
  readonly creatorRequestId?: string;
  readonly tags: Tags;
  readonly rules: readonly (BackupRule & { readonly RuleId: string })[];
  readonly selections: Readonly<Record<string, Selection>>;
  readonly lastRunAt?: Instant;
}

export interface Selection {
  readonly id: string;
  readonly createdAt: Instant;
  readonly creatorRequestId?: string;
  readonly selection: BackupSelection;
}

export interface Mishap {
  /** Whose it has become. */
  readonly job?: string;
  readonly to: "backup" | "copy";
  /** How long the job stays CREATED, as if AWS tried again and again; milliseconds. */
  readonly sits?: number;
  /** How it ends; COMPLETED with another category than SUCCESS is "completed with issues". */
  readonly ends?: {
    readonly state: "COMPLETED" | "PARTIAL" | "FAILED";
    readonly message: string;
    readonly category: string;
  };
}
