import type { DBInstance, DescribeDBInstancesMessage, PendingModifiedValues } from "@aws-sdk/client-rds";
import { rdsFault } from "../fault.ts";
import { arn, instanceEndpoint, nameIn } from "../names.ts";
import { present } from "../parameters.ts";
import type { Instance, InstanceChange } from "../state.ts";
import { replicasOf, type Turn } from "../turn.ts";
import { rememberedView } from "./answers.ts";
import { encryptionView } from "./encryption.ts";
import { subnetGroupNamed, subnetGroupView } from "./groups.ts";
import { type Filters, filtered, page } from "./paging.ts";
import { restorableInstance } from "./restorable.ts";

/** A new instance has no address yet, and one that is being renamed has lost its old one. */
export function hasEndpoint(instance: Instance): boolean {
  return instance.status !== "creating" && instance.status !== "renaming";
}

/** Always present in answers, and empty where nothing waits. What is not in it is applied unannounced. */
function pendingView({ pending, applying }: Instance): PendingModifiedValues {
  const change: InstanceChange = { ...applying, ...pending };
  return present({
    DBInstanceIdentifier: change.id,
    DBInstanceClass: change.DBInstanceClass,
    CACertificateIdentifier: change.CACertificateIdentifier,
    AllocatedStorage: change.AllocatedStorage,
    StorageType: change.StorageType,
    Iops: change.Iops,
    StorageThroughput: change.StorageThroughput,
    MultiAZ: change.MultiAZ,
    BackupRetentionPeriod: change.BackupRetentionPeriod,
    IAMDatabaseAuthenticationEnabled: change.IAMDatabaseAuthenticationEnabled,
  });
}

const storageOperations: Readonly<Record<string, "Initializing" | "Optimizing">> = {
  "storage-initialization": "Initializing",
  "storage-optimization": "Optimizing",
};

/** What only instances outside Aurora tell: their replicas, by the names that these have now, and their storage's work. */
function outsideAurora({ state }: Turn, instance: Instance): Partial<DBInstance> {
  const source = state.instances[instance.replicaOf ?? ""];
  return {
    ReadReplicaDBInstanceIdentifiers: replicasOf(state, instance.resourceId).map(({ id }) => id),
    ...present({
      ReadReplicaSourceDBInstanceIdentifier: source?.id,
      StorageOperationStatus: storageOperations[instance.status],
      AutomaticRestartTime: instance.restartAt === undefined ? undefined : new Date(instance.restartAt),
    }),
    ...(source && {
      StatusInfos: [{ StatusType: "read replication", Normal: true, Status: "replicating" }],
    }),
  };
}

export function instanceView(turn: Turn, instance: Instance): DBInstance {
  const { state } = turn;
  const cluster = instance.cluster === undefined ? undefined : state.clusters[instance.cluster];
  const { SubnetGroup, ...settings } = instance.settings;
  return {
    ...settings,
    ...encryptionView(cluster?.storageKey ?? instance.storageKey),
    DBInstanceIdentifier: instance.id,
    DbiResourceId: instance.resourceId,
    DBInstanceArn: arn(state, "db", instance.id),
    DBInstanceStatus: instance.status,
    InstanceCreateTime: new Date(instance.createdAt),
    DBSubnetGroup: subnetGroupView(turn, subnetGroupNamed(turn, SubnetGroup)),
    PendingModifiedValues: pendingView(instance),
    // Aurora says 0 for the instance's own port; the real one is the endpoint's.
    DbInstancePort: 0,
    ...(hasEndpoint(instance) && {
      Endpoint: {
        Address: instanceEndpoint(state, instance.id),
        Port: cluster?.settings.Port ?? instance.settings.DbInstancePort,
      },
    }),
    ...(instance.cluster === undefined && outsideAurora(turn, instance)),
    ...(cluster && {
      DBClusterIdentifier: cluster.id,
      EngineVersion: cluster.settings.EngineVersion,
      MasterUsername: cluster.settings.MasterUsername,
      VpcSecurityGroups: cluster.settings.VpcSecurityGroups,
      BackupRetentionPeriod: cluster.settings.BackupRetentionPeriod,
      PreferredBackupWindow: cluster.settings.PreferredBackupWindow,
      IAMDatabaseAuthenticationEnabled: cluster.settings.IAMDatabaseAuthenticationEnabled,
    }),
  };
}

/** Of an Aurora member the cluster's restorable times hold. */
async function describedInstance(turn: Turn, instance: Instance): Promise<DBInstance> {
  const latest = instance.cluster === undefined ? await restorableInstance(turn, instance) : undefined;
  return rememberedView(turn, instance.resourceId, `${latest}`, () => ({
    ...instanceView(turn, instance),
    ...(latest !== undefined && { LatestRestorableTime: new Date(latest) }),
  }));
}

function filtersOf(turn: Turn): Filters<Instance> {
  return {
    "db-cluster-id": ({ cluster }) => {
      const of = cluster === undefined ? undefined : turn.state.clusters[cluster];
      return of === undefined ? [] : [of.id, arn(turn.state, "cluster", of.id)];
    },
    "db-instance-id": ({ id }) => [id, arn(turn.state, "db", id)],
    "dbi-resource-id": ({ resourceId }) => [resourceId],
    domain: ({ settings }) => (settings.DomainMemberships ?? []).map(({ Domain }) => Domain),
    engine: ({ settings }) => [settings.Engine],
  };
}

export async function describeDBInstances(turn: Turn, input: DescribeDBInstancesMessage) {
  const { DBInstanceIdentifier: name } = input;
  const found = Object.values(turn.seen.instances)
    .filter((instance) => instance.visibleAt <= turn.now)
    .filter((instance) => name === undefined || instance.id === nameIn(name));
  if (name !== undefined && found.length === 0) {
    throw rdsFault("DBInstanceNotFoundFault", `DBInstance ${name} not found.`);
  }
  const { records, ...marker } = page(filtered(found, input.Filters, filtersOf(turn)), input);
  return {
    DBInstances: await Promise.all(records.map((instance) => describedInstance(turn, instance))),
    ...marker,
  };
}
