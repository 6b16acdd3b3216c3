import { App, AwsLambdaReceiver, LogLevel } from "@slack/bolt";
import type { Deliver } from "../../../src/sim/slack/interact.ts";

export const signingSecret = "a signing secret of thirty-two c";
export const token = "xoxb-a-token";

/** A real Bolt app behind Bolt's receiver for Lambda; `deliver` calls it as a function URL would. */
export function lambdaApp(define: (app: App) => void, slackApiUrl = "http://127.0.0.1:9/"): Deliver {
  const receiver = new AwsLambdaReceiver({ signingSecret, logLevel: LogLevel.ERROR });
  const app = new App({
    receiver,
    token,
    botId: "B0ENCRYPT",
    botUserId: "U0ENCRYPT",
    convoStore: false,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl, retryConfig: { retries: 0 }, timeout: 2000, rejectRateLimitedCalls: true },
  });
  define(app);
  const handle = receiver.toHandler();
  return async (request) => {
    const event = {
      version: "2.0",
      rawPath: "/",
      headers: { ...request.headers },
      body: request.body,
      isBase64Encoded: false,
    };
    const reply = await handle(event as never, {} as never);
    return { statusCode: reply.statusCode, body: reply.body ?? "" };
  };
}
