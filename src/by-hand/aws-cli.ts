import type { ManualLook, Which } from "../core/by-hand.ts";
import { attachedLook } from "./aws-attached.ts";
import { backupLook, isOfBackup } from "./aws-backup.ts";
import { command, quoted, width, wrapped } from "./shell.ts";

/**
 * The call as a command of the AWS CLI, which is made from the API mechanically. Source: AWS CLI User Guide, Command
 * structure and Parameter types; botocore `xform_name`.
 */
export function awsCommand(region: string, operation: string, input: object): string {
  const options = Object.entries(input).flatMap(([member, value]) =>
    value === undefined ? [] : [option(member, value)],
  );
  return command(`aws ${serviceOf(operation)} ${kebab(operation)} --region ${quoted(region)}`, options);
}

function serviceOf(operation: string): string {
  if (operation === "RegisterScalableTarget") return "application-autoscaling";
  return isOfBackup(operation) ? "backup" : "rds";
}

/** `NewDBClusterIdentifier` is `new-db-cluster-identifier`, `PerformanceInsightsKMSKeyId` ends in `-kms-key-id`. */
function kebab(name: string): string {
  return name
    .replace(/(.)([A-Z][a-z]+)/g, "$1-$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase();
}

function option(member: string, value: unknown): string {
  const name = kebab(member);
  if (typeof value === "boolean") return value ? `--${name}` : `--no-${name}`;
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string")) {
    return [`--${name}`, ...value.map(quoted)].join(" ");
  }
  return `--${name} ${argument(value)}`;
}

function argument(value: unknown): string {
  if (value instanceof Date) return quoted(time(value));
  if (Array.isArray(value) && value.length > 0) {
    const rows = value.map((one) => `    ${JSON.stringify(one)}`);
    return quoted(`[\n${rows.join(",\n")}\n  ]`);
  }
  return quoted(typeof value === "object" ? JSON.stringify(value) : String(value));
}

/** The one time that a change takes is the restore's; before T1 nobody knows it. */
function time(date: Date): string {
  return Number.isNaN(date.getTime()) ? "$RESTORE_AT" : date.toISOString().replace(/\.000Z$/, "Z");
}

/** RDS leaves out what is at its default. Source: RDS API, the members' descriptions. */
function orDefault(member: string, byDefault: string): string {
  return `${member} || '${byDefault}'`;
}

const clusterQueries = {
  name: "DBClusterIdentifier",
  status: "Status",
  resourceId: "DbClusterResourceId",
  endpoint: "Endpoint",
  deletionProtection: "DeletionProtection",
  keyArn: "KmsKeyId",
  latestRestorableTime: "LatestRestorableTime",
  maintenanceWindow: "PreferredMaintenanceWindow",
  databaseInsights: orDefault("DatabaseInsightsMode", "standard"),
} as const;

const instanceQueries = {
  name: "DBInstanceIdentifier",
  status: "DBInstanceStatus",
  resourceId: "DbiResourceId",
  endpoint: "Endpoint.Address",
  deletionProtection: "DeletionProtection",
  keyArn: "KmsKeyId",
  latestRestorableTime: "LatestRestorableTime",
  maintenanceWindow: "PreferredMaintenanceWindow",
  databaseInsights: orDefault("DatabaseInsightsMode", "standard"),
} as const satisfies Record<keyof typeof clusterQueries, string>;

/** What a restore must bring over and can be compared as it is told. */
const clusterSettings = [
  "EngineVersion",
  orDefault("EngineMode", "provisioned"),
  "Port",
  "DBClusterParameterGroup",
  "DBSubnetGroup",
  "IAMDatabaseAuthenticationEnabled",
  "EnabledCloudwatchLogsExports",
  "BackupRetentionPeriod",
  "PreferredBackupWindow",
  "PreferredMaintenanceWindow",
  "CopyTagsToSnapshot",
  orDefault("StorageType", "aurora"),
  orDefault("NetworkType", "IPV4"),
  orDefault("EngineLifecycleSupport", "open-source-rds-extended-support"),
  orDefault("DatabaseInsightsMode", "standard"),
  "ServerlessV2ScalingConfiguration",
];

const memberSettings = [
  "DBInstanceClass",
  "PromotionTier",
  "AvailabilityZone",
  "DBParameterGroups[].DBParameterGroupName",
  "MonitoringInterval",
  "MonitoringRoleArn",
  "PerformanceInsightsEnabled",
  "PerformanceInsightsKMSKeyId",
  "PerformanceInsightsRetentionPeriod",
  "CACertificateIdentifier",
  "PubliclyAccessible",
  "AutoMinorVersionUpgrade",
  "PreferredMaintenanceWindow",
];

