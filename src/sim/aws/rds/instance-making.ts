import type { CreateDBInstanceMessage, DBInstance } from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { identifier } from "../names.ts";
import { refuseUncovered } from "../parameters.ts";
import type { Instance, InstanceSettings, StorageKey } from "../state.ts";
import { after, announce, jittered, made, newResourceId, put, type Turn } from "../turn.ts";
import { usableKey } from "./encryption.ts";
import { engineNamed } from "./engines.ts";
import { assertClass } from "./instance-classes.ts";
import { newSettings } from "./instance-settings.ts";
import { databaseInsights, managedPassword, monitoring, performanceInsights } from "./instance-watching.ts";
import { instanceView } from "./instances.ts";
import { assertQuota } from "./quotas.ts";

/** New instances outside Aurora. */

type OfInstance = { readonly instance: string };

/** Whether an instance has the name, or has been promised it by an accepted rename. */
export function instanceNameTaken(turn: Turn, id: string): boolean {
  return Object.values(turn.state.instances).some((other) => other.id === id || other.applying.id === id);
}

/** Throws where the name is no name or taken, or where there is no room for another instance. */
export function freeInstanceName(turn: Turn, given: string | undefined): string {
  const id = identifier(given ?? "", "DBInstanceIdentifier");
  if (instanceNameTaken(turn, id)) {
    throw rdsFault("DBInstanceAlreadyExistsFault", "DB instance already exists");
  }
  assertQuota(turn, "DBInstances");
  return id;
}

interface Made {
  readonly id: string;
  readonly settings: InstanceSettings;
  readonly storageKey: StorageKey;
  readonly replicaOf?: string;
}

/** An instance that is being created, and has no address yet. */
export function makeInstance(turn: Turn, given: Made): Instance {
  const instance: Instance = {
    ...given,
    resourceId: newResourceId(turn, "db"),
    status: "creating",
    createdAt: turn.now,
    visibleAt: turn.now + jittered(turn, turn.durations.untilVisible),
    writer: given.replicaOf === undefined,
    pending: {},
    applying: {},
    clusterParametersPendingReboot: false,
  };
  made(turn, "instances", instance);
  return instance;
}

const covered = [
  "DBInstanceIdentifier",
  "DBInstanceClass",
  "Engine",
  "EngineVersion",
  "StorageEncrypted",
  "KmsKeyId",
  "MasterUsername",
  "MasterUserPassword",
  "ManageMasterUserPassword",
  "MasterUserSecretKmsKeyId",
  "DBName",
  "AllocatedStorage",
  "MaxAllocatedStorage",
  "StorageType",
  "Iops",
  "StorageThroughput",
  "DedicatedLogVolume",
  "Port",
  "AvailabilityZone",
  "MultiAZ",
  "DBSubnetGroupName",
  "VpcSecurityGroupIds",
  "PubliclyAccessible",
  "NetworkType",
  "DBParameterGroupName",
  "OptionGroupName",
  "LicenseModel",
  "BackupRetentionPeriod",
  "PreferredBackupWindow",
  "PreferredMaintenanceWindow",
  "AutoMinorVersionUpgrade",
  "EnableIAMDatabaseAuthentication",
  "EnableCloudwatchLogsExports",
  "DeletionProtection",
  "CopyTagsToSnapshot",
  "CACertificateIdentifier",
  "EngineLifecycleSupport",
  "MonitoringInterval",
  "MonitoringRoleArn",
  "EnablePerformanceInsights",
  "PerformanceInsightsKMSKeyId",
  "PerformanceInsightsRetentionPeriod",
  "DatabaseInsightsMode",
  "Tags",
] as const;

