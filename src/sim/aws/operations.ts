import { backupMutations, backupReads } from "./backup/operations.ts";
import { describeSecurityGroups } from "./ec2.ts";
import type { Service } from "./fault.ts";
import { assumeRole, getRole } from "./iam/identities.ts";
import { simulatePrincipalPolicy } from "./iam/simulate.ts";
import {
  createGrant,
  describeKey,
  disableKey,
  enableKey,
  getKeyPolicy,
  getKeyRotationStatus,
  listAliases,
  scheduleKeyDeletion,
} from "./keys.ts";
import { getFunctionConfiguration } from "./lambda.ts";
import { getCallerIdentity, listResources } from "./lookups.ts";
import {
  describeBlueGreenDeployments,
  describeEventSubscriptions,
  describeGlobalClusters,
  describeIntegrations,
  describePendingMaintenanceActions,
} from "./rds/attachments.ts";
import {
  describeDBClusterAutomatedBackups,
  describeDBInstanceAutomatedBackups,
} from "./rds/automated-backups.ts";
import {
  addRoleToDBCluster,
  disableHttpEndpoint,
  enableHttpEndpoint,
  startActivityStream,
} from "./rds/cluster-attachments.ts";
import { modifyDBCluster } from "./rds/cluster-changes.ts";
import {
  deleteDBCluster,
  failoverDBCluster,
  startDBCluster,
  stopDBCluster,
} from "./rds/cluster-lifecycle.ts";
import { describeDBClusters } from "./rds/clusters.ts";
import {
  createDBClusterEndpoint,
  deleteDBClusterEndpoint,
  describeDBClusterEndpoints,
} from "./rds/custom-endpoints.ts";
import { describeEvents } from "./rds/events.ts";
import {
  describeDBClusterParameterGroups,
  describeDBClusterParameters,
  describeDBSubnetGroups,
} from "./rds/groups.ts";
import { modifyDBInstance, rebootDBInstance } from "./rds/instance-changes.ts";
import { describeOrderableDBInstanceOptions } from "./rds/instance-classes.ts";
import { createDBInstance, deleteDBInstance } from "./rds/instance-lifecycle.ts";
import { restoreDBInstanceFromDBSnapshot } from "./rds/instance-restore.ts";
import { copyDBSnapshot } from "./rds/instance-snapshot-copies.ts";
import { createDBSnapshot, deleteDBSnapshot, describeDBSnapshots } from "./rds/instance-snapshots.ts";
import { startDBInstance, stopDBInstance } from "./rds/instance-stops.ts";
import { describeDBInstances } from "./rds/instances.ts";
import { describeCertificates, describeDBEngineVersions } from "./rds/offers.ts";
import {
  deregisterDBProxyTargets,
  describeDBProxies,
  describeDBProxyTargetGroups,
  describeDBProxyTargets,
  registerDBProxyTargets,
} from "./rds/proxies.ts";
import { describeAccountAttributes } from "./rds/quotas.ts";
import { createDBInstanceReadReplica } from "./rds/read-replicas.ts";
import { restoreDBClusterFromSnapshot, restoreDBClusterToPointInTime } from "./rds/restore.ts";
import {
  createDBClusterSnapshot,
  deleteDBClusterSnapshot,
  describeDBClusterSnapshots,
} from "./rds/snapshots.ts";
import { addTagsToResource, listTagsForResource, removeTagsFromResource } from "./rds/tags.ts";
import { describeScalableTargets, describeScalingPolicies, registerScalableTarget } from "./scaling.ts";
import type { Turn } from "./turn.ts";

/** The inputs are the SDK's; both entrances have checked them against its schemas. */
type Operation = (turn: Turn, input: never) => object | Promise<object>;

