import type { DBCluster, DBInstance, Tag } from "@aws-sdk/client-rds";
import type { Attachments } from "./attachments.ts";
import { type BackupState, noBackups } from "./backup/state.ts";
import type { Statement } from "./iam/evaluate.ts";
import type { Identity, TrustStatement } from "./iam/identities.ts";
import type { Organization } from "./organization.ts";
import type { AutomatedBackup } from "./rds/automated-backups.ts";
import type { DueEvent } from "./schedule.ts";
import type {
  FunctionSettings,
  Key,
  OptionGroup,
  ParameterGroup,
  SecurityGroup,
  SubnetGroup,
} from "./surroundings.ts";

/** Epoch milliseconds, as everywhere in this project. */
export type Instant = number;

/** What the service says about a thing, without its dates: state is JSON, where a Date would become a string. */
export type Undated<T> = { [K in keyof T as NonNullable<T[K]> extends Date ? never : K]: T[K] };

/** What the service computes when asked; everything else of a cluster is a setting. */
type ComputedOfCluster =
  | "DBClusterIdentifier"
  | "DbClusterResourceId"
  | "DBClusterArn"
  | "Status"
  | "Endpoint"
  | "ReaderEndpoint"
  | "CustomEndpoints"
  | "DBClusterMembers"
  | "PendingModifiedValues"
  | "CertificateDetails"
  | "StorageEncrypted"
  | "StorageEncryptionType"
  | "KmsKeyId";

type Given<T, K extends keyof T> = T & { [P in K]-?: NonNullable<T[P]> };

export type ClusterSettings = Given<
  Undated<Omit<DBCluster, ComputedOfCluster>>,
  | "Engine"
  | "EngineVersion"
  | "Port"
  | "DBSubnetGroup"
  | "DBClusterParameterGroup"
  | "VpcSecurityGroups"
  | "TagList"
  | "PreferredMaintenanceWindow"
  | "BackupRetentionPeriod"
>;

type ComputedOfInstance =
  | "DBInstanceIdentifier"
  | "DbiResourceId"
  | "DBInstanceArn"
  | "DBInstanceStatus"
  | "Endpoint"
  | "DBClusterIdentifier"
  | "DBSubnetGroup"
  | "PendingModifiedValues"
  | "CertificateDetails"
  | "StorageEncrypted"
  | "StorageEncryptionType"
  | "KmsKeyId"
  | "ReadReplicaSourceDBInstanceIdentifier"
  | "ReadReplicaDBInstanceIdentifiers"
  | "StatusInfos";

export type InstanceSettings = Given<
  Undated<Omit<DBInstance, ComputedOfInstance>> & { SubnetGroup: string },
  | "DBInstanceClass"
  | "Engine"
  | "EngineVersion"
  | "DBParameterGroups"
  | "TagList"
  | "PreferredMaintenanceWindow"
  | "DbInstancePort"
  | "VpcSecurityGroups"
>;

export type StorageKey =
  | { readonly type: "none" }
  | { readonly type: "sse-rds" }
  | { readonly type: "sse-kms"; readonly arn: string };

/** Values that a modification will set; `id` is a rename. */
export type ClusterChange = Partial<ClusterSettings> & { readonly id?: string };
export type InstanceChange = Partial<InstanceSettings> & { readonly id?: string };

export interface Cluster {
  readonly resourceId: string;
  readonly id: string;
  readonly status: string;
  readonly createdAt: Instant;
  /** Until then a Describe may not know it yet. */
  readonly visibleAt: Instant;
  readonly settings: ClusterSettings;
  readonly storageKey: StorageKey;
  /** Waits for the maintenance window. */
  readonly pending: ClusterChange;
  /** Accepted for now; takes effect when the modification ends. */
  readonly applying: ClusterChange;
  /** Undefined until the first backup after creation: no restorable times, no snapshot, no restore. */
  readonly restorableFrom?: Instant;
  /** When a stopped cluster starts by itself. */
  readonly restartAt?: Instant;
}

export interface Instance {
  readonly resourceId: string;
  readonly id: string;
  readonly status: string;
  readonly createdAt: Instant;
  readonly visibleAt: Instant;
  /** Resource id of the cluster; undefined for a database instance outside Aurora. */
  readonly cluster?: string;
  /** Outside Aurora: resource id of the instance that this one is a read replica of. */
  readonly replicaOf?: string;
  readonly writer: boolean;
  readonly settings: InstanceSettings;
  readonly storageKey: StorageKey;
  readonly pending: InstanceChange;
  readonly applying: InstanceChange;
  /** A static parameter of the cluster's group waits for a reboot. */
  readonly clusterParametersPendingReboot: boolean;
  /** Outside Aurora: as of a cluster. */
  readonly restorableFrom?: Instant;
  readonly restartAt?: Instant;
}

export interface Snapshot {
  readonly id: string;
  readonly resourceId: string;
  readonly status: string;
  readonly createdAt: Instant;
  readonly visibleAt: Instant;
  /** The cluster as it was: its resource id, its name then, its settings then. */
  readonly cluster: Pick<Cluster, "resourceId" | "id" | "createdAt" | "settings">;
  readonly storageKey: StorageKey;
  readonly tags: readonly Tag[];
  /** Whose it is, where not its maker's. */
  readonly managedBy?: "awsbackup";
  /** Resource id of the first of a chain of copies, whose data all of them share; its own where it is none. */
  readonly data?: string;
}

