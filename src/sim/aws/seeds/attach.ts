import type { Tag } from "@aws-sdk/client-rds";
import type { Attachments } from "../attachments.ts";
import { customEndpoint } from "../names.ts";
import { masterSecret } from "../rds/cluster-attachments.ts";
import { keyNamed } from "../rds/encryption.ts";
import { nextWindow } from "../rds/maintenance.ts";
import type { Cluster, ClusterChange, ClusterSettings, Instance } from "../state.ts";
import { membersOf, newResourceId, put, schedule, type Turn } from "../turn.ts";

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

const tagList = (tags: Readonly<Record<string, string>>): Tag[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Whoever owns what hangs on an enrolled database enrols that, too. */
const enrolledToo = { "encrypt-db:enrolled": "true" };

interface GivenProxy {
  /** ARNs of the secrets that it logs in with; one of its own if not given. */
  readonly secrets?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

export function attachProxy(
  turn: Turn,
  database: Cluster | Instance,
  name: string,
  given: GivenProxy = {},
): void {
  const { region, accountId, subnetGroups } = turn.state;
  const { settings } = database;
  const subnetGroup = "SubnetGroup" in settings ? settings.SubnetGroup : settings.DBSubnetGroup;
  const place = `arn:aws:rds:${region}:${accountId}`;
  const { secrets = [`arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-AbCdEf`] } = given;
  const proxy = {
    DBProxyName: name,
    DBProxyArn: `${place}:db-proxy:prx-${name}`,
    Status: "available" as const,
    EngineFamily: "POSTGRESQL",
    VpcId: subnetGroups[subnetGroup]?.vpcId,
    Endpoint: `${name}.proxy-${customEndpoint(turn.state, name).split("cluster-custom-")[1]}`,
    RequireTLS: true,
    Auth: secrets.map((SecretArn) => ({ AuthScheme: "SECRETS" as const, SecretArn })),
  };
  add(turn, "proxies", {
    proxy,
    targetGroupArn: `${place}:target-group:prx-tg-${name}`,
    tags: tagList(given.tags ?? enrolledToo),
    target: { cluster: database.resourceId, registering: false },
  });
}

interface GivenEndpoint {
  readonly type?: "ANY" | "READER";
  /** Resource ids of instances. Without any, all of that kind belong but those that are excluded. */
  readonly staticMembers?: readonly string[];
  readonly excludedMembers?: readonly string[];
  readonly tags?: Readonly<Record<string, string>>;
}

export function attachCustomEndpoint(
  turn: Turn,
  cluster: Cluster,
  id: string,
  given: GivenEndpoint = {},
): void {
  const { type = "READER", staticMembers = [], excludedMembers = [], tags = enrolledToo } = given;
  add(turn, "customEndpoints", {
    cluster: cluster.resourceId,
    id,
    resourceId: newResourceId(turn, "cluster").replace("cluster-", "cluster-endpoint-"),
    status: "available",
    type,
    staticMembers,
    excludedMembers,
    tags: tagList(tags),
  });
}

export function attachRole(turn: Turn, cluster: Cluster, roleName: string, feature = "s3Import"): void {
  const RoleArn = `arn:aws:iam::${turn.state.accountId}:role/${roleName}`;
  const roles = turn.state.clusters[cluster.resourceId]?.settings.AssociatedRoles ?? [];
  set(turn, cluster, { AssociatedRoles: [...roles, { RoleArn, FeatureName: feature, Status: "ACTIVE" }] });
}

export function attachReaderAutoscaling(turn: Turn, cluster: Cluster, min = 1, max = 4): void {
  const suspended = { in: false, out: false, scheduled: false };
  const id = `0${cluster.resourceId.slice(-12).toLowerCase()}`;
  add(turn, "autoscaling", { clusterName: cluster.id, id, min, max, suspended });
}

/** Under the account's own key for Secrets Manager unless told otherwise. */
export function attachManagedSecret(
  turn: Turn,
  cluster: Cluster,
  key: string = "alias/aws/secretsmanager",
): string {
  const secret = masterSecret(turn, "cluster", keyNamed(turn, key)?.arn ?? "");
  set(turn, cluster, { MasterUserSecret: secret });
  return secret.SecretArn;
}

export function attachEventSubscription(turn: Turn, cluster: Cluster, name: string): void {
  add(turn, "subscriptions", { name, sourceIds: [cluster.id] });
}

export function attachLocalWriteForwarding(turn: Turn, cluster: Cluster): void {
  set(turn, cluster, { LocalWriteForwardingStatus: "enabled" });
}

export function attachDataApi(turn: Turn, cluster: Cluster): void {
  set(turn, cluster, { HttpEndpointEnabled: true });
}

/** `keyArn` encrypts what the stream tells: never the account's own key for RDS (Aurora User Guide, DBActivityStreams). */
export function attachActivityStream(turn: Turn, cluster: Cluster, keyArn: string): void {
  set(turn, cluster, {
    ActivityStreamStatus: "started",
    ActivityStreamMode: "async",
    ActivityStreamKmsKeyId: keyArn,
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

/** Everything that a restore leaves behind and that is carried over; `keyArn` encrypts the activity stream. */
export function attachEverything(turn: Turn, cluster: Cluster, keyArn: string): void {
  const { id } = cluster;
  const [, reader] = membersOf(turn.state, cluster.resourceId).map(({ resourceId }) => resourceId);
  attachRole(turn, cluster, "import-from-s3", "s3Import");
  attachRole(turn, cluster, "call-lambda", "Lambda");
  attachCustomEndpoint(turn, cluster, `${id}-daily`, { staticMembers: reader ? [reader] : [] });
  const tags = { ...enrolledToo, team: "batch" };
  attachCustomEndpoint(turn, cluster, `${id}-batch`, {
    type: "ANY",
    excludedMembers: reader ? [reader] : [],
    tags,
  });
  attachProxy(turn, cluster, `${id}-proxy`);
  attachReaderAutoscaling(turn, cluster);
  attachManagedSecret(turn, cluster);
  attachDataApi(turn, cluster);
  attachActivityStream(turn, cluster, keyArn);
  attachLocalWriteForwarding(turn, cluster);
  attachEventSubscription(turn, cluster, `${id}-on-call`);
}
