import { ArnFormat, RemovalPolicy, type Stack } from "aws-cdk-lib";
import { Peer, Port, SecurityGroup } from "aws-cdk-lib/aws-ec2";
import { Platform } from "aws-cdk-lib/aws-ecr-assets";
import {
  Cluster,
  ContainerImage,
  ContainerInsights,
  CpuArchitecture,
  FargateTaskDefinition,
  LogDriver,
  OperatingSystemFamily,
  Secret as TaskSecret,
} from "aws-cdk-lib/aws-ecs";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { actions as readingPasswords } from "../src/aws/master-password.ts";
import { actions as running } from "../src/aws/transfer-tasks.ts";
import type { TransferTasks } from "../src/core/transfer-tasks.ts";
import { accepted } from "./accepted.ts";
import { logGroups, transferName } from "./names.ts";
import type { Network } from "./network.ts";
import type { Settings } from "./settings.ts";

interface TransferProps {
  readonly settings: Settings & { readonly transfer: NonNullable<Settings["transfer"]> };
  readonly key: IKey;
  readonly network: Network;
  /** The folder with the image's Dockerfile and its one module. */
  readonly image: string;
  /** Who starts the task and reads what it says. */
  readonly worker: Role;
}

/**
 * The container task that dumps and restores. Nothing of it costs anything while none runs. It is in the databases' subnets, gets
 * into a fenced database as the probe does, and reaches AWS by what the subnets have for it: a NAT, or endpoints for ECR (api, dkr),
 * S3, CloudWatch Logs and Secrets Manager. Returns where the worker starts it.
 */
export function createTransfer(
  stack: Stack,
  { settings, key, network, image, worker }: TransferProps,
): TransferTasks {
  const services = new SecurityGroup(stack, "TransferGroup", {
    vpc: network.vpc,
    description: "The transfers of encrypt-db: out to the services of AWS",
    allowAllOutbound: false,
  });
  // A service has no addresses of its own that could be named, only a port.
  services.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "The services of AWS");
  const cluster = new Cluster(stack, "TransferCluster", {
    clusterName: transferName,
    vpc: network.vpc,
    containerInsightsV2: ContainerInsights.ENABLED,
    // A dump is what its database holds: on a disk under a key of AWS's the move would have been for nothing.
    managedStorageConfiguration: { fargateEphemeralStorageKmsKey: key },
  });
  const { family, roles } = createTask(stack, settings, key, image);
  letRun(stack, worker, { cluster, family, roles });
  return {
    cluster: transferName,
    family,
    subnets: settings.vpc.subnets,
    securityGroups: [network.probe.securityGroupId, services.securityGroupId],
    logGroup: logGroups.transfer,
  };
}

