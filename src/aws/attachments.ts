import { paginateDescribeScalableTargets } from "@aws-sdk/client-application-auto-scaling";
import { paginateListResources } from "@aws-sdk/client-ram";
import {
  paginateDescribeBlueGreenDeployments,
  paginateDescribeDBClusterEndpoints,
  paginateDescribeDBProxies,
  paginateDescribeDBProxyTargets,
  paginateDescribeGlobalClusters,
  paginateDescribeIntegrations,
  paginateDescribePendingMaintenanceActions,
} from "@aws-sdk/client-rds";
import type { Attachment, ClusterFacts } from "../core/cloud.ts";
import type { AccountClients } from "./clients.ts";
import { calling, finding } from "./faults.ts";
import { everyPage } from "./pages.ts";
import { filter } from "./rds-read.ts";

export const actions = [
  "rds:DescribeDBProxies",
  "rds:DescribeDBProxyTargets",
  "rds:DescribeDBClusterEndpoints",
  "rds:DescribeIntegrations",
  "rds:DescribeBlueGreenDeployments",
  "rds:DescribeGlobalClusters",
  "rds:DescribePendingMaintenanceActions",
  "application-autoscaling:DescribeScalableTargets",
  "ram:ListResources",
] as const;

type Look = (clients: AccountClients, cluster: ClusterFacts) => Promise<readonly string[]>;

/** What hangs on a cluster and is told elsewhere. Throws the first `CloudFault`: a list with a gap is no list. */
export async function attachmentsOf(
  clients: AccountClients,
  cluster: ClusterFacts,
): Promise<readonly Attachment[]> {
  const found = await Promise.all(
    looks.map(async ([kind, look]) => (await look(clients, cluster)).map((name) => ({ kind, name }))),
  );
  return found.flat();
}

const proxies: Look = async ({ reads: client }, cluster) => {
  const all = await calling("DescribeDBProxies", () =>
    everyPage(paginateDescribeDBProxies({ client }, {}), ({ DBProxies }) => DBProxies),
  );
  const names = all.map(({ DBProxyName }) => DBProxyName ?? "");
  const ours = new Set([cluster.name, ...cluster.members.map(({ name }) => name)]);
  const leadingHere = await Promise.all(
    names.map(async (name) => {
      // A proxy that was deleted meanwhile leads nowhere.
      const targets = await finding("DescribeDBProxyTargets", "DBProxyNotFoundFault", () =>
        everyPage(
          paginateDescribeDBProxyTargets({ client }, { DBProxyName: name }),
          ({ Targets }) => Targets,
        ),
      );
      return targets?.some(
        ({ TrackedClusterId, RdsResourceId }) =>
          ours.has(TrackedClusterId ?? "") || ours.has(RdsResourceId ?? ""),
      );
    }),
  );
  return names.filter((_, index) => leadingHere[index]);
};

const customEndpoints: Look = async ({ reads: client }, cluster) => {
  const input = {
    DBClusterIdentifier: cluster.name,
    Filters: filter("db-cluster-endpoint-type", ["custom"]),
  };
  const found = await calling("DescribeDBClusterEndpoints", () =>
    everyPage(
      paginateDescribeDBClusterEndpoints({ client }, input),
      ({ DBClusterEndpoints }) => DBClusterEndpoints,
    ),
  );
  return found.map(({ DBClusterEndpointIdentifier }) => DBClusterEndpointIdentifier ?? "");
};

/** By name: the target would act on whatever cluster has that name. */
const autoscaling: Look = async ({ autoscaling: client }, cluster) => {
  const input = { ServiceNamespace: "rds" as const, ResourceIds: [`cluster:${cluster.name}`] };
  const found = await calling("DescribeScalableTargets", () =>
    everyPage(paginateDescribeScalableTargets({ client }, input), ({ ScalableTargets }) => ScalableTargets),
  );
  return found.map(({ ScalableDimension }) => ScalableDimension ?? "");
};

const integrations: Look = async ({ reads: client }, cluster) => {
  const found = await calling("DescribeIntegrations", () =>
    everyPage(paginateDescribeIntegrations({ client }, {}), ({ Integrations }) => Integrations),
  );
  return found
    .filter(({ SourceArn }) => SourceArn === cluster.arn)
    .map(({ IntegrationName }) => IntegrationName ?? "");
};

const blueGreenDeployments: Look = async ({ reads: client }, cluster) => {
  const found = await calling("DescribeBlueGreenDeployments", () =>
    everyPage(
      paginateDescribeBlueGreenDeployments({ client }, {}),
      ({ BlueGreenDeployments }) => BlueGreenDeployments,
    ),
  );
  return found
    .filter(({ Source, Target }) => Source === cluster.arn || Target === cluster.arn)
    .map(({ BlueGreenDeploymentName }) => BlueGreenDeploymentName ?? "");
};

const globalDatabases: Look = async ({ reads: client }, cluster) => {
  const found = await calling("DescribeGlobalClusters", () =>
    everyPage(paginateDescribeGlobalClusters({ client }, {}), ({ GlobalClusters }) => GlobalClusters),
  );
  return found
    .filter(({ GlobalClusterMembers: members }) =>
      members?.some(({ DBClusterArn, Readers }) => [DBClusterArn, ...(Readers ?? [])].includes(cluster.arn)),
    )
    .map(({ GlobalClusterIdentifier }) => GlobalClusterIdentifier ?? "");
};

const shares: Look = async ({ ram: client }, cluster) => {
  const found = await calling("ListResources", () =>
    everyPage(
      paginateListResources({ client }, { resourceOwner: "SELF", resourceArns: [cluster.arn] }),
      ({ resources }) => resources,
    ),
  );
  return found.map(({ resourceShareArn }) => resourceShareArn ?? "");
};

const pendingMaintenance: Look = async ({ reads: client }, cluster) => {
  const members = cluster.members.map(({ name }) => name);
  const filters = [
    filter("db-cluster-id", [cluster.name]),
    // Without a value the filter would be refused; with both in one call, nothing would match both.
    ...(members.length > 0 ? [filter("db-instance-id", members)] : []),
  ];
  const found = await Promise.all(
    filters.map((wanted) =>
      calling("DescribePendingMaintenanceActions", () =>
        everyPage(
          paginateDescribePendingMaintenanceActions({ client }, { Filters: wanted }),
          ({ PendingMaintenanceActions }) => PendingMaintenanceActions,
        ),
      ),
    ),
  );
  return found
    .flat()
    .flatMap(({ ResourceIdentifier = "", PendingMaintenanceActionDetails: details = [] }) =>
      details.map(({ Action }) => `${Action} on ${ResourceIdentifier.split(":").at(-1)}`),
    );
};

const looks: readonly (readonly [Attachment["kind"], Look])[] = [
  ["proxy", proxies],
  ["custom-endpoint", customEndpoints],
  ["autoscaling", autoscaling],
  ["zero-etl", integrations],
  ["blue-green", blueGreenDeployments],
  ["global-database", globalDatabases],
  ["ram-share", shares],
  ["pending-maintenance", pendingMaintenance],
];