/** Of an instance outside Aurora. */
export interface InstanceSnapshot {
  readonly id: string;
  readonly resourceId: string;
  readonly status: string;
  readonly createdAt: Instant;
  /** When the first of a chain of copies was taken. */
  readonly takenAt: Instant;
  readonly visibleAt: Instant;
  /** The instance as it was: its resource id, its name then, its settings then. */
  readonly instance: Pick<Instance, "resourceId" | "id" | "createdAt" | "settings">;
  readonly storageKey: StorageKey;
  readonly tags: readonly Tag[];
  readonly managedBy?: "awsbackup";
  /** Resource id of the snapshot that it is a copy of. */
  readonly copiedFrom?: string;
  /** Resource id of the first of a chain of copies, whose data all of them share. */
  readonly data: string;
  /** Of the last transaction in it; undefined until it was looked for. */
  readonly lastCommitAt?: Instant;
}

export interface AccountEvent {
  readonly at: Instant;
  readonly code: string;
  readonly sourceType: "db-cluster" | "db-instance" | "db-cluster-snapshot" | "db-snapshot";
  readonly sourceId: string;
  readonly arn: string;
  readonly message: string;
  readonly categories: readonly string[];
}

export interface Due {
  readonly at: Instant;
  readonly event: DueEvent;
}

/** Default quotas per Region (Amazon RDS User Guide, CHAP_Limits). */
interface Quotas {
  readonly DBClusters: number;
  readonly DBInstances: number;
  readonly ManualClusterSnapshots: number;
  readonly ManualSnapshots: number;
  /** Gibibytes, of all instances outside Aurora. */
  readonly AllocatedStorage: number;
  readonly ReadReplicasPerMaster: number;
  readonly CustomEndpointsPerDBCluster: number;
  readonly DBClusterRoles: number;
}

/** One account in one Region, as plain JSON. Every change replaces what it changes: answers share its parts. */
export interface AccountState {
  readonly accountId: string;
  readonly region: string;
  /** Counts what was made, so that no resource id is ever given twice. */
  readonly serial: number;
  readonly clusters: Readonly<Record<string, Cluster>>;
  readonly instances: Readonly<Record<string, Instance>>;
  readonly snapshots: Readonly<Record<string, Snapshot>>;
  readonly instanceSnapshots: Readonly<Record<string, InstanceSnapshot>>;
  /** The last completed copy by the instance and the key that it is of: the next one holds only what differs. */
  readonly lastCopies: Readonly<Record<string, string>>;
  readonly securityGroups: Readonly<Record<string, SecurityGroup>>;
  readonly subnetGroups: Readonly<Record<string, SubnetGroup>>;
  readonly clusterParameterGroups: Readonly<Record<string, ParameterGroup>>;
  readonly instanceParameterGroups: Readonly<Record<string, ParameterGroup>>;
  readonly optionGroups: Readonly<Record<string, OptionGroup>>;
  /** Instance classes that the Region has no capacity for at the moment. */
  readonly shortOf: readonly string[];
  readonly keys: Readonly<Record<string, Key>>;
  readonly aliases: Readonly<Record<string, string>>;
  /** Statements of the roles that can be assumed, by ARN. */
  readonly roles: Readonly<Record<string, readonly Statement[]>>;
  /** Who may assume a role, by the role's ARN; one without an entry trusts whoever its account allows to. */
  readonly trusts: Readonly<Record<string, readonly TrustStatement[]>>;
  readonly functions: Readonly<Record<string, FunctionSettings>>;
  /** Callers by access key. */
  readonly identities: Readonly<Record<string, Identity>>;
  readonly quotas: Quotas;
  readonly attachments: Attachments;
  /** Of databases that are gone, by their resource id. */
  readonly retained: Readonly<Record<string, AutomatedBackup>>;
  readonly backup: BackupState;
  /** Null for an account that is a member of none. */
  readonly organization: Organization | null;
  readonly events: readonly AccountEvent[];
  readonly schedule: readonly Due[];
}

export function emptyState(accountId: string, region: string): AccountState {
  return {
    accountId,
    region,
    serial: 0,
    clusters: {},
    instances: {},
    snapshots: {},
    instanceSnapshots: {},
    lastCopies: {},
    securityGroups: {},
    subnetGroups: {},
    clusterParameterGroups: {},
    instanceParameterGroups: {},
    optionGroups: {},
    shortOf: [],
    keys: {},
    aliases: {},
    roles: {},
    trusts: {},
    functions: {},
    identities: {},
    quotas: {
      DBClusters: 40,
      DBInstances: 40,
      ManualClusterSnapshots: 100,
      ManualSnapshots: 100,
      AllocatedStorage: 100_000,
      ReadReplicasPerMaster: 15,
      CustomEndpointsPerDBCluster: 5,
      DBClusterRoles: 5,
    },
    attachments: {
      proxies: [],
      customEndpoints: [],
      integrations: [],
      blueGreens: [],
      globals: [],
      maintenance: [],
      shares: [],
      autoscaling: [],
      subscriptions: [],
    },
    retained: {},
    backup: noBackups,
    organization: null,
    events: [],
    schedule: [],
  };
}
