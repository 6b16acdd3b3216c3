import type { CreateDBInstanceMessage, DBInstance, DeleteDBInstanceMessage } from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { present, refuseUncovered } from "../parameters.ts";
import { watchReaders } from "../readers.ts";
import type { Cluster, Instance, InstanceSettings } from "../state.ts";
import {
  after,
  announce,
  clusterNamed,
  instanceNamed,
  jittered,
  made,
  membersOf,
  newResourceId,
  put,
  remove,
  schedule,
  type Turn,
} from "../turn.ts";
import { retainBackups } from "./automated-backups.ts";
import { promote } from "./cluster-lifecycle.ts";
import { assertReadable } from "./encryption.ts";
import { defaultParameterGroup } from "./engines.ts";
import { instanceParameterGroupNamed, subnetGroupNamed } from "./groups.ts";
import {
  createInstanceOutsideAurora,
  finishCreatingOutsideAurora,
  freeInstanceName,
} from "./instance-making.ts";
import { beginInstanceSnapshot } from "./instance-snapshots.ts";
import { performanceInsights } from "./instance-watching.ts";
import { instanceView } from "./instances.ts";
import { promoteReplicasOf } from "./read-replicas.ts";
import { randomMaintenanceWindow, refuseReservedTags } from "./restored-settings.ts";

type OfInstance = { readonly instance: string };

const covered = [
  "DBInstanceIdentifier",
  "DBInstanceClass",
  "Engine",
  "EngineVersion",
  "DBClusterIdentifier",
  "PromotionTier",
  "AvailabilityZone",
  "DBParameterGroupName",
  "MonitoringInterval",
  "MonitoringRoleArn",
  "EnablePerformanceInsights",
  "PerformanceInsightsKMSKeyId",
  "PerformanceInsightsRetentionPeriod",
  "CACertificateIdentifier",
  "PubliclyAccessible",
  "AutoMinorVersionUpgrade",
  "PreferredMaintenanceWindow",
  "CopyTagsToSnapshot",
  "Tags",
] as const;

function clusterFor(turn: Turn, input: CreateDBInstanceMessage): Cluster {
  const cluster = clusterNamed(turn, input.DBClusterIdentifier ?? "");
  if (cluster.status !== "available") {
    throw rdsFault(
      "InvalidDBClusterStateFault",
      `DBCluster ${cluster.id} is ${cluster.status} and takes no new DB instance.`,
    );
  }
  if (input.Engine !== cluster.settings.Engine) {
    throw unmodelled("InvalidParameterCombination", "The engine of the instance must be its cluster's.");
  }
  if (input.DBInstanceClass === "db.serverless" && !cluster.settings.ServerlessV2ScalingConfiguration) {
    throw rdsFault(
      "InvalidDBClusterStateFault",
      "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.",
    );
  }
  return cluster;
}

/** What the call does not name is the Region's default. */
function settingsOf(turn: Turn, cluster: Cluster, input: CreateDBInstanceMessage): InstanceSettings {
  const { Engine, EngineVersion, DBSubnetGroup, VpcSecurityGroups, Port } = cluster.settings;
  const group = input.DBParameterGroupName ?? defaultParameterGroup(Engine, EngineVersion);
  instanceParameterGroupNamed(turn, group);
  const zones = subnetGroupNamed(turn, DBSubnetGroup).zones;
  const zone = input.AvailabilityZone ?? zones[Math.floor(turn.random() * zones.length)];
  if (zone === undefined || !zones.includes(zone)) {
    throw unmodelled(
      "InvalidParameterCombination",
      `The subnet group ${DBSubnetGroup} does not cover ${zone}.`,
    );
  }
  refuseReservedTags(input.Tags ?? []);
  return {
    DBInstanceClass: input.DBInstanceClass ?? "",
    Engine,
    EngineVersion,
    SubnetGroup: DBSubnetGroup,
    AvailabilityZone: zone,
    DbInstancePort: Port,
    VpcSecurityGroups,
    DBParameterGroups: [{ DBParameterGroupName: group, ParameterApplyStatus: "in-sync" }],
    PromotionTier: input.PromotionTier ?? 1,
    MonitoringInterval: input.MonitoringInterval ?? 0,
    CACertificateIdentifier: input.CACertificateIdentifier ?? "rds-ca-rsa2048-g1",
    PubliclyAccessible: input.PubliclyAccessible ?? false,
    AutoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    PreferredMaintenanceWindow: input.PreferredMaintenanceWindow ?? randomMaintenanceWindow(turn),
    CopyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    StorageType: "aurora",
    TagList: [...(input.Tags ?? [])],
    ...present({ MonitoringRoleArn: input.MonitoringRoleArn }),
    PerformanceInsightsEnabled: false,
    ...performanceInsights(turn, input),
  };
}

export function createDBInstance(
  turn: Turn,
  input: CreateDBInstanceMessage,
): { DBInstance: DBInstance } | Promise<{ DBInstance: DBInstance }> {
  return input.DBClusterIdentifier === undefined
    ? createInstanceOutsideAurora(turn, input)
    : createMember(turn, input);
}

