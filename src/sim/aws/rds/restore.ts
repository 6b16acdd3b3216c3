import type {
  DBCluster,
  RestoreDBClusterFromSnapshotMessage,
  RestoreDBClusterToPointInTimeMessage,
} from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { identifier } from "../names.ts";
import { refuseUncovered } from "../parameters.ts";
import type { RestoredFrom } from "../schedule.ts";
import type { Cluster, ClusterSettings, StorageKey } from "../state.ts";
import {
  after,
  announce,
  jittered,
  made,
  newResourceId,
  put,
  schedule,
  snapshotNamed,
  type Turn,
} from "../turn.ts";
import { clusterNameTaken } from "./cluster-changes.ts";
import { clusterView } from "./clusters.ts";
import { assertReadable, usableKey } from "./encryption.ts";
import { engineNamed } from "./engines.ts";
import { assertQuota } from "./quotas.ts";
import { restorePoint, sourceCluster } from "./restore-point.ts";
import { restoredSettings, tagsGivenOr } from "./restored-settings.ts";
import { dataOf } from "./snapshot-data.ts";

const coveredByBoth = [
  "DBClusterIdentifier",
  "Port",
  "DBSubnetGroupName",
  "VpcSecurityGroupIds",
  "Tags",
  "KmsKeyId",
  "EnableIAMDatabaseAuthentication",
  "EnableCloudwatchLogsExports",
  "DBClusterParameterGroupName",
  "DeletionProtection",
  "CopyTagsToSnapshot",
  "StorageType",
  "NetworkType",
  "ServerlessV2ScalingConfiguration",
  "BackupRetentionPeriod",
  "PreferredBackupWindow",
  "EngineLifecycleSupport",
  "BacktrackWindow",
  "MonitoringInterval",
  "MonitoringRoleArn",
] as const;

const coveredToTime = [
  ...coveredByBoth,
  "SourceDBClusterIdentifier",
  "SourceDbClusterResourceId",
  "RestoreType",
  "RestoreToTime",
  "UseLatestRestorableTime",
] as const;

const coveredFromSnapshot = [
  ...coveredByBoth,
  "SnapshotIdentifier",
  "Engine",
  "EngineVersion",
  "EngineMode",
] as const;

function freeName(turn: Turn, given: string | undefined): string {
  const id = identifier(given ?? "", "DBClusterIdentifier");
  if (clusterNameTaken(turn, id)) {
    throw rdsFault("DBClusterAlreadyExistsFault", `DB Cluster ${id} already exists`);
  }
  assertQuota(turn, "DBClusters");
  return id;
}

/** Observed of boto3 (#4634): the restore calls know these members and take them for Limitless only. */
function refuseLimitlessOnly(input: {
  readonly MonitoringInterval?: number | undefined;
  readonly MonitoringRoleArn?: string | undefined;
}): void {
  if (input.MonitoringInterval !== undefined || input.MonitoringRoleArn !== undefined) {
    throw unmodelled(
      "InvalidParameterCombination",
      "MonitoringInterval and MonitoringRoleArn are supported for Aurora Limitless Database only.",
    );
  }
}

/** The source's key where none is given, in silence. */
function keyToTime(turn: Turn, source: Cluster, given: string | undefined): StorageKey {
  if (given === undefined) return source.storageKey;
  if (source.storageKey.type !== "sse-kms") {
    // "If DBClusterIdentifier refers to a DB cluster that isn't encrypted, then the restore request is
    // rejected" ([API] KmsKeyId); the code is not documented, nor is what holds for a key that AWS owns.
    throw unmodelled(
      "InvalidParameterCombination",
      "KmsKeyId can't be specified for a source DB cluster that isn't encrypted.",
    );
  }
  return { type: "sse-kms", arn: usableKey(turn, given) };
}

export async function restoreDBClusterToPointInTime(
  turn: Turn,
  input: RestoreDBClusterToPointInTimeMessage,
): Promise<{ DBCluster: DBCluster }> {
  refuseUncovered("RestoreDBClusterToPointInTime", input, coveredToTime);
  refuseLimitlessOnly(input);
  const source = sourceCluster(turn, input);
  if (!["available", "stopped", "backing-up", "modifying", "renaming"].includes(source.status)) {
    throw rdsFault("InvalidDBClusterStateFault", `DB cluster ${source.id} is ${source.status}.`);
  }
  const id = freeName(turn, input.DBClusterIdentifier);
  assertReadable(turn, source.storageKey);
  const storageKey = keyToTime(turn, source, input.KmsKeyId);
  const from = await restorePoint(turn, source, input);
  const settings = restoredSettings(turn, source.settings, {
    ...input,
    EngineVersion: source.settings.EngineVersion,
    Port: input.Port ?? engineNamed(source.settings.Engine).port,
    CloneGroupId: source.settings.CloneGroupId ?? source.resourceId.toLowerCase(),
    Tags: tagsGivenOr(source.settings.TagList, input.Tags),
  });
  const { clone, restoreToTime } = turn.durations;
  const duration = input.RestoreType === "copy-on-write" ? clone : restoreToTime;
  return begin(turn, { id, settings, storageKey, status: "creating", duration }, from);
}

