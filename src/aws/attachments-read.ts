import { paginateDescribeScalableTargets } from "@aws-sdk/client-application-auto-scaling";
import {
  type DBClusterEndpoint,
  type DBProxy,
  ListTagsForResourceCommand,
  paginateDescribeDBClusterEndpoints,
  paginateDescribeDBProxies,
  paginateDescribeDBProxyTargetGroups,
  paginateDescribeDBProxyTargets,
  paginateDescribeEventSubscriptions,
  type RDSClient,
} from "@aws-sdk/client-rds";
import type {
  AttachedFacts,
  AttachmentChange,
  AttachmentCloud,
  CustomEndpointFacts,
  ProxyFacts,
  ScalingFacts,
} from "../core/attachments.ts";
import type { ClusterFacts, Tags } from "../core/cloud.ts";
import type { AccountClients } from "./clients.ts";
import { given, tagsOf } from "./facts.ts";
import { calling, finding } from "./faults.ts";
import { everyPage } from "./pages.ts";
import { filter } from "./rds-read.ts";

export const actions = [
  "rds:DescribeDBClusterEndpoints",
  "rds:DescribeDBProxies",
  "rds:DescribeDBProxyTargetGroups",
  "rds:DescribeDBProxyTargets",
  "rds:DescribeEventSubscriptions",
  "rds:ListTagsForResource",
  "application-autoscaling:DescribeScalableTargets",
] as const;

type AttachmentLookups = Omit<AttachmentCloud, AttachmentChange>;

export function createAttachmentLookups(clients: AccountClients): AttachmentLookups {
  const { reads } = clients;
  return {
    attachedTo: (cluster) => attachedTo(clients, cluster),
    findCustomEndpoint: (name) => findCustomEndpoint(reads, name),
    findProxy: (name) => findProxy(reads, name),
    findScaling: (clusterName) => findScaling(clients, clusterName),
  };
}

async function attachedTo(clients: AccountClients, cluster: ClusterFacts): Promise<AttachedFacts> {
  const { reads } = clients;
  const [customEndpoints, proxies, scaling, subscriptions] = await Promise.all([
    customEndpointsOf(reads, cluster.name),
    proxiesTo(reads, cluster),
    findScaling(clients, cluster.name),
    subscriptionsTo(reads, cluster.name),
  ]);
  return { customEndpoints, proxies, scaling, subscriptions };
}

async function customEndpointsOf(client: RDSClient, cluster: string): Promise<CustomEndpointFacts[]> {
  const input = { DBClusterIdentifier: cluster, Filters: filter("db-cluster-endpoint-type", ["custom"]) };
  const found = await calling("DescribeDBClusterEndpoints", () =>
    everyPage(paginateDescribeDBClusterEndpoints({ client }, input), (page) => page.DBClusterEndpoints),
  );
  return Promise.all(found.map((endpoint) => customEndpointFacts(client, endpoint)));
}

/** Its name is the account's and Region's, whichever cluster it is of. */
async function findCustomEndpoint(client: RDSClient, name: string): Promise<CustomEndpointFacts | undefined> {
  const input = { DBClusterEndpointIdentifier: name };
  const found = await finding("DescribeDBClusterEndpoints", "DBClusterEndpointNotFoundFault", () =>
    everyPage(paginateDescribeDBClusterEndpoints({ client }, input), (page) => page.DBClusterEndpoints),
  );
  const endpoint = found?.find(({ EndpointType }) => EndpointType === "CUSTOM");
  return endpoint && customEndpointFacts(client, endpoint);
}

async function customEndpointFacts(
  client: RDSClient,
  endpoint: DBClusterEndpoint,
): Promise<CustomEndpointFacts> {
  const arn = given(endpoint, "DBClusterEndpointArn");
  return {
    name: given(endpoint, "DBClusterEndpointIdentifier"),
    arn,
    type: endpoint.CustomEndpointType === "ANY" ? "ANY" : "READER",
    status: given(endpoint, "Status"),
    clusterName: given(endpoint, "DBClusterIdentifier"),
    staticMembers: [...(endpoint.StaticMembers ?? [])].sort(),
    excludedMembers: [...(endpoint.ExcludedMembers ?? [])].sort(),
    tags: await tagsAt(client, arn),
  };
}

/** Of what no Describe tells the tags of; none where it has gone meanwhile. */
async function tagsAt(client: RDSClient, arn: string): Promise<Tags> {
  const command = new ListTagsForResourceCommand({ ResourceName: arn });
  const { TagList } = await calling("ListTagsForResource", () => client.send(command));
  return tagsOf(TagList);
}

