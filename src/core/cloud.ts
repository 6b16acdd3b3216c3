import * as z from "zod/mini";
import type { ActivityStream, AttachmentCloud, ClusterRole } from "./attachments.ts";
import type { BackupCloud } from "./backup.ts";
import type {
  ClusterChange,
  CopySnapshot,
  CreateInstance,
  CreateReplica,
  InstanceChange,
  RestoreClusterFromSnapshot,
  RestoreInstanceFromSnapshot,
  RestoreToTime,
} from "./changes.ts";
import type { Orderable, OrderableQuestion, StandaloneFacts } from "./instance.ts";
import type { LeftoverCloud } from "./leftover.ts";
import type { Quotas } from "./quotas.ts";
import type { Instant } from "./time.ts";

/**
 * The cloud as strategies see it: facts without optional fields, and changes that name what they change by
 * name *and* resource id. Implemented in src/aws.
 */

/** A database to be moved. `kind` is what AWS calls it: an Aurora (or Multi-AZ) cluster, or an instance. */
export const target = z.object({
  account: z.string(),
  region: z.string(),
  kind: z.enum(["cluster", "instance"]),
  name: z.string(),
});
export type Target = z.infer<typeof target>;

/**
 * The key of a database wherever things are kept by database: there it has at most one open migration. Without its kind: a
 * command does not say whether it means a cluster or an instance.
 */
export function databaseKey({ account, region, name }: Omit<Target, "kind">): string {
  return `${account}/${region}/${name}`;
}

/**
 * What a change is made to. Names are reused and resource ids never are, so the gateway looks the name up
 * right before every change and refuses when the resource id differs: a repeated rename would otherwise
 * rename the replacement.
 */
const ref = z.object({
  kind: z.enum(["cluster", "instance"]),
  name: z.string(),
  resourceId: z.string(),
});
export type Ref = z.infer<typeof ref>;

const tags = z.record(z.string(), z.string());
export type Tags = z.infer<typeof tags>;

/**
 * `sse-rds` is a key that AWS owns, `sse-kms` one in an account's KMS (the managed `aws/rds` or a customer's:
 * only KMS knows which). An answer without the field is `unknown`, never `none`.
 * Source: RDS API, StorageEncryptionType.
 */
export type Encryption = "none" | "sse-rds" | "sse-kms" | "unknown";

/** The settings of a cluster that a restore forgets and that the replacement must have again. */
export const clusterSettings = z.object({
  engine: z.string(),
  engineVersion: z.string(),
  engineMode: z.string(),
  port: z.number(),
  parameterGroup: z.string(),
  subnetGroup: z.string(),
  securityGroups: z.array(z.string()),
  iamAuthentication: z.boolean(),
  logExports: z.array(z.string()),
  backupRetentionDays: z.number(),
  backupWindow: z.string(),
  maintenanceWindow: z.string(),
  deletionProtection: z.boolean(),
  copyTagsToSnapshots: z.boolean(),
  storageType: z.string(),
  networkType: z.string(),
  lifecycleSupport: z.string(),
  databaseInsights: z.string(),
  /** Readers take writes and hand them on. */
  localWriteForwarding: z.boolean(),
  serverlessScaling: z.nullable(
    z.object({ minimum: z.number(), maximum: z.number(), secondsUntilPause: z.nullable(z.number()) }),
  ),
  tags,
});
export type ClusterSettings = z.infer<typeof clusterSettings>;

/** The settings of one member instance that the replacement's member of that name must have again. */
export const memberSettings = z.object({
  name: z.string(),
  instanceClass: z.string(),
  promotionTier: z.number(),
  availabilityZone: z.string(),
  parameterGroup: z.string(),
  monitoring: z.nullable(z.object({ intervalSeconds: z.number(), roleArn: z.string() })),
  performanceInsights: z.nullable(z.object({ keyArn: z.string(), retentionDays: z.number() })),
  caCertificate: z.string(),
  publiclyAccessible: z.boolean(),
  autoMinorVersionUpgrade: z.boolean(),
  maintenanceWindow: z.string(),
  tags,
});
export type MemberSettings = z.infer<typeof memberSettings>;