/** Since February 2026 what is restored unencrypted and without a key comes under the key that AWS owns. */
function keyFromSnapshot(turn: Turn, stored: StorageKey, given: string | undefined): StorageKey {
  if (given !== undefined) return { type: "sse-kms", arn: usableKey(turn, given) };
  return stored.type === "none" ? { type: "sse-rds" } : stored;
}

export function restoreDBClusterFromSnapshot(
  turn: Turn,
  input: RestoreDBClusterFromSnapshotMessage,
): { DBCluster: DBCluster } {
  refuseUncovered("RestoreDBClusterFromSnapshot", input, coveredFromSnapshot);
  refuseLimitlessOnly(input);
  const snapshot = snapshotNamed(turn, input.SnapshotIdentifier ?? "");
  if (snapshot.status !== "available") {
    throw rdsFault(
      "InvalidDBClusterSnapshotStateFault",
      `The DB cluster snapshot ${snapshot.id} is ${snapshot.status}.`,
    );
  }
  const was = snapshot.cluster.settings;
  if (input.Engine !== was.Engine) {
    throw unmodelled("InvalidParameterValue", `The snapshot is of ${was.Engine}, not of ${input.Engine}.`);
  }
  if ((input.EngineMode ?? "provisioned") !== "provisioned") {
    throw new Error("the simulated account restores provisioned clusters only");
  }
  const id = freeName(turn, input.DBClusterIdentifier);
  assertReadable(turn, snapshot.storageKey);
  const storageKey = keyFromSnapshot(turn, snapshot.storageKey, input.KmsKeyId);
  const settings = restoredSettings(turn, was, {
    ...input,
    EngineVersion: input.EngineVersion ?? engineNamed(was.Engine).version,
    Port: input.Port ?? was.Port,
    CloneGroupId: undefined,
    Tags: tagsGivenOr(snapshot.tags, input.Tags),
  });
  const restored = {
    id,
    settings,
    storageKey,
    status: "migrating",
    duration: turn.durations.restoreSnapshot,
  };
  return begin(turn, restored, { snapshot: dataOf(snapshot) });
}

interface Restored {
  readonly id: string;
  readonly settings: ClusterSettings;
  readonly storageKey: StorageKey;
  readonly status: string;
  readonly duration: number;
}

/** What the data held is fixed now; the cluster is ready, and without members, when the restore ends. */
function begin(turn: Turn, restored: Restored, from: RestoredFrom): { DBCluster: DBCluster } {
  const { id, settings, storageKey, status, duration } = restored;
  const cluster: Cluster = {
    resourceId: newResourceId(turn, "cluster"),
    id,
    status,
    createdAt: turn.now,
    visibleAt: turn.now + jittered(turn, turn.durations.untilVisible),
    settings,
    storageKey,
    pending: {},
    applying: {},
  };
  made(turn, "clusters", cluster);
  schedule(turn, { at: turn.now, event: { do: "copy restored data", cluster: cluster.resourceId, from } });
  after(turn, duration, { do: "finish restore", cluster: cluster.resourceId });
  return { DBCluster: clusterView(turn, cluster) };
}

export async function copyRestoredData(
  turn: Turn,
  { cluster, from }: { readonly cluster: string; readonly from: RestoredFrom },
): Promise<void> {
  if ("snapshot" in from) return turn.data.restoreSnapshot(from.snapshot, cluster);
  if ("at" in from) return turn.data.restoreToTime(from.volume, cluster, from.at);
  const passing = `clone-${cluster}`;
  await turn.data.takeSnapshot(from.volume, passing);
  await turn.data.restoreSnapshot(passing, cluster);
  await turn.data.deleteSnapshot(passing);
}

export function finishRestore(turn: Turn, event: { readonly cluster: string }): void {
  const cluster = turn.state.clusters[event.cluster];
  if (cluster?.status !== "creating" && cluster?.status !== "migrating") return;
  const restorableFrom = turn.now + jittered(turn, turn.durations.firstBackup);
  put(turn, "clusters", { ...cluster, status: "available", restorableFrom });
  announce(turn, "RDS-EVENT-0170", cluster, "DB cluster created", "creation");
}
