import type { CustomEndpoint } from "./attachments.ts";
import { clusterEndpoint, customEndpoint, instanceEndpoint, readerEndpoint } from "./names.ts";
import { hasEndpoint } from "./rds/instances.ts";
import { proxiedCluster } from "./rds/proxies.ts";
import type { AccountState, Cluster, Instance } from "./state.ts";
import type { Origin } from "./surroundings.ts";
import { membersOf } from "./turn.ts";

export interface Address {
  readonly instanceId: string;
  readonly port: number;
}

const serving = new Set([
  "available",
  "modifying",
  "backing-up",
  "configuring-enhanced-monitoring",
  "configuring-iam-database-auth",
  "configuring-log-exports",
  "resetting-master-credentials",
  "storage-initialization",
  "storage-optimization",
]);

const addressable = (members: readonly Instance[]) => members.filter(({ status }) => status !== "creating");

function readersOf(state: AccountState, cluster: string): readonly Instance[] {
  const members = addressable(membersOf(state, cluster));
  const readers = members.filter(({ writer, status }) => !writer && serving.has(status));
  // With no reader to answer, the reader endpoint leads to the writer (Aurora User Guide, Endpoints).
  return readers.length > 0 ? readers : members.filter(({ writer }) => writer);
}

function membersOfCustom(state: AccountState, endpoint: CustomEndpoint): readonly Instance[] {
  const members = addressable(membersOf(state, endpoint.cluster));
  const admitted = members.filter(({ writer }) => endpoint.type === "ANY" || !writer);
  return endpoint.staticMembers.length > 0
    ? admitted.filter(({ resourceId }) => endpoint.staticMembers.includes(resourceId))
    : admitted.filter(({ resourceId }) => !endpoint.excludedMembers.includes(resourceId));
}

function candidates(state: AccountState, host: string): readonly Instance[] {
  for (const cluster of Object.values(state.clusters)) {
    if (host === clusterEndpoint(state, cluster.id)) {
      return addressable(membersOf(state, cluster.resourceId)).filter(({ writer }) => writer);
    }
    if (host === readerEndpoint(state, cluster.id)) return readersOf(state, cluster.resourceId);
  }
  const proxied = proxiedCluster(state, host);
  if (proxied !== undefined) return addressable(membersOf(state, proxied)).filter(({ writer }) => writer);
  const custom = state.attachments.customEndpoints.find(
    ({ id, status }) => status === "available" && host === customEndpoint(state, id),
  );
  if (custom !== undefined) return membersOfCustom(state, custom);
  return Object.values(state.instances).filter(
    (instance) => hasEndpoint(instance) && host === instanceEndpoint(state, instance.id),
  );
}

function portOf(state: AccountState, instance: Instance): number {
  const cluster = state.clusters[instance.cluster ?? ""];
  return cluster?.settings.Port ?? instance.settings.DbInstancePort;
}

/** Where a name leads at this moment; `turn` spreads readers evenly. Undefined where it leads nowhere. */
export function resolve(state: AccountState, host: string, turn: number): Address | undefined {
  const found = candidates(state, host.toLowerCase());
  const instance = found[turn % Math.max(found.length, 1)];
  return instance && { instanceId: instance.resourceId, port: portOf(state, instance) };
}

/** Whether a new connection gets through: the security groups in force, and an instance that serves. */
export function admits(state: AccountState, instanceId: string, origin: Origin): boolean {
  const instance = state.instances[instanceId];
  if (instance === undefined || !serving.has(instance.status)) return false;
  const groups = state.clusters[instance.cluster ?? ""]?.settings.VpcSecurityGroups ?? [];
  const inForce = (instance.cluster === undefined ? instance.settings.VpcSecurityGroups : groups).filter(
    ({ Status }) => Status !== "adding",
  );
  return inForce.some(({ VpcSecurityGroupId: id }) =>
    state.securityGroups[id ?? ""]?.admits.includes(origin),
  );
}

/** The names that a certificate made for the instance now would carry. */
export function certificateNames(state: AccountState, instanceId: string): string[] {
  const instance = state.instances[instanceId];
  if (instance === undefined) return [];
  const cluster: Cluster | undefined = state.clusters[instance.cluster ?? ""];
  const custom = state.attachments.customEndpoints.filter(
    (endpoint) => cluster !== undefined && endpoint.cluster === cluster.resourceId,
  );
  return [
    instanceEndpoint(state, instance.id),
    ...(cluster ? [clusterEndpoint(state, cluster.id), readerEndpoint(state, cluster.id)] : []),
    ...custom.map(({ id }) => customEndpoint(state, id)),
  ];
}
