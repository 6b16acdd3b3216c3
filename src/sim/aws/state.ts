import type {
  BlueGreenDeployment,
  DBCluster,
  DBInstance,
  DBProxy,
  Parameter,
  Tag,
} from "@aws-sdk/client-rds";
import type { Statement } from "./iam/evaluate.ts";
import type { Identity, TrustStatement } from "./iam/identities.ts";
import type { DueEvent } from "./schedule.ts";

/** Epoch milliseconds, as everywhere in this project. */
export type Instant = number;

/** What the service says about a thing, without its dates: state is JSON, where a Date would become a string. */
type Undated<T> = { [K in keyof T as NonNullable<T[K]> extends Date ? never : K]: T[K] };

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
  | "KmsKeyId";

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
  readonly writer: boolean;
  readonly settings: InstanceSettings;
  readonly storageKey: StorageKey;
  readonly pending: InstanceChange;
  readonly applying: InstanceChange;
  /** A static parameter of the cluster's group waits for a reboot. */
  readonly clusterParametersPendingReboot: boolean;
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
}

export type Origin = "application" | "probe";

export interface SecurityGroup {
  readonly id: string;
  readonly vpcId: string;
  readonly admits: readonly Origin[];
  /** Rules beside those that admit somebody, as somebody added them. */
  readonly moreIngress?: readonly IpPermission[];
  readonly egress?: readonly IpPermission[];
}

/** As much of a rule as is told. */
export interface IpPermission {
  readonly IpProtocol: string;
  readonly FromPort?: number;
  readonly ToPort?: number;
  readonly UserIdGroupPairs?: readonly { readonly GroupId: string }[];
  readonly IpRanges?: readonly { readonly CidrIp: string }[];
}

/** How a function is deployed. What it does is not part of the account's value. */
export interface FunctionSettings {
  readonly Runtime: string;
  /** Seconds. */
  readonly Timeout: number;
  readonly Role: string;
  readonly VpcConfig?: { readonly VpcId: string; readonly SecurityGroupIds: readonly string[] };
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

export interface SubnetGroup {
  readonly name: string;
  readonly vpcId: string;
  readonly zones: readonly string[];
}

export interface ParameterGroup {
  readonly name: string;
  readonly family: string;
  readonly parameters: readonly Undated<Parameter>[];
}

export interface Key {
  readonly id: string;
  readonly arn: string;
  readonly accountId: string;
  readonly manager: "AWS" | "CUSTOMER";
  readonly state: "Enabled" | "Disabled" | "PendingDeletion" | "PendingImport" | "Unavailable";
  readonly spec: "SYMMETRIC_DEFAULT" | "RSA_2048" | "HMAC_256";
  readonly usage: "ENCRYPT_DECRYPT" | "SIGN_VERIFY" | "GENERATE_VERIFY_MAC";
  readonly origin: "AWS_KMS" | "EXTERNAL" | "AWS_CLOUDHSM" | "EXTERNAL_KEY_STORE";
  readonly multiRegion: boolean;
  readonly description: string;
  readonly createdAt: Instant;
  readonly deletionAt?: Instant;
  readonly validTo?: Instant;
  readonly policy: string;
  /** Whether the policy lets this account's principals create a grant on it, as RDS does for them. */
  readonly grantable: boolean;
  readonly rotates?: boolean;
}

/** Things that hang on a cluster. They follow its resource id, never its name, except autoscaling. */
export interface Attachments {
  readonly proxies: readonly { readonly cluster: string; readonly proxy: Undated<DBProxy> }[];
  readonly customEndpoints: readonly CustomEndpoint[];
  readonly integrations: readonly { readonly cluster: string; readonly name: string }[];
  readonly blueGreens: readonly {
    readonly cluster: string;
    readonly deployment: Undated<BlueGreenDeployment>;
  }[];
  readonly globals: readonly { readonly cluster: string; readonly id: string; readonly writer: boolean }[];
  readonly maintenance: readonly {
    readonly resource: string;
    readonly action: string;
    readonly description: string;
    readonly appliesAt?: Instant;
  }[];
  readonly shares: readonly { readonly cluster: string; readonly shareArn: string }[];
  /** Application Auto Scaling knows the cluster by its name only. */
  readonly autoscaling: readonly {
    readonly clusterName: string;
    readonly min: number;
    readonly max: number;
  }[];
}

export interface CustomEndpoint {
  readonly cluster: string;
  readonly id: string;
  readonly resourceId: string;
  readonly type: "ANY" | "READER";
  readonly staticMembers: readonly string[];
  readonly excludedMembers: readonly string[];
}

export interface AccountEvent {
  readonly at: Instant;
  readonly code: string;
  readonly sourceType: "db-cluster" | "db-instance" | "db-cluster-snapshot";
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
  readonly CustomEndpointsPerDBCluster: number;
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
  readonly securityGroups: Readonly<Record<string, SecurityGroup>>;
  readonly subnetGroups: Readonly<Record<string, SubnetGroup>>;
  readonly clusterParameterGroups: Readonly<Record<string, ParameterGroup>>;
  readonly instanceParameterGroups: Readonly<Record<string, ParameterGroup>>;
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
    securityGroups: {},
    subnetGroups: {},
    clusterParameterGroups: {},
    instanceParameterGroups: {},
    keys: {},
    aliases: {},
    roles: {},
    trusts: {},
    functions: {},
    identities: {},
    quotas: { DBClusters: 40, DBInstances: 40, ManualClusterSnapshots: 100, CustomEndpointsPerDBCluster: 5 },
    attachments: {
      proxies: [],
      customEndpoints: [],
      integrations: [],
      blueGreens: [],
      globals: [],
      maintenance: [],
      shares: [],
      autoscaling: [],
    },
    events: [],
    schedule: [],
  };
}
