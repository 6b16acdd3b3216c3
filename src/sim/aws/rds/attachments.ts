import type {
  DescribeBlueGreenDeploymentsRequest,
  DescribeDBClusterEndpointsMessage,
  DescribeDBProxiesRequest,
  DescribeDBProxyTargetGroupsRequest,
  DescribeDBProxyTargetsRequest,
  DescribeGlobalClustersMessage,
  DescribeIntegrationsMessage,
  DescribePendingMaintenanceActionsMessage,
} from "@aws-sdk/client-rds";
import { rdsFault } from "../fault.ts";
import { arn, clusterEndpoint, customEndpoint, instanceEndpoint, nameIn, readerEndpoint } from "../names.ts";
import type { Attachments, Cluster, CustomEndpoint } from "../state.ts";
import { membersOf, type Turn } from "../turn.ts";
import { type Filters, filtered, page } from "./paging.ts";

/** Attached things follow a database by its resource id, so they show whatever name it has now. */
function clusterArn({ state }: Turn, resourceId: string): string {
  return arn(state, "cluster", state.clusters[resourceId]?.id ?? resourceId);
}

function builtInEndpoints({ state }: Turn, cluster: Cluster) {
  const common = { DBClusterIdentifier: cluster.id, Status: "available" };
  return [
    { ...common, Endpoint: clusterEndpoint(state, cluster.id), EndpointType: "WRITER" },
    { ...common, Endpoint: readerEndpoint(state, cluster.id), EndpointType: "READER" },
  ];
}

function customView({ state }: Turn, endpoint: CustomEndpoint) {
  const names = (members: readonly string[]) =>
    members.flatMap((member) => state.instances[member]?.id ?? []);
  return {
    DBClusterIdentifier: state.clusters[endpoint.cluster]?.id,
    DBClusterEndpointIdentifier: endpoint.id,
    DBClusterEndpointResourceIdentifier: endpoint.resourceId,
    Endpoint: customEndpoint(state, endpoint.id),
    Status: "available",
    EndpointType: "CUSTOM",
    CustomEndpointType: endpoint.type,
    StaticMembers: names(endpoint.staticMembers),
    ExcludedMembers: names(endpoint.excludedMembers),
  };
}

type EndpointView = ReturnType<typeof builtInEndpoints>[number] & { DBClusterEndpointIdentifier?: string };

const endpointFilters: Filters<EndpointView> = {
  "db-cluster-endpoint-type": ({ EndpointType }) => [EndpointType.toLowerCase()],
  "db-cluster-endpoint-id": (endpoint) => [endpoint.DBClusterEndpointIdentifier],
  "db-cluster-endpoint-status": ({ Status }) => [Status],
};

/** Throws DBClusterNotFoundFault for a cluster that there is not. */
export function describeDBClusterEndpoints(turn: Turn, input: DescribeDBClusterEndpointsMessage) {
  const name = input.DBClusterIdentifier;
  const clusters = Object.values(turn.seen.clusters).filter(
    ({ id }) => name === undefined || id === nameIn(name),
  );
  if (name !== undefined && clusters.length === 0) {
    throw rdsFault("DBClusterNotFoundFault", `DBCluster ${name} not found.`);
  }
  const all = clusters.flatMap((cluster) => [
    ...builtInEndpoints(turn, cluster),
    ...turn.state.attachments.customEndpoints
      .filter((endpoint) => endpoint.cluster === cluster.resourceId)
      .map((endpoint) => customView(turn, endpoint) as EndpointView),
  ]);
  const { records, ...marker } = page(filtered(all, input.Filters, endpointFilters), input);
  return { DBClusterEndpoints: records, ...marker };
}

function proxiesNamed(turn: Turn, name: string | undefined): Attachments["proxies"] {
  const found = turn.state.attachments.proxies.filter(
    ({ proxy }) => name === undefined || proxy.DBProxyName === name,
  );
  if (name !== undefined && found.length === 0) {
    throw rdsFault("DBProxyNotFoundFault", `DB proxy ${name} not found.`);
  }
  return found;
}

export function describeDBProxies(turn: Turn, input: DescribeDBProxiesRequest) {
  const { records, ...marker } = page(proxiesNamed(turn, input.DBProxyName), input);
  return { DBProxies: records.map(({ proxy }) => ({ ...proxy })), ...marker };
}

export function describeDBProxyTargetGroups(turn: Turn, input: DescribeDBProxyTargetGroupsRequest) {
  const groups = proxiesNamed(turn, input.DBProxyName ?? "").map(({ proxy }) => ({
    DBProxyName: proxy.DBProxyName,
    TargetGroupName: "default",
    IsDefault: true,
    Status: "available",
  }));
  const { records, ...marker } = page(groups, input);
  return { TargetGroups: records, ...marker };
}