export interface ClusterFacts {
  readonly name: string;
  readonly resourceId: string;
  readonly arn: string;
  readonly status: string;
  readonly encryption: Encryption;
  /** Null where no key of an account's KMS is used. */
  readonly keyArn: string | null;
  /** Null while AWS has not given it yet. */
  readonly endpoint: string | null;
  readonly readerEndpoint: string | null;
  readonly settings: ClusterSettings;
  /** False while a change of the groups is still under way. */
  readonly securityGroupsActive: boolean;
  readonly members: readonly { readonly name: string; readonly writer: boolean }[];
  readonly earliestRestorableTime: Instant | null;
  readonly latestRestorableTime: Instant | null;
  /** Names of settings that wait for the maintenance window. */
  readonly pendingChanges: readonly string[];
  readonly masterUser: string;
  /** The database made with the cluster, or null where none was. */
  readonly databaseName: string | null;
  /** What hangs on the cluster and that AWS tells with the cluster itself. */
  readonly own: {
    /** Set for a Multi-AZ DB cluster of RDS, which is not Aurora. */
    readonly clusterInstanceClass: string | null;
    readonly scalability: string;
    readonly replicationSource: string | null;
    readonly readReplicas: readonly string[];
    readonly globalWriteForwarding: boolean;
    readonly roles: readonly (ClusterRole & { readonly active: boolean })[];
    readonly dataApi: boolean;
    readonly activityStream:
      | (ActivityStream & { readonly started: boolean; readonly kinesis: string })
      | null;
    readonly masterSecret: { readonly arn: string; readonly keyArn: string; readonly active: boolean } | null;
    readonly domains: readonly string[];
    readonly backtrackSeconds: number;
  };
}

export interface InstanceFacts {
  readonly name: string;
  readonly resourceId: string;
  readonly arn: string;
  readonly status: string;
  readonly engine: string;
  /** The cluster it is a member of; null for an RDS instance. */
  readonly clusterName: string | null;
  readonly encryption: Encryption;
  readonly keyArn: string | null;
  readonly endpoint: string | null;
  readonly port: number;
  readonly settings: MemberSettings;
  /** What it has besides where it is no member of a cluster; null where it is. */
  readonly standalone: StandaloneFacts | null;
  readonly pendingChanges: readonly string[];
}

export interface SnapshotFacts {
  /** What it is a snapshot of. */
  readonly kind: Ref["kind"];
  readonly name: string;
  readonly arn: string;
  readonly status: string;
  readonly percent: number;
  /** What it was taken of, by resource id: its name may have been reused since. */
  readonly sourceResourceId: string;
  readonly encryption: Encryption;
  readonly keyArn: string | null;
  /** When it was taken, of a copy when its original was. Null while AWS has not told yet. */
  readonly createdAt: Instant | null;
  readonly engine: string;
  readonly engineVersion: string;
  /** GiB. */
  readonly allocatedStorage: number;
  readonly tags: Tags;
}

export const keyFacts = z.object({
  arn: z.string(),
  account: z.string(),
  region: z.string(),
  /** `AWS` is a managed key such as aws/rds. */
  manager: z.enum(["AWS", "CUSTOMER"]),
  state: z.string(),
  spec: z.string(),
  usage: z.string(),
  origin: z.string(),
  /** When imported material expires, or null. */
  validUntil: z.nullable(z.number()),
});
export type KeyFacts = z.infer<typeof keyFacts>;

/** Whether RDS may use a key in the bot's name. `unclear`: that depends on conditions; `unread`: it may not read the policy. */
export const keyRight = z.enum(["allowed", "refused", "unclear", "unread"]);
export type KeyRight = z.infer<typeof keyRight>;

/** What things hang on: a cluster with its instances, or an instance outside of one, which has none. */
export type Attachable = Pick<Ref, "kind" | "name"> & Pick<ClusterFacts, "arn" | "members">;

/** What hangs on a database and cannot be hung on another. A proxy only where it is an instance's: a cluster's are carried over. */
export interface Attachment {
  readonly kind:
    | "proxy"
    | "zero-etl"
    | "blue-green"
    | "global-database"
    | "ram-share"
    | "pending-maintenance";
  /** The name an operator knows it by. */
  readonly name: string;
}

export interface SubnetGroupFacts {
  readonly vpc: string;
  /** The Availability Zones that its subnets are in. */
  readonly zones: readonly string[];
}

