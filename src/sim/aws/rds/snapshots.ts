import type {
  CreateDBClusterSnapshotMessage,
  DBClusterSnapshot,
  DeleteDBClusterSnapshotMessage,
  DescribeDBClusterSnapshotsMessage,
  Tag,
} from "@aws-sdk/client-rds";
import { rdsFault } from "../fault.ts";
import { arn, identifier, nameIn } from "../names.ts";
import { refuseUncovered } from "../parameters.ts";
import type { Cluster, Snapshot } from "../state.ts";
import {
  after,
  announce,
  clusterNamed,
  jittered,
  made,
  newResourceId,
  put,
  remove,
  schedule,
  snapshotNamed,
  type Turn,
} from "../turn.ts";
import { assertReadable, encryptionView } from "./encryption.ts";
import { type Filters, filtered, page } from "./paging.ts";
import { assertQuota } from "./quotas.ts";
import { refuseReservedTags } from "./restored-settings.ts";
import { deleteUnshared } from "./snapshot-data.ts";

type OfSnapshot = { readonly snapshot: string };

const typeOf = ({ managedBy }: Snapshot) => managedBy ?? "manual";

function snapshotView(turn: Turn, snapshot: Snapshot): DBClusterSnapshot {
  const { settings } = snapshot.cluster;
  return {
    ...encryptionView(snapshot.storageKey),
    DBClusterSnapshotIdentifier: snapshot.id,
    DBClusterSnapshotArn: arn(turn.state, "cluster-snapshot", snapshot.id),
    DBClusterIdentifier: snapshot.cluster.id,
    DbClusterResourceId: snapshot.cluster.resourceId,
    ClusterCreateTime: new Date(snapshot.cluster.createdAt),
    SnapshotCreateTime: new Date(snapshot.createdAt),
    SnapshotType: typeOf(snapshot),
    Status: snapshot.status,
    PercentProgress: snapshot.status === "available" ? 100 : 0,
    Engine: settings.Engine,
    EngineVersion: settings.EngineVersion,
    EngineMode: settings.EngineMode,
    AvailabilityZones: settings.AvailabilityZones,
    AllocatedStorage: settings.AllocatedStorage,
    MasterUsername: settings.MasterUsername,
    Port: settings.Port,
    VpcId: turn.state.subnetGroups[settings.DBSubnetGroup]?.vpcId,
    IAMDatabaseAuthenticationEnabled: settings.IAMDatabaseAuthenticationEnabled,
    TagList: [...snapshot.tags],
  };
}

export function createDBClusterSnapshot(turn: Turn, input: CreateDBClusterSnapshotMessage) {
  refuseUncovered("CreateDBClusterSnapshot", input, [
    "DBClusterIdentifier",
    "DBClusterSnapshotIdentifier",
    "Tags",
  ]);
  const cluster = clusterNamed(turn, input.DBClusterIdentifier ?? "");
  if (cluster.status !== "available" || cluster.restorableFrom === undefined) {
    throw rdsFault(
      "InvalidDBClusterStateFault",
      `DB cluster ${cluster.id} can't be backed up: it is ${cluster.status}.`,
    );
  }
  const tags = input.Tags ?? [];
  refuseReservedTags(tags);
  // With CopyTagsToSnapshot the cluster's tags come too; those of the call win.
  const inherited = cluster.settings.CopyTagsToSnapshot
    ? cluster.settings.TagList.filter((tag) => !tags.some(({ Key }) => Key === tag.Key))
    : [];
  const snapshot = beginSnapshot(turn, cluster, input.DBClusterSnapshotIdentifier ?? "", [
    ...inherited,
    ...tags,
  ]);
  return { DBClusterSnapshot: snapshotView(turn, snapshot) };
}

/** What it holds is fixed now, whenever it becomes available. */
export function beginSnapshot(turn: Turn, cluster: Cluster, name: string, tags: readonly Tag[]): Snapshot {
  const id = identifier(name, "DBClusterSnapshotIdentifier");
  if (Object.values(turn.state.snapshots).some((other) => other.id === id)) {
    throw rdsFault(
      "DBClusterSnapshotAlreadyExistsFault",
      `Cannot create the snapshot: ${id} already exists.`,
    );
  }
  assertQuota(turn, "ManualClusterSnapshots");
  const snapshot = takeSnapshot(turn, cluster, { id, tags });
  announce(turn, "RDS-EVENT-0074", snapshot, "Creating manual cluster snapshot", "backup");
  return snapshot;
}

