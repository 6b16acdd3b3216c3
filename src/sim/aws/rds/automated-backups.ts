import type {
  DescribeDBClusterAutomatedBackupsMessage,
  DescribeDBInstanceAutomatedBackupsMessage,
} from "@aws-sdk/client-rds";
import { rdsFault } from "../fault.ts";
import { arn, nameIn } from "../names.ts";
import { refuseUncovered } from "../parameters.ts";
import type { Cluster, Instance, Instant } from "../state.ts";
import { schedule, type Turn } from "../turn.ts";
import { encryptionView } from "./encryption.ts";
import { type Filters, filtered, page } from "./paging.ts";

const day = 24 * 3_600_000;

/** What is kept of a database that was deleted with DeleteAutomatedBackups=false, as it was then. */
export type AutomatedBackup =
  | { readonly kind: "cluster"; readonly of: Cluster; readonly until: Instant }
  | { readonly kind: "instance"; readonly of: Instance; readonly until: Instant };

/**
 * Keeps the automated backups of a database for its retention period after it is gone; without being told so RDS deletes them with
 * it. Nothing can be restored from them here: they can be looked at. Source: RDS API, DeleteDBCluster and DeleteDBInstance,
 * DeleteAutomatedBackups.
 */
export function retainBackups(
  turn: Turn,
  given:
    | Pick<Extract<AutomatedBackup, { kind: "cluster" }>, "kind" | "of">
    | Pick<Extract<AutomatedBackup, { kind: "instance" }>, "kind" | "of">,
): void {
  const { resourceId, settings } = given.of;
  const until = turn.now + (settings.BackupRetentionPeriod ?? 0) * day;
  if (until === turn.now) return;
  const kept = { ...given, until } as AutomatedBackup;
  turn.state = { ...turn.state, retained: { ...turn.state.retained, [resourceId]: kept } };
  schedule(turn, { at: until, event: { do: "forget automated backup", resource: resourceId } });
}

export function forgetAutomatedBackup(turn: Turn, { resource }: { readonly resource: string }): void {
  const { [resource]: _, ...retained } = turn.state.retained;
  turn.state = { ...turn.state, retained };
}

interface Listed<T> {
  readonly of: T;
  readonly status: "active" | "retained";
}

function listed<T extends Cluster | Instance>(
  turn: Turn,
  kind: AutomatedBackup["kind"],
  living: readonly T[],
) {
  const gone = Object.values(turn.seen.retained).filter((backup) => backup.kind === kind);
  return [
    ...living
      .filter(
        ({ restorableFrom, settings }) => restorableFrom !== undefined && settings.BackupRetentionPeriod,
      )
      .map((of): Listed<T> => ({ of, status: "active" })),
    ...gone.map(({ of }): Listed<T> => ({ of: of as T, status: "retained" })),
  ];
}

const clusterFilters: Filters<Listed<Cluster>> = {
  status: ({ status }) => [status],
  "db-cluster-id": ({ of }) => [of.id],
  "db-cluster-resource-id": ({ of }) => [of.resourceId],
};

/** Of clusters that are there and of those that are gone, by resource id: names are reused. */
export function describeDBClusterAutomatedBackups(
  turn: Turn,
  input: DescribeDBClusterAutomatedBackupsMessage,
) {
  refuseUncovered("DescribeDBClusterAutomatedBackups", input, [
    "DbClusterResourceId",
    "DBClusterIdentifier",
    "Filters",
    "MaxRecords",
    "Marker",
  ]);
  const { DbClusterResourceId: id, DBClusterIdentifier: name } = input;
  const found = listed(turn, "cluster", Object.values(turn.seen.clusters))
    .filter(({ of }) => id === undefined || of.resourceId === id)
    .filter(({ of }) => name === undefined || of.id === nameIn(name));
  if (id !== undefined && found.length === 0) {
    throw rdsFault("DBClusterAutomatedBackupNotFoundFault", `No automated backup of ${id} was found.`);
  }
  const { records, ...marker } = page(filtered(found, input.Filters, clusterFilters), input);
  return {
    DBClusterAutomatedBackups: records.map(({ of, status }) => ({
      ...encryptionView(of.storageKey),
      DBClusterIdentifier: of.id,
      DbClusterResourceId: of.resourceId,
      DBClusterArn: arn(turn.state, "cluster", of.id),
      DBClusterAutomatedBackupsArn: arn(turn.state, "auto-backup", `ab-${of.resourceId.toLowerCase()}`),
      ClusterCreateTime: new Date(of.createdAt),
      Status: status,
      Engine: of.settings.Engine,
      EngineVersion: of.settings.EngineVersion,
      BackupRetentionPeriod: of.settings.BackupRetentionPeriod,
      Region: turn.state.region,
    })),
    ...marker,
  };
}

const instanceFilters: Filters<Listed<Instance>> = {
  status: ({ status }) => [status],
  "db-instance-id": ({ of }) => [of.id],
  "dbi-resource-id": ({ of }) => [of.resourceId],
};

/** Outside Aurora. */
export function describeDBInstanceAutomatedBackups(
  turn: Turn,
  input: DescribeDBInstanceAutomatedBackupsMessage,
) {
  refuseUncovered("DescribeDBInstanceAutomatedBackups", input, [
    "DbiResourceId",
    "DBInstanceIdentifier",
    "Filters",
    "MaxRecords",
    "Marker",
  ]);
  const { DbiResourceId: id, DBInstanceIdentifier: name } = input;
  const alone = Object.values(turn.seen.instances).filter(({ cluster }) => cluster === undefined);
  const found = listed(turn, "instance", alone)
    .filter(({ of }) => id === undefined || of.resourceId === id)
    .filter(({ of }) => name === undefined || of.id === nameIn(name));
  if (id !== undefined && found.length === 0) {
    throw rdsFault("DBInstanceAutomatedBackupNotFoundFault", `No automated backup of ${id} was found.`);
  }
  const { records, ...marker } = page(filtered(found, input.Filters, instanceFilters), input);
  return {
    DBInstanceAutomatedBackups: records.map(({ of, status }) => {
      const { StorageEncrypted, ...encryption } = encryptionView(of.storageKey);
      return {
        ...encryption,
        Encrypted: StorageEncrypted,
        DBInstanceIdentifier: of.id,
        DbiResourceId: of.resourceId,
        DBInstanceArn: arn(turn.state, "db", of.id),
        DBInstanceAutomatedBackupsArn: arn(turn.state, "auto-backup", `ab-${of.resourceId.toLowerCase()}`),
        InstanceCreateTime: new Date(of.createdAt),
        Status: status,
        Engine: of.settings.Engine,
        EngineVersion: of.settings.EngineVersion,
        BackupRetentionPeriod: of.settings.BackupRetentionPeriod,
        Region: turn.state.region,
      };
    }),
    ...marker,
  };
}
