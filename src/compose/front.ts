import { createDynamoClient, createLambdaClient } from "../aws/clients.ts";
import { createDynamoStore } from "../aws/dynamo-store.ts";
import { wake } from "../aws/functions.ts";
import type { FrontConfig } from "../config.ts";
import { createSlackHandler, type HttpReply } from "../slack/app.ts";
import type { HttpRequest } from "../slack/verify.ts";
import { addressesOf, clientOptions, jsonLog, realClock, type Surroundings } from "./surroundings.ts";

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