/** The proxy goes on tracking the cluster that it was given, whatever it is called now. */
export function describeDBProxyTargets(turn: Turn, input: DescribeDBProxyTargetsRequest) {
  const targets = proxiesNamed(turn, input.DBProxyName ?? "").flatMap(({ cluster: resourceId }) => {
    const cluster = turn.state.clusters[resourceId];
    if (cluster === undefined) return [];
    const members = membersOf(turn.state, resourceId).map((member) => ({
      Type: "RDS_INSTANCE" as const,
      RdsResourceId: member.id,
      TrackedClusterId: cluster.id,
      Endpoint: instanceEndpoint(turn.state, member.id),
      Port: cluster.settings.Port,
      Role: member.writer ? ("READ_WRITE" as const) : ("READ_ONLY" as const),
      TargetHealth: { State: "AVAILABLE" as const },
    }));
    return [
      { Type: "TRACKED_CLUSTER" as const, RdsResourceId: cluster.id, Port: cluster.settings.Port },
      ...members,
    ];
  });
  const { records, ...marker } = page(targets, input);
  return { Targets: records, ...marker };
}

export function describeIntegrations(turn: Turn, input: DescribeIntegrationsMessage) {
  const { accountId, region, attachments } = turn.state;
  const all = attachments.integrations.map(({ cluster, name }) => ({
    IntegrationName: name,
    IntegrationArn: `arn:aws:rds:${region}:${accountId}:integration:${name}`,
    SourceArn: clusterArn(turn, cluster),
    TargetArn: `arn:aws:redshift-serverless:${region}:${accountId}:namespace/${name}`,
    Status: "active" as const,
  }));
  const wanted = input.IntegrationIdentifier;
  const found = all.filter(
    ({ IntegrationName, IntegrationArn }) =>
      wanted === undefined || IntegrationName === wanted || IntegrationArn === wanted,
  );
  if (wanted !== undefined && found.length === 0) {
    throw rdsFault("IntegrationNotFoundFault", `Integration ${wanted} not found.`);
  }
  const { records, ...marker } = page(
    filtered(found, input.Filters, { "source-arn": ({ SourceArn }) => [SourceArn] }),
    input,
  );
  return { Integrations: records, ...marker };
}

export function describeBlueGreenDeployments(turn: Turn, input: DescribeBlueGreenDeploymentsRequest) {
  const wanted = input.BlueGreenDeploymentIdentifier;
  const found = turn.state.attachments.blueGreens
    .map(({ cluster, deployment }) => ({ ...deployment, Source: clusterArn(turn, cluster) }))
    .filter(({ BlueGreenDeploymentIdentifier: id }) => wanted === undefined || id === wanted);
  if (wanted !== undefined && found.length === 0) {
    throw rdsFault("BlueGreenDeploymentNotFoundFault", `Blue/green deployment ${wanted} not found.`);
  }
  const chosen = filtered(found, input.Filters, {
    "blue-green-deployment-identifier": (deployment) => [deployment.BlueGreenDeploymentIdentifier],
    "blue-green-deployment-name": (deployment) => [deployment.BlueGreenDeploymentName],
    source: ({ Source }) => [Source],
    target: ({ Target }) => [Target],
  });
  const { records, ...marker } = page(chosen, input);
  return { BlueGreenDeployments: records, ...marker };
}

export function describeGlobalClusters(turn: Turn, input: DescribeGlobalClustersMessage) {
  const wanted = input.GlobalClusterIdentifier;
  const found = turn.state.attachments.globals
    .map(({ cluster, id, writer }) => ({
      GlobalClusterIdentifier: id,
      Status: "available",
      GlobalClusterMembers: [{ DBClusterArn: clusterArn(turn, cluster), IsWriter: writer, Readers: [] }],
    }))
    .filter(({ GlobalClusterIdentifier }) => wanted === undefined || GlobalClusterIdentifier === wanted);
  if (wanted !== undefined && found.length === 0) {
    throw rdsFault("GlobalClusterNotFoundFault", `Global cluster ${wanted} not found.`);
  }
  const chosen = filtered(found, input.Filters, {
    "db-cluster-id": ({ GlobalClusterMembers }) => GlobalClusterMembers.map((member) => member.DBClusterArn),
  });
  const { records, ...marker } = page(chosen, input);
  return { GlobalClusters: records, ...marker };
}

export function describePendingMaintenanceActions(
  turn: Turn,
  input: DescribePendingMaintenanceActionsMessage,
) {
  const { state } = turn;
  const wanted = input.ResourceIdentifier;
  const found = state.attachments.maintenance
    .map(({ resource, action, description, appliesAt }) => ({
      ResourceIdentifier:
        resource in state.clusters
          ? clusterArn(turn, resource)
          : arn(state, "db", state.instances[resource]?.id ?? resource),
      PendingMaintenanceActionDetails: [
        {
          Action: action,
          Description: description,
          ...(appliesAt !== undefined && { CurrentApplyDate: new Date(appliesAt) }),
        },
      ],
    }))
    .filter(({ ResourceIdentifier }) => wanted === undefined || ResourceIdentifier === wanted);
  const chosen = filtered(found, input.Filters, {
    "db-cluster-id": ({ ResourceIdentifier: id }) => (id.includes(":cluster:") ? [id, nameIn(id)] : []),
    "db-instance-id": ({ ResourceIdentifier: id }) => (id.includes(":db:") ? [id, nameIn(id)] : []),
  });
  const { records, ...marker } = page(chosen, input);
  return { PendingMaintenanceActions: records, ...marker };
}
