import { type App, CfnOutput, Duration, Stack } from "aws-cdk-lib";
import { PolicyStatement, type Role } from "aws-cdk-lib/aws-iam";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { actions as invoking } from "../src/aws/functions.ts";
import { letWorkerAct } from "./account-roles.ts";
import { createAlarms } from "./alarms.ts";
import { createBackups } from "./backup.ts";
import { probeEnvironment, slackEnvironment, workerEnvironment } from "./environment.ts";
import { createFunction, createFunctionRole } from "./function.ts";
import { createOwnKey } from "./key.ts";
import { product } from "./names.ts";
import { createNetwork } from "./network.ts";
import { createNoticeTopic, noticeLostKeys, noticeStartedSources } from "./notices.ts";
import { createOperatorPolicy } from "./operators.ts";
import type { Settings } from "./settings.ts";
import { createSlackEndpoint } from "./slack-endpoint.ts";
import { createTable, inboxStatements, storeStatements } from "./table.ts";
import { createTransfer } from "./transfer.ts";
import { createWakes } from "./wakes.ts";

/** The folders with the bundles of the three functions, and with what the image of the task is made of. */
export interface Bundles {
  readonly slack: string;
  readonly worker: string;
  readonly probe: string;
  readonly transfer: string;
}

/** Everything that the bot is in an account: one stack, since none of it is of use without the rest. */
export function createStack(app: App, settings: Settings, bundles: Bundles): Stack {
  const { account, region, keys } = settings;
  const stack = new Stack(app, product, {
    env: { account, region },
    description: "encrypt-db: moves databases to a customer-managed KMS key, from Slack",
    terminationProtection: true,
  });
  const key = createOwnKey(stack);
  const table = createTable(stack, key);
  const network = createNetwork(stack, settings.vpc);

  const probeRole = createFunctionRole(stack, "probe", key, network);
  const probe = createFunction(stack, "probe", {
    role: probeRole,
    code: bundles.probe,
    key,
    memory: 512,
    // As long as the worker waits for an answer.
    timeout: Duration.minutes(5),
    // Several looks at once for each migration in its downtime.
    concurrency: 20,
    environment: probeEnvironment(settings),
    network,
  });

  const workerRole = createFunctionRole(stack, "worker", key);
  const backup = settings.backup && createBackups(stack, key, settings.backup);
  const actRoles = letWorkerAct(stack, workerRole, settings, backup);
  for (const statement of storeStatements(stack, table, key)) workerRole.addToPolicy(statement);
  letInvoke(workerRole, probe);
  const { transfer } = settings;
  const transferTasks =
    transfer &&
    createTransfer(stack, {
      settings: { ...settings, transfer },
      ...{ key, network, image: bundles.transfer, worker: workerRole },
    });
  const where = transferTasks && stack.toJsonString(transferTasks);
  if (where !== undefined) output(stack, "TransferTasks", "Where databases are dumped and restored", where);

  const worker = createFunction(stack, "worker", {
    role: workerRole,
    code: bundles.worker,
    key,
    memory: 512,
    // It lingers for 75 seconds in a downtime, and the last thing it does then may be the longest question to the probe.
    timeout: Duration.minutes(7),
    // A run a minute, each as long as its time-out at worst, and as many wakes again. One alone would be throttled at every
    // hand-over: the next run begins while the one before still lingers.
    concurrency: 14,
    environment: workerEnvironment(settings, {
      fenceGroup: network.fence.securityGroupId,
      changeRole: actRoles.change.roleArn,
      destroyRole: actRoles.destroy.roleArn,
      transferTasks: where,
      backup,
    }),
  });

  createOperatorPolicy(stack, worker, table, key);

  const slackRole = createFunctionRole(stack, "slack", key);
  for (const statement of inboxStatements(stack, table, key)) slackRole.addToPolicy(statement);
  letInvoke(slackRole, worker);
  const slack = createFunction(stack, "slack", {
    role: slackRole,
    code: bundles.slack,
    key,
    // Slack waits three seconds, a cold start included.
    memory: 512,
    timeout: Duration.seconds(10),
    concurrency: 10,
    environment: slackEnvironment(settings),
  });
  const address = createSlackEndpoint(stack, slack, key);

  const missedRuns = createWakes(stack, worker, { backups: backup !== undefined });
  const topic = createNoticeTopic(stack, key, settings.alarmEmails);
  createAlarms(stack, topic, { slack, worker, probe, missedRuns });
  noticeLostKeys(stack, topic, [key.keyArn, keys.default, ...keys.others]);
  noticeStartedSources(stack, topic);

  output(stack, "RequestUrl", "Goes into manifest.yml, twice", address);
  output(
    stack,
    "ProbeSecurityGroup",
    "The databases' own groups must let it in",
    network.probe.securityGroupId,
  );
  output(
    stack,
    "FenceSecurityGroup",
    "Replaces the groups of a database while it is fenced",
    network.fence.securityGroupId,
  );
  output(stack, "TableName", "The store", table.ref);
  output(stack, "WorkerRoleArn", "worker in infra/destination.json", workerRole.roleArn);
  return stack;
}

function letInvoke(role: Role, called: IFunction): void {
  role.addToPolicy(
    new PolicyStatement({ sid: "Invoke", actions: [...invoking], resources: [called.functionArn] }),
  );
}

function output(stack: Stack, id: string, description: string, value: string): void {
  new CfnOutput(stack, id, { description, value });
}