/** An empty instance outside Aurora, with one database beside `postgres` and no login but the master's. */
export async function createInstanceOutsideAurora(
  turn: Turn,
  input: CreateDBInstanceMessage,
): Promise<{ DBInstance: DBInstance }> {
  refuseUncovered("CreateDBInstance", input, covered);
  const { Engine = "", AllocatedStorage = 0, MasterUsername = "", DBInstanceClass = "" } = input;
  if (Engine !== "postgres") throw new Error("the simulated account creates instances of postgres only");
  const id = freeInstanceName(turn, input.DBInstanceIdentifier);
  const EngineVersion = input.EngineVersion ?? engineNamed(Engine).version;
  if (!engineNamed(Engine).versions.includes(EngineVersion)) {
    throw unmodelled("InvalidParameterCombination", `Cannot find version ${EngineVersion} for postgres`);
  }
  if (AllocatedStorage < 20) throw unmodelled("InvalidParameterValue", "Invalid storage size for postgres.");
  assertMaster(input);
  const storageKey = keyOf(turn, input);
  assertClass(turn, DBInstanceClass, { Engine, EngineVersion, storageKey });
  const settings = newSettings(turn, input, {
    DBInstanceClass,
    Engine,
    EngineVersion,
    Port: input.Port ?? engineNamed(Engine).port,
    AllocatedStorage,
    BackupRetentionPeriod: input.BackupRetentionPeriod ?? 1,
    MasterUsername,
    DBName: input.DBName,
    Tags: input.Tags ?? [],
  });
  const instance = makeInstance(turn, { id, storageKey, settings: { ...settings, ...besides(turn, input) } });
  await turn.data.createEmptyVolume(instance.resourceId, {
    database: input.DBName,
    user: MasterUsername,
    password: input.MasterUserPassword,
  });
  after(turn, turn.durations.createInstance, {
    do: "finish creating instance",
    instance: instance.resourceId,
  });
  return { DBInstance: instanceView(turn, instance) };
}

function besides(turn: Turn, input: CreateDBInstanceMessage): Partial<InstanceSettings> {
  return {
    ...monitoring(input),
    ...performanceInsights(turn, input),
    ...databaseInsights(input),
    ...(input.MaxAllocatedStorage !== undefined && { MaxAllocatedStorage: input.MaxAllocatedStorage }),
    ...(input.PreferredMaintenanceWindow !== undefined && {
      PreferredMaintenanceWindow: input.PreferredMaintenanceWindow,
    }),
    ...managedPassword(turn, {}, input),
  };
}

function assertMaster({
  MasterUsername,
  MasterUserPassword,
  ManageMasterUserPassword,
}: CreateDBInstanceMessage) {
  if (MasterUsername === undefined) {
    throw unmodelled("InvalidParameterValue", "The parameter MasterUsername must be provided.");
  }
  if ((MasterUserPassword !== undefined) === (ManageMasterUserPassword === true)) {
    throw unmodelled(
      "InvalidParameterCombination",
      "Either MasterUserPassword or ManageMasterUserPassword must be specified, and not both.",
    );
  }
}

/** Unencrypted unless asked for; under `aws/rds` where no key is named ([API] StorageEncrypted, KmsKeyId). */
function keyOf(turn: Turn, { StorageEncrypted, KmsKeyId }: CreateDBInstanceMessage): StorageKey {
  if (!StorageEncrypted && KmsKeyId !== undefined) {
    throw unmodelled("InvalidParameterCombination", "KmsKeyId needs StorageEncrypted.");
  }
  if (!StorageEncrypted) return { type: "none" };
  return { type: "sse-kms", arn: usableKey(turn, KmsKeyId ?? "alias/aws/rds") };
}

/** Of an instance that has a volume of its own: whatever it was made from, it serves that now. */
export async function finishCreatingOutsideAurora(turn: Turn, { instance: id }: OfInstance): Promise<void> {
  const instance = turn.state.instances[id];
  if (instance?.status !== "creating") return;
  await turn.data.startInstance({
    id,
    volume: instance.replicaOf ?? id,
    writer: instance.writer,
  });
  const { MasterUserSecret } = instance.settings;
  put(turn, "instances", {
    ...withFirstBackup(turn, instance),
    status: "available",
    settings: {
      ...instance.settings,
      ...(MasterUserSecret && { MasterUserSecret: { ...MasterUserSecret, SecretStatus: "active" } }),
    },
  });
  announce(turn, "RDS-EVENT-0005", instance, "DB instance created", "creation");
}

/** With automated backups its restorable times begin some minutes later. */
export function withFirstBackup(turn: Turn, instance: Instance): Instance {
  const { BackupRetentionPeriod: days } = instance.settings;
  if (!days) return instance;
  return { ...instance, restorableFrom: turn.now + jittered(turn, turn.durations.firstBackup) };
}
