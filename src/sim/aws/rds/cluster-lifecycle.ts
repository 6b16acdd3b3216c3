import type {
  DeleteDBClusterMessage,
  FailoverDBClusterMessage,
  StartDBClusterMessage,
  StopDBClusterMessage,
} from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { refuseUncovered } from "../parameters.ts";
import type { Cluster, Instance } from "../state.ts";
import {
  after,
  announce,
  clusterNamed,
  membersOf,
  put,
  remove,
  schedule,
  type Turn,
  unschedule,
} from "../turn.ts";
import { retainBackups } from "./automated-backups.ts";
import { clusterView } from "./clusters.ts";
import { assertReadable } from "./encryption.ts";
import { beginSnapshot } from "./snapshots.ts";

type OfCluster = { readonly cluster: string };

const wrongState = (message: string) => rdsFault("InvalidDBClusterStateFault", message);

/** `available` is still shown, but a modification has been accepted. */
const isBusy = ({ applying }: Cluster | Instance) => Object.keys(applying).length > 0;

function availableCluster(turn: Turn, name: string | undefined): Cluster {
  const cluster = clusterNamed(turn, name ?? "");
  if (isBusy(cluster)) throw wrongState(`A modification of ${cluster.id} has been accepted and not begun.`);
  if (cluster.status === "available") return cluster;
  throw wrongState(
    `DbCluster ${cluster.id} is in ${cluster.status} state but expected it to be one of available.`,
  );
}

function withMembers(turn: Turn, cluster: Cluster, status: string): void {
  put(turn, "clusters", { ...cluster, status });
  for (const member of membersOf(turn.state, cluster.resourceId))
    put(turn, "instances", { ...member, status });
}

const answer = (turn: Turn, { resourceId }: Cluster) => {
  const cluster = turn.state.clusters[resourceId];
  return cluster === undefined ? {} : { DBCluster: clusterView(turn, cluster) };
};

export function stopDBCluster(turn: Turn, input: StopDBClusterMessage) {
  const cluster = availableCluster(turn, input.DBClusterIdentifier);
  const { GlobalClusterIdentifier, ReplicationSourceIdentifier, ReadReplicaIdentifiers } = cluster.settings;
  if (GlobalClusterIdentifier || ReplicationSourceIdentifier || ReadReplicaIdentifiers?.length) {
    throw wrongState(`${cluster.id} takes part in cross-Region replication and can't be stopped.`);
  }
  const members = membersOf(turn.state, cluster.resourceId);
  if (members.some((member) => member.status !== "available" || isBusy(member))) {
    throw rdsFault("InvalidDBInstanceStateFault", `A DB instance of ${cluster.id} is not available.`);
  }
  withMembers(turn, cluster, "stopping");
  for (const { resourceId } of members) {
    schedule(turn, { at: turn.now, event: { do: "cut sessions", instance: resourceId } });
  }
  after(turn, turn.durations.stop, { do: "finish stopping", cluster: cluster.resourceId });
  return answer(turn, cluster);
}

export async function cutSessions(turn: Turn, { instance }: { readonly instance: string }): Promise<void> {
  if (turn.state.instances[instance] !== undefined) await turn.data.stopInstance(instance);
}

export function finishStopping(turn: Turn, event: OfCluster): void {
  const cluster = turn.state.clusters[event.cluster];
  if (cluster?.status !== "stopping") return;
  const restartAt = turn.now + turn.durations.autoStart;
  withMembers(turn, { ...cluster, restartAt }, "stopped");
  schedule(turn, { at: restartAt, event: { do: "start by itself", cluster: cluster.resourceId } });
  announce(turn, "RDS-EVENT-0150", cluster, "DB cluster stopped", "notification");
}

function begin(turn: Turn, cluster: Cluster): void {
  unschedule(turn, (due) => due.do === "start by itself" && due.cluster === cluster.resourceId);
  const { restartAt: _, ...started } = cluster;
  withMembers(turn, started, "starting");
  after(turn, turn.durations.start, { do: "finish starting", cluster: cluster.resourceId });
}

export function startDBCluster(turn: Turn, input: StartDBClusterMessage) {
  const cluster = clusterNamed(turn, input.DBClusterIdentifier ?? "");
  if (!["stopped", "inaccessible-encryption-credentials-recoverable"].includes(cluster.status)) {
    throw wrongState(`DbCluster ${cluster.id} is in ${cluster.status} state but expected it to be stopped.`);
  }
  assertReadable(turn, cluster.storageKey);
  begin(turn, cluster);
  return answer(turn, cluster);
}

/** "…due to it exceeding the maximum allowed time being stopped." */
export function startByItself(turn: Turn, event: OfCluster): void {
  const cluster = turn.state.clusters[event.cluster];
  if (cluster?.status !== "stopped") return;
  begin(turn, cluster);
  announce(
    turn,
    "RDS-EVENT-0153",
    cluster,
    "DB cluster is being started due to it exceeding the maximum allowed time being stopped.",
    "notification",
  );
}