/** One line of `/encrypt-db list`. */
export interface DatabaseFacts {
  readonly kind: "cluster" | "instance";
  readonly name: string;
  readonly engine: string;
  readonly status: string;
  readonly encryption: Encryption;
  readonly keyArn: string | null;
  readonly tags: Tags;
}

/**
 * Every look-up answers with what is there now or `undefined` for the service's exact not-found; anything
 * else that goes wrong is thrown as a `CloudFault`. Changes return when the service has accepted them, which
 * is not when they are done.
 */
export interface Cloud extends AttachmentCloud, BackupCloud, LeftoverCloud {
  findCluster(name: string): Promise<ClusterFacts | undefined>;
  findClusterById(resourceId: string): Promise<ClusterFacts | undefined>;
  findInstance(name: string): Promise<InstanceFacts | undefined>;
  findInstanceById(resourceId: string): Promise<InstanceFacts | undefined>;
  membersOf(clusterName: string): Promise<readonly InstanceFacts[]>;
  findSnapshot(kind: Ref["kind"], name: string): Promise<SnapshotFacts | undefined>;
  /** Undefined where AWS offers no such instance at present. */
  orderable(question: OrderableQuestion): Promise<Orderable | undefined>;
  /** What the policy of a key of this account says; the bot's own rights are another matter. */
  rightOnKey(keyArn: string): Promise<KeyRight>;
  /** By ARN, id or `alias/…`. */
  findKey(key: string): Promise<KeyFacts | undefined>;
  attachmentsOf(database: Attachable): Promise<readonly Attachment[]>;
  quotas(): Promise<Quotas>;
  findSubnetGroup(name: string): Promise<SubnetGroupFacts | undefined>;
  /** True if AWS still makes databases of exactly this version. */
  offersVersion(engine: string, version: string): Promise<boolean>;
  /** Until when AWS's own certificate is valid from which servers get theirs. */
  certificateValidUntil(authority: string): Promise<Instant | undefined>;
  listDatabases(): Promise<readonly DatabaseFacts[]>;

  changeCluster(cluster: Ref, change: ClusterChange): Promise<void>;
  changeInstance(instance: Ref, change: InstanceChange): Promise<void>;
  addTags(to: Ref, add: Tags): Promise<void>;
  removeTags(from: Ref, keys: readonly string[]): Promise<void>;
  takeSnapshot(of: Ref, snapshot: string, add: Tags): Promise<void>;
  /** A snapshot that is copied, restored or deleted must be of this migration's own making. */
  copySnapshot(copy: CopySnapshot): Promise<void>;
  restoreClusterToTime(restore: RestoreToTime): Promise<void>;
  restoreClusterFromSnapshot(restore: RestoreClusterFromSnapshot): Promise<void>;
  restoreInstanceFromSnapshot(restore: RestoreInstanceFromSnapshot): Promise<void>;
  /** Its master password is made by AWS and kept in Secrets Manager: nobody else ever sees it. */
  createInstance(instance: CreateInstance): Promise<void>;
  /** Under the key of the instance that it replicates. */
  createReplica(replica: CreateReplica): Promise<void>;
  createMember(cluster: Ref, settings: MemberSettings): Promise<void>;
  /** Without a final snapshot: for what this migration made and nobody ever wrote to. */
  deleteCluster(cluster: Ref): Promise<void>;
  deleteInstance(instance: Ref): Promise<void>;
  /** Only a working copy: what was taken for safety is kept. */
  deleteSnapshot(kind: Ref["kind"], name: string): Promise<void>;
}

/**
 * A call that did not succeed, sorted by what one may conclude:
 * - `unanswered`: time-out, lost connection, 5xx. It may have happened.
 * - `throttled`: it has not happened; ask again later.
 * - `busy`: the resource's present state does not allow it (yet).
 * - `refused`: it has not happened and will not until a human does something.
 * - `mismatch`: the name now belongs to another resource than the one meant. Nothing was called.
 */
export class CloudFault extends Error {
  readonly kind: "unanswered" | "throttled" | "busy" | "refused" | "mismatch";
  /** The service's own code, such as `InvalidDBClusterStateFault`. */
  readonly code: string;
  readonly operation: string;

  constructor(kind: CloudFault["kind"], code: string, operation: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "CloudFault";
    this.kind = kind;
    this.code = code;
    this.operation = operation;
  }
}
