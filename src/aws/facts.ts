import type { DBCluster, DBClusterSnapshot, DBSnapshot, Tag } from "@aws-sdk/client-rds";
import type { ClusterFacts, ClusterSettings, Encryption, SnapshotFacts, Tags } from "../core/cloud.ts";
import type { Instant } from "../core/time.ts";
import { incomplete } from "./faults.ts";

/**
 * RDS leaves out what is at its default. Where the API model names a default, it is put in here; a text that is
 * absent without one is empty, as with a cluster that has no VPC and so no subnet group.
 */

export function clusterFacts(cluster: DBCluster): ClusterFacts {
  return {
    name: given(cluster, "DBClusterIdentifier"),
    resourceId: given(cluster, "DbClusterResourceId"),
    arn: given(cluster, "DBClusterArn"),
    status: given(cluster, "Status"),
    encryption: encryptionOf(cluster),
    keyArn: cluster.KmsKeyId ?? null,
    endpoint: cluster.Endpoint ?? null,
    readerEndpoint: cluster.ReaderEndpoint ?? null,
    settings: clusterSettings(cluster),
    securityGroupsActive: (cluster.VpcSecurityGroups ?? []).every(({ Status }) => Status === "active"),
    members: (cluster.DBClusterMembers ?? []).map((member) => ({
      name: given(member, "DBInstanceIdentifier"),
      writer: member.IsClusterWriter ?? false,
    })),
    earliestRestorableTime: instant(cluster.EarliestRestorableTime),
    latestRestorableTime: instant(cluster.LatestRestorableTime),
    pendingChanges: pending(cluster.PendingModifiedValues),
    masterUser: cluster.MasterUsername ?? "",
    databaseName: cluster.DatabaseName ?? null,
    own: attachedTo(cluster),
  };
}

function clusterSettings(cluster: DBCluster): ClusterSettings {
  const scaling = cluster.ServerlessV2ScalingConfiguration;
  return {
    engine: given(cluster, "Engine"),
    engineVersion: given(cluster, "EngineVersion"),
    engineMode: cluster.EngineMode ?? "provisioned",
    port: cluster.Port ?? 0,
    parameterGroup: cluster.DBClusterParameterGroup ?? "",
    subnetGroup: cluster.DBSubnetGroup ?? "",
    securityGroups: all(cluster.VpcSecurityGroups?.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId)),
    iamAuthentication: cluster.IAMDatabaseAuthenticationEnabled ?? false,
    logExports: [...(cluster.EnabledCloudwatchLogsExports ?? [])].sort(),
    backupRetentionDays: cluster.BackupRetentionPeriod ?? 1,
    backupWindow: cluster.PreferredBackupWindow ?? "",
    maintenanceWindow: cluster.PreferredMaintenanceWindow ?? "",
    deletionProtection: cluster.DeletionProtection ?? false,
    copyTagsToSnapshots: cluster.CopyTagsToSnapshot ?? false,
    storageType: cluster.StorageType ?? "aurora",
    networkType: cluster.NetworkType ?? "IPV4",
    lifecycleSupport: cluster.EngineLifecycleSupport ?? "open-source-rds-extended-support",
    databaseInsights: cluster.DatabaseInsightsMode ?? "standard",
    localWriteForwarding: isOn(cluster.LocalWriteForwardingStatus),
    serverlessScaling: scaling
      ? {
          minimum: scaling.MinCapacity ?? 0,
          maximum: scaling.MaxCapacity ?? 0,
          secondsUntilPause: scaling.SecondsUntilAutoPause ?? null,
        }
      : null,
    tags: tagsOf(cluster.TagList),
  };
}