const instanceSettings = [
  "EngineVersion",
  "DBInstanceClass",
  "Endpoint.Port",
  "MultiAZ",
  "StorageType",
  "AllocatedStorage",
  "Iops",
  "StorageThroughput",
  "MaxAllocatedStorage",
  orDefault("DedicatedLogVolume", "False"),
  "DBParameterGroups[].DBParameterGroupName",
  "OptionGroupMemberships[].OptionGroupName",
  "DBSubnetGroup.DBSubnetGroupName",
  "IAMDatabaseAuthenticationEnabled",
  "EnabledCloudwatchLogsExports",
  "MonitoringInterval",
  "MonitoringRoleArn",
  "PerformanceInsightsEnabled",
  "PerformanceInsightsKMSKeyId",
  "PerformanceInsightsRetentionPeriod",
  orDefault("DatabaseInsightsMode", "standard"),
  "BackupRetentionPeriod",
  "PreferredBackupWindow",
  "PreferredMaintenanceWindow",
  "CopyTagsToSnapshot",
  "CACertificateIdentifier",
  "PubliclyAccessible",
  "AutoMinorVersionUpgrade",
  orDefault("NetworkType", "IPV4"),
  "LicenseModel",
  orDefault("EngineLifecycleSupport", "open-source-rds-extended-support"),
];

/** Functions of the shell that print settings, so that two databases can be compared. */
export function settingsFunctions(region: string): string {
  const make = (name: string, what: string, answer: string, members: readonly string[]) => {
    const pairs = members.map((member) => `${/^\w+/.exec(member)?.[0]}:${member}`);
    return `${name}() { # FILTER VALUE
  aws rds describe-${what} --region ${quoted(region)} --filters "Name=$1,Values=$2" \\
    --output json --query "
    ${answer}[].{
${wrapped(pairs.join(", "), "      ")}
    }"
}`;
  };
  return [
    make("rds_cluster_settings", "db-clusters", "DBClusters", clusterSettings),
    make("rds_member_settings", "db-instances", "DBInstances", memberSettings),
    make("rds_instance_settings", "db-instances", "DBInstances", instanceSettings),
  ].join("\n");
}

export type AwsLook = Exclude<ManualLook, { of: "database" | "host" }>;

/** A Describe that prints rows of text; what is not there prints nothing. */
export function awsLook(region: string, look: AwsLook): string {
  switch (look.of) {
    case "clusters":
      return clusters(region, look.which, `[${look.shows.map((field) => clusterQueries[field]).join(", ")}]`);
    case "instances":
      return instances(
        region,
        look.which,
        `[${look.shows.map((field) => instanceQueries[field]).join(", ")}]`,
      );
    case "groups":
      return byKind(look.kind)(region, look.which, "VpcSecurityGroups[].[VpcSecurityGroupId,Status]");
    case "writer":
      return clusters(region, look.which, "DBClusterMembers[?IsClusterWriter].[DBInstanceIdentifier]");
    case "cluster-settings":
      return ["rds_cluster_settings", ...filterOf("cluster", look.which)].join(" ");
    case "member-settings":
      return ["rds_member_settings", ...filterOf("instance", look.which)].join(" ");
    case "instance-settings":
      return ["rds_instance_settings", ...filterOf("instance", look.which)].join(" ");
    case "tag":
      return byKind(look.kind)(region, look.which, `TagList[?Key=='${look.tag}'].[Value]`);
    case "tags":
      return byKind(look.kind)(region, look.which, "TagList[].[Key,Value]");
    case "roles":
      return clusters(region, look.which, "AssociatedRoles[].[RoleArn,FeatureName,Status]");
    case "data-api":
      return clusters(region, look.which, "[HttpEndpointEnabled]");
    case "activity-stream":
      return clusters(region, look.which, "[ActivityStreamStatus]");
    case "master-secret":
      return clusters(region, look.which, "[MasterUserSecret.SecretStatus]");
    case "custom-endpoint":
    case "proxy-targets":
    case "proxy-health":
    case "scaling":
      return attachedLook(region, look);
    case "backup-jobs":
    case "recovery-point":
    case "copy-jobs":
    case "copy":
    case "copy-key":
    case "vault-key":
    case "backup-plan":
    case "backup-selections":
      return backupLook(region, look);
    case "snapshot":
      return look.kind === "cluster"
        ? describe(
            region,
            "db-cluster-snapshots",
            ["db-cluster-snapshot-id", look.name],
            "DBClusterSnapshots[].[Status]",
          )
        : describe(region, "db-snapshots", ["db-snapshot-id", look.name], "DBSnapshots[].[Status]");
  }
}

const byKind = (kind: "cluster" | "instance") => (kind === "cluster" ? clusters : instances);

function clusters(region: string, which: Which, query: string): string {
  return describe(region, "db-clusters", filterOf("cluster", which), `DBClusters[].${query}`);
}

function instances(region: string, which: Which, query: string): string {
  return describe(region, "db-instances", filterOf("instance", which), `DBInstances[].${query}`);
}

function filterOf(kind: "cluster" | "instance", which: Which): readonly [name: string, values: string] {
  if ("names" in which) return [`db-${kind}-id`, which.names.join(",")];
  const name = kind === "cluster" ? "db-cluster-resource-id" : "dbi-resource-id";
  return [name, which.resourceIds.join(",")];
}

/** By filter: what is absent is an empty answer and not an error. */
function describe(
  region: string,
  what: string,
  [name, values]: readonly [string, string],
  query: string,
): string {
  const shown = [`--query ${quoted(query)}`, "--output text"];
  return command(`aws rds describe-${what} --region ${quoted(region)}`, [
    `--filters Name=${name},Values=${values}`,
    ...(shown.join(" ").length + 2 > width ? shown : [shown.join(" ")]),
  ]);
}
