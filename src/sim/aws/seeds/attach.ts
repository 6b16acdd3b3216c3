import { customEndpoint, resourceId } from "../names.ts";
import { nextWindow } from "../rds/maintenance.ts";
import type { Attachments, Cluster, ClusterChange, ClusterSettings } from "../state.ts";
import { membersOf, put, schedule, type Turn } from "../turn.ts";

/** Hangs things on a cluster that a restore does not bring along; one function each. */

function add<K extends keyof Attachments>(turn: Turn, kind: K, attachment: Attachments[K][number]): void {
  const attachments = { ...turn.state.attachments, [kind]: [...turn.state.attachments[kind], attachment] };
  turn.state = { ...turn.state, attachments };
}

function set(turn: Turn, { resourceId }: Cluster, settings: Partial<ClusterSettings>): void {
  const cluster = turn.state.clusters[resourceId];
  if (cluster === undefined) throw new Error(`no cluster ${resourceId}`);
  put(turn, "clusters", { ...cluster, settings: { ...cluster.settings, ...settings } });
}

export function attachProxy(turn: Turn, cluster: Cluster, name: string): void {
  const { region, accountId, subnetGroups } = turn.state;
  const proxy = {
    DBProxyName: name,
    DBProxyArn: `arn:aws:rds:${region}:${accountId}:db-proxy:prx-${name}`,
    Status: "available" as const,
    EngineFamily: "POSTGRESQL",
    VpcId: subnetGroups[cluster.settings.DBSubnetGroup]?.vpcId,
    Endpoint: `${name}.proxy-${customEndpoint(turn.state, name).split("cluster-custom-")[1]}`,
    RequireTLS: true,
  };
  add(turn, "proxies", { cluster: cluster.resourceId, proxy });
}

/** For all readers, or for the named kind; members are never listed, so all of that kind belong. */
export function attachCustomEndpoint(
  turn: Turn,
  cluster: Cluster,
  id: string,
  type: "ANY" | "READER" = "READER",
): void {
  add(turn, "customEndpoints", {
    cluster: cluster.resourceId,
    id,
    resourceId: resourceId(turn.state, "cluster", turn.state.serial).replace("cluster-", "cluster-endpoint-"),
    type,
    staticMembers: [],
    excludedMembers: [],
  });
}

export function attachRole(turn: Turn, cluster: Cluster, roleName: string, feature = "s3Import"): void {
  const RoleArn = `arn:aws:iam::${turn.state.accountId}:role/${roleName}`;
  set(turn, cluster, { AssociatedRoles: [{ RoleArn, FeatureName: feature, Status: "ACTIVE" }] });
}

export function attachReaderAutoscaling(turn: Turn, cluster: Cluster, min = 1, max = 4): void {
  add(turn, "autoscaling", { clusterName: cluster.id, min, max });
}

export function attachManagedSecret(turn: Turn, cluster: Cluster): void {
  const { region, accountId } = turn.state;
  set(turn, cluster, {
    MasterUserSecret: {
      SecretArn: `arn:aws:secretsmanager:${region}:${accountId}:secret:rds!${cluster.resourceId}`,
      SecretStatus: "active",
    },
  });
}

export function attachDataApi(turn: Turn, cluster: Cluster): void {
  set(turn, cluster, { HttpEndpointEnabled: true });
}

export function attachActivityStream(turn: Turn, cluster: Cluster): void {
  set(turn, cluster, {
    ActivityStreamStatus: "started",
    ActivityStreamMode: "async",
    ActivityStreamKinesisStreamName: `aws-rds-das-${cluster.resourceId}`,
  });
}

export function attachIntegration(turn: Turn, cluster: Cluster, name: string): void {
  add(turn, "integrations", { cluster: cluster.resourceId, name });
}

export function attachBlueGreen(turn: Turn, cluster: Cluster, name: string): void {
  add(turn, "blueGreens", {
    cluster: cluster.resourceId,
    deployment: {
      BlueGreenDeploymentIdentifier: `bgd-${name}`,
      BlueGreenDeploymentName: name,
      Status: "AVAILABLE",
    },
  });
}

/** Something that somebody asked for without ApplyImmediately; it happens in the next window. */
export function attachPendingModification(
  turn: Turn,
  { resourceId }: Cluster,
  pending: ClusterChange = { EngineVersion: "16.6" },
): void {
  const cluster = turn.state.clusters[resourceId];
  if (cluster === undefined) throw new Error(`no cluster ${resourceId}`);
  put(turn, "clusters", { ...cluster, pending });
  const at = nextWindow(cluster.settings.PreferredMaintenanceWindow, turn.now);
  schedule(turn, { at, event: { do: "open maintenance window", resource: resourceId } });
}

/** On the cluster itself, or on its writer; it happens in the next window. */
export function attachPendingMaintenance(
  turn: Turn,
  cluster: Cluster,
  on: "cluster" | "writer" = "cluster",
): void {
  const writer = membersOf(turn.state, cluster.resourceId).find((member) => member.writer);
  const { resourceId: resource, settings } = on === "writer" && writer ? writer : cluster;
  const appliesAt = nextWindow(settings.PreferredMaintenanceWindow, turn.now);
  const description = "New Operating System update is available";
  add(turn, "maintenance", { resource, action: "system-update", description, appliesAt });
  schedule(turn, { at: appliesAt, event: { do: "open maintenance window", resource } });
}
