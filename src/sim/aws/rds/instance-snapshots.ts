import type {
  CreateDBSnapshotMessage,
  DBSnapshot,
  DeleteDBSnapshotMessage,
  DescribeDBSnapshotsMessage,
  Tag,
} from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { arn, identifier, nameIn } from "../names.ts";
import { present, refuseUncovered } from "../parameters.ts";
import type { Instance, InstanceSnapshot } from "../state.ts";
import {
  after,
  announce,
  instanceNamed,
  instanceSnapshotNamed,
  jittered,
  made,
  newResourceId,
  put,
  remove,
  schedule,
  type Turn,
  volumeOf,
} from "../turn.ts";
import { assertReadable, encryptionView } from "./encryption.ts";
import { restingStatus } from "./instance-status.ts";
import { type Filters, filtered, page } from "./paging.ts";
import { assertQuota } from "./quotas.ts";
import { refuseReservedTags } from "./restored-settings.ts";
import { deleteUnshared } from "./snapshot-data.ts";

/** Snapshots of instances outside Aurora: CreateDBSnapshot and what follows from it. */

type OfSnapshot = { readonly snapshot: string };

const longestName = 255;

const typeOf = ({ managedBy }: InstanceSnapshot) => managedBy ?? "manual";

export function instanceSnapshotView(turn: Turn, snapshot: InstanceSnapshot): DBSnapshot {
  const { instance, storageKey } = snapshot;
  const { settings } = instance;
  const { StorageEncrypted, ...encryption } = encryptionView(storageKey);
  return {
    ...encryption,
    Encrypted: StorageEncrypted,
    DBSnapshotIdentifier: snapshot.id,
    DBSnapshotArn: arn(turn.state, "snapshot", snapshot.id),
    // What a copy within the account was made from is told nowhere ([API] SourceDBSnapshotIdentifier).
    DBInstanceIdentifier: instance.id,
    DbiResourceId: instance.resourceId,
    InstanceCreateTime: new Date(instance.createdAt),
    SnapshotCreateTime: new Date(snapshot.createdAt),
    OriginalSnapshotCreateTime: new Date(snapshot.takenAt),
    SnapshotType: typeOf(snapshot),
    SnapshotTarget: "region",
    Status: snapshot.status,
    PercentProgress: snapshot.status === "available" ? 100 : 0,
    Engine: settings.Engine,
    EngineVersion: settings.EngineVersion,
    Port: settings.DbInstancePort,
    VpcId: turn.state.subnetGroups[settings.SubnetGroup]?.vpcId,
    TagList: [...snapshot.tags],
    ...present({
      SnapshotDatabaseTime: snapshot.lastCommitAt === undefined ? undefined : new Date(snapshot.lastCommitAt),
      AvailabilityZone: settings.AvailabilityZone,
      MasterUsername: settings.MasterUsername,
      LicenseModel: settings.LicenseModel,
      AllocatedStorage: settings.AllocatedStorage,
      StorageType: settings.StorageType,
      Iops: settings.Iops,
      StorageThroughput: settings.StorageThroughput,
      OptionGroupName: settings.OptionGroupMemberships?.[0]?.OptionGroupName,
      BackupRetentionPeriod: settings.BackupRetentionPeriod,
      PreferredBackupWindow: settings.PreferredBackupWindow,
      IAMDatabaseAuthenticationEnabled: settings.IAMDatabaseAuthenticationEnabled,
      DedicatedLogVolume: settings.DedicatedLogVolume,
    }),
  };
}

/** "The source DB instance must be in the available or storage-optimization state" ([API] CreateDBSnapshot). */
const canBeBackedUp = new Set(["available", "storage-optimization"]);