/** Those that lead to the cluster or to one of these instances. */
export async function proxiesTo(
  client: RDSClient,
  cluster: { readonly name: string; readonly members: readonly { readonly name: string }[] },
): Promise<ProxyFacts[]> {
  const all = await calling("DescribeDBProxies", () =>
    everyPage(paginateDescribeDBProxies({ client }, {}), ({ DBProxies }) => DBProxies),
  );
  const facts = await Promise.all(all.map((proxy) => proxyFacts(client, proxy)));
  const members = new Set(cluster.members.map(({ name }) => name));
  return facts.flatMap((proxy) => {
    const leadsHere =
      proxy?.clusters.includes(cluster.name) || proxy?.instances.some(({ name }) => members.has(name));
    return proxy && leadsHere ? [proxy] : [];
  });
}

async function findProxy(client: RDSClient, name: string): Promise<ProxyFacts | undefined> {
  const found = await finding("DescribeDBProxies", "DBProxyNotFoundFault", () =>
    everyPage(paginateDescribeDBProxies({ client }, { DBProxyName: name }), ({ DBProxies }) => DBProxies),
  );
  return found?.[0] && proxyFacts(client, found[0]);
}

/** Undefined for a proxy that was deleted meanwhile. */
async function proxyFacts(client: RDSClient, proxy: DBProxy): Promise<ProxyFacts | undefined> {
  const name = given(proxy, "DBProxyName");
  const arn = given(proxy, "DBProxyArn");
  const [targets, groups, tags] = await Promise.all([
    finding("DescribeDBProxyTargets", "DBProxyNotFoundFault", () =>
      everyPage(paginateDescribeDBProxyTargets({ client }, { DBProxyName: name }), ({ Targets }) => Targets),
    ),
    finding("DescribeDBProxyTargetGroups", "DBProxyNotFoundFault", () =>
      everyPage(
        paginateDescribeDBProxyTargetGroups({ client }, { DBProxyName: name }),
        ({ TargetGroups }) => TargetGroups,
      ),
    ),
    tagsAt(client, arn),
  ]);
  if (!targets || !groups) return undefined;
  const instances = targets.filter(({ Type }) => Type === "RDS_INSTANCE");
  const clusters = targets.flatMap(({ Type, RdsResourceId, TrackedClusterId }) =>
    Type === "TRACKED_CLUSTER" ? (RdsResourceId ?? []) : TrackedClusterId || [],
  );
  return {
    name,
    arn,
    targetGroupArn: groups.find(({ IsDefault }) => IsDefault)?.TargetGroupArn ?? "",
    tags,
    secretArns: (proxy.Auth ?? []).flatMap(({ SecretArn }) => SecretArn ?? []),
    clusters: [...new Set(clusters)],
    instances: instances.map(({ RdsResourceId = "", TrackedClusterId, TargetHealth }) => ({
      name: RdsResourceId,
      cluster: TrackedClusterId || null,
      state: TargetHealth?.State ?? "",
      reason: TargetHealth?.Reason ?? null,
    })),
  };
}

async function findScaling(
  { autoscaling: client }: AccountClients,
  clusterName: string,
): Promise<ScalingFacts | undefined> {
  const input = {
    ServiceNamespace: "rds" as const,
    ScalableDimension: "rds:cluster:ReadReplicaCount" as const,
    ResourceIds: [`cluster:${clusterName}`],
  };
  const [found] = await calling("DescribeScalableTargets", () =>
    everyPage(paginateDescribeScalableTargets({ client }, input), ({ ScalableTargets }) => ScalableTargets),
  );
  if (!found) return undefined;
  const { SuspendedState: suspended } = found;
  return {
    arn: given(found, "ScalableTargetARN"),
    minimum: found.MinCapacity ?? 0,
    maximum: found.MaxCapacity ?? 0,
    suspended: {
      in: suspended?.DynamicScalingInSuspended ?? false,
      out: suspended?.DynamicScalingOutSuspended ?? false,
      scheduled: suspended?.ScheduledScalingSuspended ?? false,
    },
  };
}

async function subscriptionsTo(client: RDSClient, cluster: string): Promise<string[]> {
  const found = await calling("DescribeEventSubscriptions", () =>
    everyPage(paginateDescribeEventSubscriptions({ client }, {}), (page) => page.EventSubscriptionsList),
  );
  return found.flatMap(({ CustSubscriptionId, SourceIdsList }) =>
    SourceIdsList?.includes(cluster) ? (CustSubscriptionId ?? []) : [],
  );
}
