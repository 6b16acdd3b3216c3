import { createDynamoClient, createLambdaClient } from "../aws/clients.ts";
import { createDynamoStore } from "../aws/dynamo-store.ts";
import { wake } from "../aws/functions.ts";
import type { FrontConfig } from "../config.ts";
import type { SlackHandlerOptions } from "../slack/app.ts";
import { clientOptions } from "./surroundings.ts";

/** The worker as the front sees it where it is another function: the table that it reads, and its wake. */
export function composeRemoteWorker(config: FrontConfig): Pick<SlackHandlerOptions, "putRequest" | "wake"> {
  const clients = clientOptions(config, {});
  const { putRequest } = createDynamoStore(createDynamoClient(clients), config.TABLE_NAME);
  const lambda = createLambdaClient(clients);
  return { putRequest, wake: () => wake(lambda, config.WORKER_FUNCTION) };
}
