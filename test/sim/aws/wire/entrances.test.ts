import { createServer } from "node:http";
import * as autoscaling from "@aws-sdk/client-application-auto-scaling";
import * as backup from "@aws-sdk/client-backup";
import * as dynamo from "@aws-sdk/client-dynamodb";
import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import * as iam from "@aws-sdk/client-iam";
import * as kms from "@aws-sdk/client-kms";
import * as lambda from "@aws-sdk/client-lambda";
import * as ram from "@aws-sdk/client-ram";
import * as rds from "@aws-sdk/client-rds";
import * as sts from "@aws-sdk/client-sts";
import { afterEach, describe, expect, test } from "vitest";
import type { Account } from "../../../../src/sim/aws/account.ts";
import { addRole } from "../../../../src/sim/aws/iam/identities.ts";
import { sdkMiddleware } from "../../../../src/sim/aws/middleware.ts";
import {
  attachCustomEndpoint,
  attachProxy,
  attachReaderAutoscaling,
} from "../../../../src/sim/aws/seeds/attach.ts";
import { addBackupRole } from "../../../../src/sim/aws/seeds/backup.ts";
import { sharedCluster } from "../../../../src/sim/aws/seeds/topologies.ts";
import type { Key } from "../../../../src/sim/aws/surroundings.ts";
import { listen, requestHandler } from "../../../../src/sim/aws/wire/server.ts";
import { laboratory, minute, start } from "../laboratory.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Clients {
  readonly backup: backup.BackupClient;
  readonly rds: rds.RDSClient;
  readonly kms: kms.KMSClient;
  readonly sts: sts.STSClient;
  readonly ram: ram.RAMClient;
  readonly lambda: lambda.LambdaClient;
  readonly iam: iam.IAMClient;
  readonly autoscaling: autoscaling.ApplicationAutoScalingClient;
}

const region = "eu-central-1";
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };

function clientsWith(config: object): Clients {
  const all = { region, credentials, maxAttempts: 1, ...config };
  return {
    backup: new backup.BackupClient(all),
    rds: new rds.RDSClient(all),
    kms: new kms.KMSClient(all),
    sts: new sts.STSClient(all),
    ram: new ram.RAMClient(all),
    lambda: new lambda.LambdaClient(all),
    iam: new iam.IAMClient(all),
    autoscaling: new autoscaling.ApplicationAutoScalingClient(all),
  };
}

const entrances: Readonly<Record<string, (account: Account) => Promise<Clients>>> = {
  async middleware(account) {
    const clients = clientsWith({});
    for (const client of Object.values(clients)) client.middlewareStack.use(sdkMiddleware(account));
    return clients;
  },
  async "request handler"(account) {
    return clientsWith({ requestHandler: requestHandler(account) });
  },
  async server(account) {
    const server = await listen(account);
    closing.push(server.close);
    return clientsWith({ endpoint: server.url });
  },
};

/** What a caller learns from an answer or a refusal, without what differs from call to call. */
async function heard(answer: Promise<object>): Promise<unknown> {
  try {
    const { $metadata, Payload, ...output } = (await answer) as {
      readonly $metadata: object;
      readonly Payload?: { transformToString(): string } | null;
    };
    return { ...output, payload: Payload?.transformToString() };
  } catch (error) {
    const refusal = error as rds.RDSServiceException & {
      readonly Code?: string;
      readonly Type?: string;
    };
    const { name, message, $metadata, $fault, Code, Type } = refusal;
    const refusedAs = refusal.constructor.name;
    return { name, message, refusedAs, status: $metadata?.httpStatusCode, $fault, Code, Type };
  }
}

