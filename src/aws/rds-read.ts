import {
  type DBCluster,
  type DBInstance,
  DescribeAccountAttributesCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
  type Filter,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  paginateDescribeOrderableDBInstanceOptions,
  type RDSClient,
} from "@aws-sdk/client-rds";
import type { Cloud, DatabaseFacts, Ref, SnapshotFacts, SubnetGroupFacts } from "../core/cloud.ts";
import type { Orderable, OrderableQuestion } from "../core/instance.ts";
import type { Quotas } from "../core/quotas.ts";
import { coalesce } from "./coalesce.ts";
import {
  clusterFacts,
  clusterSnapshotFacts,
  encryptionOf,
  given,
  instanceSnapshotFacts,
  tagsOf,
} from "./facts.ts";
import { calling, finding, incomplete } from "./faults.ts";
import { instanceFacts } from "./instance-facts.ts";
import { everyPage } from "./pages.ts";

export const actions = [
  "rds:DescribeDBClusters",
  "rds:DescribeDBInstances",
  "rds:DescribeDBClusterSnapshots",
  "rds:DescribeDBSnapshots",
  "rds:DescribeOrderableDBInstanceOptions",
  "rds:DescribeDBSubnetGroups",
  "rds:DescribeAccountAttributes",
] as const;

export type RdsLookups = Pick<
  Cloud,
  | "findCluster"
  | "findClusterById"
  | "findInstance"
  | "findInstanceById"
  | "membersOf"
  | "findSnapshot"
  | "orderable"
  | "quotas"
  | "findSubnetGroup"
  | "listDatabases"
>;

/**
 * The look-ups by name and id, all through filters: a filter answers with an empty list where there is none, and
 * takes any number of names at once.
 */
export function createRdsLookups(client: RDSClient): RdsLookups {
  const clusterByName = coalesce(async (names) =>
    by(await describeClusters(client, filter("db-cluster-id", names)), "DBClusterIdentifier"),
  );
  const clusterById = coalesce(async (ids) =>
    by(await describeClusters(client, filter("db-cluster-resource-id", ids)), "DbClusterResourceId"),
  );
  const instanceByName = coalesce(async (names) =>
    by(await describeInstances(client, filter("db-instance-id", names)), "DBInstanceIdentifier"),
  );
  const instanceById = coalesce(async (ids) =>
    by(await describeInstances(client, filter("dbi-resource-id", ids)), "DbiResourceId"),
  );
  const instancesByCluster = coalesce(async (names) => {
    const found = await describeInstances(client, filter("db-cluster-id", names));
    return new Map(
      names.map((name) => [name, found.filter((instance) => instance.DBClusterIdentifier === name)]),
    );
  });

  return {
    findCluster: async (name) => optional(await clusterByName(name.toLowerCase()), clusterFacts),
    findClusterById: async (resourceId) => optional(await clusterById(resourceId), clusterFacts),
    findInstance: async (name) => optional(await instanceByName(name.toLowerCase()), instanceFacts),
    findInstanceById: async (resourceId) => optional(await instanceById(resourceId), instanceFacts),
    membersOf: async (cluster) =>
      ((await instancesByCluster(cluster.toLowerCase())) ?? []).map(instanceFacts),
    findSnapshot: (kind, name) => findSnapshot(client, kind, name),
    orderable: (question) => orderable(client, question),
    quotas: () => quotas(client),
    findSubnetGroup: (name) => findSubnetGroup(client, name),
    listDatabases: () => listDatabases(client),
  };
}

/** Throws a `CloudFault`; an absent name is an empty list. */
export function describeClusters(client: RDSClient, filters: Filter[] = []): Promise<DBCluster[]> {
  return calling("DescribeDBClusters", () =>
    everyPage(paginateDescribeDBClusters({ client }, { Filters: filters }), ({ DBClusters }) => DBClusters),
  );
}

/** Throws a `CloudFault`; an absent name is an empty list. */
export function describeInstances(client: RDSClient, filters: Filter[] = []): Promise<DBInstance[]> {
  return calling("DescribeDBInstances", () =>
    everyPage(
      paginateDescribeDBInstances({ client }, { Filters: filters }),
      ({ DBInstances }) => DBInstances,
    ),
  );
}

export function filter(name: string, values: readonly string[]): Filter[] {
  return [{ Name: name, Values: [...values] }];
}

