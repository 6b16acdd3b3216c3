import type {
  AddTagsToResourceMessage,
  CreateDBClusterSnapshotMessage,
  CreateDBInstanceMessage,
  DeleteDBClusterMessage,
  DeleteDBInstanceMessage,
  ModifyDBClusterMessage,
  ModifyDBInstanceMessage,
  RemoveTagsFromResourceMessage,
  RestoreDBClusterToPointInTimeMessage,
} from "@aws-sdk/client-rds";
import type { ClusterChange, MemberSettings, RestoreToTime, Tags } from "../core/cloud.ts";
import { tagList } from "./facts.ts";

/*
 * What RDS is asked for, change by change. The gateway sends it and the sheet for carrying on by hand prints it, so that
 * both are the same.
 */

export function changeInput(cluster: string, change: ClusterChange): ModifyDBClusterMessage {
  return {
    DBClusterIdentifier: cluster,
    // A rename that waits for the maintenance window happens unattended, days later.
    ApplyImmediately: true,
    NewDBClusterIdentifier: change.newName,
    VpcSecurityGroupIds: change.securityGroups && [...change.securityGroups],
    DeletionProtection: change.deletionProtection,
    PreferredMaintenanceWindow: change.maintenanceWindow,
    ...(change.databaseInsights !== undefined && insights(change.databaseInsights)),
  };
}

/** Source: RDS API, ModifyDBCluster.DatabaseInsightsMode: `advanced` is refused without the other two. */
function insights(mode: string) {
  const advanced = { EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod: 465 };
  return mode === "advanced"
    ? { DatabaseInsightsMode: "advanced" as const, ...advanced }
    : { DatabaseInsightsMode: "standard" as const };
}

export function renameInput(instance: string, newName: string): ModifyDBInstanceMessage {
  return { DBInstanceIdentifier: instance, NewDBInstanceIdentifier: newName, ApplyImmediately: true };
}

export function tagInput(arn: string, add: Tags): AddTagsToResourceMessage {
  return { ResourceName: arn, Tags: tagList(add) };
}

export function untagInput(arn: string, keys: readonly string[]): RemoveTagsFromResourceMessage {
  return { ResourceName: arn, TagKeys: [...keys] };
}

export function snapshotInput(cluster: string, snapshot: string, add: Tags): CreateDBClusterSnapshotMessage {
  return { DBClusterSnapshotIdentifier: snapshot, DBClusterIdentifier: cluster, Tags: tagList(add) };
}

/**
 * Every setting is given although AWS says that some are taken over from the source: its pages contradict each
 * other, and what is forgotten gets the default group, port or window. Monitoring and Performance Insights are
 * not: the call takes them for Limitless clusters only, and they belong to the members.
 */
export function restoreInput({
  source,
  at,
  name,
  keyArn,
  settings,
}: RestoreToTime): RestoreDBClusterToPointInTimeMessage {
  const scaling = settings.serverlessScaling;
  return {
    DBClusterIdentifier: name,
    // Not by name: whoever has the source's name when the call arrives would be restored.
    SourceDbClusterResourceId: source.resourceId,
    RestoreType: "full-copy",
    RestoreToTime: new Date(at),
    KmsKeyId: keyArn,
    Port: settings.port,
    DBClusterParameterGroupName: settings.parameterGroup,
    DBSubnetGroupName: settings.subnetGroup,
    VpcSecurityGroupIds: settings.securityGroups,
    EnableIAMDatabaseAuthentication: settings.iamAuthentication,
    ...(settings.logExports.length > 0 && { EnableCloudwatchLogsExports: settings.logExports }),
    BackupRetentionPeriod: settings.backupRetentionDays,
    PreferredBackupWindow: orAbsent(settings.backupWindow),
    DeletionProtection: settings.deletionProtection,
    CopyTagsToSnapshot: settings.copyTagsToSnapshots,
    StorageType: settings.storageType,
    NetworkType: settings.networkType,
    EngineLifecycleSupport: settings.lifecycleSupport,
    ...(scaling && {
      ServerlessV2ScalingConfiguration: {
        MinCapacity: scaling.minimum,
        MaxCapacity: scaling.maximum,
        ...(scaling.secondsUntilPause !== null && { SecondsUntilAutoPause: scaling.secondsUntilPause }),
      },
    }),
    Tags: tagList(settings.tags),
  };
}

export function memberInput(
  cluster: string,
  engine: string,
  settings: MemberSettings,
): CreateDBInstanceMessage {
  const { monitoring, performanceInsights } = settings;
  return {
    DBInstanceIdentifier: settings.name,
    DBClusterIdentifier: cluster,
    Engine: engine,
    DBInstanceClass: settings.instanceClass,
    PromotionTier: settings.promotionTier,
    AvailabilityZone: orAbsent(settings.availabilityZone),
    DBParameterGroupName: settings.parameterGroup,
    MonitoringInterval: monitoring?.intervalSeconds ?? 0,
    ...(monitoring && { MonitoringRoleArn: monitoring.roleArn }),
    EnablePerformanceInsights: performanceInsights !== null,
    ...(performanceInsights && {
      PerformanceInsightsKMSKeyId: orAbsent(performanceInsights.keyArn),
      PerformanceInsightsRetentionPeriod: performanceInsights.retentionDays,
    }),
    CACertificateIdentifier: orAbsent(settings.caCertificate),
    PubliclyAccessible: settings.publiclyAccessible,
    AutoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
    PreferredMaintenanceWindow: orAbsent(settings.maintenanceWindow),
    Tags: tagList(settings.tags),
  };
}

/** Without a final snapshot, as everywhere here: it is what a migration made and nobody ever wrote to. */
export function deleteClusterInput(cluster: string): DeleteDBClusterMessage {
  return { DBClusterIdentifier: cluster, SkipFinalSnapshot: true };
}

export function deleteInstanceInput(instance: string): DeleteDBInstanceMessage {
  return { DBInstanceIdentifier: instance, SkipFinalSnapshot: true };
}

/** A text that RDS did not tell is empty in the facts, and RDS refuses an empty text. */
function orAbsent(text: string): string | undefined {
  return text === "" ? undefined : text;
}
