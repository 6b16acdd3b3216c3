import type { DBInstance, ModifyDBInstanceMessage, RebootDBInstanceMessage } from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { differing, refuseUncovered } from "../parameters.ts";
import type { Instance, InstanceSettings } from "../state.ts";
import { after, announce, instanceNamed, put, schedule, type Turn } from "../turn.ts";
import { assertReadable } from "./encryption.ts";
import { groupsInChange, groupsInForce } from "./groups.ts";
import { withFirstBackup } from "./instance-making.ts";
import { askedOf } from "./instance-modification.ts";
import { beginStorageWork, ready, restingStatus } from "./instance-status.ts";
import { instanceView } from "./instances.ts";
import { waitForWindow } from "./maintenance.ts";

type OfInstance = { readonly instance: string };

export function modifyDBInstance(turn: Turn, input: ModifyDBInstanceMessage): { DBInstance: DBInstance } {
  refuseUncovered("ModifyDBInstance", input, [
    "DBInstanceIdentifier",
    "NewDBInstanceIdentifier",
    "ApplyImmediately",
    "DBInstanceClass",
    "CACertificateIdentifier",
    "VpcSecurityGroupIds",
    "PromotionTier",
    "AutoMinorVersionUpgrade",
    "PreferredMaintenanceWindow",
    "CopyTagsToSnapshot",
    "DeletionProtection",
    "MonitoringInterval",
    "MonitoringRoleArn",
    "EnablePerformanceInsights",
    "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod",
    "DBParameterGroupName",
    "AllocatedStorage",
    "MaxAllocatedStorage",
    "StorageType",
    "Iops",
    "StorageThroughput",
    "BackupRetentionPeriod",
    "PreferredBackupWindow",
    "MultiAZ",
    "OptionGroupName",
    "EnableIAMDatabaseAuthentication",
    "CloudwatchLogsExportConfiguration",
    "DatabaseInsightsMode",
    "ManageMasterUserPassword",
    "MasterUserSecretKmsKeyId",
  ]);
  const instance = readyInstance(turn, input.DBInstanceIdentifier);
  const { instant, ...asked } = askedOf(turn, instance, input);
  const deferrable = differing(instance.settings, asked.deferrable);
  const prompt = differing(instance.settings, asked.prompt);
  const now = input.ApplyImmediately === true;
  const changed: Instance = {
    ...instance,
    settings: {
      ...instance.settings,
      ...instant,
      VpcSecurityGroups: groupsInChange(instance.settings.VpcSecurityGroups, prompt.VpcSecurityGroups),
    },
    applying: { ...instance.applying, ...(now && { ...instance.pending, ...deferrable }), ...prompt },
    pending: now ? {} : { ...instance.pending, ...deferrable },
  };
  put(turn, "instances", changed);
  if (Object.keys(changed.applying).length > 0) beginInstanceSoon(turn, changed);
  if (Object.keys(changed.pending).length > 0) waitForWindow(turn, changed);
  return { DBInstance: instanceView(turn, changed) };
}

function readyInstance(turn: Turn, name: string | undefined): Instance {
  const instance = instanceNamed(turn, name ?? "");
  if (ready.has(instance.status)) return instance;
  throw rdsFault(
    "InvalidDBInstanceStateFault",
    `Database instance ${instance.id} is not in available state (it is ${instance.status}).`,
  );
}

export function beginInstanceSoon(turn: Turn, { resourceId }: Instance): void {
  const scheduled = turn.state.schedule.some(
    ({ event }) => event.do === "begin modifying instance" && event.instance === resourceId,
  );
  if (scheduled) return;
  after(turn, turn.durations.untilModifying, { do: "begin modifying instance", instance: resourceId });
}

/**
 * The old name goes at once, and nobody connects until the new one answers, minutes later and after a reboot (RDS User Guide,
 * USER_RenameInstance). At which moment of these the sessions end is not said: here it is the last.
 */
export function beginModifyingInstance(turn: Turn, event: OfInstance): void {
  const instance = turn.state.instances[event.instance];
  if (instance === undefined) return;
  if (!ready.has(instance.status)) {
    const VpcSecurityGroups = groupsInForce(instance.settings.VpcSecurityGroups);
    put(turn, "instances", {
      ...instance,
      applying: {},
      settings: { ...instance.settings, VpcSecurityGroups },
    });
    return;
  }
  const { durations } = turn;
  if (instance.applying.id !== undefined) {
    put(turn, "instances", { ...instance, status: "renaming" });
    const duration = instance.cluster === undefined ? durations.renameInstance : durations.renameMember;
    after(turn, duration, { do: "restart renamed instance", instance: instance.resourceId });
  } else {
    const only = Object.keys(instance.applying).join();
    put(turn, "instances", { ...instance, status: modifyingAs[only] ?? "modifying" });
    const duration = only === "VpcSecurityGroups" ? durations.modifySecurityGroups : durations.modify;
    after(turn, duration, { do: "finish modifying instance", instance: instance.resourceId });
  }
}

