import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { composeFront } from "../compose/front.ts";
import { composeInbox } from "../compose/function-calls.ts";
import { frontSchema, lambdaCredentialsSchema, readConfig } from "../config.ts";

/** Made at the first request and kept for the container's life. */
let front: ReturnType<typeof composeFront> | undefined;

/** Behind a function URL or an HTTP API: what Slack sends. */
export async function handler(event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> {
  front ??= compose();
  const { statusCode, headers, body } = await front(event);
  return { statusCode, body, ...(headers && { headers: { ...headers } }) };
}

function compose() {
  const config = readConfig(frontSchema);
  return composeFront(config, composeInbox(config, readConfig(lambdaCredentialsSchema)));
}
