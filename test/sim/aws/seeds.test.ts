import { DescribeScalableTargetsCommand } from "@aws-sdk/client-application-auto-scaling";
import { ListResourcesCommand } from "@aws-sdk/client-ram";
import {
  DescribeBlueGreenDeploymentsCommand,
  DescribeDBClusterEndpointsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  DescribeDBProxyTargetsCommand,
  DescribeGlobalClustersCommand,
  DescribeIntegrationsCommand,
  DescribePendingMaintenanceActionsCommand,
  ModifyDBClusterCommand,
} from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import type { Account } from "../../../src/sim/aws/account.ts";
import * as attach from "../../../src/sim/aws/seeds/attach.ts";
import * as topologies from "../../../src/sim/aws/seeds/topologies.ts";
import type { Cluster } from "../../../src/sim/aws/state.ts";
import type { Turn } from "../../../src/sim/aws/turn.ts";
import { laboratory, minute } from "./laboratory.ts";

describe("every kind of database is told by what Describe says of it", () => {
  const kinds: [string, (turn: Turn, id: string) => Cluster, object][] = [
    [
      "a Multi-AZ DB cluster",
      topologies.multiAzDbCluster,
      { Engine: "postgres", DBClusterInstanceClass: "db.m6gd.large" },
    ],
    ["a global database member", topologies.globalDatabaseMember, { GlobalClusterIdentifier: "x-global" }],
    [
      "a replica",
      topologies.crossRegionReplica,
      { ReplicationSourceIdentifier: expect.stringContaining("us-east-1") },
    ],
    [
      "a replicating cluster",
      topologies.replicatingCluster,
      { ReadReplicaIdentifiers: [expect.any(String)] },
    ],
    ["Serverless v1", topologies.serverlessV1, { EngineMode: "serverless", DBClusterMembers: [] }],
    ["Serverless v2", topologies.serverlessV2, { ServerlessV2ScalingConfiguration: { MinCapacity: 0.5 } }],
    ["Limitless", topologies.limitless, { ClusterScalabilityType: "limitless" }],
    [
      "a stopped cluster",
      topologies.stoppedCluster,
      { Status: "stopped", AutomaticRestartTime: expect.any(Date) },
    ],
    ["Neptune", topologies.neptune, { Engine: "neptune", Port: 8182 }],
    ["DocumentDB", topologies.documentDb, { Engine: "docdb", Port: 27017 }],
    [
      "an unencrypted one",
      topologies.unencryptedAurora,
      { StorageEncrypted: false, StorageEncryptionType: "none" },
    ],
    [
      "one under AWS's own key",
      topologies.auroraUnderRdsKey,
      { StorageEncrypted: false, StorageEncryptionType: "sse-rds" },
    ],
  ];

  test.each(kinds)("%s", async (_kind, make, told) => {
    const { account, rds } = laboratory();
    account.alter((turn) => make(turn, "x"));
    const { DBClusters } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "x" }));
    expect(DBClusters?.[0]).toMatchObject(told);
  });

  test("one that is under the wanted key already, and an instance outside Aurora", async () => {
    const { account, rds, key } = laboratory();
    account.alter((turn) => {
      topologies.auroraUnder(turn, "done", key.arn);
      topologies.rdsInstance(turn, "ledger", { type: "none" });
      topologies.rdsInstance(turn, "audit");
    });
    const { DBClusters } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "done" }));
    expect(DBClusters?.[0]).toMatchObject({ KmsKeyId: key.arn, StorageEncryptionType: "sse-kms" });
    const { DBInstances } = await rds.send(new DescribeDBInstancesCommand({}));
    const outside = DBInstances?.filter(({ DBClusterIdentifier }) => DBClusterIdentifier === undefined);
    expect(outside).toMatchObject([
      { DBInstanceIdentifier: "ledger", Engine: "postgres", StorageEncryptionType: "none" },
      { DBInstanceIdentifier: "audit", Engine: "postgres", StorageEncryptionType: "sse-kms" },
    ]);
  });
});

