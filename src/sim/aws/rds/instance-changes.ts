import type { DBInstance, ModifyDBInstanceMessage, RebootDBInstanceMessage } from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { identifier } from "../names.ts";
import { present, refuseUncovered } from "../parameters.ts";
import type { Instance, InstanceChange, InstanceSettings } from "../state.ts";
import { after, announce, instanceNamed, put, schedule, type Turn } from "../turn.ts";
import { assertReadable, usableKey } from "./encryption.ts";
import { instanceParameterGroupNamed, securityGroupsIn, subnetGroupNamed } from "./groups.ts";
import { instanceNameTaken } from "./instance-lifecycle.ts";
import { instanceView } from "./instances.ts";
import { waitForWindow } from "./maintenance.ts";

type OfInstance = { readonly instance: string };

function newName(turn: Turn, instance: Instance, given: string): string {
  const id = identifier(given, "NewDBInstanceIdentifier");
  if (id !== instance.applying.id && instanceNameTaken(turn, id)) {
    throw rdsFault("DBInstanceAlreadyExistsFault", "DB instance already exists");
  }
  return id;
}

/** Applied at once and without a change of status, whatever ApplyImmediately says. */
function instantChange(turn: Turn, input: ModifyDBInstanceMessage): Partial<InstanceSettings> {
  const group = input.DBParameterGroupName;
  return present({
    PromotionTier: input.PromotionTier,
    AutoMinorVersionUpgrade: input.AutoMinorVersionUpgrade,
    PreferredMaintenanceWindow: input.PreferredMaintenanceWindow,
    CopyTagsToSnapshot: input.CopyTagsToSnapshot,
    DeletionProtection: input.DeletionProtection,
    MonitoringInterval: input.MonitoringInterval,
    MonitoringRoleArn: input.MonitoringRoleArn,
    PerformanceInsightsEnabled: input.EnablePerformanceInsights,
    PerformanceInsightsKMSKeyId:
      input.PerformanceInsightsKMSKeyId === undefined
        ? undefined
        : usableKey(turn, input.PerformanceInsightsKMSKeyId),
    PerformanceInsightsRetentionPeriod: input.PerformanceInsightsRetentionPeriod,
    DBParameterGroups:
      group === undefined
        ? undefined
        : [
            {
              DBParameterGroupName: instanceParameterGroupNamed(turn, group).name,
              ParameterApplyStatus: "pending-reboot",
            },
          ],
  });
}

function deferrableChange(turn: Turn, instance: Instance, input: ModifyDBInstanceMessage): InstanceChange {
  return present({
    id:
      input.NewDBInstanceIdentifier === undefined
        ? undefined
        : newName(turn, instance, input.NewDBInstanceIdentifier),
    DBInstanceClass: input.DBInstanceClass,
    CACertificateIdentifier: input.CACertificateIdentifier,
  });
}

function promptChange(turn: Turn, instance: Instance, input: ModifyDBInstanceMessage): InstanceChange {
  if (input.VpcSecurityGroupIds === undefined) return {};
  if (instance.cluster !== undefined) {
    throw unmodelled(
      "InvalidParameterCombination",
      "The security groups of a DB instance in a DB cluster are those of the cluster: modify the cluster.",
    );
  }
  const { vpcId } = subnetGroupNamed(turn, instance.settings.SubnetGroup);
  return { VpcSecurityGroups: securityGroupsIn(turn, vpcId, input.VpcSecurityGroupIds) };
}

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
  ]);
  const instance = availableInstance(turn, input.DBInstanceIdentifier);
  const deferrable = deferrableChange(turn, instance, input);
  const prompt = promptChange(turn, instance, input);
  const now = input.ApplyImmediately === true;
  const changed: Instance = {
    ...instance,
    settings: { ...instance.settings, ...instantChange(turn, input) },
    applying: { ...instance.applying, ...(now && { ...instance.pending, ...deferrable }), ...prompt },
    pending: now ? {} : { ...instance.pending, ...deferrable },
  };
  put(turn, "instances", changed);
  if (Object.keys(changed.applying).length > 0) beginInstanceSoon(turn, changed);
  if (Object.keys(changed.pending).length > 0) waitForWindow(turn, changed);
  return { DBInstance: instanceView(turn, changed) };
}

function availableInstance(turn: Turn, name: string | undefined): Instance {
  const instance = instanceNamed(turn, name ?? "");
  if (instance.status === "available") return instance;
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

/** The old name goes at once; the new one answers minutes later, after a reboot (RUG USER_RenameInstance). */
export function beginModifyingInstance(turn: Turn, event: OfInstance): void {
  const instance = turn.state.instances[event.instance];
  if (instance === undefined) return;
  if (instance.status !== "available") {
    put(turn, "instances", { ...instance, applying: {} });
    return;
  }
  const { durations } = turn;
  if (instance.applying.id !== undefined) {
    put(turn, "instances", { ...instance, status: "renaming" });
    const duration = instance.cluster === undefined ? durations.renameInstance : durations.renameMember;
    after(turn, duration, { do: "restart renamed instance", instance: instance.resourceId });
  } else {
    put(turn, "instances", { ...instance, status: "modifying" });
    after(turn, durations.modify, { do: "finish modifying instance", instance: instance.resourceId });
  }
}

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
  if (instance?.status !== "modifying") return;
  const { id: _, ...settings } = instance.applying;
  const changed = { ...instance, settings: { ...instance.settings, ...settings }, applying: {} };
  const restarts = settings.DBInstanceClass !== undefined || settings.CACertificateIdentifier !== undefined;
  if (restarts) beginReboot(turn, changed);
  else put(turn, "instances", { ...changed, status: "available" });
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
    status: "available",
    settings: { ...instance.settings, DBParameterGroups: inSync },
    clusterParametersPendingReboot: false,
  });
  announce(turn, "RDS-EVENT-0006", instance, "DB instance restarted", "availability");
}

export function rebootDBInstance(turn: Turn, input: RebootDBInstanceMessage): { DBInstance: DBInstance } {
  const instance = availableInstance(turn, input.DBInstanceIdentifier);
  if (input.ForceFailover)
    throw new Error("the simulated account does not cover RebootDBInstance.ForceFailover");
  if (Object.keys(instance.applying).length > 0) {
    throw rdsFault("InvalidDBInstanceStateFault", `A modification of ${instance.id} has not begun yet.`);
  }
  assertReadable(turn, instance.storageKey);
  beginReboot(turn, instance);
  return { DBInstance: instanceView(turn, turn.state.instances[instance.resourceId] ?? instance) };
}