export function createDBSnapshot(turn: Turn, input: CreateDBSnapshotMessage): { DBSnapshot: DBSnapshot } {
  refuseUncovered("CreateDBSnapshot", input, ["DBInstanceIdentifier", "DBSnapshotIdentifier", "Tags"]);
  const instance = instanceNamed(turn, input.DBInstanceIdentifier ?? "");
  if (instance.cluster !== undefined) {
    throw unmodelled(
      "InvalidParameterValue",
      "The specified instance is a member of a cluster: use the CreateDBClusterSnapshot API.",
    );
  }
  if (!canBeBackedUp.has(instance.status)) {
    throw rdsFault(
      "InvalidDBInstanceStateFault",
      `Cannot create a snapshot because the database instance ${instance.id} is not currently in the available state (it is ${instance.status}).`,
    );
  }
  const tags = input.Tags ?? [];
  refuseReservedTags(tags);
  // With CopyTagsToSnapshot the instance's tags come too; those of the call win.
  const inherited = instance.settings.CopyTagsToSnapshot ? instance.settings.TagList : [];
  const snapshot = beginInstanceSnapshot(turn, instance, input.DBSnapshotIdentifier ?? "", [
    ...inherited.filter((tag) => !tags.some(({ Key }) => Key === tag.Key)),
    ...tags,
  ]);
  put(turn, "instances", { ...instance, status: "backing-up" });
  return { DBSnapshot: instanceSnapshotView(turn, snapshot) };
}

/** A name that no snapshot of an instance has, and for which there is room. */
export function freeSnapshotName(turn: Turn, given: string, parameter: string): string {
  const id = identifier(given, parameter, longestName);
  if (Object.values(turn.state.instanceSnapshots).some((other) => other.id === id)) {
    throw rdsFault(
      "DBSnapshotAlreadyExistsFault",
      `Cannot create the snapshot because a snapshot with the identifier ${id} already exists.`,
    );
  }
  assertQuota(turn, "ManualSnapshots");
  return id;
}

/** What it holds is fixed now, whenever it becomes available. */
export function beginInstanceSnapshot(
  turn: Turn,
  instance: Instance,
  name: string,
  tags: readonly Tag[],
): InstanceSnapshot {
  const id = freeSnapshotName(turn, name, "DBSnapshotIdentifier");
  const snapshot = takeInstanceSnapshot(turn, instance, { id, tags });
  announce(turn, "RDS-EVENT-0040", snapshot, "Creating manual snapshot", "creation");
  return snapshot;
}

/** Of whatever name: those of AWS Backup hold a colon. Throws where the key cannot be used. */
export function takeInstanceSnapshot(
  turn: Turn,
  instance: Instance,
  as: Pick<InstanceSnapshot, "id" | "tags" | "managedBy">,
): InstanceSnapshot {
  assertReadable(turn, instance.storageKey);
  const { resourceId, createdAt, settings, storageKey } = instance;
  const own = newResourceId(turn, "dbsnapshot");
  const snapshot: InstanceSnapshot = {
    ...as,
    resourceId: own,
    status: "creating",
    createdAt: turn.now,
    takenAt: turn.now,
    visibleAt: turn.now + jittered(turn, turn.durations.untilVisible),
    instance: { resourceId, id: instance.id, createdAt, settings },
    storageKey,
    data: own,
  };
  made(turn, "instanceSnapshots", snapshot);
  schedule(turn, {
    at: turn.now,
    event: { do: "copy instance snapshot data", snapshot: own, from: volumeOf(instance) },
  });
  after(turn, turn.durations.snapshot, { do: "finish instance snapshot", snapshot: own });
  return snapshot;
}

export async function copyInstanceSnapshotData(
  turn: Turn,
  event: OfSnapshot & { readonly from: string },
): Promise<void> {
  const snapshot = turn.state.instanceSnapshots[event.snapshot];
  if (snapshot === undefined) return;
  await turn.data.takeSnapshot(event.from, snapshot.data);
  const lastCommitAt = await turn.data.lastCommit(event.from);
  put(turn, "instanceSnapshots", { ...snapshot, ...present({ lastCommitAt }) });
}

export function finishInstanceSnapshot(turn: Turn, event: OfSnapshot): void {
  const snapshot = turn.state.instanceSnapshots[event.snapshot];
  if (snapshot?.status !== "creating") return;
  put(turn, "instanceSnapshots", { ...snapshot, status: "available" });
  announce(turn, "RDS-EVENT-0042", snapshot, "Manual snapshot created", "creation");
  const instance = turn.state.instances[snapshot.instance.resourceId];
  if (instance?.status === "backing-up") {
    put(turn, "instances", { ...instance, status: restingStatus(turn, instance) });
  }
}