/** What is asked about an instance outside of a cluster; one call every two minutes. */
function instanceCalls(r: rds.RDSClient, { arn }: Key): readonly (() => Promise<object>)[] {
  const DBInstanceIdentifier = "ledger";
  const create: rds.CreateDBInstanceMessage = {
    DBInstanceIdentifier: "empty",
    DBInstanceClass: "db.r6g.large",
    Engine: "postgres",
    AllocatedStorage: 20,
    MasterUsername: "master",
    ManageMasterUserPassword: true,
    StorageEncrypted: true,
    KmsKeyId: arn,
    EnableCloudwatchLogsExports: ["postgresql"],
  };
  const replica = { DBInstanceIdentifier: "replica", SourceDBInstanceIdentifier: "ledger" };
  const safety = { DBSnapshotIdentifier: "safety" };
  const copied = {
    SourceDBSnapshotIdentifier: "safety",
    TargetDBSnapshotIdentifier: "copied",
    KmsKeyId: arn,
  };
  const restored = { DBInstanceIdentifier: "copy", ...safety };
  const options = { Engine: "postgres", EngineVersion: "13.20", DBInstanceClass: "db.t2.micro" };
  return [
    () => r.send(new rds.DescribeOrderableDBInstanceOptionsCommand(options)),
    () => r.send(new rds.DescribeDBEngineVersionsCommand({ Engine: "postgres", DefaultOnly: true })),
    () => r.send(new rds.DescribeDBEngineVersionsCommand({ Engine: "postgres", EngineVersion: "9.4" })),
    () => r.send(new rds.DescribeCertificatesCommand({})),
    () => r.send(new rds.DescribeCertificatesCommand({ CertificateIdentifier: "rds-ca-2015" })),
    () => r.send(new rds.CreateDBInstanceCommand(create)),
    () => r.send(new rds.CreateDBInstanceReadReplicaCommand(replica)),
    () => r.send(new rds.CreateDBInstanceReadReplicaCommand({ ...replica, KmsKeyId: arn })),
    () => r.send(new rds.CreateDBSnapshotCommand({ DBInstanceIdentifier, ...safety })),
    () => r.send(new rds.CopyDBSnapshotCommand({ ...copied, CopyTags: true })),
    () => r.send(new rds.CopyDBSnapshotCommand({ ...copied, CopyTags: true })),
    () => r.send(new rds.DescribeDBSnapshotsCommand({ DBInstanceIdentifier })),
    () => r.send(new rds.RestoreDBInstanceFromDBSnapshotCommand({ ...restored, Iops: 5_000, Tags: [] })),
    () => r.send(new rds.RestoreDBInstanceFromDBSnapshotCommand(restored)),
    () => r.send(new rds.DeleteDBSnapshotCommand(safety)),
    () => r.send(new rds.DescribeDBSnapshotsCommand(safety)),
    () =>
      r.send(
        new rds.ModifyDBInstanceCommand({
          DBInstanceIdentifier: "empty",
          VpcSecurityGroupIds: ["sg-fence"],
          BackupRetentionPeriod: 0,
          MultiAZ: true,
        }),
      ),
    () => r.send(new rds.StopDBInstanceCommand({ DBInstanceIdentifier })),
    () => r.send(new rds.StopDBInstanceCommand({ DBInstanceIdentifier: "empty" })),
    () => r.send(new rds.StartDBInstanceCommand({ DBInstanceIdentifier: "empty" })),
    () => r.send(new rds.DeleteDBInstanceCommand({ DBInstanceIdentifier: "empty" })),
  ];
}

