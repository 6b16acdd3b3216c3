import type {
  DescribeBlueGreenDeploymentsRequest,
  DescribeEventSubscriptionsMessage,
  DescribeGlobalClustersMessage,
  DescribeIntegrationsMessage,
  DescribePendingMaintenanceActionsMessage,
} from "@aws-sdk/client-rds";
import { rdsFault } from "../fault.ts";
import { arn, nameIn } from "../names.ts";
import type { Turn } from "../turn.ts";
import { filtered, page } from "./paging.ts";

/** Attached things follow a database by its resource id, so they show whatever name it has now. */
function clusterArn({ state }: Turn, resourceId: string): string {
  return arn(state, "cluster", state.clusters[resourceId]?.id ?? resourceId);
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

/** They name what they watch, and go on watching whoever has the name (RDS User Guide, Renaming a DB instance). */
export function describeEventSubscriptions(turn: Turn, input: DescribeEventSubscriptionsMessage) {
  const wanted = input.SubscriptionName;
  const { accountId, region, attachments } = turn.state;
  const found = attachments.subscriptions
    .filter(({ name }) => wanted === undefined || name === wanted)
    .map(({ name, sourceIds }) => ({
      CustSubscriptionId: name,
      CustomerAwsId: accountId,
      EventSubscriptionArn: `arn:aws:rds:${region}:${accountId}:es:${name}`,
      SnsTopicArn: `arn:aws:sns:${region}:${accountId}:${name}`,
      SourceType: "db-cluster",
      SourceIdsList: [...sourceIds],
      Status: "active",
      Enabled: true,
    }));
  if (wanted !== undefined && found.length === 0) {
    throw rdsFault("SubscriptionNotFoundFault", `Subscription ${wanted} not found.`);
  }
  const { records, ...marker } = page(found, input);
  return { EventSubscriptionsList: records, ...marker };
}