/** Throws a `CloudFault`. */
export async function findSnapshot(
  client: RDSClient,
  kind: Ref["kind"],
  name: string,
): Promise<SnapshotFacts | undefined> {
  const named = [name.toLowerCase()];
  if (kind === "cluster") {
    const command = new DescribeDBClusterSnapshotsCommand({
      Filters: filter("db-cluster-snapshot-id", named),
    });
    const answer = await calling("DescribeDBClusterSnapshots", () => client.send(command));
    return optional(answer.DBClusterSnapshots?.[0], clusterSnapshotFacts);
  }
  const command = new DescribeDBSnapshotsCommand({ Filters: filter("db-snapshot-id", named) });
  const answer = await calling("DescribeDBSnapshots", () => client.send(command));
  return optional(answer.DBSnapshots?.[0], instanceSnapshotFacts);
}

/** AWS answers with one option for each storage type, licence and group of Availability Zones. */
async function orderable(
  client: RDSClient,
  { engine, engineVersion, instanceClass, storageType }: OrderableQuestion,
): Promise<Orderable | undefined> {
  const input = { Engine: engine, EngineVersion: engineVersion, DBInstanceClass: instanceClass };
  const all = await calling("DescribeOrderableDBInstanceOptions", () =>
    everyPage(
      paginateDescribeOrderableDBInstanceOptions({ client }, input),
      ({ OrderableDBInstanceOptions }) => OrderableDBInstanceOptions,
    ),
  );
  const options = all.filter(({ StorageType }) => StorageType === storageType);
  if (options.length === 0) return undefined;
  const zones = options.flatMap(
    ({ AvailabilityZones }) => AvailabilityZones?.map(({ Name = "" }) => Name) ?? [],
  );
  return {
    storageEncryption: options.every(({ SupportsStorageEncryption }) => SupportsStorageEncryption === true),
    multiAz: options.some(({ MultiAZCapable }) => MultiAZCapable === true),
    zones: [...new Set(zones)].sort(),
  };
}

async function quotas(client: RDSClient): Promise<Quotas> {
  const operation = "DescribeAccountAttributes";
  const answer = await calling(operation, () => client.send(new DescribeAccountAttributesCommand({})));
  const quota = (name: string): Quotas["clusters"] => {
    const found = answer.AccountQuotas?.find(({ AccountQuotaName }) => AccountQuotaName === name);
    if (found?.Used === undefined || found.Max === undefined) throw incomplete(operation, name);
    return { used: found.Used, max: found.Max };
  };
  return {
    clusters: quota("DBClusters"),
    instances: quota("DBInstances"),
    manualClusterSnapshots: quota("ManualClusterSnapshots"),
    manualInstanceSnapshots: quota("ManualSnapshots"),
    allocatedStorage: quota("AllocatedStorage"),
  };
}

async function findSubnetGroup(client: RDSClient, name: string): Promise<SubnetGroupFacts | undefined> {
  const operation = "DescribeDBSubnetGroups";
  const command = new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: name });
  const answer = await finding(operation, "DBSubnetGroupNotFoundFault", () => client.send(command));
  const [group] = answer?.DBSubnetGroups ?? [];
  if (!group) return undefined;
  const zones = group.Subnets?.flatMap(({ SubnetAvailabilityZone }) => SubnetAvailabilityZone?.Name ?? []);
  if (group.VpcId === undefined || !zones) throw incomplete(operation, "VpcId");
  return { vpc: group.VpcId, zones: [...new Set(zones)].sort() };
}

async function listDatabases(client: RDSClient): Promise<DatabaseFacts[]> {
  const [clusters, instances] = await Promise.all([describeClusters(client), describeInstances(client)]);
  return [
    ...clusters.map((cluster) => ({
      kind: "cluster" as const,
      name: given(cluster, "DBClusterIdentifier"),
      engine: given(cluster, "Engine"),
      status: given(cluster, "Status"),
      ...keyOf(cluster),
    })),
    ...instances
      .filter((instance) => instance.DBClusterIdentifier === undefined)
      .map((instance) => ({
        kind: "instance" as const,
        name: given(instance, "DBInstanceIdentifier"),
        engine: given(instance, "Engine"),
        status: given(instance, "DBInstanceStatus"),
        ...keyOf(instance),
      })),
  ];
}

function keyOf(database: DBCluster | DBInstance) {
  return {
    encryption: encryptionOf(database),
    keyArn: database.KmsKeyId ?? null,
    tags: tagsOf(database.TagList),
  };
}

function by<K extends string, T extends { readonly [k in K]?: string | undefined }>(
  resources: readonly T[],
  member: K,
): Map<string, T> {
  return new Map(resources.map((resource) => [given(resource, member), resource]));
}

function optional<T, F>(found: T | undefined, facts: (of: T) => F): F | undefined {
  return found === undefined ? undefined : facts(found);
}
