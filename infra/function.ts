import { ArnFormat, type Duration, RemovalPolicy, type Stack } from "aws-cdk-lib";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { accepted } from "./accepted.ts";
import { functionNames, logGroups } from "./names.ts";
import type { Network } from "./network.ts";

/**
 * The role of a function. It may read its environment and send traces, and a function inside the VPC may be put there; the rest
 * is given by what needs it.
 */
export function createFunctionRole(stack: Stack, which: Which, key: IKey, network?: Network): Role {
  const role = new Role(stack, `${idOf(which)}Role`, {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
  });
  role.addToPolicy(
    new PolicyStatement({ sid: "ReadEnvironment", actions: ["kms:Decrypt"], resources: [key.keyArn] }),
  );
  for (const statement of network ? networkStatements(stack, which) : []) role.addToPolicy(statement);
  accepted(
    role,
    "AwsSolutions-IAM5[Resource::*]",
    "X-Ray's two actions know no resources, and those by which Lambda puts a function into a VPC are denied to the code.",
  );
  return role;
}

type Which = keyof typeof functionNames;

function idOf(which: Which): string {
  return `${which.slice(0, 1).toUpperCase()}${which.slice(1)}`;
}

interface FunctionProps {
  readonly role: Role;
  /** The folder with its index.mjs. */
  readonly code: string;
  readonly key: IKey;
  /** Megabytes; processor time grows with them, one whole processor at 1,769. */
  readonly memory: number;
  readonly timeout: Duration;
  /** Kept free for it, and never exceeded. */
  readonly concurrency: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Inside a VPC. */
  readonly network?: Network;
}

/** One of the three functions, with a log that it alone writes. */
export function createFunction(stack: Stack, which: Which, props: FunctionProps): LambdaFunction {
  const id = idOf(which);
  const name = functionNames[which];
  const { role, key, network } = props;
  const log = new LogGroup(stack, `${id}Log`, {
    logGroupName: logGroups.ofFunction(name),
    // The journal is the record; this is for whoever looks into something that happened this quarter.
    retention: RetentionDays.THREE_MONTHS,
    encryptionKey: key,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  role.addToPolicy(
    new PolicyStatement({
      sid: "Log",
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [log.logGroupArn],
    }),
  );
  return new LambdaFunction(stack, id, {
    functionName: name,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: Code.fromAsset(props.code),
    handler: "index.handler",
    memorySize: props.memory,
    timeout: props.timeout,
    reservedConcurrentExecutions: props.concurrency,
    // The bundles are minified: without it a stack in the log says nothing.
    environment: { ...props.environment, NODE_OPTIONS: "--enable-source-maps" },
    environmentEncryption: key,
    role,
    logGroup: log,
    tracing: Tracing.ACTIVE,
    ...(network && { vpc: network.vpc, vpcSubnets: network.subnets, securityGroups: [network.probe] }),
  });
}

/**
 * Lambda makes the function's network interfaces with the function's role; the code itself has no business with them.
 * Source: Lambda Developer Guide, Giving Lambda functions access to resources in a VPC, which has the second statement.
 */
function networkStatements(stack: Stack, which: Which): readonly PolicyStatement[] {
  const actions = [
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
  ];
  const itself = stack.formatArn({
    service: "lambda",
    resource: "function",
    resourceName: functionNames[which],
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  return [
    new PolicyStatement({ sid: "JoinVpc", actions, resources: ["*"] }),
    new PolicyStatement({
      sid: "NotByCode",
      effect: Effect.DENY,
      actions,
      resources: ["*"],
      conditions: { ArnEquals: { "lambda:SourceFunctionArn": itself } },
    }),
  ];
}