describe("what hangs on a cluster is told where AWS tells it, and follows the cluster through a rename", () => {
  type Looks = ReturnType<typeof laboratory>;
  const arn = (id: string) => `arn:aws:rds:eu-central-1:123456789012:cluster:${id}`;
  const own = async ({ rds }: Looks, id: string) => {
    const { DBClusters } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: id }));
    return DBClusters?.[0];
  };
  const things: [
    string,
    (turn: Turn, cluster: Cluster) => void,
    (lab: Looks, id: string) => Promise<unknown>,
    (id: string) => unknown,
  ][] = [
    [
      "a proxy",
      (turn, cluster) => attach.attachProxy(turn, cluster, "proxy"),
      async ({ rds }) =>
        (await rds.send(new DescribeDBProxyTargetsCommand({ DBProxyName: "proxy" }))).Targets,
      (id) => [
        { Type: "TRACKED_CLUSTER", RdsResourceId: id },
        { Type: "RDS_INSTANCE", TrackedClusterId: id, Role: "READ_WRITE" },
        { Type: "RDS_INSTANCE", TrackedClusterId: id, Role: "READ_ONLY" },
      ],
    ],
    [
      "a custom endpoint",
      (turn, cluster) => attach.attachCustomEndpoint(turn, cluster, "reports"),
      async ({ rds }, id) => {
        const Filters = [{ Name: "db-cluster-endpoint-type", Values: ["custom"] }];
        const input = { DBClusterIdentifier: id, Filters };
        return (await rds.send(new DescribeDBClusterEndpointsCommand(input))).DBClusterEndpoints;
      },
      (id) => [{ DBClusterEndpointIdentifier: "reports", DBClusterIdentifier: id }],
    ],
    [
      "an integration",
      (turn, cluster) => attach.attachIntegration(turn, cluster, "lake"),
      async ({ rds }) => (await rds.send(new DescribeIntegrationsCommand({}))).Integrations,
      (id) => [{ IntegrationName: "lake", SourceArn: arn(id) }],
    ],
    [
      "pending maintenance",
      (turn, cluster) => attach.attachPendingMaintenance(turn, cluster),
      async ({ rds }, id) => {
        const Filters = [{ Name: "db-cluster-id", Values: [id] }];
        const command = new DescribePendingMaintenanceActionsCommand({ Filters });
        return (await rds.send(command)).PendingMaintenanceActions;
      },
      (id) => [{ ResourceIdentifier: arn(id) }],
    ],
    [
      "a role",
      (turn, cluster) => attach.attachRole(turn, cluster, "s3-import"),
      async (lab, id) => (await own(lab, id))?.AssociatedRoles,
      () => [{ FeatureName: "s3Import", Status: "ACTIVE" }],
    ],
    [
      "a managed secret",
      (turn, cluster) => void attach.attachManagedSecret(turn, cluster),
      async (lab, id) => (await own(lab, id))?.MasterUserSecret,
      () => ({ SecretStatus: "active" }),
    ],
    [
      "the Data API",
      (turn, cluster) => attach.attachDataApi(turn, cluster),
      async (lab, id) => ({ on: (await own(lab, id))?.HttpEndpointEnabled }),
      () => ({ on: true }),
    ],
    [
      "an activity stream",
      (turn, cluster) =>
        attach.attachActivityStream(turn, cluster, "arn:aws:kms:eu-central-1:123456789012:key/of-the-stream"),
      async (lab, id) => ({ status: (await own(lab, id))?.ActivityStreamStatus }),
      () => ({ status: "started" }),
    ],
  ];

  test.each(things)("%s", async (_thing, hang, look, told) => {
    const lab = laboratory();
    const orders = lab.seed({ id: "orders" });
    lab.account.alter((turn) => hang(turn, orders));
    expect(await look(lab, "orders")).toMatchObject(told("orders") as object);
    await lab.rds.send(
      new ModifyDBClusterCommand({
        DBClusterIdentifier: "orders",
        NewDBClusterIdentifier: "orders-old",
        ApplyImmediately: true,
      }),
    );
    await lab.pass(3 * minute);
    expect(await look(lab, "orders-old")).toMatchObject(told("orders-old") as object);
  });

  test("reader autoscaling alone stays with the name", async () => {
    const { account, seed } = laboratory();
    const orders = seed({ id: "orders" });
    account.alter((turn) => attach.attachReaderAutoscaling(turn, orders));
    const command = new DescribeScalableTargetsCommand({ ServiceNamespace: "rds" });
    const answer = await account.handle("application-autoscaling", "DescribeScalableTargets", command.input);
    expect(answer).toMatchObject({ ScalableTargets: [{ ResourceId: "cluster:orders" }] });
  });

  test("a blue/green deployment, a global database and a share name the cluster by ARN", async () => {
    const { account, rds, seed } = laboratory();
    const orders = seed({ id: "orders" });
    account.alter((turn) => {
      attach.attachBlueGreen(turn, orders, "upgrade");
      topologies.globalDatabaseMember(turn, "world");
      topologies.sharedCluster(turn, "shared");
    });
    const blueGreens = await rds.send(new DescribeBlueGreenDeploymentsCommand({}));
    expect(blueGreens.BlueGreenDeployments).toMatchObject([{ Source: arn("orders") }]);
    const globals = await rds.send(new DescribeGlobalClustersCommand({}));
    expect(globals.GlobalClusters).toMatchObject([
      { GlobalClusterMembers: [{ DBClusterArn: arn("world"), IsWriter: true }] },
    ]);
    expect(await shares(account)).toMatchObject({ resources: [{ arn: arn("shared") }] });
  });

  test("a pending modification shows, and happens in the window", async () => {
    const lab = laboratory();
    const orders = lab.seed({ id: "orders" });
    lab.account.alter((turn) => attach.attachPendingModification(turn, orders));
    expect((await own(lab, "orders"))?.PendingModifiedValues).toEqual({ EngineVersion: "16.6" });
    await lab.pass(8 * 24 * 60 * minute);
    expect((await own(lab, "orders"))?.EngineVersion).toBe("16.6");
  });
});

test("pending maintenance happens in the window, and the cluster takes no change while it lasts", async () => {
  const lab = laboratory();
  const orders = lab.seed({ id: "orders", settings: { PreferredMaintenanceWindow: "tue:03:00-tue:03:30" } });
  lab.account.alter((turn) => attach.attachPendingMaintenance(turn, orders));
  await lab.pass(61 * minute);
  expect(lab.cluster("orders")?.status).toBe("maintenance");
  const rename = new ModifyDBClusterCommand({
    DBClusterIdentifier: "orders",
    NewDBClusterIdentifier: "orders-old",
    ApplyImmediately: true,
  });
  await expect(lab.rds.send(rename)).rejects.toMatchObject({ name: "InvalidDBClusterStateFault" });
  await lab.pass(20 * minute);
  expect(lab.cluster("orders")?.status).toBe("available");
  expect(lab.account.state.attachments.maintenance).toEqual([]);
});

function shares(account: Account): Promise<object> {
  const { input } = new ListResourcesCommand({ resourceOwner: "SELF" });
  return account.handle("ram", "ListResources", input);
}
