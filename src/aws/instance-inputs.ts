import type {
  CopyDBSnapshotMessage,
  CreateDBInstanceMessage,
  CreateDBInstanceReadReplicaMessage,
  CreateDBSnapshotMessage,
  DeleteDBInstanceMessage,
  DeleteDBSnapshotMessage,
  ModifyDBInstanceMessage,
  RestoreDBInstanceFromDBSnapshotMessage,
} from "@aws-sdk/client-rds";
import type {
  CopySnapshot,
  CreateInstance,
  CreateReplica,
  InstanceChange,
  RestoreInstanceFromSnapshot,
} from "../core/changes.ts";
import type { MemberSettings, Tags } from "../core/cloud.ts";
import type { InstanceSettings } from "../core/instance.ts";
import { tagList } from "./facts.ts";
import { insights, orAbsent } from "./rds-inputs.ts";

/*
 * What RDS is asked for about instances, change by change. The gateway sends it and the sheet for carrying on by hand prints
 * it, so that both are the same.
 */

export function changeInstanceInput(instance: string, change: InstanceChange): ModifyDBInstanceMessage {
  const { monitoring, performanceInsights } = change;
  return {
    DBInstanceIdentifier: instance,
    // A rename that waits for the maintenance window happens unattended, days later.
    ApplyImmediately: true,
    NewDBInstanceIdentifier: change.newName,
    VpcSecurityGroupIds: change.securityGroups && [...change.securityGroups],
    DeletionProtection: change.deletionProtection,
    MaxAllocatedStorage: change.maxAllocatedStorage,
    PreferredMaintenanceWindow: change.maintenanceWindow,
    BackupRetentionPeriod: change.backupRetentionDays,
    MultiAZ: change.multiAz,
    ...(monitoring !== undefined && monitoringInput(monitoring)),
    ...(change.databaseInsights !== undefined && insights(change.databaseInsights)),
    ...(performanceInsights !== undefined && performanceInsightsInput(performanceInsights)),
  };
}

export function instanceSnapshotInput(
  instance: string,
  snapshot: string,
  add: Tags,
): CreateDBSnapshotMessage {
  return { DBSnapshotIdentifier: snapshot, DBInstanceIdentifier: instance, Tags: tagList(add) };
}

export function copySnapshotInput({ snapshot, name, keyArn, tags }: CopySnapshot): CopyDBSnapshotMessage {
  return {
    SourceDBSnapshotIdentifier: snapshot,
    TargetDBSnapshotIdentifier: name,
    // Without it the copy has the key of its original, or none.
    KmsKeyId: keyArn,
    Tags: tagList(tags),
  };
}

export function deleteInstanceSnapshotInput(snapshot: string): DeleteDBSnapshotMessage {
  return { DBSnapshotIdentifier: snapshot };
}

/** Every setting that the call takes is given: what is left out gets the default group, storage or Availability Zone. */
export function restoreInstanceInput({
  snapshot,
  name,
  settings,
}: RestoreInstanceFromSnapshot): RestoreDBInstanceFromDBSnapshotMessage {
  return {
    DBInstanceIdentifier: name,
    DBSnapshotIdentifier: snapshot,
    ...placed(settings),
    DBParameterGroupName: settings.parameterGroup,
    BackupRetentionPeriod: settings.backupRetentionDays,
    PreferredBackupWindow: orAbsent(settings.backupWindow),
    LicenseModel: orAbsent(settings.licenseModel),
    EngineLifecycleSupport: settings.lifecycleSupport,
  };
}

export function createInstanceInput({
  name,
  keyArn,
  masterUser,
  databaseName,
  settings,
}: CreateInstance): CreateDBInstanceMessage {
  return {
    DBInstanceIdentifier: name,
    Engine: settings.engine,
    EngineVersion: settings.engineVersion,
    StorageEncrypted: true,
    KmsKeyId: keyArn,
    MasterUsername: masterUser,
    // A password in the request would pass through this process and its caller's.
    ManageMasterUserPassword: true,
    DBName: databaseName ?? undefined,
    ...placed(settings),
    ...watched(settings),
    ...insights(settings.databaseInsights),
    ...performanceInsightsInput(settings.performanceInsights),
    DBParameterGroupName: settings.parameterGroup,
    BackupRetentionPeriod: settings.backupRetentionDays,
    PreferredBackupWindow: orAbsent(settings.backupWindow),
    PreferredMaintenanceWindow: orAbsent(settings.maintenanceWindow),
    LicenseModel: orAbsent(settings.licenseModel),
    EngineLifecycleSupport: settings.lifecycleSupport,
  };
}

/**
 * Without a key: AWS's texts differ on whether one may be given within a Region, and agree that the replica has its source's
 * without. And without a parameter group: within a Region none is taken for PostgreSQL, and it is the source's.
 * Source: RDS API, CreateDBInstanceReadReplica, KmsKeyId and DBParameterGroupName.
 */