export function deleteDBSnapshot(turn: Turn, input: DeleteDBSnapshotMessage): { DBSnapshot: DBSnapshot } {
  const snapshot = instanceSnapshotNamed(turn, input.DBSnapshotIdentifier ?? "");
  // That RDS refuses it is known; under which name it does is not documented.
  if (snapshot.managedBy === "awsbackup") {
    throw rdsFault(
      "InvalidDBSnapshotStateFault",
      `The snapshot ${snapshot.id} is managed by AWS Backup and can't be deleted here.`,
    );
  }
  if (snapshot.status !== "available" && snapshot.status !== "failed") {
    throw rdsFault(
      "InvalidDBSnapshotStateFault",
      `Cannot delete the snapshot ${snapshot.id} because it is ${snapshot.status}.`,
    );
  }
  // "If the snapshot is being copied, the copy operation is terminated" ([API] DeleteDBSnapshot).
  for (const copy of Object.values(turn.state.instanceSnapshots)) {
    if (copy.copiedFrom === snapshot.resourceId && copy.status === "copying") {
      put(turn, "instanceSnapshots", { ...copy, status: "failed" });
    }
  }
  return { DBSnapshot: instanceSnapshotView(turn, beginDeletingInstanceSnapshot(turn, snapshot)) };
}

export function beginDeletingInstanceSnapshot(turn: Turn, snapshot: InstanceSnapshot): InstanceSnapshot {
  const deleting = { ...snapshot, status: "deleting" };
  put(turn, "instanceSnapshots", deleting);
  after(turn, turn.durations.deleteSnapshot, {
    do: "finish deleting instance snapshot",
    snapshot: snapshot.resourceId,
  });
  return deleting;
}

export async function finishDeletingInstanceSnapshot(turn: Turn, event: OfSnapshot): Promise<void> {
  const snapshot = turn.state.instanceSnapshots[event.snapshot];
  if (snapshot === undefined) return;
  remove(turn, "instanceSnapshots", event.snapshot);
  announce(turn, "RDS-EVENT-0041", snapshot, "User snapshot deleted", "deletion");
  await deleteUnshared(turn, snapshot);
}

const filtersOf = ({ state }: Turn): Filters<InstanceSnapshot> => ({
  "db-instance-id": ({ instance }) => [instance.id, arn(state, "db", instance.id)],
  "db-snapshot-id": ({ id }) => [id],
  "dbi-resource-id": ({ instance }) => [instance.resourceId],
  "snapshot-type": (snapshot) => [typeOf(snapshot)],
  engine: ({ instance }) => [instance.settings.Engine],
});

/** A snapshot keeps the name that its instance had: after a swap, only the resource id tells whose it is. */
export function describeDBSnapshots(turn: Turn, input: DescribeDBSnapshotsMessage) {
  const {
    DBSnapshotIdentifier: name,
    DBInstanceIdentifier: of,
    DbiResourceId: ofId,
    SnapshotType: type,
  } = input;
  const found = Object.values(turn.seen.instanceSnapshots)
    .filter((snapshot) => snapshot.visibleAt <= turn.now)
    .filter((snapshot) => name === undefined || snapshot.id === nameIn(name))
    .filter(({ instance }) => of === undefined || instance.id === nameIn(of))
    .filter(({ instance }) => ofId === undefined || instance.resourceId === ofId)
    .filter((snapshot) => type === undefined || type === typeOf(snapshot));
  if (name !== undefined && found.length === 0) {
    throw rdsFault("DBSnapshotNotFoundFault", `DBSnapshot ${name} not found.`);
  }
  const { records, ...marker } = page(filtered(found, input.Filters, filtersOf(turn)), input);
  return { DBSnapshots: records.map((snapshot) => instanceSnapshotView(turn, snapshot)), ...marker };
}