/** What is asked of AWS Backup; one call every two minutes. Its routes hold ARNs, its queries numbers and times. */
function backupCalls(
  b: backup.BackupClient,
  account: Account,
  { arn }: Key,
): readonly (() => Promise<object>)[] {
  const BackupVaultName = "nightly";
  const ResourceArn = `arn:aws:rds:${region}:123456789012:cluster:orders`;
  const IamRoleArn = "arn:aws:iam::123456789012:role/service-role/AWSBackupDefaultServiceRole";
  const job = { BackupVaultName, ResourceArn, IamRoleArn };
  const Lifecycle = { DeleteAfterDays: 35 };
  const RecoveryPointArn = `arn:aws:rds:${region}:123456789012:cluster-snapshot:awsbackup:job-absent`;
  const rule = {
    RuleName: "daily",
    TargetBackupVaultName: BackupVaultName,
    ScheduleExpression: "cron(0 5 ? * * *)",
    CopyActions: [
      { DestinationBackupVaultArn: "arn:aws:backup:eu-west-1:210987654321:backup-vault:far", Lifecycle },
    ],
  };
  const plan = { BackupPlan: { BackupPlanName: "orders", Rules: [rule] }, BackupPlanTags: { a: "<b>" } };
  const BackupSelection = { SelectionName: "orders", IamRoleArn, Resources: [ResourceArn] };
  /** The first of its kind, which has an id only once it is made. */
  const made = (what: "plans" | "backupJobs" | "copyJobs" | "recoveryPoints") =>
    Object.keys(account.state.backup[what])[0];
  const times = { ByCreatedAfter: new Date(start), ByCreatedBefore: new Date(start + 86_400_000) };
  return [
    () => b.send(new backup.DescribeGlobalSettingsCommand({})),
    () => b.send(new backup.DescribeRegionSettingsCommand({})),
    () =>
      b.send(
        new backup.CreateBackupVaultCommand({
          BackupVaultName,
          EncryptionKeyArn: arn,
          CreatorRequestId: "1",
        }),
      ),
    () => b.send(new backup.CreateBackupVaultCommand({ BackupVaultName, CreatorRequestId: "2" })),
    () => b.send(new backup.DescribeBackupVaultCommand({ BackupVaultName })),
    () => b.send(new backup.DescribeBackupVaultCommand({ BackupVaultName: "absent" })),
    () => b.send(new backup.GetBackupVaultAccessPolicyCommand({ BackupVaultName })),
    () =>
      b.send(new backup.PutBackupVaultAccessPolicyCommand({ BackupVaultName, Policy: '{"Statement":[]}' })),
    () => b.send(new backup.GetBackupVaultAccessPolicyCommand({ BackupVaultName })),
    () => b.send(new backup.PutBackupVaultLockConfigurationCommand({ BackupVaultName, MinRetentionDays: 7 })),
    () =>
      b.send(
        new backup.StartBackupJobCommand({
          ...job,
          Lifecycle,
          IdempotencyToken: "t",
          RecoveryPointTags: { a: "<b>" },
        }),
      ),
    () => b.send(new backup.StartBackupJobCommand({ ...job, StartWindowMinutes: 5, IdempotencyToken: "u" })),
    () => b.send(new backup.StartBackupJobCommand({ ...job, IamRoleArn: undefined })),
    () => b.send(new backup.DescribeBackupJobCommand({ BackupJobId: "absent" })),
    () => b.send(new backup.ListBackupJobsCommand({ ...times, MaxResults: 1, ByResourceArn: ResourceArn })),
    () => b.send(new backup.ListBackupJobsCommand({ ByCreatedAfter: new Date(start + 86_400_000) })),
    () => b.send(new backup.ListRecoveryPointsByResourceCommand({ ResourceArn, MaxResults: 10 })),
    () => b.send(new backup.ListRecoveryPointsByBackupVaultCommand({ BackupVaultName, ...times })),
    () => b.send(new backup.DescribeRecoveryPointCommand({ BackupVaultName, RecoveryPointArn })),
    () => b.send(new backup.ListCopyJobsCommand({ BySourceRecoveryPointArn: RecoveryPointArn })),
    () => b.send(new backup.CreateBackupPlanCommand({ ...plan, CreatorRequestId: "1" })),
    () => b.send(new backup.CreateBackupPlanCommand({ ...plan, CreatorRequestId: "1" })),
    () => b.send(new backup.ListBackupPlansCommand({})),
    () => b.send(new backup.GetBackupPlanCommand({ BackupPlanId: "absent" })),
    () => b.send(new backup.GetBackupPlanCommand({ BackupPlanId: made("plans") })),
    () =>
      b.send(
        new backup.CreateBackupSelectionCommand({
          BackupPlanId: made("plans"),
          BackupSelection,
          CreatorRequestId: "1",
        }),
      ),
    () => b.send(new backup.ListBackupSelectionsCommand({ BackupPlanId: made("plans") })),
    () => b.send(new backup.DeleteBackupPlanCommand({ BackupPlanId: made("plans") })),
    () => b.send(new backup.DescribeBackupJobCommand({ BackupJobId: made("backupJobs") })),
    () =>
      b.send(
        new backup.DescribeRecoveryPointCommand({
          BackupVaultName,
          RecoveryPointArn: made("recoveryPoints"),
        }),
      ),
    () => b.send(new backup.ListTagsCommand({ ResourceArn: made("recoveryPoints") })),
    () =>
      b.send(
        new backup.StartCopyJobCommand({
          RecoveryPointArn: made("recoveryPoints"),
          SourceBackupVaultName: BackupVaultName,
          DestinationBackupVaultArn: `arn:aws:backup:${region}:123456789012:backup-vault:${BackupVaultName}`,
          IamRoleArn,
          IdempotencyToken: "t",
        }),
      ),
    () => b.send(new backup.DescribeCopyJobCommand({ CopyJobId: made("copyJobs") })),
    () => b.send(new backup.StopBackupJobCommand({ BackupJobId: made("backupJobs") })),
  ];
}