function createTask(
  stack: Stack,
  settings: TransferProps["settings"],
  key: IKey,
  image: string,
): { readonly family: string; readonly roles: readonly Role[] } {
  const { transfer, region, secret } = settings;
  const log = new LogGroup(stack, "TransferLog", {
    logGroupName: logGroups.transfer,
    retention: RetentionDays.THREE_MONTHS,
    encryptionKey: key,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = (id: string) =>
    new Role(stack, id, { assumedBy: new ServicePrincipal("ecs-tasks.amazonaws.com") });
  const taskRole = role("TransferRole");
  const executionRole = role("TransferStartRole");
  taskRole.addToPolicy(masterPasswords(stack));
  const reason = "RDS names a master's secret after an instance that is not there yet at deployment.";
  accepted(taskRole, `AwsSolutions-IAM5[Resource::${rdsSecrets(stack)}]`, reason);
  accepted(executionRole, "AwsSolutions-IAM5[Resource::*]", "A token of ECR is of no resource.");

  const task = new FargateTaskDefinition(stack, "TransferTask", {
    family: transferName,
    cpu: 4_096,
    memoryLimitMiB: 8_192,
    ephemeralStorageGiB: transfer.diskGiB,
    runtimePlatform: {
      cpuArchitecture: CpuArchitecture.ARM64,
      operatingSystemFamily: OperatingSystemFamily.LINUX,
    },
    taskRole,
    executionRole,
    volumes: [{ name: "spool" }],
  });
  const kept = Secret.fromSecretCompleteArn(stack, "TransferSecrets", secret.arn);
  const field = (name: string) =>
    TaskSecret.fromSecretsManagerVersion(kept, { versionId: secret.version }, name);
  const container = task.addContainer(transferName, {
    image: ContainerImage.fromAsset(image, {
      platform: Platform.LINUX_ARM64,
      buildArgs: { VERSIONS: transfer.clientVersions.join(" ") },
    }),
    logging: LogDriver.awsLogs({ logGroup: log, streamPrefix: transferName }),
    readonlyRootFilesystem: true,
    environment: {
      AWS_REGION: region,
      DATABASE_CA_FILE: "/etc/rds/global-bundle.pem",
      TRANSFER_SPOOL: "/spool",
    },
    secrets: {
      DATABASE_PASSWORD: field("DATABASE_PASSWORD"),
      DATABASE_LOGINS: field("DATABASE_LOGINS"),
    },
  });
  container.addMountPoints({ sourceVolume: "spool", containerPath: "/spool", readOnly: false });
  accepted(task, "AwsSolutions-ECS2", "No variable here is a secret: those are fetched when a task starts.");
  return { family: transferName, roles: [taskRole, executionRole] };
}

/** Source: Amazon RDS User Guide, Password management with Secrets Manager: RDS's own secrets begin with rds!. */
function rdsSecrets(stack: Stack): string {
  return stack.formatArn({
    service: "secretsmanager",
    resource: "secret",
    resourceName: "rds!db-*",
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function masterPasswords(stack: Stack): PolicyStatement {
  return new PolicyStatement({
    sid: "MasterPasswords",
    actions: [...readingPasswords],
    resources: [rdsSecrets(stack)],
    // Nobody but RDS may set a tag that begins with aws:.
    conditions: { StringEquals: { "secretsmanager:ResourceTag/aws:secretsmanager:owningService": "rds" } },
  });
}

interface Runnable {
  readonly cluster: Cluster;
  readonly family: string;
  readonly roles: readonly Role[];
}

/** Source: Service Authorization Reference, Amazon ECS: listing tasks knows no resource, so that the cluster is a condition. */
function letRun(stack: Stack, worker: Role, { cluster, family, roles }: Runnable): void {
  const ecs = (resource: string, resourceName: string) =>
    stack.formatArn({ service: "ecs", resource, resourceName });
  const inCluster = { ArnEquals: { "ecs:cluster": cluster.clusterArn } };
  const resources: Readonly<Record<(typeof running)[number], readonly string[]>> = {
    "ecs:RunTask": [ecs("task-definition", `${family}:*`)],
    "ecs:StopTask": [ecs("task", `${transferName}/*`)],
    "ecs:ListTasks": ["*"],
    "ecs:DescribeTasks": [ecs("task", `${transferName}/*`)],
    "logs:GetLogEvents": [
      stack.formatArn({
        service: "logs",
        resource: "log-group",
        resourceName: `${logGroups.transfer}:log-stream:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
  };
  for (const action of running) {
    const conditions = action.startsWith("ecs:") ? { conditions: inCluster } : {};
    worker.addToPolicy(
      new PolicyStatement({ actions: [action], resources: [...resources[action]], ...conditions }),
    );
    for (const resource of resources[action])
      accepted(
        worker,
        `AwsSolutions-IAM5[Resource::${resource}]`,
        "Each transfer is a task, and each deployment a revision, that has no name yet.",
      );
  }
  worker.addToPolicy(
    new PolicyStatement({
      sid: "GiveTransfersTheirRoles",
      actions: ["iam:PassRole"],
      resources: roles.map(({ roleArn }) => roleArn),
      conditions: { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } },
    }),
  );
}
