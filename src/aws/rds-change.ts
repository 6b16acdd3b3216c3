import {
  AddTagsToResourceCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  type CreateDBInstanceMessage,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  type RDSClient,
  RemoveTagsFromResourceCommand,
  RestoreDBClusterToPointInTimeCommand,
  type RestoreDBClusterToPointInTimeMessage,
} from "@aws-sdk/client-rds";
import type { Cloud, ClusterChange, MemberSettings, Ref, RestoreToTime, Tags } from "../core/cloud.ts";
import type { Effect } from "../core/step.ts";
import type { AccountClients } from "./clients.ts";
import { tagList } from "./facts.ts";
import { calling } from "./faults.ts";
import { type Permit, permitFor } from "./permit.ts";

export const actions = [
  "rds:ModifyDBCluster",
  "rds:ModifyDBInstance",
  "rds:AddTagsToResource",
  "rds:RemoveTagsFromResource",
  "rds:CreateDBClusterSnapshot",
  "rds:RestoreDBClusterToPointInTime",
  "rds:CreateDBInstance",
  "rds:DeleteDBCluster",
  "rds:DeleteDBInstance",
] as const;

/**
 * What RDS does with the caller's rights: grants on the keys, and Enhanced Monitoring's role for new members.
 * @public for whoever writes the policies
 */
export const passedOn = ["kms:CreateGrant", "kms:DescribeKey", "iam:PassRole"] as const;

export type RdsChanges = Pick<
  Cloud,
  | "changeCluster"
  | "renameInstance"
  | "addTags"
  | "removeTags"
  | "snapshotCluster"
  | "restoreClusterToTime"
  | "createMember"
  | "deleteCluster"
  | "deleteInstance"
>;

/** The changes, each of them only to the resource that is meant, and none to a step that reads. */
export function createRdsChanges({ reads, changes }: AccountClients, effect: Effect): RdsChanges {
  const permit = permitFor(reads, effect);
  return {
    changeCluster: (cluster, change) => changeCluster(changes, permit, cluster, change),
    renameInstance: (instance, newName) => renameInstance(changes, permit, instance, newName),
    addTags: (to, add) => addTags(changes, permit, to, add),
    removeTags: (from, keys) => removeTags(changes, permit, from, keys),
    snapshotCluster: (cluster, snapshot, add) => snapshotCluster(changes, permit, cluster, snapshot, add),
    restoreClusterToTime: (restore) => restoreClusterToTime(changes, permit, restore),
    createMember: (cluster, settings) => createMember(changes, permit, cluster, settings),
    deleteCluster: (cluster) => deleteCluster(changes, permit, cluster),
    deleteInstance: (instance) => deleteInstance(changes, permit, instance),
  };
}

async function changeCluster(client: RDSClient, permit: Permit, cluster: Ref, change: ClusterChange) {
  const operation = "ModifyDBCluster";
  await permit(operation, cluster);
  const command = new ModifyDBClusterCommand({
    DBClusterIdentifier: cluster.name,
    // A rename that waits for the maintenance window happens unattended, days later.
    ApplyImmediately: true,
    NewDBClusterIdentifier: change.newName,
    VpcSecurityGroupIds: change.securityGroups && [...change.securityGroups],
    DeletionProtection: change.deletionProtection,
    PreferredMaintenanceWindow: change.maintenanceWindow,
    ...(change.databaseInsights !== undefined && insights(change.databaseInsights)),
  });
  await calling(operation, () => client.send(command));
}

/** Source: RDS API, ModifyDBCluster.DatabaseInsightsMode: `advanced` is refused without the other two. */
function insights(mode: string) {
  const advanced = { EnablePerformanceInsights: true, PerformanceInsightsRetentionPeriod: 465 };
  return mode === "advanced"
    ? { DatabaseInsightsMode: "advanced" as const, ...advanced }
    : { DatabaseInsightsMode: "standard" as const };
}

async function renameInstance(client: RDSClient, permit: Permit, instance: Ref, newName: string) {
  const operation = "ModifyDBInstance";
  await permit(operation, instance);
  const command = new ModifyDBInstanceCommand({
    DBInstanceIdentifier: instance.name,
    NewDBInstanceIdentifier: newName,
    ApplyImmediately: true,
  });
  await calling(operation, () => client.send(command));
}

async function addTags(client: RDSClient, permit: Permit, to: Ref, add: Tags) {
  const operation = "AddTagsToResource";
  const { arn } = await permit(operation, to);
  const command = new AddTagsToResourceCommand({ ResourceName: arn, Tags: tagList(add) });
  await calling(operation, () => client.send(command));
}

async function removeTags(client: RDSClient, permit: Permit, from: Ref, keys: readonly string[]) {
  const operation = "RemoveTagsFromResource";
  const { arn } = await permit(operation, from);
  const command = new RemoveTagsFromResourceCommand({ ResourceName: arn, TagKeys: [...keys] });
  await calling(operation, () => client.send(command));
}

async function snapshotCluster(client: RDSClient, permit: Permit, cluster: Ref, snapshot: string, add: Tags) {
  const operation = "CreateDBClusterSnapshot";
  await permit(operation, cluster);
  const command = new CreateDBClusterSnapshotCommand({
    DBClusterSnapshotIdentifier: snapshot,
    DBClusterIdentifier: cluster.name,
    Tags: tagList(add),
  });
  await calling(operation, () => client.send(command));
}

async function restoreClusterToTime(client: RDSClient, permit: Permit, restore: RestoreToTime) {
  const operation = "RestoreDBClusterToPointInTime";
  await permit(operation, restore.source);
  const command = new RestoreDBClusterToPointInTimeCommand(restoreInput(restore));
  await calling(operation, () => client.send(command));
}

/**
 * Every setting is given although AWS says that some are taken over from the source: its pages contradict each
 * other, and what is forgotten gets the default group, port or window. Monitoring and Performance Insights are
 * not: the call takes them for Limitless clusters only, and they belong to the members.
 */
function restoreInput({
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

async function createMember(client: RDSClient, permit: Permit, cluster: Ref, settings: MemberSettings) {
  const operation = "CreateDBInstance";
  const { engine } = await permit(operation, cluster);
  const command = new CreateDBInstanceCommand(memberInput(cluster.name, engine, settings));
  await calling(operation, () => client.send(command));
}

function memberInput(cluster: string, engine: string, settings: MemberSettings): CreateDBInstanceMessage {
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

async function deleteCluster(client: RDSClient, permit: Permit, cluster: Ref) {
  const operation = "DeleteDBCluster";
  await permit(operation, cluster);
  const command = new DeleteDBClusterCommand({
    DBClusterIdentifier: cluster.name,
    SkipFinalSnapshot: true,
  });
  await calling(operation, () => client.send(command));
}

async function deleteInstance(client: RDSClient, permit: Permit, instance: Ref) {
  const operation = "DeleteDBInstance";
  await permit(operation, instance);
  const command = new DeleteDBInstanceCommand({
    DBInstanceIdentifier: instance.name,
    SkipFinalSnapshot: true,
  });
  await calling(operation, () => client.send(command));
}

/** A text that RDS did not tell is empty in the facts, and RDS refuses an empty text. */
function orAbsent(text: string): string | undefined {
  return text === "" ? undefined : text;
}