/** What an instance is called while just this is changed. */
const modifyingAs: Readonly<Record<string, string>> = {
  MonitoringInterval: "configuring-enhanced-monitoring",
  "MonitoringInterval,MonitoringRoleArn": "configuring-enhanced-monitoring",
  EnabledCloudwatchLogsExports: "configuring-log-exports",
  IAMDatabaseAuthenticationEnabled: "configuring-iam-database-auth",
  MasterUserSecret: "resetting-master-credentials",
};

const isModifying = (status: string) => status === "modifying" || Object.values(modifyingAs).includes(status);

export function restartRenamedInstance(turn: Turn, event: OfInstance): void {
  const instance = turn.state.instances[event.instance];
  if (instance?.status !== "renaming") return;
  const { id = instance.id, ...settings } = instance.applying;
  const renamed = { ...instance, id, settings: { ...instance.settings, ...settings }, applying: {} };
  beginReboot(turn, renamed);
  announce(turn, "RDS-EVENT-0013", renamed, `Renamed instance from ${instance.id} to ${id}`, "notification");
}

export function finishModifyingInstance(turn: Turn, event: OfInstance): void {
  const instance = turn.state.instances[event.instance];
  if (instance === undefined || !isModifying(instance.status)) return;
  const { id: _, ...settings } = instance.applying;
  const changed = backedUp(turn, {
    ...instance,
    settings: { ...instance.settings, ...settled(settings) },
    applying: {},
  });
  const restarts = settings.DBInstanceClass !== undefined || settings.CACertificateIdentifier !== undefined;
  if (settings.StorageType !== undefined) beginStorageWork(turn, changed, "storage-optimization");
  else put(turn, "instances", { ...changed, status: restingStatus(turn, changed) });
  if (restarts) beginReboot(turn, turn.state.instances[event.instance] ?? changed);
}

/** A secret that was being made is there. */
function settled(settings: Partial<InstanceSettings>): Partial<InstanceSettings> {
  const secret = settings.MasterUserSecret;
  return secret ? { ...settings, MasterUserSecret: { ...secret, SecretStatus: "active" } } : settings;
}

/** Automated backups that were switched on begin with a first one; switched off, they are all gone. */
function backedUp(turn: Turn, instance: Instance): Instance {
  const { restorableFrom, ...without } = instance;
  if (!instance.settings.BackupRetentionPeriod) return without;
  return restorableFrom === undefined ? withFirstBackup(turn, instance) : instance;
}

function beginReboot(turn: Turn, instance: Instance): void {
  put(turn, "instances", { ...instance, status: "rebooting" });
  schedule(turn, { at: turn.now, event: { do: "reboot", instance: instance.resourceId } });
  after(turn, turn.durations.reboot, { do: "finish reboot", instance: instance.resourceId });
}

/** Ends every session; certificates are made anew, for the names of this moment. */
export async function reboot(turn: Turn, event: OfInstance): Promise<void> {
  if (turn.state.instances[event.instance] !== undefined) await turn.data.rebootInstance(event.instance);
}

export function finishReboot(turn: Turn, event: OfInstance): void {
  const instance = turn.state.instances[event.instance];
  if (instance?.status !== "rebooting") return;
  const inSync = instance.settings.DBParameterGroups.map((group) => ({
    ...group,
    ParameterApplyStatus: "in-sync",
  }));
  put(turn, "instances", {
    ...instance,
    status: restingStatus(turn, instance),
    settings: { ...instance.settings, DBParameterGroups: inSync },
    clusterParametersPendingReboot: false,
  });
  announce(turn, "RDS-EVENT-0006", instance, "DB instance restarted", "availability");
}

export function rebootDBInstance(turn: Turn, input: RebootDBInstanceMessage): { DBInstance: DBInstance } {
  const instance = readyInstance(turn, input.DBInstanceIdentifier);
  if (input.ForceFailover && !instance.settings.MultiAZ) {
    throw unmodelled(
      "InvalidParameterCombination",
      `Cannot reboot ${instance.id} with failover as it is not a Multi-AZ instance.`,
    );
  }
  if (Object.keys(instance.applying).length > 0) {
    throw rdsFault("InvalidDBInstanceStateFault", `A modification of ${instance.id} has not begun yet.`);
  }
  assertReadable(turn, instance.storageKey);
  beginReboot(turn, instance);
  return { DBInstance: instanceView(turn, turn.state.instances[instance.resourceId] ?? instance) };
}
