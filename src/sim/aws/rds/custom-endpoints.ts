import type {
  CreateDBClusterEndpointMessage,
  DBClusterEndpoint,
  DeleteDBClusterEndpointMessage,
  DescribeDBClusterEndpointsMessage,
} from "@aws-sdk/client-rds";
import type { CustomEndpoint } from "../attachments.ts";
import { rdsFault, unmodelled } from "../fault.ts";
import { arn, clusterEndpoint, customEndpoint, identifier, nameIn, readerEndpoint } from "../names.ts";
import { refuseUncovered } from "../parameters.ts";
import type { Cluster } from "../state.ts";
import { after, clusterNamed, membersOf, newResourceId, type Turn } from "../turn.ts";
import { type Filters, filtered, page } from "./paging.ts";
import { refuseReservedTags } from "./restored-settings.ts";

type OfEndpoint = { readonly endpoint: string };

function builtInEndpoints({ state }: Turn, cluster: Cluster): DBClusterEndpoint[] {
  const common = { DBClusterIdentifier: cluster.id, Status: "available" };
  return [
    { ...common, Endpoint: clusterEndpoint(state, cluster.id), EndpointType: "WRITER" },
    { ...common, Endpoint: readerEndpoint(state, cluster.id), EndpointType: "READER" },
  ];
}

function customView({ state }: Turn, endpoint: CustomEndpoint): DBClusterEndpoint {
  const names = (members: readonly string[]) =>
    members.flatMap((member) => state.instances[member]?.id ?? []);
  return {
    DBClusterIdentifier: state.clusters[endpoint.cluster]?.id,
    DBClusterEndpointIdentifier: endpoint.id,
    DBClusterEndpointResourceIdentifier: endpoint.resourceId,
    DBClusterEndpointArn: arn(state, "cluster-endpoint", endpoint.id),
    Endpoint: customEndpoint(state, endpoint.id),
    Status: endpoint.status,
    EndpointType: "CUSTOM",
    CustomEndpointType: endpoint.type,
    StaticMembers: names(endpoint.staticMembers),
    ExcludedMembers: names(endpoint.excludedMembers),
  };
}

const endpointFilters: Filters<DBClusterEndpoint> = {
  "db-cluster-endpoint-type": ({ EndpointType }) => [EndpointType?.toLowerCase()],
  "db-cluster-endpoint-id": (endpoint) => [endpoint.DBClusterEndpointIdentifier],
  "db-cluster-endpoint-status": ({ Status }) => [Status],
};

/** Throws DBClusterNotFoundFault for a cluster that there is not. */
export function describeDBClusterEndpoints(turn: Turn, input: DescribeDBClusterEndpointsMessage) {
  const name = input.DBClusterIdentifier;
  const only = input.DBClusterEndpointIdentifier?.toLowerCase();
  const clusters = Object.values(turn.seen.clusters).filter(
    ({ id }) => name === undefined || id === nameIn(name),
  );
  if (name !== undefined && clusters.length === 0) {
    throw rdsFault("DBClusterNotFoundFault", `DBCluster ${name} not found.`);
  }
  const all = clusters.flatMap((cluster) => [
    ...builtInEndpoints(turn, cluster),
    ...turn.seen.attachments.customEndpoints
      .filter((endpoint) => endpoint.cluster === cluster.resourceId)
      .map((endpoint) => customView(turn, endpoint)),
  ]);
  const named = all.filter(({ DBClusterEndpointIdentifier: id }) => only === undefined || id === only);
  const { records, ...marker } = page(filtered(named, input.Filters, endpointFilters), input);
  return { DBClusterEndpoints: records, ...marker };
}

function putCustomEndpoints(turn: Turn, customEndpoints: readonly CustomEndpoint[]): void {
  turn.state = { ...turn.state, attachments: { ...turn.state.attachments, customEndpoints } };
}

/** By resource id: the endpoint's own identifier may be another's by then. */
export function changeEndpoint(turn: Turn, resourceId: string, change: Partial<CustomEndpoint>): void {
  putCustomEndpoints(
    turn,
    turn.state.attachments.customEndpoints.map((one) =>
      one.resourceId === resourceId ? { ...one, ...change } : one,
    ),
  );
}

