import type { DBInstance } from "@aws-sdk/client-rds";
import type { InstanceFacts, MemberSettings } from "../core/cloud.ts";
import type { InstanceSettings, StandaloneFacts } from "../core/instance.ts";
import { all, encryptionOf, given, instant, pending, tagsOf } from "./facts.ts";

/** Absences are read as in facts.ts. */

export function instanceFacts(instance: DBInstance): InstanceFacts {
  return {
    name: given(instance, "DBInstanceIdentifier"),
    resourceId: given(instance, "DbiResourceId"),
    arn: given(instance, "DBInstanceArn"),
    status: given(instance, "DBInstanceStatus"),
    engine: given(instance, "Engine"),
    clusterName: instance.DBClusterIdentifier ?? null,
    encryption: encryptionOf(instance),
    keyArn: instance.KmsKeyId ?? null,
    endpoint: instance.Endpoint?.Address ?? null,
    port: portOf(instance),
    settings: memberSettings(instance),
    standalone: instance.DBClusterIdentifier === undefined ? standaloneFacts(instance) : null,
    pendingChanges: pending(instance.PendingModifiedValues),
  };
}

function memberSettings(instance: DBInstance): MemberSettings {
  return {
    name: given(instance, "DBInstanceIdentifier"),
    instanceClass: given(instance, "DBInstanceClass"),
    promotionTier: instance.PromotionTier ?? 1,
    availabilityZone: instance.AvailabilityZone ?? "",
    parameterGroup: parameterGroupOf(instance),
    monitoring: monitoringOf(instance),
    performanceInsights: performanceInsightsOf(instance),
    caCertificate: instance.CACertificateIdentifier ?? "",
    publiclyAccessible: instance.PubliclyAccessible ?? false,
    autoMinorVersionUpgrade: instance.AutoMinorVersionUpgrade ?? true,
    maintenanceWindow: instance.PreferredMaintenanceWindow ?? "",
    tags: tagsOf(instance.TagList),
  };
}

function standaloneFacts(instance: DBInstance): StandaloneFacts {
  const secret = instance.MasterUserSecret;
  return {
    settings: instanceSettings(instance),
    securityGroupsActive: (instance.VpcSecurityGroups ?? []).every(({ Status }) => Status === "active"),
    latestRestorableTime: instant(instance.LatestRestorableTime),
    masterUser: instance.MasterUsername ?? "",
    databaseName: instance.DBName ?? null,
    own: {
      replicationSource:
        instance.ReadReplicaSourceDBInstanceIdentifier ||
        instance.ReadReplicaSourceDBClusterIdentifier ||
        null,
      readReplicas: all(instance.ReadReplicaDBInstanceIdentifiers),
      clusterReplicas: all(instance.ReadReplicaDBClusterIdentifiers),
      roles: (instance.AssociatedRoles ?? []).map(({ RoleArn = "", FeatureName = "" }) => ({
        arn: RoleArn,
        feature: FeatureName,
      })),
      masterSecretArn: secret ? (secret.SecretArn ?? "") : null,
      domains: all(instance.DomainMemberships?.map(({ Domain }) => Domain)),
      activityStream: (instance.ActivityStreamStatus ?? "stopped") !== "stopped",
    },
  };
}

function instanceSettings(instance: DBInstance): InstanceSettings {
  return {
    engine: given(instance, "Engine"),
    engineVersion: given(instance, "EngineVersion"),
    instanceClass: given(instance, "DBInstanceClass"),
    port: portOf(instance),
    multiAz: instance.MultiAZ ?? false,
    availabilityZone: instance.AvailabilityZone ?? "",
    ...storageOf(instance),
    parameterGroup: parameterGroupOf(instance),
    optionGroup: instance.OptionGroupMemberships?.[0]?.OptionGroupName ?? "",
    subnetGroup: instance.DBSubnetGroup?.DBSubnetGroupName ?? "",
    securityGroups: all(instance.VpcSecurityGroups?.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId)),
    publiclyAccessible: instance.PubliclyAccessible ?? false,
    autoMinorVersionUpgrade: instance.AutoMinorVersionUpgrade ?? true,
    caCertificate: instance.CACertificateIdentifier ?? "",
    iamAuthentication: instance.IAMDatabaseAuthenticationEnabled ?? false,
    logExports: all(instance.EnabledCloudwatchLogsExports),
    monitoring: monitoringOf(instance),
    performanceInsights: performanceInsightsOf(instance),
    databaseInsights: instance.DatabaseInsightsMode ?? "standard",
    backupRetentionDays: instance.BackupRetentionPeriod ?? 0,
    backupWindow: instance.PreferredBackupWindow ?? "",
    maintenanceWindow: instance.PreferredMaintenanceWindow ?? "",
    deletionProtection: instance.DeletionProtection ?? false,
    copyTagsToSnapshots: instance.CopyTagsToSnapshot ?? false,
    networkType: instance.NetworkType ?? "IPV4",
    licenseModel: instance.LicenseModel ?? "",
    lifecycleSupport: instance.EngineLifecycleSupport ?? "open-source-rds-extended-support",
    tags: tagsOf(instance.TagList),
  };
}

function storageOf(instance: DBInstance) {
  return {
    storageType: instance.StorageType ?? "",
    allocatedStorage: instance.AllocatedStorage ?? 0,
    iops: instance.Iops ?? null,
    storageThroughput: instance.StorageThroughput ?? null,
    maxAllocatedStorage: instance.MaxAllocatedStorage ?? null,
    dedicatedLogVolume: instance.DedicatedLogVolume ?? false,
  };
}

/** The endpoint's, which there is none of while it is being made or renamed: then the one that it listens on. */
function portOf({ Endpoint, DbInstancePort }: DBInstance): number {
  return Endpoint?.Port ?? DbInstancePort ?? 0;
}

function parameterGroupOf({ DBParameterGroups: groups }: DBInstance): string {
  return groups?.[0]?.DBParameterGroupName ?? "";
}

function monitoringOf({
  MonitoringInterval: interval = 0,
  MonitoringRoleArn: role = "",
}: DBInstance): MemberSettings["monitoring"] {
  return interval > 0 ? { intervalSeconds: interval, roleArn: role } : null;
}

function performanceInsightsOf(instance: DBInstance): MemberSettings["performanceInsights"] {
  if (!instance.PerformanceInsightsEnabled) return null;
  return {
    keyArn: instance.PerformanceInsightsKMSKeyId ?? "",
    retentionDays: instance.PerformanceInsightsRetentionPeriod ?? 7,
  };
}
