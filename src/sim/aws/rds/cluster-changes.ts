import type { DBCluster, ModifyDBClusterMessage } from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { identifier } from "../names.ts";
import { differing, present, refuseUncovered } from "../parameters.ts";
import type { Cluster, ClusterChange, ClusterSettings } from "../state.ts";
import { after, announce, clusterNamed, membersOf, put, schedule, type Turn } from "../turn.ts";
import { managedSecret } from "./cluster-attachments.ts";
import { clusterView } from "./clusters.ts";
import { assertReadable, usableKey } from "./encryption.ts";
import {
  clusterParameterGroupNamed,
  groupsInChange,
  groupsInForce,
  securityGroupsIn,
  subnetGroupNamed,
} from "./groups.ts";
import { waitForWindow } from "./maintenance.ts";

/** Whether a cluster has the name, or has been promised it by an accepted rename. */
export function clusterNameTaken(turn: Turn, id: string): boolean {
  return Object.values(turn.state.clusters).some((other) => other.id === id || other.applying.id === id);
}

function newName(turn: Turn, cluster: Cluster, given: string): string {
  const id = identifier(given, "NewDBClusterIdentifier");
  const { shares, blueGreens } = turn.state.attachments;
  if (cluster.settings.GlobalClusterIdentifier !== undefined) {
    throw rdsFault("InvalidGlobalClusterStateFault", `${cluster.id} is a member of a global cluster.`);
  }
  // "You can't rename a cluster that is shared" (Aurora User Guide, Aurora.Managing.Clone).
  if (shares.some((share) => share.cluster === cluster.resourceId)) {
    throw rdsFault("InvalidDBClusterStateFault", `${cluster.id} is shared and can't be renamed.`);
  }
  if (blueGreens.some((blueGreen) => blueGreen.cluster === cluster.resourceId)) {
    throw rdsFault("InvalidDBClusterStateFault", `${cluster.id} is part of a blue/green deployment.`);
  }
  if (id === cluster.applying.id) return id;
  if (clusterNameTaken(turn, id)) {
    throw rdsFault("DBClusterAlreadyExistsFault", `DB Cluster ${id} already exists`);
  }
  return id;
}

/** Applied at once and without a change of status, whatever ApplyImmediately says. */
function instantChange(input: ModifyDBClusterMessage): Partial<ClusterSettings> {
  return present({
    DeletionProtection: input.DeletionProtection,
    CopyTagsToSnapshot: input.CopyTagsToSnapshot,
    BackupRetentionPeriod: input.BackupRetentionPeriod,
    PreferredBackupWindow: input.PreferredBackupWindow,
    PreferredMaintenanceWindow: input.PreferredMaintenanceWindow,
    AutoMinorVersionUpgrade: input.AutoMinorVersionUpgrade,
  });
}

/** Waits for the maintenance window unless told otherwise. */
function deferrableChange(turn: Turn, cluster: Cluster, input: ModifyDBClusterMessage): ClusterChange {
  return present({
    id:
      input.NewDBClusterIdentifier === undefined
        ? undefined
        : newName(turn, cluster, input.NewDBClusterIdentifier),
    EngineVersion: input.EngineVersion,
    IAMDatabaseAuthenticationEnabled: input.EnableIAMDatabaseAuthentication,
  });
}

function logExports(cluster: Cluster, input: ModifyDBClusterMessage): string[] | undefined {
  const change = input.CloudwatchLogsExportConfiguration;
  if (change === undefined) return undefined;
  const off = new Set(change.DisableLogTypes ?? []);
  const now = cluster.settings.EnabledCloudwatchLogsExports ?? [];
  return [...new Set([...now, ...(change.EnableLogTypes ?? [])])].filter((type) => !off.has(type));
}

/** Source: [API] ModifyDBCluster.DatabaseInsightsMode, what `advanced` asks for. */
function insights(turn: Turn, input: ModifyDBClusterMessage) {
  const { DatabaseInsightsMode: mode, EnablePerformanceInsights: enabled } = input;
  const days = input.PerformanceInsightsRetentionPeriod;
  if (mode === "advanced" && !(enabled && days !== undefined && days >= 465)) {
    throw unmodelled(
      "InvalidParameterCombination",
      "Advanced Database Insights needs Performance Insights with a retention of at least 465 days.",
    );
  }
  const key = input.PerformanceInsightsKMSKeyId;
  return {
    DatabaseInsightsMode: mode,
    PerformanceInsightsEnabled: enabled,
    PerformanceInsightsRetentionPeriod: days,
    PerformanceInsightsKMSKeyId: key === undefined ? undefined : usableKey(turn, key),
  };
}

/** Starts as soon as possible and takes its time. */
function promptChange(turn: Turn, cluster: Cluster, input: ModifyDBClusterMessage): ClusterChange {
  const { vpcId } = subnetGroupNamed(turn, cluster.settings.DBSubnetGroup);
  return present({
    VpcSecurityGroups:
      input.VpcSecurityGroupIds === undefined
        ? undefined
        : securityGroupsIn(turn, vpcId, input.VpcSecurityGroupIds),
    DBClusterParameterGroup:
      input.DBClusterParameterGroupName === undefined
        ? undefined
        : clusterParameterGroupNamed(turn, input.DBClusterParameterGroupName).name,
    Port: input.Port,
    EnabledCloudwatchLogsExports: logExports(cluster, input),
    ServerlessV2ScalingConfiguration: input.ServerlessV2ScalingConfiguration,
    StorageType: input.StorageType,
    ...insights(turn, input),
    MasterUserSecret: managedSecret(turn, cluster, input),
    LocalWriteForwardingStatus:
      input.EnableLocalWriteForwarding === undefined
        ? undefined
        : input.EnableLocalWriteForwarding
          ? ("enabled" as const)
          : ("disabled" as const),
  });
}