const reads = {
  backup: backupReads,
  rds: {
    DescribeAccountAttributes: describeAccountAttributes,
    DescribeBlueGreenDeployments: describeBlueGreenDeployments,
    DescribeCertificates: describeCertificates,
    DescribeDBClusterAutomatedBackups: describeDBClusterAutomatedBackups,
    DescribeDBClusterEndpoints: describeDBClusterEndpoints,
    DescribeDBClusterParameterGroups: describeDBClusterParameterGroups,
    DescribeDBClusterParameters: describeDBClusterParameters,
    DescribeDBClusterSnapshots: describeDBClusterSnapshots,
    DescribeDBClusters: describeDBClusters,
    DescribeDBEngineVersions: describeDBEngineVersions,
    DescribeDBInstanceAutomatedBackups: describeDBInstanceAutomatedBackups,
    DescribeDBInstances: describeDBInstances,
    DescribeDBProxies: describeDBProxies,
    DescribeDBProxyTargetGroups: describeDBProxyTargetGroups,
    DescribeDBProxyTargets: describeDBProxyTargets,
    DescribeDBSnapshots: describeDBSnapshots,
    DescribeDBSubnetGroups: describeDBSubnetGroups,
    DescribeEvents: describeEvents,
    DescribeEventSubscriptions: describeEventSubscriptions,
    DescribeGlobalClusters: describeGlobalClusters,
    DescribeIntegrations: describeIntegrations,
    DescribeOrderableDBInstanceOptions: describeOrderableDBInstanceOptions,
    DescribePendingMaintenanceActions: describePendingMaintenanceActions,
    ListTagsForResource: listTagsForResource,
  },
  kms: {
    CreateGrant: createGrant,
    DescribeKey: describeKey,
    GetKeyPolicy: getKeyPolicy,
    GetKeyRotationStatus: getKeyRotationStatus,
    ListAliases: listAliases,
  },
  sts: { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity },
  "application-autoscaling": {
    DescribeScalableTargets: describeScalableTargets,
    DescribeScalingPolicies: describeScalingPolicies,
  },
  ram: { ListResources: listResources },
  lambda: { GetFunctionConfiguration: getFunctionConfiguration },
  ec2: { DescribeSecurityGroups: describeSecurityGroups },
  iam: { GetRole: getRole, SimulatePrincipalPolicy: simulatePrincipalPolicy },
} as const satisfies Record<Service, Readonly<Record<string, Operation>>>;

const mutations = {
  backup: backupMutations,
  rds: {
    AddRoleToDBCluster: addRoleToDBCluster,
    AddTagsToResource: addTagsToResource,
    CopyDBSnapshot: copyDBSnapshot,
    CreateDBClusterEndpoint: createDBClusterEndpoint,
    CreateDBClusterSnapshot: createDBClusterSnapshot,
    CreateDBInstance: createDBInstance,
    CreateDBInstanceReadReplica: createDBInstanceReadReplica,
    CreateDBSnapshot: createDBSnapshot,
    DeleteDBCluster: deleteDBCluster,
    DeleteDBClusterEndpoint: deleteDBClusterEndpoint,
    DeleteDBClusterSnapshot: deleteDBClusterSnapshot,
    DeleteDBInstance: deleteDBInstance,
    DeleteDBSnapshot: deleteDBSnapshot,
    DeregisterDBProxyTargets: deregisterDBProxyTargets,
    DisableHttpEndpoint: disableHttpEndpoint,
    EnableHttpEndpoint: enableHttpEndpoint,
    FailoverDBCluster: failoverDBCluster,
    ModifyDBCluster: modifyDBCluster,
    ModifyDBInstance: modifyDBInstance,
    RebootDBInstance: rebootDBInstance,
    RegisterDBProxyTargets: registerDBProxyTargets,
    RemoveTagsFromResource: removeTagsFromResource,
    RestoreDBClusterFromSnapshot: restoreDBClusterFromSnapshot,
    RestoreDBClusterToPointInTime: restoreDBClusterToPointInTime,
    RestoreDBInstanceFromDBSnapshot: restoreDBInstanceFromDBSnapshot,
    StartActivityStream: startActivityStream,
    StartDBCluster: startDBCluster,
    StartDBInstance: startDBInstance,
    StopDBCluster: stopDBCluster,
    StopDBInstance: stopDBInstance,
  },
  kms: { DisableKey: disableKey, EnableKey: enableKey, ScheduleKeyDeletion: scheduleKeyDeletion },
  sts: {},
  "application-autoscaling": { RegisterScalableTarget: registerScalableTarget },
  ram: {},
  lambda: {},
  ec2: {},
  iam: {},
} as const satisfies Record<Service, Readonly<Record<string, Operation>>>;

export interface CoveredOperation {
  readonly mutates: boolean;
  readonly run: Operation;
}

/** Every operation that the account answers, by service, but for `lambda Invoke`, which runs outside of its turns. */
export const operations: Readonly<Record<Service, ReadonlyMap<string, CoveredOperation>>> =
  Object.fromEntries(
    (Object.keys(reads) as Service[]).map((service) => [
      service,
      new Map<string, CoveredOperation>([
        ...Object.entries<Operation>(reads[service]).map(
          ([name, run]) => [name, { mutates: false, run }] as const,
        ),
        ...Object.entries<Operation>(mutations[service]).map(
          ([name, run]) => [name, { mutates: true, run }] as const,
        ),
      ]),
    ]),
  ) as unknown as Readonly<Record<Service, ReadonlyMap<string, CoveredOperation>>>;

/** What the account claims to cover, for a comparison with what its callers call. */
export const coverage: Readonly<Record<Service, readonly string[]>> = Object.fromEntries(
  Object.entries(operations).map(([service, covered]) => [
    service,
    [...covered.keys(), ...(service === "lambda" ? ["Invoke"] : [])].sort(),
  ]),
) as unknown as Readonly<Record<Service, readonly string[]>>;