function membersNamed(turn: Turn, cluster: Cluster, names: readonly string[] = []): readonly string[] {
  const members = membersOf(turn.state, cluster.resourceId);
  return names.map((name) => {
    const member = members.find(({ id }) => id === nameIn(name));
    if (member === undefined) {
      throw rdsFault("DBInstanceNotFoundFault", `DBInstance ${name} is not a member of ${cluster.id}.`);
    }
    return member.resourceId;
  });
}

const covered = [
  "DBClusterIdentifier",
  "DBClusterEndpointIdentifier",
  "EndpointType",
  "StaticMembers",
  "ExcludedMembers",
  "Tags",
] as const;

/** The identifier is unique in the account and Region: it stays with a renamed cluster until it is deleted there. */
export function createDBClusterEndpoint(turn: Turn, input: CreateDBClusterEndpointMessage) {
  refuseUncovered("CreateDBClusterEndpoint", input, covered);
  const cluster = clusterNamed(turn, input.DBClusterIdentifier ?? "");
  if (cluster.status !== "available") {
    throw rdsFault("InvalidDBClusterStateFault", `DBCluster ${cluster.id} is ${cluster.status}.`);
  }
  const id = identifier(input.DBClusterEndpointIdentifier ?? "", "DBClusterEndpointIdentifier");
  // An endpoint goes with its cluster.
  const customEndpoints = turn.state.attachments.customEndpoints.filter(
    (endpoint) => endpoint.cluster in turn.state.clusters,
  );
  if (customEndpoints.some((endpoint) => endpoint.id === id)) {
    throw rdsFault("DBClusterEndpointAlreadyExistsFault", `DB cluster endpoint ${id} already exists.`);
  }
  const own = customEndpoints.filter((endpoint) => endpoint.cluster === cluster.resourceId);
  if (own.length >= turn.state.quotas.CustomEndpointsPerDBCluster) {
    throw rdsFault("DBClusterEndpointQuotaExceededFault", `${cluster.id} has no room for another endpoint.`);
  }
  const endpoint: CustomEndpoint = {
    cluster: cluster.resourceId,
    id,
    resourceId: newResourceId(turn, "cluster").replace("cluster-", "cluster-endpoint-"),
    status: "creating",
    type: typeOf(input.EndpointType),
    staticMembers: membersNamed(turn, cluster, input.StaticMembers),
    excludedMembers: membersNamed(turn, cluster, input.ExcludedMembers),
    tags: [...(input.Tags ?? [])],
  };
  refuseReservedTags(endpoint.tags);
  putCustomEndpoints(turn, [...customEndpoints, endpoint]);
  after(turn, turn.durations.createEndpoint, {
    do: "finish creating endpoint",
    endpoint: endpoint.resourceId,
  });
  return customView(turn, endpoint);
}

function typeOf(given: string | undefined): CustomEndpoint["type"] {
  if (given === "READER" || given === "ANY") return given;
  throw unmodelled("InvalidParameterValue", `Invalid EndpointType ${given} for a custom endpoint.`);
}

export function finishCreatingEndpoint(turn: Turn, { endpoint }: OfEndpoint): void {
  changeEndpoint(turn, endpoint, { status: "available" });
}

export function deleteDBClusterEndpoint(turn: Turn, input: DeleteDBClusterEndpointMessage) {
  const id = nameIn(input.DBClusterEndpointIdentifier ?? "");
  const endpoint = turn.state.attachments.customEndpoints.find((one) => one.id === id);
  if (endpoint === undefined) {
    throw rdsFault("DBClusterEndpointNotFoundFault", `DB cluster endpoint ${id} not found.`);
  }
  if (endpoint.status !== "available") {
    throw rdsFault("InvalidDBClusterEndpointStateFault", `DB cluster endpoint ${id} is ${endpoint.status}.`);
  }
  changeEndpoint(turn, endpoint.resourceId, { status: "deleting" });
  after(turn, turn.durations.deleteEndpoint, {
    do: "finish deleting endpoint",
    endpoint: endpoint.resourceId,
  });
  return customView(turn, { ...endpoint, status: "deleting" });
}

export function finishDeletingEndpoint(turn: Turn, { endpoint }: OfEndpoint): void {
  const { customEndpoints } = turn.state.attachments;
  putCustomEndpoints(
    turn,
    customEndpoints.filter(({ resourceId }) => resourceId !== endpoint),
  );
}
