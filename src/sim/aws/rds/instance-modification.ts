import type { ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { identifier } from "../names.ts";
import { present } from "../parameters.ts";
import type { Instance, InstanceChange, InstanceSettings } from "../state.ts";
import type { Turn } from "../turn.ts";
import {
  instanceParameterGroupNamed,
  optionGroupNamed,
  securityGroupsIn,
  subnetGroupNamed,
} from "./groups.ts";
import { assertCapacity, assertClass } from "./instance-classes.ts";
import { instanceNameTaken } from "./instance-making.ts";
import { assertFamily, assertRetention } from "./instance-settings.ts";
import { databaseInsights, managedPassword, monitoring, performanceInsights } from "./instance-watching.ts";
import { modifiedStorage } from "./storage.ts";

/** What ModifyDBInstance asks for, by when it happens (RDS User Guide, Overview.DBInstance.Modifying, settings table). */
export interface Asked {
  /** At once, and without a change of status, whatever ApplyImmediately says. */
  readonly instant: Partial<InstanceSettings>;
  /** As soon as possible, whatever ApplyImmediately says. */
  readonly prompt: InstanceChange;
  /** In the maintenance window unless told otherwise. */
  readonly deferrable: InstanceChange;
}

export function askedOf(turn: Turn, instance: Instance, input: ModifyDBInstanceMessage): Asked {
  return instance.cluster === undefined
    ? ofInstanceOutsideAurora(turn, instance, input)
    : ofMember(turn, instance, input);
}

function ofInstanceOutsideAurora(turn: Turn, instance: Instance, input: ModifyDBInstanceMessage): Asked {
  const retention = backupRetention(instance, input);
  return {
    instant: instantOfBoth(turn, instance, input),
    prompt: {
      ...monitoring(input),
      ...performanceInsights(turn, input),
      ...databaseInsights(input),
      ...retention.prompt,
      ...managedPassword(turn, instance.settings, input),
      ...present({
        VpcSecurityGroups: securityGroups(turn, instance, input),
        EnabledCloudwatchLogsExports: logExports(instance, input),
      }),
    },
    deferrable: {
      ...deferrableOfBoth(turn, instance, input),
      ...retention.deferrable,
      ...storage(instance, input),
      ...present({
        MultiAZ: input.MultiAZ,
        IAMDatabaseAuthenticationEnabled: input.EnableIAMDatabaseAuthentication,
        OptionGroupMemberships:
          input.OptionGroupName === undefined
            ? undefined
            : [{ OptionGroupName: optionGroupNamed(turn, input.OptionGroupName).name, Status: "in-sync" }],
      }),
    },
  };
}

/** Of a member of a cluster much is the cluster's. */
const clusters = [
  "VpcSecurityGroupIds",
  "BackupRetentionPeriod",
  "PreferredBackupWindow",
  "MultiAZ",
  "AllocatedStorage",
  "MaxAllocatedStorage",
  "StorageType",
  "Iops",
  "StorageThroughput",
  "OptionGroupName",
  "EnableIAMDatabaseAuthentication",
  "ManageMasterUserPassword",
  "DatabaseInsightsMode",
] as const;

function ofMember(turn: Turn, instance: Instance, input: ModifyDBInstanceMessage): Asked {
  const misplaced = clusters.find((parameter) => input[parameter] !== undefined);
  if (misplaced !== undefined) {
    throw unmodelled(
      "InvalidParameterCombination",
      `${misplaced} of a DB instance in a DB cluster is that of the cluster: modify the cluster.`,
    );
  }
  const { MonitoringInterval, MonitoringRoleArn } = input;
  return {
    instant: {
      ...instantOfBoth(turn, instance, input),
      ...present({ MonitoringInterval, MonitoringRoleArn }),
      ...performanceInsights(turn, input),
    },
    prompt: {},
    deferrable: deferrableOfBoth(turn, instance, input),
  };
}

function instantOfBoth(turn: Turn, instance: Instance, input: ModifyDBInstanceMessage) {
  return present({
    PromotionTier: input.PromotionTier,
    AutoMinorVersionUpgrade: input.AutoMinorVersionUpgrade,
    PreferredMaintenanceWindow: input.PreferredMaintenanceWindow,
    PreferredBackupWindow: input.PreferredBackupWindow,
    CopyTagsToSnapshot: input.CopyTagsToSnapshot,
    DeletionProtection: input.DeletionProtection,
    MaxAllocatedStorage: input.MaxAllocatedStorage,
    DBParameterGroups: parameterGroup(turn, instance, input),
  });
}

/** The name changes at once; what it says waits for a reboot, which nothing does by itself ([API] DBParameterGroupName). */
function parameterGroup(
  turn: Turn,
  { settings }: Instance,
  { DBParameterGroupName }: ModifyDBInstanceMessage,
) {
  if (DBParameterGroupName === undefined) return undefined;
  const group = instanceParameterGroupNamed(turn, DBParameterGroupName);
  assertFamily(group, settings.Engine, settings.EngineVersion);
  return [{ DBParameterGroupName: group.name, ParameterApplyStatus: "pending-reboot" }];
}

function deferrableOfBoth(turn: Turn, instance: Instance, input: ModifyDBInstanceMessage): InstanceChange {
  const { DBInstanceClass, CACertificateIdentifier, NewDBInstanceIdentifier } = input;
  const { storageKey, settings } = instance;
  if (DBInstanceClass !== undefined && DBInstanceClass !== settings.DBInstanceClass) {
    if (instance.cluster === undefined) assertClass(turn, DBInstanceClass, { ...settings, storageKey });
    else assertCapacity(turn, DBInstanceClass);
  }
  return present({
    id: NewDBInstanceIdentifier === undefined ? undefined : newName(turn, instance, NewDBInstanceIdentifier),
    DBInstanceClass,
    CACertificateIdentifier,
  });
}

function newName(turn: Turn, instance: Instance, given: string): string {
  const id = identifier(given, "NewDBInstanceIdentifier");
  if (id !== instance.applying.id && instanceNameTaken(turn, id)) {
    throw rdsFault("DBInstanceAlreadyExistsFault", "DB instance already exists");
  }
  return id;
}

/** From one number of days to another as soon as possible; on and off like everything else ([API] BackupRetentionPeriod). */
function backupRetention({ settings }: Instance, { BackupRetentionPeriod }: ModifyDBInstanceMessage) {
  if (BackupRetentionPeriod === undefined) return {};
  assertRetention(BackupRetentionPeriod);
  const stays = (settings.BackupRetentionPeriod ?? 0) > 0 && BackupRetentionPeriod > 0;
  return stays ? { prompt: { BackupRetentionPeriod } } : { deferrable: { BackupRetentionPeriod } };
}

function securityGroups(
  turn: Turn,
  { settings }: Instance,
  { VpcSecurityGroupIds }: ModifyDBInstanceMessage,
) {
  if (VpcSecurityGroupIds === undefined) return undefined;
  return securityGroupsIn(turn, subnetGroupNamed(turn, settings.SubnetGroup).vpcId, VpcSecurityGroupIds);
}

function logExports({ settings }: Instance, input: ModifyDBInstanceMessage): string[] | undefined {
  const change = input.CloudwatchLogsExportConfiguration;
  if (change === undefined) return undefined;
  const off = new Set(change.DisableLogTypes ?? []);
  const now = settings.EnabledCloudwatchLogsExports ?? [];
  return [...new Set([...now, ...(change.EnableLogTypes ?? [])])].filter((type) => !off.has(type));
}

/** While storage is worked on, or about to be, it takes no other change. */
function storage({ status, applying, settings }: Instance, input: ModifyDBInstanceMessage): InstanceChange {
  const changed = modifiedStorage(settings, input);
  if (changed === undefined) return {};
  if (status !== "available" || applying.StorageType !== undefined) {
    throw unmodelled(
      "InvalidParameterCombination",
      "You can't currently modify the storage of this DB instance because the previous storage change is being optimized.",
    );
  }
  return changed;
}