const covered = [
  "DBClusterIdentifier",
  "NewDBClusterIdentifier",
  "ApplyImmediately",
  "DeletionProtection",
  "CopyTagsToSnapshot",
  "BackupRetentionPeriod",
  "PreferredBackupWindow",
  "PreferredMaintenanceWindow",
  "AutoMinorVersionUpgrade",
  "EngineVersion",
  "EnableIAMDatabaseAuthentication",
  "VpcSecurityGroupIds",
  "DBClusterParameterGroupName",
  "Port",
  "CloudwatchLogsExportConfiguration",
  "ServerlessV2ScalingConfiguration",
  "StorageType",
  "DatabaseInsightsMode",
  "EnablePerformanceInsights",
  "PerformanceInsightsKMSKeyId",
  "PerformanceInsightsRetentionPeriod",
  "EnableLocalWriteForwarding",
  "ManageMasterUserPassword",
  "MasterUserSecretKmsKeyId",
] as const;

export function modifyDBCluster(turn: Turn, input: ModifyDBClusterMessage): { DBCluster: DBCluster } {
  refuseUncovered("ModifyDBCluster", input, covered);
  const cluster = clusterNamed(turn, input.DBClusterIdentifier ?? "");
  if (cluster.status !== "available") {
    throw rdsFault(
      "InvalidDBClusterStateFault",
      `DB cluster ${cluster.id} is not in available state (it is ${cluster.status}).`,
    );
  }
  assertReadable(turn, cluster.storageKey);
  const deferrable = differing(cluster.settings, deferrableChange(turn, cluster, input));
  const prompt = differing(cluster.settings, promptChange(turn, cluster, input));
  const now = input.ApplyImmediately === true;
  const changed = changedCluster(cluster, instantChange(input), prompt, deferrable, now);
  put(turn, "clusters", changed);
  if (Object.keys(changed.applying).length > 0) beginSoon(turn, cluster);
  if (Object.keys(changed.pending).length > 0) waitForWindow(turn, changed);
  return { DBCluster: clusterView(turn, changed) };
}

/** Asking for "now" also asks for everything that was waiting ([API] ModifyDBCluster.ApplyImmediately). */
function changedCluster(
  cluster: Cluster,
  instant: Partial<ClusterSettings>,
  prompt: ClusterChange,
  deferrable: ClusterChange,
  now: boolean,
): Cluster {
  return {
    ...cluster,
    settings: {
      ...cluster.settings,
      ...instant,
      VpcSecurityGroups: groupsInChange(cluster.settings.VpcSecurityGroups, prompt.VpcSecurityGroups),
    },
    applying: { ...cluster.applying, ...(now && { ...cluster.pending, ...deferrable }), ...prompt },
    pending: now ? {} : { ...cluster.pending, ...deferrable },
  };
}

/** A second modification accepted before the first has begun joins it. */
export function beginSoon(turn: Turn, { resourceId }: Cluster): void {
  const scheduled = turn.state.schedule.some(
    ({ event }) => event.do === "begin modifying cluster" && event.cluster === resourceId,
  );
  if (scheduled) return;
  after(turn, turn.durations.untilModifying, { do: "begin modifying cluster", cluster: resourceId });
}

/** Something that could not wait, such as a lost key, has overtaken the accepted modification. */
function withoutChange(cluster: Cluster): Cluster {
  const VpcSecurityGroups = groupsInForce(cluster.settings.VpcSecurityGroups);
  return { ...cluster, applying: {}, settings: { ...cluster.settings, VpcSecurityGroups } };
}

const changing = new Set(["renaming", "upgrading", "modifying"]);

export function beginModifyingCluster(turn: Turn, event: { readonly cluster: string }): void {
  const cluster = turn.state.clusters[event.cluster];
  if (cluster === undefined) return;
  if (cluster.status !== "available") {
    put(turn, "clusters", withoutChange(cluster));
    return;
  }
  const { applying } = cluster;
  const [status, duration] =
    applying.id !== undefined
      ? (["renaming", turn.durations.renameCluster] as const)
      : applying.EngineVersion !== undefined
        ? (["upgrading", turn.durations.modify] as const)
        : applying.VpcSecurityGroups !== undefined
          ? (["modifying", turn.durations.modifySecurityGroups] as const)
          : (["modifying", turn.durations.modify] as const);
  put(turn, "clusters", { ...cluster, status });
  after(turn, duration, { do: "finish modifying cluster", cluster: cluster.resourceId });
}

/** The names of its endpoints move with a rename; no session ends ("an outage doesn't occur"). */
export function finishModifyingCluster(turn: Turn, event: { readonly cluster: string }): void {
  const cluster = turn.state.clusters[event.cluster];
  if (cluster === undefined) return;
  const { id = cluster.id, ...settings } = cluster.applying;
  const changed: Cluster = {
    ...cluster,
    id,
    status: changing.has(cluster.status) ? "available" : cluster.status,
    settings: { ...cluster.settings, ...settings },
    applying: {},
  };
  put(turn, "clusters", changed);
  if (id !== cluster.id) {
    announce(turn, "RDS-EVENT-0172", changed, `Renamed cluster from ${cluster.id} to ${id}`, "notification");
  }
  for (const member of membersOf(turn.state, cluster.resourceId)) {
    if (settings.DBClusterParameterGroup !== undefined) {
      put(turn, "instances", { ...member, clusterParametersPendingReboot: true });
    }
    if (settings.Port !== undefined || settings.EngineVersion !== undefined) {
      schedule(turn, { at: turn.now, event: { do: "reboot", instance: member.resourceId } });
    }
  }
}
