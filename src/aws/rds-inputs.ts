import type {
  AddTagsToResourceMessage,
  CreateDBClusterSnapshotMessage,
  DeleteDBClusterMessage,
  DeleteDBClusterSnapshotMessage,
  ModifyDBClusterMessage,
  RemoveTagsFromResourceMessage,
  RestoreDBClusterFromSnapshotMessage,
  RestoreDBClusterToPointInTimeMessage,
} from "@aws-sdk/client-rds";
import type { ClusterChange, RestoreClusterFromSnapshot, RestoreToTime } from "../core/changes.ts";
import type { ClusterSettings, Tags } from "../core/cloud.ts";
import { tagList } from "./facts.ts";

/*
 * What RDS is asked for about clusters and tags, change by change. The gateway sends it and the sheet for carrying on by hand prints it, so that
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
    EnableLocalWriteForwarding: change.localWriteForwarding,
    ...(change.databaseInsights !== undefined && insights(change.databaseInsights)),
  };
}

/** Source: RDS API, ModifyDBCluster.DatabaseInsightsMode: `advanced` is refused without the other two. */
export function insights(mode: string) {
  const advanced = { EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod: 465 };
  return mode === "advanced"
    ? { DatabaseInsightsMode: "advanced" as const, ...advanced }
    : { DatabaseInsightsMode: "standard" as const };
}

export function tagInput(arn: string, add: Tags): AddTagsToResourceMessage {
  return { ResourceName: arn, Tags: tagList(add) };
}

export function untagInput(arn: string, keys: readonly string[]): RemoveTagsFromResourceMessage {
  return { ResourceName: arn, TagKeys: [...keys] };
}

export function clusterSnapshotInput(
  cluster: string,
  snapshot: string,
  add: Tags,
): CreateDBClusterSnapshotMessage {
  return { DBClusterSnapshotIdentifier: snapshot, DBClusterIdentifier: cluster, Tags: tagList(add) };
}

export function restoreInput({
  source,
  at,
  name,
  keyArn,
  settings,
}: RestoreToTime): RestoreDBClusterToPointInTimeMessage {
  return {
    DBClusterIdentifier: name,
    // Not by name: whoever has the source's name when the call arrives would be restored.
    SourceDbClusterResourceId: source.resourceId,
    RestoreType: "full-copy",
    RestoreToTime: new Date(at),
    KmsKeyId: keyArn,
    ...settingsInput(settings),
  };
}

export function restoreFromSnapshotInput({
  snapshot,
  name,
  keyArn,
  settings,
}: RestoreClusterFromSnapshot): RestoreDBClusterFromSnapshotMessage {
  return {
    DBClusterIdentifier: name,
    SnapshotIdentifier: snapshot,
    Engine: settings.engine,
    // Without it the cluster gets the Region's default version.
    EngineVersion: settings.engineVersion,
    EngineMode: settings.engineMode,
    KmsKeyId: keyArn,
    ...settingsInput(settings),
  };
}

/**
 * Every setting is given although AWS says that some are taken over from the source: its pages contradict each
 * other, and what is forgotten gets the default group, port or window. Monitoring and Performance Insights are
 * not: the calls take them for Limitless clusters only, and they belong to the members.
 */
function settingsInput(settings: ClusterSettings) {
  const scaling = settings.serverlessScaling;
  return {
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

/** Without a final snapshot, as everywhere here: it is what a migration made and nobody ever wrote to. */
export function deleteClusterInput(cluster: string): DeleteDBClusterMessage {
  return { DBClusterIdentifier: cluster, SkipFinalSnapshot: true };
}

/**
 * No final snapshot, for one was taken and looked at before. The automated backups are kept for their own time: by default
 * they go at once. Source: RDS API, DeleteDBCluster, DeleteAutomatedBackups.
 */
export function decommissionClusterInput(cluster: string): DeleteDBClusterMessage {
  return { ...deleteClusterInput(cluster), DeleteAutomatedBackups: false };
}

export function deleteClusterSnapshotInput(snapshot: string): DeleteDBClusterSnapshotMessage {
  return { DBClusterSnapshotIdentifier: snapshot };
}

/** A text that RDS did not tell is empty in the facts, and RDS refuses an empty text. */
export function orAbsent(text: string): string | undefined {
  return text === "" ? undefined : text;
}
