import * as z from "zod/mini";
import { memberSettings } from "./cloud.ts";
import type { Instant } from "./time.ts";

/** An RDS instance outside of a cluster, and which instances there may be. */

const { monitoring, performanceInsights, tags } = memberSettings.shape;

/**
 * The settings of an RDS instance that a restore forgets and that the replacement must have again.
 * Source: RDS API, RestoreDBInstanceFromDBSnapshot compared with DBInstance.
 */
export const instanceSettings = z.object({
  engine: z.string(),
  engineVersion: z.string(),
  instanceClass: z.string(),
  port: z.number(),
  multiAz: z.boolean(),
  /** Where it runs now; of a Multi-AZ instance AWS chooses it. */
  availabilityZone: z.string(),
  storageType: z.string(),
  /** GiB. */
  allocatedStorage: z.number(),
  iops: z.nullable(z.number()),
  /** MiB/s. */
  storageThroughput: z.nullable(z.number()),
  /** GiB up to which AWS enlarges the storage by itself; null where it does not. */
  maxAllocatedStorage: z.nullable(z.number()),
  dedicatedLogVolume: z.boolean(),
  parameterGroup: z.string(),
  optionGroup: z.string(),
  subnetGroup: z.string(),
  securityGroups: z.array(z.string()),
  publiclyAccessible: z.boolean(),
  autoMinorVersionUpgrade: z.boolean(),
  caCertificate: z.string(),
  iamAuthentication: z.boolean(),
  logExports: z.array(z.string()),
  monitoring,
  performanceInsights,
  databaseInsights: z.string(),
  backupRetentionDays: z.number(),
  backupWindow: z.string(),
  maintenanceWindow: z.string(),
  deletionProtection: z.boolean(),
  copyTagsToSnapshots: z.boolean(),
  networkType: z.string(),
  licenseModel: z.string(),
  lifecycleSupport: z.string(),
  tags,
});
export type InstanceSettings = z.infer<typeof instanceSettings>;

/** What AWS tells of an instance that is no member of a cluster. */
export interface StandaloneFacts {
  readonly settings: InstanceSettings;
  /** False while a change of the groups is still under way. */
  readonly securityGroupsActive: boolean;
  /** Null until the first backup. RDS tells the earliest time with the automated backups only. */
  readonly latestRestorableTime: Instant | null;
  readonly masterUser: string;
  /** The database made with the instance, or null where none was. */
  readonly databaseName: string | null;
  /** What hangs on the instance and that AWS tells with the instance itself. */
  readonly own: {
    readonly replicationSource: string | null;
    /** Instances that replicate from it, by name or, in another Region, by ARN. */
    readonly readReplicas: readonly string[];
    /** Aurora clusters that replicate from it. */
    readonly clusterReplicas: readonly string[];
    readonly roles: readonly { readonly arn: string; readonly feature: string }[];
    /** Empty while AWS makes the secret. */
    readonly masterSecretArn: string | null;
    readonly domains: readonly string[];
    readonly activityStream: boolean;
  };
}

/** A class of instances as it can be had now. */
export interface OrderableQuestion {
  readonly engine: string;
  readonly engineVersion: string;
  readonly instanceClass: string;
  readonly storageType: string;
}

export interface Orderable {
  /** True if its storage can be encrypted. */
  readonly storageEncryption: boolean;
  readonly multiAz: boolean;
  /** Availability Zones that have it. */
  readonly zones: readonly string[];
}
