import { randomInt } from "node:crypto";
import {
  type ClientOptions,
  createAccountClients,
  createDynamoClient,
  createLambdaClient,
} from "./aws/clients.ts";
import { createGateway } from "./aws/cloud.ts";
import { createDynamoStore } from "./aws/dynamo-store.ts";
import { call, wake } from "./aws/functions.ts";
import type { FrontConfig, ProbeConfig, WorkerConfig } from "./config.ts";
import type { Database } from "./core/database.ts";
import { createDatabase, type DatabaseOptions } from "./database/database.ts";
import { remoteDatabase } from "./database/remote.ts";
import type { Clock, Deps, Log } from "./engine/deps.ts";
import { createSlackHandler, type HttpReply } from "./slack/app.ts";
import type { Approvers } from "./slack/approvers.ts";
import { createLookUp } from "./slack/people.ts";
import { createChannel } from "./slack/thread.ts";
import type { HttpRequest } from "./slack/verify.ts";
import { createWebClient, type SlackAddresses, slackItself } from "./slack/web-client.ts";

/** The one place where configuration becomes clients, and clients become what the engine needs. */

/** The machine's own time: outside of tests and the embedded world there is no other. */
const realClock: Clock = {
  now: Date.now,
  sleep: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
};

/** One line of JSON per event, which is what CloudWatch Logs can search. */
const jsonLog: Log = {
  info: (event, fields) => console.log(line("info", event, fields)),
  error: (event, fields) => console.error(line("error", event, fields)),
};

function line(level: string, event: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ level, event, ...fields }, (_key, value) =>
    value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value,
  );
}

/** What stands in the place of the machine and the network, where something does. */
export interface Surroundings {
  readonly clock?: Clock;
  readonly log?: Log;
  /** In the place of AWS's addresses; a plugin answers without any network. */
  readonly aws?: Omit<ClientOptions, "region">;
  /** Where a database host is; the default asks DNS. */
  readonly resolve?: NonNullable<DatabaseOptions["resolve"]>;
}

function clientOptions(
  config: { AWS_REGION: string; AWS_ENDPOINT_URL?: string | undefined },
  { aws }: Surroundings,
): ClientOptions {
  const endpoint = config.AWS_ENDPOINT_URL;
  return { region: config.AWS_REGION, ...(endpoint !== undefined && { endpoint }), ...aws };
}

function addressesOf({ SLACK_URL }: { SLACK_URL?: string | undefined }): SlackAddresses {
  return SLACK_URL === undefined ? slackItself : { api: `${SLACK_URL}/api/`, answers: SLACK_URL };
}

/** The front: verifies what Slack sends, records it, and answers at once. */
export function composeFront(
  config: FrontConfig,
  around: Surroundings & { readonly wake?: () => Promise<void> } = {},
): (request: HttpRequest) => Promise<HttpReply> {
  const clients = clientOptions(config, around);
  const store = createDynamoStore(createDynamoClient(clients), config.TABLE_NAME);
  const lambda = createLambdaClient(clients);
  return createSlackHandler({
    signingSecret: config.SLACK_SIGNING_SECRET,
    token: config.SLACK_BOT_TOKEN,
    botId: config.SLACK_BOT_ID,
    botUserId: config.SLACK_BOT_USER_ID,
    team: config.SLACK_TEAM_ID,
    appId: config.SLACK_APP_ID,
    addresses: addressesOf(config),
    putRequest: store.putRequest,
    wake: around.wake ?? (() => wake(lambda, config.WORKER_FUNCTION)),
    clock: around.clock ?? realClock,
    log: around.log ?? jsonLog,
  });
}

/** The probe, where the databases can be reached. */
export function composeProbe(config: ProbeConfig, around: Surroundings = {}): Database {
  return createDatabase({
    login: { user: config.DATABASE_USER, password: async () => config.DATABASE_PASSWORD },
    ca: config.DATABASE_CA_FILE,
    clock: around.clock ?? realClock,
    ...(around.resolve && { resolve: around.resolve }),
  });
}

/** Everything that the engine needs. The databases are asked through the probe function unless one is given. */
export function composeWorker(
  config: WorkerConfig,
  around: Surroundings & { readonly database?: Database } = {},
): Deps {
  const clients = clientOptions(config, around);
  const gateway = createGateway(createAccountClients(clients));
  const addresses = addressesOf(config);
  const client = createWebClient(config.SLACK_BOT_TOKEN, addresses);
  const approvers = approversOf(config.SLACK_APPROVERS);
  const lambda = createLambdaClient(clients);
  const team = config.SLACK_TEAM_ID;
  const log = around.log ?? jsonLog;
  return {
    clock: around.clock ?? realClock,
    store: createDynamoStore(createDynamoClient(clients), config.TABLE_NAME),
    cloudFor: (_target, effect) => gateway(effect),
    database: around.database ?? remoteDatabase((payload) => call(lambda, config.PROBE_FUNCTION, payload)),
    channel: createChannel({ client, botUserId: config.SLACK_BOT_USER_ID, approvers, addresses, log }),
    lookUp: createLookUp({ client, team, approvers }),
    environment: {
      account: config.AWS_ACCOUNT_ID,
      region: config.AWS_REGION,
      defaultKey: config.KMS_KEY ?? null,
      fenceGroups: config.FENCE_SECURITY_GROUPS,
      longestDowntime: config.LONGEST_DOWNTIME_MINUTES,
      approvalLifetime: config.APPROVAL_LIFETIME_MINUTES,
      team,
      channels: config.SLACK_CHANNELS,
    },
    newMigrationId,
    log,
  };
}

function approversOf(ids: readonly string[]): Approvers {
  const [first] = ids;
  const isGroup = ids.length === 1 && first?.startsWith("S");
  return isGroup && first !== undefined ? { kind: "group", group: first } : { kind: "people", users: ids };
}

const letters = "abcdefghijkmnpqrstuvwxyz";
const others = `${letters}23456789`;

/** Six characters, the first a letter, none that is mistaken for another: people read them to each other. */
function newMigrationId(): string {
  const pick = (from: string): string => from[randomInt(from.length)] ?? "a";
  return pick(letters) + Array.from({ length: 5 }, () => pick(others)).join("");
}
