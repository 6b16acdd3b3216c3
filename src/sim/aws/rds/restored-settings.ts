import type { RestoreDBClusterToPointInTimeMessage, Tag } from "@aws-sdk/client-rds";
import { unmodelled } from "../fault.ts";
import { present } from "../parameters.ts";
import type { ClusterSettings } from "../state.ts";
import type { Turn } from "../turn.ts";
import { defaultParameterGroup } from "./engines.ts";
import {
  clusterParameterGroupNamed,
  defaultSecurityGroup,
  securityGroupsIn,
  subnetGroupNamed,
} from "./groups.ts";

type Common = Pick<
  RestoreDBClusterToPointInTimeMessage,
  | "DBSubnetGroupName"
  | "VpcSecurityGroupIds"
  | "DBClusterParameterGroupName"
  | "EnableIAMDatabaseAuthentication"
  | "EnableCloudwatchLogsExports"
  | "DeletionProtection"
  | "CopyTagsToSnapshot"
  | "StorageType"
  | "NetworkType"
  | "ServerlessV2ScalingConfiguration"
  | "BackupRetentionPeriod"
  | "PreferredBackupWindow"
  | "EngineLifecycleSupport"
  | "BacktrackWindow"
>;

type Restore = Common & {
  readonly EngineVersion: string;
  readonly Port: number;
  readonly CloneGroupId: string | undefined;
  readonly Tags: readonly Tag[];
};

/**
 * The settings of a restored cluster. Data, database, master user, engine and backup retention come along;
 * whatever else the call does not name is the Region's default and not the source's ([API], parameter
 * documentation of the restore calls).
 */
export function restoredSettings(turn: Turn, was: ClusterSettings, restore: Restore): ClusterSettings {
  const subnetGroup = subnetGroupNamed(turn, restore.DBSubnetGroupName ?? "default");
  const parameterGroup = clusterParameterGroupNamed(
    turn,
    restore.DBClusterParameterGroupName ?? defaultParameterGroup(was.Engine, restore.EngineVersion),
  );
  if (parameterGroup.family !== familyOf(was.Engine, restore.EngineVersion)) {
    throw unmodelled(
      "InvalidParameterCombination",
      `The parameter group ${parameterGroup.name} can't be used for this engine and version.`,
    );
  }
  return {
    Engine: was.Engine,
    EngineMode: "provisioned",
    EngineVersion: restore.EngineVersion,
    EngineLifecycleSupport: restore.EngineLifecycleSupport ?? "open-source-rds-extended-support",
    AllocatedStorage: was.AllocatedStorage ?? 1,
    AvailabilityZones: [...subnetGroup.zones],
    Port: restore.Port,
    DBSubnetGroup: subnetGroup.name,
    DBClusterParameterGroup: parameterGroup.name,
    VpcSecurityGroups:
      restore.VpcSecurityGroupIds === undefined || restore.VpcSecurityGroupIds.length === 0
        ? defaultSecurityGroup(turn, subnetGroup.vpcId)
        : securityGroupsIn(turn, subnetGroup.vpcId, restore.VpcSecurityGroupIds),
    MultiAZ: false,
    BackupRetentionPeriod: restore.BackupRetentionPeriod ?? was.BackupRetentionPeriod,
    PreferredBackupWindow: restore.PreferredBackupWindow ?? randomBackupWindow(turn),
    PreferredMaintenanceWindow: randomMaintenanceWindow(turn),
    IAMDatabaseAuthenticationEnabled: restore.EnableIAMDatabaseAuthentication ?? false,
    DeletionProtection: restore.DeletionProtection ?? false,
    CopyTagsToSnapshot: restore.CopyTagsToSnapshot ?? false,
    HttpEndpointEnabled: false,
    ActivityStreamStatus: "stopped",
    AssociatedRoles: [],
    AutoMinorVersionUpgrade: true,
    CrossAccountClone: false,
    NetworkType: restore.NetworkType ?? "IPV4",
    TagList: [...restore.Tags],
    ...present({
      DatabaseName: was.DatabaseName,
      MasterUsername: was.MasterUsername,
      CloneGroupId: restore.CloneGroupId,
      EnabledCloudwatchLogsExports: restore.EnableCloudwatchLogsExports,
      StorageType: restore.StorageType === "aurora" ? undefined : restore.StorageType,
      ServerlessV2ScalingConfiguration: restore.ServerlessV2ScalingConfiguration,
      BacktrackWindow: restore.BacktrackWindow,
    }),
  };
}

const familyOf = (engine: string, version: string) =>
  defaultParameterGroup(engine, version).slice("default.".length);

/** No tags given: those of the source. Any given: the source's are ignored (Aurora User Guide, aurora-pitr). */
export function tagsGivenOr(source: readonly Tag[], given: readonly Tag[] | undefined): readonly Tag[] {
  if (given === undefined || given.length === 0) return source.filter(({ Key }) => !Key?.startsWith("aws:"));
  refuseReservedTags(given);
  return given;
}

/** Throws where a tag is one that only AWS may set. */
export function refuseReservedTags(tags: readonly Tag[]): void {
  const reserved = tags.find(({ Key }) => Key?.toLowerCase().startsWith("aws:"));
  if (reserved !== undefined) {
    throw unmodelled(
      "InvalidParameterValue",
      `Tag keys can't start with the reserved prefix aws: (${reserved.Key}).`,
    );
  }
}

const two = (value: number) => String(value).padStart(2, "0");

export function randomBackupWindow(turn: Turn): string {
  const hour = Math.floor(turn.random() * 8);
  return `${two(hour)}:10-${two(hour)}:40`;
}

export function randomMaintenanceWindow(turn: Turn): string {
  const day = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"][Math.floor(turn.random() * 7)] ?? "sun";
  const hour = Math.floor(8 + turn.random() * 8);
  return `${day}:${two(hour)}:10-${day}:${two(hour)}:40`;
}