function createMember(turn: Turn, input: CreateDBInstanceMessage): { DBInstance: DBInstance } {
  refuseUncovered("CreateDBInstance", input, covered);
  const cluster = clusterFor(turn, input);
  const id = freeInstanceName(turn, input.DBInstanceIdentifier);
  assertReadable(turn, cluster.storageKey);
  const instance: Instance = {
    resourceId: newResourceId(turn, "db"),
    id,
    status: "creating",
    createdAt: turn.now,
    visibleAt: turn.now + jittered(turn, turn.durations.untilVisible),
    cluster: cluster.resourceId,
    writer: !membersOf(turn.state, cluster.resourceId).some(({ writer }) => writer),
    settings: settingsOf(turn, cluster, input),
    storageKey: cluster.storageKey,
    pending: {},
    applying: {},
    clusterParametersPendingReboot: false,
  };
  made(turn, "instances", instance);
  after(turn, turn.durations.createInstance, {
    do: "finish creating instance",
    instance: instance.resourceId,
  });
  return { DBInstance: instanceView(turn, instance) };
}

export async function finishCreatingInstance(turn: Turn, event: OfInstance): Promise<void> {
  const instance = turn.state.instances[event.instance];
  if (instance?.status !== "creating") return;
  if (instance.cluster === undefined) return finishCreatingOutsideAurora(turn, event);
  const { resourceId, cluster, writer } = instance;
  await turn.data.startInstance({ id: resourceId, volume: cluster, writer });
  put(turn, "instances", { ...instance, status: "available" });
  announce(turn, "RDS-EVENT-0005", instance, "DB instance created", "creation");
  watchReaders(turn, turn.state.clusters[cluster]?.id ?? "");
}

/** A member can go whatever the deletion protection of its cluster says. */
export function deleteDBInstance(turn: Turn, input: DeleteDBInstanceMessage) {
  refuseUncovered("DeleteDBInstance", input, [
    "DBInstanceIdentifier",
    "SkipFinalSnapshot",
    "FinalDBSnapshotIdentifier",
    "DeleteAutomatedBackups",
  ]);
  const instance = instanceNamed(turn, input.DBInstanceIdentifier ?? "");
  if (instance.status === "deleting" || instance.status === "stopping" || instance.status === "renaming") {
    throw rdsFault("InvalidDBInstanceStateFault", `Instance ${instance.id} is ${instance.status}.`);
  }
  if (instance.settings.DeletionProtection) {
    throw unmodelled(
      "InvalidParameterCombination",
      "Cannot delete protected DB Instance, please disable deletion protection and try again.",
    );
  }
  if (instance.cluster === undefined) takeFinalSnapshot(turn, instance, input);
  if (instance.cluster === undefined && input.DeleteAutomatedBackups === false) {
    retainBackups(turn, { kind: "instance", of: instance });
  }
  const deleting = { ...instance, status: "deleting" };
  put(turn, "instances", deleting);
  schedule(turn, { at: turn.now, event: { do: "cut sessions", instance: instance.resourceId } });
  after(turn, turn.durations.deleteInstance, {
    do: "finish deleting instance",
    instance: instance.resourceId,
  });
  return { DBInstance: instanceView(turn, deleting) };
}

/** Either a final snapshot or none has to be asked for ([API] SkipFinalSnapshot); of a replica there is none. */
function takeFinalSnapshot(turn: Turn, instance: Instance, input: DeleteDBInstanceMessage): void {
  const { SkipFinalSnapshot: skip = false, FinalDBSnapshotIdentifier: name } = input;
  if (skip === (name !== undefined) || (!skip && instance.replicaOf !== undefined)) {
    throw unmodelled(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified, and only then; never for a read replica.",
    );
  }
  if (name !== undefined) beginInstanceSnapshot(turn, instance, name, instance.settings.TagList);
}

/** A cluster that loses its writer fails over to the reader that comes first. */
export async function finishDeletingInstance(turn: Turn, event: OfInstance): Promise<void> {
  const instance = turn.state.instances[event.instance];
  if (instance === undefined) return;
  remove(turn, "instances", instance.resourceId);
  announce(turn, "RDS-EVENT-0003", instance, "DB instance deleted", "deletion");
  if (instance.cluster === undefined) return forgetVolume(turn, instance.resourceId);
  const successor = membersOf(turn.state, instance.cluster)
    .filter(({ status }) => status === "available")
    .sort((a, b) => (a.settings.PromotionTier ?? 1) - (b.settings.PromotionTier ?? 1))[0];
  if (instance.writer && successor !== undefined) {
    await promote(turn, instance.cluster, successor.resourceId);
  }
}

/** What an instance outside Aurora held, of which its replicas keep a copy; a replica holds nothing of its own. */
async function forgetVolume(turn: Turn, instance: string): Promise<void> {
  await promoteReplicasOf(turn, instance);
  await turn.data.deleteVolume(instance);
}
