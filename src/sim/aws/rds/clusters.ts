import type { ClusterPendingModifiedValues, DBCluster, DescribeDBClustersMessage } from "@aws-sdk/client-rds";
import { rdsFault } from "../fault.ts";
import { arn, clusterEndpoint, customEndpoint, nameIn, readerEndpoint } from "../names.ts";
import type { Cluster, ClusterChange, Instance } from "../state.ts";
import { membersOf, type Turn } from "../turn.ts";
import { rememberedView } from "./answers.ts";
import { encryptionView } from "./encryption.ts";
import { type Filters, filtered, page } from "./paging.ts";
import { restorable } from "./restorable.ts";

/** What PendingModifiedValues shows: the few settings that can wait for the window. */
function pendingView({ pending, applying }: Cluster): ClusterPendingModifiedValues | undefined {
  const change: ClusterChange = { ...applying, ...pending };
  const shown: ClusterPendingModifiedValues = {
    ...(change.id !== undefined && { DBClusterIdentifier: change.id }),
    ...(change.EngineVersion !== undefined && { EngineVersion: change.EngineVersion }),
    ...(change.IAMDatabaseAuthenticationEnabled !== undefined && {
      IAMDatabaseAuthenticationEnabled: change.IAMDatabaseAuthenticationEnabled,
    }),
  };
  return Object.keys(shown).length > 0 ? shown : undefined;
}

const memberView = (member: Instance) => ({
  DBInstanceIdentifier: member.id,
  IsClusterWriter: member.writer,
  DBClusterParameterGroupStatus: member.clusterParametersPendingReboot ? "pending-reboot" : "in-sync",
  PromotionTier: member.settings.PromotionTier ?? 1,
});

/** The cluster as the service answers it, without what must be asked of the data. */
export function clusterView(turn: Turn, cluster: Cluster): DBCluster {
  const { state, seen } = turn;
  const pending = pendingView(cluster);
  const custom = state.attachments.customEndpoints.filter(
    (endpoint) => endpoint.cluster === cluster.resourceId,
  );
  return {
    ...cluster.settings,
    ...encryptionView(cluster.storageKey),
    DBClusterIdentifier: cluster.id,
    DbClusterResourceId: cluster.resourceId,
    DBClusterArn: arn(state, "cluster", cluster.id),
    Status: cluster.status,
    ClusterCreateTime: new Date(cluster.createdAt),
    Endpoint: clusterEndpoint(state, cluster.id),
    ReaderEndpoint: readerEndpoint(state, cluster.id),
    DBClusterMembers: membersOf(seen, cluster.resourceId).map(memberView),
    ...(custom.length > 0 && { CustomEndpoints: custom.map(({ id }) => customEndpoint(state, id)) }),
    ...(pending && { PendingModifiedValues: pending }),
    ...(cluster.restartAt !== undefined && { AutomaticRestartTime: new Date(cluster.restartAt) }),
  };
}

async function describedCluster(turn: Turn, cluster: Cluster): Promise<DBCluster> {
  const times = await restorable(turn, cluster);
  return rememberedView(turn, cluster.resourceId, `${times?.earliest} ${times?.latest}`, () => ({
    ...clusterView(turn, cluster),
    ...(times && {
      EarliestRestorableTime: new Date(times.earliest),
      LatestRestorableTime: new Date(times.latest),
    }),
  }));
}

const filtersOf = ({ state }: Turn): Filters<Cluster> => ({
  "clone-group-id": ({ settings }) => [settings.CloneGroupId],
  "db-cluster-id": ({ id }) => [id, arn(state, "cluster", id)],
  "db-cluster-resource-id": ({ resourceId }) => [resourceId],
  domain: ({ settings }) => (settings.DomainMemberships ?? []).map(({ Domain }) => Domain),
  engine: ({ settings }) => [settings.Engine],
});

/** Neptune and DocumentDB answer here too. */
export async function describeDBClusters(turn: Turn, input: DescribeDBClustersMessage) {
  const visible = Object.values(turn.seen.clusters).filter((cluster) => cluster.visibleAt <= turn.now);
  const wanted = input.DBClusterIdentifier === undefined ? undefined : nameIn(input.DBClusterIdentifier);
  const byName =
    wanted === undefined
      ? visible
      : visible.filter((cluster) => cluster.id === wanted || cluster.resourceId.toLowerCase() === wanted);
  if (wanted !== undefined && byName.length === 0) {
    throw rdsFault("DBClusterNotFoundFault", `DBCluster ${input.DBClusterIdentifier} not found.`);
  }
  const { records, ...marker } = page(filtered(byName, input.Filters, filtersOf(turn)), input);
  return {
    DBClusters: await Promise.all(records.map((cluster) => describedCluster(turn, cluster))),
    ...marker,
  };
}
