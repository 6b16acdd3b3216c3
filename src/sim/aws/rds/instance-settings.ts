import type { RestoreDBInstanceFromDBSnapshotMessage, Tag } from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { present } from "../parameters.ts";
import type { InstanceSettings } from "../state.ts";
import type { Turn } from "../turn.ts";
import { defaultParameterGroup } from "./engines.ts";
import {
  defaultSecurityGroup,
  instanceParameterGroupNamed,
  optionGroupNamed,
  securityGroupsIn,
  subnetGroupNamed,
} from "./groups.ts";
import { assertStorageQuota } from "./quotas.ts";
import { randomBackupWindow, randomMaintenanceWindow, refuseReservedTags } from "./restored-settings.ts";
import { storageOf } from "./storage.ts";

/** What every call that makes an instance outside Aurora may say. */
type Asked = Pick<
  RestoreDBInstanceFromDBSnapshotMessage,
  | "AvailabilityZone"
  | "MultiAZ"
  | "DBSubnetGroupName"
  | "VpcSecurityGroupIds"
  | "PubliclyAccessible"
  | "AutoMinorVersionUpgrade"
  | "LicenseModel"
  | "Iops"
  | "StorageType"
  | "StorageThroughput"
  | "OptionGroupName"
  | "DBParameterGroupName"
  | "CopyTagsToSnapshot"
  | "EnableIAMDatabaseAuthentication"
  | "EnableCloudwatchLogsExports"
  | "DeletionProtection"
  | "NetworkType"
  | "DedicatedLogVolume"
  | "CACertificateIdentifier"
  | "EngineLifecycleSupport"
  | "PreferredBackupWindow"
>;

/** What each of those calls takes from somewhere else. */
interface Fixed {
  readonly DBInstanceClass: string;
  readonly Engine: string;
  readonly EngineVersion: string;
  readonly Port: number;
  readonly AllocatedStorage: number;
  readonly BackupRetentionPeriod: number;
  readonly MasterUsername: string;
  readonly DBName: string | undefined;
  readonly Tags: readonly Tag[];
}

/**
 * The settings of a new instance outside Aurora: what the call does not name is the Region's default, and not what the source
 * has ([API], parameter documentation of the calls).
 */
export function newSettings(turn: Turn, asked: Asked, fixed: Fixed): InstanceSettings {
  const { Engine, EngineVersion, Port, AllocatedStorage } = fixed;
  const subnets = subnetGroupNamed(turn, asked.DBSubnetGroupName ?? "default");
  refuseReservedTags(fixed.Tags);
  assertRetention(fixed.BackupRetentionPeriod);
  assertStorageQuota(turn, AllocatedStorage);
  return {
    ...groupsOf(turn, asked, fixed),
    ...storageOf(AllocatedStorage, asked),
    DBInstanceClass: fixed.DBInstanceClass,
    Engine,
    EngineVersion,
    MasterUsername: fixed.MasterUsername,
    SubnetGroup: subnets.name,
    DbInstancePort: Port,
    VpcSecurityGroups:
      asked.VpcSecurityGroupIds === undefined
        ? defaultSecurityGroup(turn, subnets.vpcId)
        : securityGroupsIn(turn, subnets.vpcId, asked.VpcSecurityGroupIds),
    AvailabilityZone: zoneOf(turn, asked, subnets.zones),
    MultiAZ: asked.MultiAZ ?? false,
    PubliclyAccessible: asked.PubliclyAccessible ?? false,
    AutoMinorVersionUpgrade: asked.AutoMinorVersionUpgrade ?? true,
    LicenseModel: asked.LicenseModel ?? "postgresql-license",
    CopyTagsToSnapshot: asked.CopyTagsToSnapshot ?? false,
    IAMDatabaseAuthenticationEnabled: asked.EnableIAMDatabaseAuthentication ?? false,
    DeletionProtection: asked.DeletionProtection ?? false,
    NetworkType: asked.NetworkType ?? "IPV4",
    BackupTarget: "region",
    DedicatedLogVolume: asked.DedicatedLogVolume ?? false,
    CACertificateIdentifier: asked.CACertificateIdentifier ?? "rds-ca-rsa2048-g1",
    EngineLifecycleSupport: asked.EngineLifecycleSupport ?? "open-source-rds-extended-support",
    BackupRetentionPeriod: fixed.BackupRetentionPeriod,
    PreferredBackupWindow: asked.PreferredBackupWindow ?? randomBackupWindow(turn),
    PreferredMaintenanceWindow: randomMaintenanceWindow(turn),
    MonitoringInterval: 0,
    PerformanceInsightsEnabled: false,
    DatabaseInsightsMode: "standard",
    AssociatedRoles: [],
    TagList: [...fixed.Tags],
    ...present({ DBName: fixed.DBName, EnabledCloudwatchLogsExports: asked.EnableCloudwatchLogsExports }),
  };
}

function zoneOf(turn: Turn, { AvailabilityZone, MultiAZ }: Asked, zones: readonly string[]): string {
  if (MultiAZ && AvailabilityZone !== undefined) {
    throw unmodelled(
      "InvalidParameterCombination",
      "Requesting a specific availability zone is not valid for Multi-AZ instances.",
    );
  }
  const zone = AvailabilityZone ?? zones[Math.floor(turn.random() * zones.length)];
  if (zone !== undefined && zones.includes(zone)) return zone;
  throw rdsFault("InvalidVPCNetworkStateFault", `No subnet of the DB subnet group is in ${zone}.`);
}

/** Both groups have to be of the engine's major version. */
function groupsOf(turn: Turn, asked: Asked, { Engine, EngineVersion }: Fixed) {
  const family = defaultParameterGroup(Engine, EngineVersion);
  const parameters = instanceParameterGroupNamed(turn, asked.DBParameterGroupName ?? family);
  assertFamily(parameters, Engine, EngineVersion);
  const options = optionGroupNamed(turn, asked.OptionGroupName ?? defaultOptionGroup(Engine, EngineVersion));
  if (options.engine !== Engine || options.majorVersion !== EngineVersion.split(".")[0]) {
    throw unmodelled(
      "InvalidParameterCombination",
      `The option group ${options.name} can't be used with ${Engine} ${EngineVersion}.`,
    );
  }
  return {
    DBParameterGroups: [{ DBParameterGroupName: parameters.name, ParameterApplyStatus: "in-sync" }],
    OptionGroupMemberships: [{ OptionGroupName: options.name, Status: "in-sync" }],
  };
}

/** Throws InvalidParameterCombination for a parameter group of another engine or major version. */
export function assertFamily(
  group: { readonly name: string; readonly family: string },
  engine: string,
  version: string,
): void {
  if (`default.${group.family}` === defaultParameterGroup(engine, version)) return;
  throw unmodelled(
    "InvalidParameterCombination",
    `The parameter group ${group.name} with DBParameterGroupFamily ${group.family} can't be used for this instance.`,
  );
}

const defaultOptionGroup = (engine: string, version: string): string =>
  `default:${engine}-${version.split(".")[0]}`;

/** Days; 0 is no automated backup at all. */
export function assertRetention(days: number): void {
  if (Number.isInteger(days) && days >= 0 && days <= 35) return;
  throw unmodelled(
    "InvalidParameterValue",
    `Invalid backup retention period: ${days}. Must be 0 to 35 days.`,
  );
}
