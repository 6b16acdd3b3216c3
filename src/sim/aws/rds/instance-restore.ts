import type { DBInstance, RestoreDBInstanceFromDBSnapshotMessage } from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { refuseUncovered } from "../parameters.ts";
import type { InstanceSnapshot } from "../state.ts";
import { after, announce, instanceSnapshotNamed, schedule, type Turn } from "../turn.ts";
import { assertReadable } from "./encryption.ts";
import { assertClass } from "./instance-classes.ts";
import { freeInstanceName, makeInstance, withFirstBackup } from "./instance-making.ts";
import { newSettings } from "./instance-settings.ts";
import { beginStorageWork } from "./instance-status.ts";
import { instanceView } from "./instances.ts";

type OfInstance = { readonly instance: string };

const covered = [
  "DBInstanceIdentifier",
  "DBSnapshotIdentifier",
  "DBInstanceClass",
  "Port",
  "AvailabilityZone",
  "MultiAZ",
  "DBSubnetGroupName",
  "VpcSecurityGroupIds",
  "PubliclyAccessible",
  "AutoMinorVersionUpgrade",
  "LicenseModel",
  "Engine",
  "Iops",
  "StorageType",
  "StorageThroughput",
  "AllocatedStorage",
  "OptionGroupName",
  "DBParameterGroupName",
  "CopyTagsToSnapshot",
  "EnableIAMDatabaseAuthentication",
  "EnableCloudwatchLogsExports",
  "DeletionProtection",
  "NetworkType",
  "DedicatedLogVolume",
  "CACertificateIdentifier",
  "EngineLifecycleSupport",
  "BackupRetentionPeriod",
  "PreferredBackupWindow",
  "Tags",
  "ManageMasterUserPassword",
] as const;

/** Under the key of the snapshot, or under none as it: there is no parameter for another. */
export function restoreDBInstanceFromDBSnapshot(
  turn: Turn,
  input: RestoreDBInstanceFromDBSnapshotMessage,
): { DBInstance: DBInstance } {
  refuseUncovered("RestoreDBInstanceFromDBSnapshot", input, covered);
  const snapshot = instanceSnapshotNamed(turn, input.DBSnapshotIdentifier ?? "");
  if (snapshot.status !== "available") {
    throw rdsFault("InvalidDBSnapshotStateFault", `The snapshot ${snapshot.id} is ${snapshot.status}.`);
  }
  const was = snapshot.instance.settings;
  assertFits(snapshot, input);
  const id = freeInstanceName(turn, input.DBInstanceIdentifier);
  const { storageKey } = snapshot;
  assertReadable(turn, storageKey);
  const { Engine, EngineVersion } = was;
  const DBInstanceClass = input.DBInstanceClass ?? was.DBInstanceClass;
  assertClass(turn, DBInstanceClass, { Engine, EngineVersion, storageKey });
  const settings = newSettings(turn, withBackedUpIops(snapshot, input), {
    DBInstanceClass,
    Engine,
    EngineVersion,
    Port: input.Port ?? was.DbInstancePort,
    AllocatedStorage: input.AllocatedStorage ?? was.AllocatedStorage ?? 0,
    BackupRetentionPeriod: input.BackupRetentionPeriod ?? was.BackupRetentionPeriod ?? 0,
    MasterUsername: was.MasterUsername ?? "",
    DBName: was.DBName,
    // Any given: those and no others. None: those that the instance had, not the snapshot's (USER_RestoreFromSnapshot).
    Tags: input.Tags?.length ? input.Tags : was.TagList.filter(({ Key }) => !Key?.startsWith("aws:")),
  });
  const instance = makeInstance(turn, { id, settings, storageKey });
  const { resourceId } = instance;
  schedule(turn, {
    at: turn.now,
    event: { do: "copy restored instance data", instance: resourceId, from: snapshot.data },
  });
  after(turn, turn.durations.restoreInstance, { do: "finish restoring instance", instance: resourceId });
  return { DBInstance: instanceView(turn, instance) };
}

function assertFits({ instance }: InstanceSnapshot, input: RestoreDBInstanceFromDBSnapshotMessage): void {
  const { Engine, AllocatedStorage = 0 } = instance.settings;
  if (input.Engine !== undefined && input.Engine !== Engine) {
    throw unmodelled("InvalidParameterValue", `The snapshot is of ${Engine}, not of ${input.Engine}.`);
  }
  if (input.AllocatedStorage !== undefined && input.AllocatedStorage < AllocatedStorage) {
    throw unmodelled(
      "InvalidParameterCombination",
      `Allocated storage size must be at least ${AllocatedStorage}, as that of the snapshot.`,
    );
  }
  // "Applies to RDS for Oracle only" ([API] ManageMasterUserPassword).
  if (input.ManageMasterUserPassword !== undefined) {
    throw unmodelled(
      "InvalidParameterCombination",
      `ManageMasterUserPassword can't be specified for a restore of ${Engine}.`,
    );
  }
}

/** "If this parameter isn't specified, the IOPS value is taken from the backup" ([API] Iops). */
function withBackedUpIops(
  { instance }: InstanceSnapshot,
  input: RestoreDBInstanceFromDBSnapshotMessage,
): RestoreDBInstanceFromDBSnapshotMessage {
  const { StorageType, Iops } = instance.settings;
  const isSame = input.StorageType?.startsWith("io") && input.StorageType === StorageType;
  return isSame && input.Iops === undefined && Iops !== undefined ? { ...input, Iops } : input;
}

export async function copyRestoredInstanceData(
  turn: Turn,
  { instance, from }: OfInstance & { readonly from: string },
): Promise<void> {
  await turn.data.restoreSnapshot(from, instance);
}

/** It serves at once, and slowly: what is read for the first time comes from the snapshot (RDS User Guide, USER_RestoreFromSnapshot). */
export async function finishRestoringInstance(turn: Turn, event: OfInstance): Promise<void> {
  const instance = turn.state.instances[event.instance];
  if (instance?.status !== "creating") return;
  await turn.data.startInstance({ id: instance.resourceId, volume: instance.resourceId, writer: true });
  beginStorageWork(turn, withFirstBackup(turn, instance), "storage-initialization");
  announce(turn, "RDS-EVENT-0043", instance, "Restored from snapshot", "restoration");
}
