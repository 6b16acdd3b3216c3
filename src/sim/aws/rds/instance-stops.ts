import type { DBInstance, StartDBInstanceMessage, StopDBInstanceMessage } from "@aws-sdk/client-rds";
import { rdsFault } from "../fault.ts";
import { refuseUncovered } from "../parameters.ts";
import type { Instance } from "../state.ts";
import { after, announce, instanceNamed, put, replicasOf, schedule, type Turn, unschedule } from "../turn.ts";
import { assertReadable } from "./encryption.ts";
import { assertCapacity } from "./instance-classes.ts";
import { beginInstanceSnapshot } from "./instance-snapshots.ts";
import { restingStatus } from "./instance-status.ts";
import { instanceView } from "./instances.ts";

type OfInstance = { readonly instance: string };

const wrongState = (message: string) => rdsFault("InvalidDBInstanceStateFault", message);

/** Throws InvalidDBClusterStateFault for a member of an Aurora cluster, which is stopped and started as a whole. */
function outsideAurora(turn: Turn, name: string | undefined): Instance {
  const instance = instanceNamed(turn, name ?? "");
  if (instance.cluster === undefined) return instance;
  throw rdsFault("InvalidDBClusterStateFault", `${instance.id} is a member of a DB cluster.`);
}

/** Neither a replica nor what has one can be stopped (RDS User Guide, USER_StopInstance). */
export function stopDBInstance(turn: Turn, input: StopDBInstanceMessage): { DBInstance: DBInstance } {
  refuseUncovered("StopDBInstance", input, ["DBInstanceIdentifier", "DBSnapshotIdentifier"]);
  const instance = outsideAurora(turn, input.DBInstanceIdentifier);
  if (instance.status !== "available" || Object.keys(instance.applying).length > 0) {
    throw wrongState(
      `Instance ${instance.id} cannot be stopped as it is ${instance.status}, or about to be modified.`,
    );
  }
  if (instance.replicaOf !== undefined || replicasOf(turn.state, instance.resourceId).length > 0) {
    throw wrongState(`Instance ${instance.id} has a read replica or is one, and can't be stopped.`);
  }
  if (input.DBSnapshotIdentifier !== undefined) {
    beginInstanceSnapshot(turn, instance, input.DBSnapshotIdentifier, instance.settings.TagList);
  }
  const stopping = { ...instance, status: "stopping" };
  put(turn, "instances", stopping);
  schedule(turn, { at: turn.now, event: { do: "cut sessions", instance: instance.resourceId } });
  after(turn, turn.durations.stop, { do: "finish stopping instance", instance: instance.resourceId });
  return { DBInstance: instanceView(turn, stopping) };
}

export function finishStoppingInstance(turn: Turn, event: OfInstance): void {
  const instance = turn.state.instances[event.instance];
  if (instance?.status !== "stopping") return;
  const restartAt = turn.now + turn.durations.autoStart;
  put(turn, "instances", { ...instance, status: "stopped", restartAt });
  schedule(turn, { at: restartAt, event: { do: "start instance by itself", instance: instance.resourceId } });
  announce(turn, "RDS-EVENT-0087", instance, "DB instance stopped", "notification");
}

export function startDBInstance(turn: Turn, input: StartDBInstanceMessage): { DBInstance: DBInstance } {
  refuseUncovered("StartDBInstance", input, ["DBInstanceIdentifier"]);
  const instance = outsideAurora(turn, input.DBInstanceIdentifier);
  if (!["stopped", "inaccessible-encryption-credentials-recoverable"].includes(instance.status)) {
    throw wrongState(
      `Instance ${instance.id} is ${instance.status}, and only what is stopped can be started.`,
    );
  }
  assertReadable(turn, instance.storageKey);
  assertCapacity(turn, instance.settings.DBInstanceClass);
  return { DBInstance: instanceView(turn, begin(turn, instance)) };
}

function begin(turn: Turn, instance: Instance): Instance {
  unschedule(turn, (due) => due.do === "start instance by itself" && due.instance === instance.resourceId);
  const { restartAt: _, ...stopped } = instance;
  const starting = { ...stopped, status: "starting" };
  put(turn, "instances", starting);
  after(turn, turn.durations.start, { do: "finish starting instance", instance: instance.resourceId });
  return starting;
}

/** "…due to it exceeding the maximum allowed time being stopped." */
export function startInstanceByItself(turn: Turn, event: OfInstance): void {
  const instance = turn.state.instances[event.instance];
  if (instance?.status !== "stopped") return;
  begin(turn, instance);
  announce(
    turn,
    "RDS-EVENT-0154",
    instance,
    "DB instance is being started due to it exceeding the maximum allowed time being stopped.",
    "notification",
  );
}

export async function finishStartingInstance(turn: Turn, event: OfInstance): Promise<void> {
  const instance = turn.state.instances[event.instance];
  if (instance?.status !== "starting") return;
  await turn.data.startInstance({ id: instance.resourceId, volume: instance.resourceId, writer: true });
  put(turn, "instances", { ...instance, status: restingStatus(turn, instance) });
  announce(turn, "RDS-EVENT-0088", instance, "DB instance started", "notification");
}
