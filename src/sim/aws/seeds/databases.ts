import type { Tag } from "@aws-sdk/client-rds";
import { keyNamed } from "../rds/encryption.ts";
import { defaultParameterGroup, engineNamed } from "../rds/engines.ts";
import type { Cluster, ClusterSettings, Instance, InstanceSettings, StorageKey } from "../state.ts";
import { newResourceId, put, type Turn } from "../turn.ts";
import { databasesGroup } from "./furniture.ts";

const day = 24 * 3_600_000;

/** The storage key that the account's `aws/rds` is, which most encrypted databases have. */
function managedKey(turn: Turn): StorageKey {
  const key = keyNamed(turn, "alias/aws/rds");
  if (key === undefined) throw new Error("furnish the account first");
  return { type: "sse-kms", arn: key.arn };
}

interface GivenMember {
  readonly id: string;
  readonly settings?: Partial<InstanceSettings>;
}

export interface GivenCluster {
  readonly id: string;
  /** The first is the writer; a writer and a reader if not given. */
  readonly members?: readonly GivenMember[];
  /** `aws/rds` if not given. */
  readonly storageKey?: StorageKey;
  readonly status?: string;
  readonly settings?: Partial<ClusterSettings>;
}

const tag = (Key: string, Value: string): Tag => ({ Key, Value });

/**
 * A cluster that has been there for ninety days, with its members. Its data is not made here: whoever runs
 * the data plane gives the volume (the cluster's resource id) its rows and starts the members.
 */
export function addCluster(turn: Turn, given: GivenCluster): Cluster {
  const createdAt = turn.now - 90 * day;
  const settings = clusterSettings(turn, given);
  const cluster: Cluster = {
    resourceId: newResourceId(turn, "cluster"),
    id: given.id,
    status: given.status ?? "available",
    createdAt,
    visibleAt: createdAt,
    settings,
    storageKey: given.storageKey ?? managedKey(turn),
    pending: {},
    applying: {},
    restorableFrom: createdAt,
  };
  put(turn, "clusters", cluster);
  const members = given.members ?? [{ id: `${given.id}-1` }, { id: `${given.id}-2` }];
  members.forEach((member, index) => {
    addMember(turn, cluster, member, index);
  });
  return cluster;
}

function clusterSettings(turn: Turn, { id, settings = {} }: GivenCluster): ClusterSettings {
  const Engine = settings.Engine ?? "aurora-postgresql";
  const EngineVersion =
    settings.EngineVersion ?? (Engine === "aurora-postgresql" ? "16.4" : engineNamed(Engine).version);
  return {
    EngineMode: "provisioned",
    EngineLifecycleSupport: "open-source-rds-extended-support-disabled",
    AllocatedStorage: 1,
    AvailabilityZones: ["a", "b", "c"].map((letter) => `${turn.state.region}${letter}`),
    DatabaseName: "orders",
    MasterUsername: "postgres",
    Port: engineNamed(Engine).port,
    DBSubnetGroup: "production",
    DBClusterParameterGroup: defaultParameterGroup(Engine, EngineVersion),
    VpcSecurityGroups: [{ VpcSecurityGroupId: databasesGroup, Status: "active" }],
    MultiAZ: true,
    BackupRetentionPeriod: 14,
    PreferredBackupWindow: "02:10-02:40",
    PreferredMaintenanceWindow: "sun:04:10-sun:04:40",
    IAMDatabaseAuthenticationEnabled: false,
    DeletionProtection: true,
    CopyTagsToSnapshot: true,
    HttpEndpointEnabled: false,
    ActivityStreamStatus: "stopped",
    AssociatedRoles: [],
    AutoMinorVersionUpgrade: true,
    CrossAccountClone: false,
    NetworkType: "IPV4",
    TagList: [tag("service", id), tag("environment", "production"), tag("encrypt-db:enrolled", "true")],
    ...settings,
    Engine,
    EngineVersion,
  };
}

function addMember(turn: Turn, cluster: Cluster, given: GivenMember, index: number): void {
  const { Engine, EngineVersion, DBSubnetGroup, Port } = cluster.settings;
  addInstance(turn, {
    id: given.id,
    cluster: cluster.resourceId,
    writer: index === 0,
    status: cluster.status,
    storageKey: cluster.storageKey,
    settings: {
      Engine,
      EngineVersion,
      SubnetGroup: DBSubnetGroup,
      DbInstancePort: Port,
      AvailabilityZone: `${turn.state.region}${"abc"[index % 3]}`,
      PromotionTier: index,
      StorageType: "aurora",
      TagList: [...cluster.settings.TagList],
      ...given.settings,
    },
  });
}

export interface GivenInstance {
  readonly id: string;
  readonly cluster?: string;
  readonly writer?: boolean;
  readonly status?: string;
  readonly storageKey?: StorageKey;
  readonly settings?: Partial<InstanceSettings>;
}

/** An instance that has been there for ninety days; outside Aurora unless it is given a cluster. */
export function addInstance(turn: Turn, given: GivenInstance): Instance {
  const Engine = given.settings?.Engine ?? "postgres";
  const EngineVersion = given.settings?.EngineVersion ?? engineNamed(Engine).version;
  const createdAt = turn.now - 90 * day;
  const instance: Instance = {
    resourceId: newResourceId(turn, "db"),
    id: given.id,
    status: given.status ?? "available",
    createdAt,
    visibleAt: createdAt,
    ...(given.cluster !== undefined && { cluster: given.cluster }),
    writer: given.writer ?? true,
    storageKey: given.storageKey ?? managedKey(turn),
    pending: {},
    applying: {},
    clusterParametersPendingReboot: false,
    settings: {
      DBInstanceClass: "db.r6g.large",
      SubnetGroup: "production",
      DbInstancePort: engineNamed(Engine).port,
      VpcSecurityGroups: [{ VpcSecurityGroupId: databasesGroup, Status: "active" }],
      DBParameterGroups: [
        {
          DBParameterGroupName: defaultParameterGroup(Engine, EngineVersion),
          ParameterApplyStatus: "in-sync",
        },
      ],
      MonitoringInterval: 60,
      MonitoringRoleArn: `arn:aws:iam::${turn.state.accountId}:role/rds-monitoring`,
      PerformanceInsightsEnabled: false,
      CACertificateIdentifier: "rds-ca-rsa2048-g1",
      PubliclyAccessible: false,
      AutoMinorVersionUpgrade: true,
      PreferredMaintenanceWindow: "sun:05:10-sun:05:40",
      CopyTagsToSnapshot: false,
      TagList: [],
      ...given.settings,
      Engine,
      EngineVersion,
    },
  };
  put(turn, "instances", instance);
  return instance;
}