async function script(
  { account, key, seed, seedInstance, pass }: ReturnType<typeof laboratory>,
  clients: Clients,
) {
  const orders = seed({ id: "orders" });
  seedInstance({ id: "ledger" });
  account.alter((turn) => addBackupRole(turn, "service-role/AWSBackupDefaultServiceRole"));
  account.alter((turn) => {
    attachCustomEndpoint(turn, orders, "orders-reports");
    attachReaderAutoscaling(turn, orders);
    attachProxy(turn, orders, "front");
    sharedCluster(turn, "shared");
  });
  account.alter((turn) => {
    turn.state = addRole(turn.state, "look", [
      {
        Effect: "Allow",
        Action: "rds:Describe*",
        Resource: "*",
        Condition: {
          StringEquals: { "aws:ResourceTag/a": "<b>" },
          "ForAllValues:StringEquals": { "aws:TagKeys": ["x", "y", "z"] },
        },
      },
    ]);
    const settings = {
      Runtime: "nodejs24.x",
      Timeout: 300,
      Role: "arn:aws:iam::123456789012:role/look",
      VpcConfig: { VpcId: "vpc-1", SecurityGroupIds: ["sg-1"] },
      Environment: { Variables: { DATABASE_USER: "encrypt_db" } },
    };
    turn.state = { ...turn.state, functions: { probe: settings } };
  });
  account.functions.set("probe", async (payload) => ({ echoed: payload }));
  account.functions.set("broken", async () => {
    throw new RangeError("no <such> thing");
  });
  const { rds: r, kms: k, sts: s, ram: a, lambda: l, iam: i, autoscaling: as } = clients;
  const arn = `arn:aws:rds:${region}:123456789012:cluster:orders`;
  const log: unknown[] = [];
  const calls: (() => Promise<object>)[] = [
    () => r.send(new rds.DescribeDBClustersCommand({})),
    () => r.send(new rds.DescribeDBInstancesCommand({ MaxRecords: 20 })),
    () =>
      r.send(
        new rds.DescribeDBClustersCommand({
          Filters: [{ Name: "db-cluster-resource-id", Values: [orders.resourceId, "cluster-ABSENT"] }],
        }),
      ),
    () => r.send(new rds.DescribeDBClustersCommand({ DBClusterIdentifier: "absent" })),
    () => r.send(new rds.DescribeDBInstancesCommand({ DBInstanceIdentifier: "absent" })),
    () => r.send(new rds.DescribeDBClustersCommand({ MaxRecords: 5 })),
    () => r.send(new rds.DescribeDBClusterEndpointsCommand({ DBClusterIdentifier: "orders" })),
    () => r.send(new rds.DescribeAccountAttributesCommand({})),
    () =>
      r.send(
        new rds.AddTagsToResourceCommand({
          ResourceName: arn,
          Tags: [
            { Key: "note", Value: `<b> & "quoted" 'single'\nnext line – データベース` },
            { Key: "empty", Value: "" },
          ],
        }),
      ),
    () => r.send(new rds.ListTagsForResourceCommand({ ResourceName: arn })),
    () => r.send(new rds.RemoveTagsFromResourceCommand({ ResourceName: arn, TagKeys: ["empty"] })),
    () =>
      r.send(
        new rds.RestoreDBClusterToPointInTimeCommand({
          SourceDBClusterIdentifier: "orders",
          DBClusterIdentifier: "orders",
          RestoreToTime: new Date(start - 5),
        }),
      ),
    () =>
      r.send(
        new rds.RestoreDBClusterToPointInTimeCommand({
          SourceDBClusterIdentifier: "orders",
          DBClusterIdentifier: "copy",
          RestoreToTime: new Date(start + minute + 17),
          KmsKeyId: key.arn,
          VpcSecurityGroupIds: ["sg-fence"],
          EnableCloudwatchLogsExports: ["postgresql"],
          ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
          Tags: [],
        }),
      ),
    () => r.send(new rds.DescribeDBClusterEndpointsCommand({ DBClusterIdentifier: "orders-reports" })),
    () =>
      r.send(
        new rds.ModifyDBClusterCommand({
          DBClusterIdentifier: "orders",
          CloudwatchLogsExportConfiguration: { EnableLogTypes: ["postgresql"], DisableLogTypes: [] },
          ApplyImmediately: true,
        }),
      ),
    () =>
      r.send(
        new rds.ModifyDBClusterCommand({ DBClusterIdentifier: "orders", NewDBClusterIdentifier: "a--b" }),
      ),
    () => r.send(new rds.ModifyDBClusterCommand({} as never)),
    () => r.send(new rds.DescribeEventsCommand({ Duration: 60 })),
    () => k.send(new kms.DescribeKeyCommand({ KeyId: "alias/databases" })),
    () => k.send(new kms.DescribeKeyCommand({ KeyId: "alias/none" })),
    () => k.send(new kms.ListAliasesCommand({})),
    () => k.send(new kms.GetKeyPolicyCommand({ KeyId: key.id })),
    () =>
      k.send(
        new kms.CreateGrantCommand({
          KeyId: key.arn,
          GranteePrincipal: "rds.amazonaws.com",
          Operations: ["Decrypt"],
          DryRun: true,
        }),
      ),
    () => k.send(new kms.DescribeKeyCommand({} as never)),
    () => s.send(new sts.GetCallerIdentityCommand({})),
    () => a.send(new ram.ListResourcesCommand({ resourceOwner: "SELF", resourceType: "rds:Cluster" })),
    () => a.send(new ram.ListResourcesCommand({ resourceOwner: "OTHER-ACCOUNTS" })),
    () => as.send(new autoscaling.DescribeScalableTargetsCommand({ ServiceNamespace: "rds" })),
    () => as.send(new autoscaling.DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" })),
    () =>
      as.send(
        new autoscaling.RegisterScalableTargetCommand({
          ServiceNamespace: "rds",
          ResourceId: "cluster:orders",
          ScalableDimension: "rds:cluster:ReadReplicaCount",
          SuspendedState: { DynamicScalingInSuspended: true, DynamicScalingOutSuspended: true },
        }),
      ),
    () => r.send(new rds.DescribeDBProxyTargetsCommand({ DBProxyName: "front" })),
    () =>
      r.send(
        new rds.DeregisterDBProxyTargetsCommand({ DBProxyName: "front", DBClusterIdentifiers: ["orders"] }),
      ),
    () =>
      r.send(
        new rds.RegisterDBProxyTargetsCommand({ DBProxyName: "front", DBClusterIdentifiers: ["orders"] }),
      ),
    () =>
      r.send(
        new rds.RegisterDBProxyTargetsCommand({ DBProxyName: "front", DBClusterIdentifiers: ["orders"] }),
      ),
    () =>
      r.send(
        new rds.CreateDBClusterEndpointCommand({
          DBClusterIdentifier: "orders",
          DBClusterEndpointIdentifier: "orders-batch",
          EndpointType: "ANY",
          ExcludedMembers: ["orders-2"],
          Tags: [{ Key: "a", Value: "<b>" }],
        }),
      ),
    () => r.send(new rds.DeleteDBClusterEndpointCommand({ DBClusterEndpointIdentifier: "orders-reports" })),
    () =>
      r.send(
        new rds.AddRoleToDBClusterCommand({
          DBClusterIdentifier: "orders",
          RoleArn: "arn:aws:iam::123456789012:role/import",
          FeatureName: "s3Import",
        }),
      ),
    () => r.send(new rds.EnableHttpEndpointCommand({ ResourceArn: arn })),
    () => r.send(new rds.EnableHttpEndpointCommand({ ResourceArn: `${arn}-absent` })),
    () =>
      r.send(
        new rds.StartActivityStreamCommand({
          ResourceArn: arn,
          Mode: "async",
          KmsKeyId: key.arn,
          ApplyImmediately: true,
        }),
      ),
    () => r.send(new rds.DescribeEventSubscriptionsCommand({})),
    () =>
      as.send(
        new autoscaling.DescribeScalingPoliciesCommand({
          ServiceNamespace: "rds",
          ResourceId: "cluster:orders",
        }),
      ),
    () =>
      l.send(
        new lambda.InvokeCommand({
          FunctionName: "probe",
          Payload: new TextEncoder().encode('{"look":"データ"}'),
        }),
      ),
    () => l.send(new lambda.InvokeCommand({ FunctionName: "probe", InvocationType: "Event" })),
    () =>
      l.send(new lambda.InvokeCommand({ FunctionName: "broken", Payload: new TextEncoder().encode("{}") })),
    () => l.send(new lambda.InvokeCommand({ FunctionName: "absent" })),
    () => l.send(new lambda.GetFunctionConfigurationCommand({ FunctionName: "probe" })),
    () => l.send(new lambda.GetFunctionConfigurationCommand({ FunctionName: "absent" })),
    () => k.send(new kms.GetKeyRotationStatusCommand({ KeyId: key.id })),
    () => i.send(new iam.GetRoleCommand({ RoleName: "look" })),
    () => i.send(new iam.GetRoleCommand({ RoleName: "absent" })),
    () =>
      i.send(
        new iam.SimulatePrincipalPolicyCommand({
          PolicySourceArn: "arn:aws:iam::123456789012:role/look",
          ActionNames: ["rds:DescribeDBClusters", "rds:DeleteDBCluster"],
          ResourceArns: [arn],
          ContextEntries: [
            { ContextKeyName: "aws:ResourceTag/a", ContextKeyValues: ["<b>"], ContextKeyType: "string" },
            { ContextKeyName: "aws:TagKeys", ContextKeyValues: ["x", "y"], ContextKeyType: "stringList" },
          ],
        }),
      ),
    ...instanceCalls(r, key),
    ...backupCalls(clients.backup, account, key),
    () => r.send(new rds.DescribeDBInstancesCommand({})),
  ];
  for (const call of calls) {
    log.push(await heard(call()));
    await pass(2 * minute, orders);
  }
  const refused = log.filter((entry) => (entry as { refusedAs?: string }).refusedAs !== undefined).length;
  return { log, refused };
}

describe("the entrances answer the same script of calls alike", () => {
  test("middleware, request handler and server", async () => {
    const told: Record<string, Awaited<ReturnType<typeof script>>> = {};
    for (const [entrance, open] of Object.entries(entrances)) {
      const world = laboratory();
      told[entrance] = await script(world, await open(world.account));
    }
    const { middleware, server, "request handler": handler } = told;
    expect(middleware?.refused).toBe(36);
    const listed = middleware?.log.filter(
      (entry) => entry !== null && Object.hasOwn(entry as object, "BackupJobs"),
    );
    expect(listed).toMatchObject([{ BackupJobs: [{ State: "COMPLETED" }] }, { BackupJobs: [] }]);
    const simulated = middleware?.log.find((entry) => JSON.stringify(entry).includes("EvalDecision"));
    expect(simulated).toMatchObject({
      EvaluationResults: [{ EvalDecision: "allowed" }, { EvalDecision: "implicitDeny" }],
    });
    expect(handler).toEqual(middleware);
    expect(server).toEqual(middleware);
  });
});

test("a fault is an instance of the SDK's exception at every entrance, whatever its wire code", async () => {
  for (const open of Object.values(entrances)) {
    const { account } = laboratory();
    const clients = await open(account);
    const asked = clients.rds.send(new rds.DescribeDBInstancesCommand({ DBInstanceIdentifier: "absent" }));
    await expect(asked).rejects.toBeInstanceOf(rds.DBInstanceNotFoundFault);
  }
});

test("a lost answer looks like a broken connection, and the effect is there", async () => {
  for (const open of Object.values(entrances)) {
    const { account, seed, cluster } = laboratory();
    seed({ id: "orders" });
    const clients = await open(account);
    account.faults = ({ mutates }) => (mutates ? "timeout-after" : undefined);
    const asked = clients.rds.send(
      new rds.ModifyDBClusterCommand({ DBClusterIdentifier: "orders", DeletionProtection: false }),
    );
    await expect(asked).rejects.toMatchObject({ name: expect.stringMatching(/TimeoutError|Error/) });
    expect(cluster("orders")?.settings.DeletionProtection).toBe(false);
  }
});

test("throttling is retried by the SDK on the wire, and surfaces through the middleware", async () => {
  const { account, seed } = laboratory();
  seed({ id: "orders" });
  let calls = 0;
  account.faults = () => (calls++ < 2 ? "throttle" : undefined);
  const client = new rds.RDSClient({ region, credentials, requestHandler: requestHandler(account) });
  const { $metadata } = await client.send(new rds.DescribeDBClustersCommand({}));
  expect($metadata.attempts).toBe(3);
  expect(account.ledger.map(({ outcome }) => outcome)).toEqual(["Throttling", "Throttling", "ok"]);
});

describe("the server", () => {
  const form = (body: string, service = "rds") => ({
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260303/${region}/${service}/aws4_request, Signature=0`,
    },
    body,
  });

  test("refuses what is malformed with the service's own fault and goes on serving", async () => {
    const { account } = laboratory();
    const server = await listen(account);
    closing.push(server.close);
    const cases: [string, string, number, RegExp][] = [
      ["Action=DescribeDBClusters&MaxRecords=many", "rds", 400, /InvalidParameterValue/],
      ["Action=RestoreDBClusterToPointInTime&RestoreToTime=yesterday", "rds", 400, /InvalidParameterValue/],
      ["Action=RestoreDBClusterFromSnapshot&DBClusterIdentifier=x", "rds", 400, /MissingParameter/],
      [
        "Action=DescribeDBClusters&Filters.__proto__.1.Name=x&Filters.Filter.1=y",
        "rds",
        400,
        /InvalidParameterValue/,
      ],
      ["Action=LaunchRockets", "rds", 400, /does not cover rds LaunchRockets/],
      ["Action=DescribeReservedDBInstances", "rds", 500, /does not cover rds DescribeReservedDBInstances/],
      ["", "rds", 400, /UnknownOperation/],
      ["not json", "kms", 400, /UnknownOperation/],
      ["{}", "s3", 403, /not signed/],
    ];
    for (const [body, service, status, says] of cases) {
      const response = await fetch(server.url, form(body, service));
      expect([body, response.status]).toEqual([body, status]);
      expect(await response.text()).toMatch(says);
    }
    const unsigned = await fetch(server.url, { method: "POST", body: "Action=DescribeDBClusters" });
    expect(unsigned.status).toBe(403);
    const huge = await fetch(server.url, form(`Action=DescribeDBClusters&Marker=${"x".repeat(1_100_000)}`));
    expect(huge.status).toBe(413);
    const sound = await fetch(server.url, form("Action=DescribeDBClusters&Version=2014-10-31"));
    expect(await sound.text()).toContain("<DBClusters/>");
  });

  test("sends DynamoDB's requests on, so that one endpoint URL serves every client", async () => {
    const { account } = laboratory();
    const server = await listen(account, {
      dynamo: (_request, response) => response.end(JSON.stringify({ TableNames: ["migrations"] })),
    });
    closing.push(server.close);
    const client = new dynamo.DynamoDBClient({ region, credentials, endpoint: server.url });
    const { TableNames } = await client.send(new dynamo.ListTablesCommand({}));
    expect(TableNames).toEqual(["migrations"]);
  });

  test("answers EC2's client, whose protocol is its own, about security groups", async () => {
    const { account } = laboratory();
    const server = await listen(account);
    closing.push(server.close);
    const client = new EC2Client({ region, credentials, endpoint: server.url, maxAttempts: 1 });
    const asked = (...GroupIds: string[]) => client.send(new DescribeSecurityGroupsCommand({ GroupIds }));
    const { SecurityGroups: groups } = await asked("sg-fence", "sg-0da7aba5e5");
    expect(groups).toMatchObject([
      {
        GroupId: "sg-fence",
        VpcId: "vpc-0a1b2c3d4e5f60718",
        IpPermissions: [
          {
            IpProtocol: "tcp",
            FromPort: 5432,
            ToPort: 5432,
            UserIdGroupPairs: [{ GroupId: expect.stringMatching(/^sg-/) }],
          },
        ],
        IpPermissionsEgress: [{ IpRanges: [{ CidrIp: "255.255.255.255/32" }] }],
      },
      {
        IpPermissions: [{}, {}],
        IpPermissionsEgress: [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }],
      },
    ]);
    await expect(asked("sg-none")).rejects.toMatchObject({
      name: "InvalidGroup.NotFound",
      message: "The security group 'sg-none' does not exist",
    });
  });

  test("says so when its port is taken", async () => {
    const squatter = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => squatter.once("listening", resolve));
    closing.push(() => new Promise((resolve) => squatter.close(() => resolve())));
    const { port } = squatter.address() as { port: number };
    await expect(listen(laboratory().account, { port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