export function replicaInput({ source, name, settings }: CreateReplica): CreateDBInstanceReadReplicaMessage {
  return {
    DBInstanceIdentifier: name,
    SourceDBInstanceIdentifier: source.name,
    ...placed(settings),
    ...watched(settings),
    ...performanceInsightsInput(settings.performanceInsights),
  };
}

/** What every call that makes an instance outside of a cluster takes. */
function placed(settings: InstanceSettings) {
  return {
    DBInstanceClass: settings.instanceClass,
    Port: settings.port,
    MultiAZ: settings.multiAz,
    // AWS takes no Availability Zone for a Multi-AZ instance.
    AvailabilityZone: settings.multiAz ? undefined : orAbsent(settings.availabilityZone),
    DBSubnetGroupName: orAbsent(settings.subnetGroup),
    VpcSecurityGroupIds: settings.securityGroups,
    PubliclyAccessible: settings.publiclyAccessible,
    NetworkType: settings.networkType,
    OptionGroupName: orAbsent(settings.optionGroup),
    ...storageInput(settings),
    EnableIAMDatabaseAuthentication: settings.iamAuthentication,
    ...(settings.logExports.length > 0 && { EnableCloudwatchLogsExports: settings.logExports }),
    AutoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
    CACertificateIdentifier: orAbsent(settings.caCertificate),
    DeletionProtection: settings.deletionProtection,
    CopyTagsToSnapshot: settings.copyTagsToSnapshots,
    Tags: tagList(settings.tags),
  };
}

/** What gp3 always has where it is too small to be given more. Source: RDS User Guide, gp3 storage. */
const gp3Iops = 3_000;

/**
 * AWS tells the IOPS and the throughput of small gp3 storage, and refuses them when they are given, even these same ones:
 * "You can't specify IOPS or storage throughput for engine postgres and a storage size less than 400". Of gp2 and magnetic
 * storage it takes none either, whatever it may tell.
 */
function storageInput({ storageType, iops, storageThroughput, ...of }: InstanceSettings) {
  const isFastGp3 = storageType === "gp3" && (iops ?? 0) > gp3Iops;
  const takesIops = isFastGp3 || storageType.startsWith("io");
  return {
    StorageType: storageType,
    AllocatedStorage: of.allocatedStorage,
    Iops: takesIops ? (iops ?? undefined) : undefined,
    StorageThroughput: isFastGp3 ? (storageThroughput ?? undefined) : undefined,
    DedicatedLogVolume: of.dedicatedLogVolume,
  };
}

function watched({ monitoring, maxAllocatedStorage }: InstanceSettings) {
  return { ...monitoringInput(monitoring), MaxAllocatedStorage: maxAllocatedStorage ?? undefined };
}

function monitoringInput(monitoring: MemberSettings["monitoring"]) {
  return {
    MonitoringInterval: monitoring?.intervalSeconds ?? 0,
    ...(monitoring && { MonitoringRoleArn: monitoring.roleArn }),
  };
}

function performanceInsightsInput(performanceInsights: MemberSettings["performanceInsights"]) {
  return {
    EnablePerformanceInsights: performanceInsights !== null,
    ...(performanceInsights && {
      PerformanceInsightsKMSKeyId: orAbsent(performanceInsights.keyArn),
      PerformanceInsightsRetentionPeriod: performanceInsights.retentionDays,
    }),
  };
}

export function memberInput(
  cluster: string,
  engine: string,
  settings: MemberSettings,
): CreateDBInstanceMessage {
  return {
    DBInstanceIdentifier: settings.name,
    DBClusterIdentifier: cluster,
    Engine: engine,
    DBInstanceClass: settings.instanceClass,
    PromotionTier: settings.promotionTier,
    AvailabilityZone: orAbsent(settings.availabilityZone),
    DBParameterGroupName: settings.parameterGroup,
    ...monitoringInput(settings.monitoring),
    ...performanceInsightsInput(settings.performanceInsights),
    CACertificateIdentifier: orAbsent(settings.caCertificate),
    PubliclyAccessible: settings.publiclyAccessible,
    AutoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
    PreferredMaintenanceWindow: orAbsent(settings.maintenanceWindow),
    Tags: tagList(settings.tags),
  };
}

/** Without a final snapshot, as everywhere here: it is what a migration made and nobody ever wrote to. */
export function deleteInstanceInput(instance: string): DeleteDBInstanceMessage {
  return { DBInstanceIdentifier: instance, SkipFinalSnapshot: true };
}

/** The same of an instance that is kept no longer: its automated backups are kept for their own time. */
export function decommissionInstanceInput(instance: string): DeleteDBInstanceMessage {
  return { ...deleteInstanceInput(instance), DeleteAutomatedBackups: false };
}