export async function finishStarting(turn: Turn, event: OfCluster): Promise<void> {
  const cluster = turn.state.clusters[event.cluster];
  if (cluster?.status !== "starting") return;
  const writerFirst = [...membersOf(turn.state, cluster.resourceId)].sort(
    (a, b) => Number(b.writer) - Number(a.writer),
  );
  for (const { resourceId, writer } of writerFirst) {
    await turn.data.startInstance({ id: resourceId, volume: cluster.resourceId, writer });
  }
  withMembers(turn, cluster, "available");
  announce(turn, "RDS-EVENT-0151", cluster, "DB cluster started", "notification");
}

export function failoverDBCluster(turn: Turn, input: FailoverDBClusterMessage) {
  const cluster = availableCluster(turn, input.DBClusterIdentifier);
  const readers = membersOf(turn.state, cluster.resourceId)
    .filter(({ writer, status }) => !writer && status === "available")
    .sort((a, b) => (a.settings.PromotionTier ?? 1) - (b.settings.PromotionTier ?? 1));
  const wanted = input.TargetDBInstanceIdentifier?.toLowerCase();
  const target = wanted === undefined ? readers[0] : readers.find(({ id }) => id === wanted);
  if (target === undefined) {
    throw wrongState(`DB cluster ${cluster.id} has no available reader to fail over to.`);
  }
  put(turn, "clusters", { ...cluster, status: "failing-over" });
  after(turn, turn.durations.failover, {
    do: "finish failover",
    cluster: cluster.resourceId,
    to: target.resourceId,
  });
  return answer(turn, cluster);
}

export async function finishFailover(turn: Turn, event: OfCluster & { readonly to: string }): Promise<void> {
  const cluster = turn.state.clusters[event.cluster];
  if (cluster === undefined) return;
  await promote(turn, event.cluster, event.to);
  if (cluster.status === "failing-over") put(turn, "clusters", { ...cluster, status: "available" });
  announce(turn, "RDS-EVENT-0071", cluster, `Completed failover to DB instance ${event.to}`, "failover");
}

/** The instance becomes the only writer of its cluster. */
export async function promote(turn: Turn, cluster: string, to: string): Promise<void> {
  if (turn.state.instances[to] === undefined) return;
  await turn.data.promoteInstance(to);
  for (const member of membersOf(turn.state, cluster)) {
    put(turn, "instances", { ...member, writer: member.resourceId === to });
  }
}

/** AWS documents none of these for Aurora; that what has failed can be deleted is how its consoles behave. */
const deletable = new Set([
  "available",
  "inaccessible-encryption-credentials",
  "incompatible-restore",
  "migration-failed",
  "restore-error",
]);

export function deleteDBCluster(turn: Turn, input: DeleteDBClusterMessage) {
  refuseUncovered("DeleteDBCluster", input, [
    "DBClusterIdentifier",
    "SkipFinalSnapshot",
    "FinalDBSnapshotIdentifier",
    "DeleteAutomatedBackups",
  ]);
  const cluster = clusterNamed(turn, input.DBClusterIdentifier ?? "");
  if (isBusy(cluster)) throw wrongState(`A modification of ${cluster.id} has been accepted and not begun.`);
  if (cluster.settings.DeletionProtection) {
    throw unmodelled(
      "InvalidParameterCombination",
      "Cannot delete protected Cluster, please disable deletion protection and try again.",
    );
  }
  if (!deletable.has(cluster.status)) {
    throw wrongState(`Cluster ${cluster.id} can't be deleted while it is ${cluster.status}.`);
  }
  if (membersOf(turn.state, cluster.resourceId).some(({ status }) => status !== "deleting")) {
    throw wrongState("Cluster cannot be deleted, it still contains DB instances in non-deleting state.");
  }
  const { SkipFinalSnapshot: skip = false, FinalDBSnapshotIdentifier: name } = input;
  if (skip === (name !== undefined)) {
    throw unmodelled(
      "InvalidParameterCombination",
      "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified, and only then.",
    );
  }
  if (name !== undefined) beginSnapshot(turn, cluster, name, cluster.settings.TagList);
  if (input.DeleteAutomatedBackups === false) retainBackups(turn, { kind: "cluster", of: cluster });
  put(turn, "clusters", { ...cluster, status: "deleting" });
  const duration = turn.durations.deleteCluster + (name === undefined ? 0 : turn.durations.snapshot * 1.3);
  after(turn, duration, { do: "finish deleting cluster", cluster: cluster.resourceId });
  return answer(turn, cluster);
}

/** Manual snapshots stay, and those of AWS Backup. */
export async function finishDeletingCluster(turn: Turn, event: OfCluster): Promise<void> {
  const cluster = turn.state.clusters[event.cluster];
  if (cluster === undefined) return;
  await turn.data.deleteVolume(cluster.resourceId);
  remove(turn, "clusters", cluster.resourceId);
  announce(turn, "RDS-EVENT-0171", cluster, "DB cluster deleted", "deletion");
}
