import type { RestoreDBClusterToPointInTimeMessage } from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import type { RestoredFrom } from "../schedule.ts";
import type { Cluster } from "../state.ts";
import { clusterNamed, type Turn, touch } from "../turn.ts";
import { restorable } from "./restorable.ts";

/** By name or by resource id, which names change and ids do not. */
export function sourceCluster(turn: Turn, input: RestoreDBClusterToPointInTimeMessage): Cluster {
  const { SourceDBClusterIdentifier: name, SourceDbClusterResourceId: resourceId } = input;
  if (resourceId !== undefined) {
    const source = turn.state.clusters[resourceId];
    if (source !== undefined) return touch(turn, source);
    throw rdsFault(
      "DBClusterAutomatedBackupNotFoundFault",
      `No automated backup of ${resourceId} was found.`,
    );
  }
  if (name === undefined) {
    throw unmodelled("InvalidParameterCombination", "A source DB cluster must be named.");
  }
  return clusterNamed(turn, name);
}

/** Which moment of the source is meant. Throws where it is outside of the source's restorable window. */
export async function restorePoint(
  turn: Turn,
  source: Cluster,
  input: RestoreDBClusterToPointInTimeMessage,
): Promise<RestoredFrom> {
  const { RestoreToTime: time, UseLatestRestorableTime: latest = false } = input;
  if ((time === undefined) === !latest) {
    throw unmodelled(
      "InvalidParameterCombination",
      "Either RestoreToTime or UseLatestRestorableTime must be specified, and not both.",
    );
  }
  const clone = input.RestoreType === "copy-on-write";
  if (clone && time !== undefined) {
    throw unmodelled("InvalidParameterCombination", "RestoreToTime can't be used with copy-on-write.");
  }
  const times = await restorable(turn, source);
  if (times === undefined) {
    throw rdsFault("InvalidDBClusterStateFault", `DB cluster ${source.id} has no restorable time yet.`);
  }
  if (clone) return { volume: source.resourceId };
  if (time === undefined) return { volume: source.resourceId, at: times.latest };
  // The model has no fault for it: InvalidRestoreFault is about a VPC's backup outside of a VPC.
  if (time.getTime() >= times.latest || time.getTime() < times.earliest) {
    throw unmodelled(
      "InvalidParameterValue",
      `The specified restore time ${time.toISOString()} is not within the restorable window of ${source.id}.`,
    );
  }
  return { volume: source.resourceId, at: time.getTime() };
}
