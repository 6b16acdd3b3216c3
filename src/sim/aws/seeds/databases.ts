import type { Tag } from "@aws-sdk/client-rds";
import { defaultParameterGroup, engineNamed } from "../rds/engines.ts";
import type { Cluster, ClusterSettings, InstanceSettings, StorageKey } from "../state.ts";
import { newResourceId, put, type Turn } from "../turn.ts";
import { databasesGroup } from "./furniture.ts";
import { managedKey, putInstance } from "./instances.ts";
import { farWindows } from "./windows.ts";

const day = 24 * 3_600_000;

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
    ...farWindows(turn),
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

function addMember(turn: Turn, cluster: Cluster, { id, settings }: GivenMember, index: number): void {
  putInstance(turn, {
    id,
    cluster: cluster.resourceId,
    writer: index === 0,
    status: cluster.status,
    storageKey: cluster.storageKey,
    settings: {
      ...memberSettings(turn, cluster.settings),
      AvailabilityZone: `${turn.state.region}${"abc"[index % 3]}`,
      PromotionTier: index,
      ...settings,
    },
  });
}

function memberSettings(turn: Turn, of: ClusterSettings): InstanceSettings {
  const { Engine, EngineVersion } = of;
  return {
    DBInstanceClass: "db.r6g.large",
    Engine,
    EngineVersion,
    SubnetGroup: of.DBSubnetGroup,
    DbInstancePort: of.Port,
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
    PreferredMaintenanceWindow: farWindows(turn).PreferredMaintenanceWindow,
    CopyTagsToSnapshot: false,
    StorageType: "aurora",
    TagList: [...of.TagList],
  };
}
