import type { ClusterSettings, Ref, Tags } from "./cloud.ts";
import type { InstanceSettings } from "./instance.ts";
import type { Instant } from "./time.ts";

/** What the cloud is asked to change and to make. */

/** What `changeCluster` may change; a field that is absent stays as it is. Applied immediately, always. */
export interface ClusterChange {
  readonly newName?: string;
  readonly securityGroups?: readonly string[];
  readonly deletionProtection?: boolean;
  readonly maintenanceWindow?: string;
  readonly databaseInsights?: string;
  readonly localWriteForwarding?: boolean;
}

/**
 * What `changeInstance` may change; a field that is absent stays as it is. Applied immediately, always. Of a member of a
 * cluster AWS takes only the new name, monitoring, Performance Insights and the maintenance window.
 */
export interface InstanceChange {
  readonly newName?: string;
  readonly securityGroups?: readonly string[];
  readonly deletionProtection?: boolean;
  /** Null switches it off. */
  readonly monitoring?: InstanceSettings["monitoring"];
  /** Null switches it off. */
  readonly performanceInsights?: InstanceSettings["performanceInsights"];
  readonly databaseInsights?: string;
  /** GiB. */
  readonly maxAllocatedStorage?: number;
  readonly maintenanceWindow?: string;
  readonly backupRetentionDays?: number;
  readonly multiAz?: boolean;
}

export interface RestoreToTime {
  readonly source: Ref;
  readonly at: Instant;
  readonly name: string;
  readonly keyArn: string;
  /** Everything but the maintenance window and Database Insights, which only a later change can set. */
  readonly settings: ClusterSettings;
}

export interface RestoreClusterFromSnapshot {
  /** By name. */
  readonly snapshot: string;
  readonly name: string;
  readonly keyArn: string;
  /** Everything but the maintenance window and Database Insights, which only a later change can set. */
  readonly settings: ClusterSettings;
}

export interface CopySnapshot {
  /** Of an instance, by name. */
  readonly snapshot: string;
  readonly name: string;
  readonly keyArn: string;
  readonly tags: Tags;
}

export interface RestoreInstanceFromSnapshot {
  /** By name. Its key is the replacement's key: the call takes none. */
  readonly snapshot: string;
  readonly name: string;
  /**
   * Everything but monitoring, Performance Insights, Database Insights, the limit of the storage and the maintenance window,
   * which only a later change can set.
   */
  readonly settings: InstanceSettings;
}

export interface CreateInstance {
  /** The instance that it shall replace: nothing is made once its name belongs to another. */
  readonly source: Ref;
  readonly name: string;
  readonly keyArn: string;
  readonly masterUser: string;
  readonly databaseName: string | null;
  readonly settings: InstanceSettings;
}

export interface CreateReplica {
  readonly source: Ref;
  readonly name: string;
  /**
   * Everything but engine, parameter group, backups, windows and life cycle, which a new replica has from its source or from
   * AWS until a later change.
   */
  readonly settings: InstanceSettings;
}