/** Of whatever name: those of AWS Backup hold a colon. Throws where the key cannot be used. */
export function takeSnapshot(
  turn: Turn,
  cluster: Cluster,
  as: Pick<Snapshot, "id" | "tags" | "managedBy">,
): Snapshot {
  assertReadable(turn, cluster.storageKey);
  const { resourceId, createdAt, settings } = cluster;
  const snapshot: Snapshot = {
    ...as,
    resourceId: newResourceId(turn, "snapshot"),
    status: "creating",
    createdAt: turn.now,
    visibleAt: turn.now + jittered(turn, turn.durations.untilVisible),
    cluster: { resourceId, id: cluster.id, createdAt, settings },
    storageKey: cluster.storageKey,
  };
  made(turn, "snapshots", snapshot);
  schedule(turn, { at: turn.now, event: { do: "copy snapshot data", snapshot: snapshot.resourceId } });
  after(turn, turn.durations.snapshot, { do: "finish snapshot", snapshot: snapshot.resourceId });
  return snapshot;
}

export async function copySnapshotData(turn: Turn, event: OfSnapshot): Promise<void> {
  const snapshot = turn.state.snapshots[event.snapshot];
  if (snapshot !== undefined) await turn.data.takeSnapshot(snapshot.cluster.resourceId, snapshot.resourceId);
}

export function finishSnapshot(turn: Turn, event: OfSnapshot): void {
  const snapshot = turn.state.snapshots[event.snapshot];
  if (snapshot?.status !== "creating") return;
  put(turn, "snapshots", { ...snapshot, status: "available" });
  announce(turn, "RDS-EVENT-0075", snapshot, "Manual cluster snapshot created", "backup");
}

export function deleteDBClusterSnapshot(turn: Turn, input: DeleteDBClusterSnapshotMessage) {
  const snapshot = snapshotNamed(turn, input.DBClusterSnapshotIdentifier ?? "");
  // That RDS refuses it is known; under which name it does is not documented.
  if (snapshot.managedBy === "awsbackup") {
    throw rdsFault(
      "InvalidDBClusterSnapshotStateFault",
      `The snapshot ${snapshot.id} is managed by AWS Backup and can't be deleted here.`,
    );
  }
  if (snapshot.status !== "available") {
    throw rdsFault(
      "InvalidDBClusterSnapshotStateFault",
      `The snapshot ${snapshot.id} is ${snapshot.status}.`,
    );
  }
  return { DBClusterSnapshot: snapshotView(turn, beginDeletingSnapshot(turn, snapshot)) };
}

export function beginDeletingSnapshot(turn: Turn, snapshot: Snapshot): Snapshot {
  const deleting = { ...snapshot, status: "deleting" };
  put(turn, "snapshots", deleting);
  after(turn, turn.durations.deleteSnapshot, {
    do: "finish deleting snapshot",
    snapshot: snapshot.resourceId,
  });
  return deleting;
}

export async function finishDeletingSnapshot(turn: Turn, event: OfSnapshot): Promise<void> {
  const snapshot = turn.state.snapshots[event.snapshot];
  if (snapshot === undefined) return;
  await deleteUnshared(turn, snapshot);
  remove(turn, "snapshots", event.snapshot);
}

const filters: Filters<Snapshot> = {
  "db-cluster-id": ({ cluster }) => [cluster.id],
  "db-cluster-snapshot-id": ({ id }) => [id],
  "snapshot-type": (snapshot) => [typeOf(snapshot)],
  engine: ({ cluster }) => [cluster.settings.Engine],
};

/** A snapshot keeps the name that its cluster had: after a swap, only the resource id tells whose it is. */
export function describeDBClusterSnapshots(turn: Turn, input: DescribeDBClusterSnapshotsMessage) {
  const { DBClusterSnapshotIdentifier: name, DBClusterIdentifier: of, DbClusterResourceId: ofId } = input;
  const found = Object.values(turn.seen.snapshots)
    .filter((snapshot) => snapshot.visibleAt <= turn.now)
    .filter((snapshot) => name === undefined || snapshot.id === nameIn(name))
    .filter(({ cluster }) => of === undefined || cluster.id === nameIn(of))
    .filter(({ cluster }) => ofId === undefined || cluster.resourceId === ofId)
    .filter((snapshot) => input.SnapshotType === undefined || input.SnapshotType === typeOf(snapshot));
  if (name !== undefined && found.length === 0) {
    throw rdsFault("DBClusterSnapshotNotFoundFault", `DBClusterSnapshot ${name} not found.`);
  }
  const { records, ...marker } = page(filtered(found, input.Filters, filters), input);
  return { DBClusterSnapshots: records.map((snapshot) => snapshotView(turn, snapshot)), ...marker };
}