function attachedTo(cluster: DBCluster): ClusterFacts["own"] {
  const secret = cluster.MasterUserSecret;
  return {
    clusterInstanceClass: cluster.DBClusterInstanceClass ?? null,
    scalability: cluster.ClusterScalabilityType ?? "standard",
    replicationSource: cluster.ReplicationSourceIdentifier || null,
    readReplicas: cluster.ReadReplicaIdentifiers ?? [],
    globalWriteForwarding:
      (cluster.GlobalWriteForwardingRequested ?? false) || isOn(cluster.GlobalWriteForwardingStatus),
    roles: (cluster.AssociatedRoles ?? []).map(({ RoleArn, FeatureName, Status }) => ({
      arn: RoleArn ?? "",
      feature: FeatureName ?? "",
      active: Status === "ACTIVE",
    })),
    dataApi: cluster.HttpEndpointEnabled ?? false,
    activityStream: streamOf(cluster),
    masterSecret: secret
      ? {
          arn: secret.SecretArn ?? "",
          keyArn: secret.KmsKeyId ?? "",
          active: secret.SecretStatus === "active",
        }
      : null,
    // No Describe tells it; only the calls that set it know the member.
    domains: all(cluster.DomainMemberships?.map(({ Domain }) => Domain)),
    backtrackSeconds: cluster.BacktrackWindow ?? 0,
  };
}

function streamOf(cluster: DBCluster): ClusterFacts["own"]["activityStream"] {
  const status = cluster.ActivityStreamStatus ?? "stopped";
  if (status === "stopped") return null;
  return {
    mode: cluster.ActivityStreamMode ?? "async",
    keyArn: cluster.ActivityStreamKmsKeyId ?? "",
    kinesis: cluster.ActivityStreamKinesisStreamName ?? "",
    started: status === "started",
  };
}

export function clusterSnapshotFacts(snapshot: DBClusterSnapshot): SnapshotFacts {
  return {
    kind: "cluster",
    name: given(snapshot, "DBClusterSnapshotIdentifier"),
    arn: given(snapshot, "DBClusterSnapshotArn"),
    sourceResourceId: given(snapshot, "DbClusterResourceId"),
    createdAt: instant(snapshot.SnapshotCreateTime),
    ...anySnapshot(snapshot),
  };
}

export function instanceSnapshotFacts(snapshot: DBSnapshot): SnapshotFacts {
  return {
    kind: "instance",
    name: given(snapshot, "DBSnapshotIdentifier"),
    arn: given(snapshot, "DBSnapshotArn"),
    sourceResourceId: given(snapshot, "DbiResourceId"),
    // A copy's own time says nothing of what is in it.
    createdAt: instant(snapshot.OriginalSnapshotCreateTime ?? snapshot.SnapshotCreateTime),
    ...anySnapshot(snapshot),
  };
}

function anySnapshot(snapshot: DBClusterSnapshot | DBSnapshot) {
  return {
    status: given(snapshot, "Status"),
    percent: snapshot.PercentProgress ?? 0,
    encryption: encryptionOf(snapshot),
    keyArn: snapshot.KmsKeyId ?? null,
    engine: given(snapshot, "Engine"),
    engineVersion: given(snapshot, "EngineVersion"),
    allocatedStorage: snapshot.AllocatedStorage ?? 0,
    tags: tagsOf(snapshot.TagList),
  };
}

/**
 * The boolean `StorageEncrypted` is not asked: it is false under a key that AWS owns. A kind of encryption that
 * did not exist when this was written is as unknown as an absent one.
 */
export function encryptionOf({
  StorageEncryptionType: type,
}: {
  readonly StorageEncryptionType?: string | undefined;
}): Encryption {
  return type === "none" || type === "sse-rds" || type === "sse-kms" ? type : "unknown";
}

export function tagsOf(list: readonly Tag[] | undefined): Tags {
  return Object.fromEntries((list ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A member that every answer holds. Throws a `CloudFault` where it does not. */
export function given<K extends string>(
  answer: { readonly [k in K]?: string | undefined },
  member: K,
): string {
  const value = answer[member];
  if (value === undefined) throw incomplete("Describe", member);
  return value;
}

export function all(values: readonly (string | undefined)[] | undefined): string[] {
  return (values ?? []).filter((value) => value !== undefined).sort();
}

export function instant(date: Date | undefined): Instant | null {
  return date?.getTime() ?? null;
}

/** "Unknown" counts as on: what cannot be told must not be lost. */
function isOn(status: string | undefined): boolean {
  return (status ?? "disabled") !== "disabled";
}

export function pending(values: object | undefined): string[] {
  return Object.entries(values ?? {})
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
}
