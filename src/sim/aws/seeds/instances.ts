import { keyNamed } from "../rds/encryption.ts";
import { engineNamed } from "../rds/engines.ts";
import type { Instance, InstanceSettings, StorageKey } from "../state.ts";
import { newResourceId, put, type Turn } from "../turn.ts";
import { addOptionGroup, addParameterGroup, databasesGroup } from "./furniture.ts";
import { farWindows } from "./windows.ts";

const day = 24 * 3_600_000;

/** The storage key that the account's `aws/rds` is, which most encrypted databases have. */
export function managedKey(turn: Turn): StorageKey {
  const key = keyNamed(turn, "alias/aws/rds");
  if (key === undefined) throw new Error("furnish the account first");
  return { type: "sse-kms", arn: key.arn };
}

export interface GivenInstance {
  readonly id: string;
  /** `aws/rds` if not given. */
  readonly storageKey?: StorageKey;
  readonly status?: string;
  readonly settings?: Partial<InstanceSettings>;
  /** Names of its read replicas; none if not given. */
  readonly replicas?: readonly string[];
}

/**
 * An instance outside Aurora that has been there for ninety days, and differs from what AWS gives a new one in every setting
 * that a restore forgets. Its data is not made here: whoever runs the data plane gives the volume (its resource id) its rows,
 * and starts it and its replicas.
 */
export function addInstance(turn: Turn, given: GivenInstance): Instance {
  const instance = putInstance(turn, {
    id: given.id,
    writer: true,
    status: given.status ?? "available",
    storageKey: given.storageKey ?? managedKey(turn),
    settings: instanceSettings(turn, given),
  });
  for (const id of given.replicas ?? []) addReplica(turn, instance, id);
  return instance;
}

/** A read replica in the Region, which has no backups of its own. */
function addReplica(turn: Turn, source: Instance, id: string): Instance {
  const { restorableFrom: _, resourceId, ...of } = source;
  const settings = {
    ...of.settings,
    BackupRetentionPeriod: 0,
    MultiAZ: false,
    AvailabilityZone: `${turn.state.region}c`,
    TagList: [{ Key: "service", Value: id }],
  };
  return putInstance(turn, { ...of, id, writer: false, replicaOf: resourceId, settings });
}

/** Puts an instance into the account, as it has been for ninety days. */
export function putInstance(
  turn: Turn,
  given: Pick<Instance, "id" | "writer" | "status" | "storageKey" | "settings"> &
    Partial<Pick<Instance, "cluster" | "replicaOf">>,
): Instance {
  const createdAt = turn.now - 90 * day;
  const instance: Instance = {
    ...given,
    resourceId: newResourceId(turn, "db"),
    createdAt,
    visibleAt: createdAt,
    pending: {},
    applying: {},
    clusterParametersPendingReboot: false,
    ...(given.settings.BackupRetentionPeriod && { restorableFrom: createdAt }),
  };
  put(turn, "instances", instance);
  return instance;
}

function instanceSettings(turn: Turn, { id, settings = {} }: GivenInstance): InstanceSettings {
  const Engine = settings.Engine ?? "postgres";
  const EngineVersion = settings.EngineVersion ?? engineNamed(Engine).version;
  const key = managedKey(turn);
  return {
    DBInstanceClass: "db.r6g.large",
    LicenseModel: "postgresql-license",
    EngineLifecycleSupport: "open-source-rds-extended-support-disabled",
    MasterUsername: "postgres",
    DBName: "orders",
    AllocatedStorage: 500,
    MaxAllocatedStorage: 2_000,
    StorageType: "gp3",
    Iops: 15_000,
    StorageThroughput: 750,
    DedicatedLogVolume: false,
    SubnetGroup: "production",
    DbInstancePort: engineNamed(Engine).port,
    VpcSecurityGroups: [{ VpcSecurityGroupId: databasesGroup, Status: "active" }],
    ...ownGroups(turn, EngineVersion),
    MultiAZ: true,
    AvailabilityZone: `${turn.state.region}a`,
    PubliclyAccessible: false,
    NetworkType: "IPV4",
    BackupTarget: "region",
    BackupRetentionPeriod: 14,
    ...farWindows(turn),
    AutoMinorVersionUpgrade: false,
    IAMDatabaseAuthenticationEnabled: true,
    EnabledCloudwatchLogsExports: ["postgresql", "upgrade"],
    DeletionProtection: true,
    CopyTagsToSnapshot: true,
    CACertificateIdentifier: "rds-ca-ecc384-g1",
    MonitoringInterval: 30,
    MonitoringRoleArn: `arn:aws:iam::${turn.state.accountId}:role/rds-monitoring`,
    PerformanceInsightsEnabled: true,
    ...(key.type === "sse-kms" && { PerformanceInsightsKMSKeyId: key.arn }),
    PerformanceInsightsRetentionPeriod: 31,
    DatabaseInsightsMode: "standard",
    AssociatedRoles: [],
    TagList: [
      { Key: "service", Value: id },
      { Key: "environment", Value: "production" },
      { Key: "encrypt-db:enrolled", Value: "true" },
    ],
    ...settings,
    Engine,
    EngineVersion,
  };
}

/** A parameter group and an option group that somebody made for all instances of a major version. */
function ownGroups(turn: Turn, version: string) {
  const majorVersion = version.split(".")[0] ?? "";
  const name = `production-postgres${majorVersion}`;
  if (turn.state.instanceParameterGroups[name] === undefined) {
    addParameterGroup(turn, {
      name,
      family: `postgres${majorVersion}`,
      user: { log_min_duration_statement: "500" },
    });
    addOptionGroup(turn, { name, majorVersion });
  }
  return {
    DBParameterGroups: [{ DBParameterGroupName: name, ParameterApplyStatus: "in-sync" }],
    OptionGroupMemberships: [{ OptionGroupName: name, Status: "in-sync" }],
  };
}
