import { CreateTableCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import dynalite from "dynalite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { inbox, tableDefinition } from "../../src/aws/dynamo-items.ts";
import { createDynamoStore } from "../../src/aws/dynamo-store.ts";
import { composeOperator } from "../../src/compose/operator.ts";
import { operatorSchema, readConfig } from "../../src/config.ts";
import { createProbeHandler } from "../../src/lambda/probe.ts";
import { handler as slack } from "../../src/lambda/slack.ts";
import { handler as worker } from "../../src/lambda/worker.ts";
import { until } from "../../src/sim/actors.ts";
import { givePersonKey } from "../../src/sim/aws/iam/identities.ts";
import { type AccountServer, listen } from "../../src/sim/aws/wire/server.ts";
import { FastWorld, fenceGroup } from "../../src/sim/fast-world.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { type Slack, startSlack } from "../../src/sim/slack/server.ts";
import { Workspace } from "../../src/sim/slack/workspace.ts";

/** The functions as they are deployed: the environment tells them everything, and they find each other through AWS. */
const signingSecret = "signing-secret";
const world = new FastWorld();
const workspace = new Workspace(acme(), { now: Date.now });
const channel = workspace.state.channels[0]?.id ?? "";
const table = "encrypt-db";
let aws: AccountServer;
let server: Slack;

beforeAll(async () => {
  world.addCluster({ id: "orders-prod" });
  const dynamo = dynalite({ createTableMs: 0 });
  aws = await listen(world.account, {
    dynamo: (request, response) => dynamo.emit("request", request, response),
  });
  server = await startSlack({
    workspace,
    signingSecret,
    token: "xoxb-token",
    clock: { now: Date.now },
    deliver: async (request) => {
      const event = { ...request, isBase64Encoded: false, requestContext: { http: { method: "POST" } } };
      const answer = await slack(event as unknown as APIGatewayProxyEventV2);
      if (typeof answer === "string") throw new Error("a text is no answer with a status");
      return { statusCode: answer.statusCode ?? 0, body: answer.body ?? "" };
    },
  });
  const { team, app, userGroups } = workspace.state;
  const environment = {
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_BOT_TOKEN: "xoxb-token",
    SLACK_BOT_ID: app.botId,
    SLACK_BOT_USER_ID: app.botUserId,
    SLACK_TEAM_ID: team.id,
    SLACK_APP_ID: app.id,
    SLACK_URL: server.url,
    SLACK_CHANNELS: channel,
    SLACK_APPROVERS: userGroups[0]?.id ?? "",
    AWS_REGION: "eu-west-1",
    AWS_ACCOUNT_ID: "123456789012",
    AWS_ENDPOINT_URL: aws.url,
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    TABLE_NAME: table,
    WORKER_FUNCTION: "worker",
    PROBE_FUNCTION: "probe",
    KMS_KEY: "alias/databases",
    FENCE_SECURITY_GROUPS: `vpc-0a1b2c3d4e5f60718=${fenceGroup}`,
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const client = createDynamoClient({ region: environment.AWS_REGION, endpoint: aws.url });
  await client.send(new CreateTableCommand({ TableName: table, ...tableDefinition }));
  client.destroy();
  world.account.functions.set("probe", createProbeHandler(world.deps.database));
  world.account.functions.set("worker", (event) => worker(event));
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await server?.close();
  await aws?.close();
});

test("the worker answers the doctor what the other account lets nobody else see, and looks at nothing that is due", async () => {
  const seen = world.account.ledger.length;
  const asked = { readiness: { kind: "cluster", keyArn: world.key.arn } };
  expect(await worker(asked)).toEqual({ readiness: null });
  expect(world.account.ledger.length).toBe(seen);
});

test("a command reaches the front, which wakes the worker, which asks the probe and posts the plan", async () => {
  const outcome = await server.command({ user: "U0ALICE01", channel, text: "start orders-prod" });

  expect(outcome).toBe("answered");
  const root = await until("the plan", () =>
    workspace.timeline(channel).find(({ blocks }) => blocks !== undefined),
  );
  expect(root.text).toContain("orders-prod");
  expect(JSON.stringify(root.blocks)).toContain("Approve");
});

test("a scheduled run looks at what is due, without anybody having woken it", async () => {
  await worker({ source: "aws.events" });

  expect(workspace.timeline(channel).filter(({ blocks }) => blocks !== undefined)).toHaveLength(1);
});

test("an event of RDS wakes the worker, which then finds what the index does not show yet", async () => {
  const client = createDynamoClient({ region: "eu-west-1", endpoint: aws.url });
  const store = createDynamoStore(client, table);
  const asked = { id: "hidden", at: Date.now(), user: "U0ALICE01", team: workspace.state.team.id, channel };
  const responseUrl = `${server.url}/commands/gone`;
  await store.putRequest({ ...asked, responseUrl, kind: "command", command: { verb: "help" } });
  const UpdateExpression = "REMOVE queue, standing";
  const Key = { pk: { S: inbox }, sk: { S: asked.id } };
  await client.send(new UpdateItemCommand({ TableName: table, Key, UpdateExpression }));

  await worker({ source: "aws.events" });
  expect(await store.pendingRequests()).toHaveLength(1);
  await worker({ source: "aws.rds" });
  expect(await store.pendingRequests()).toHaveLength(0);
  client.destroy();
});

test("an operator calls the worker itself, and is answered under the AWS identity that signed", async () => {
  const arn = "arn:aws:sts::123456789012:assumed-role/Dba/bob";
  const credentials = { accessKeyId: "AKIABOB", secretAccessKey: "secret of bob" };
  world.account.alter((turn) => {
    turn.state = givePersonKey(turn.state, credentials, {
      arn,
      statements: [{ Effect: "Allow", Action: "*", Resource: "*" }],
    });
  });
  const config = readConfig(operatorSchema, { ...process.env, WORKER_FUNCTION: "worker" });
  const bot = composeOperator(config, { aws: { credentials } })({ is: "worker" });

  const status = { kind: "command", command: { verb: "status", name: "orders-prod" } } as const;
  expect(await bot.ask(status)).toMatchObject({ kind: "status", views: [{ migration: { status: "open" } }] });
  const pause = { kind: "command", command: { verb: "pause", name: "orders-prod" } } as const;
  expect(await bot.ask(pause)).toMatchObject({
    kind: "problems",
    problems: [{ code: "operator.unknown", params: { arn } }],
  });
});

test("a request that Slack did not sign is refused before anything is read", async () => {
  const event = {
    headers: {},
    body: "{",
    isBase64Encoded: false,
    requestContext: { http: { method: "POST" } },
  };
  expect(await slack(event as unknown as APIGatewayProxyEventV2)).toMatchObject({
    statusCode: 401,
    body: "",
  });
});
