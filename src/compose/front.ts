import { type FrontConfig, secretsIn } from "../config.ts";
import { createSlackHandler, type HttpReply, type SlackHandlerOptions } from "../slack/app.ts";
import type { HttpRequest } from "../slack/verify.ts";
import { lineLog } from "./line-log.ts";
import { addressesOf, realClock, type Surroundings } from "./surroundings.ts";

/** The front: verifies what Slack sends, records it where it is told to, and answers at once. */
export function composeFront(
  config: Omit<FrontConfig, "WORKER_FUNCTION">,
  around: Pick<Surroundings, "clock" | "log"> & Pick<SlackHandlerOptions, "putRequest" | "wake">,
): (request: HttpRequest) => Promise<HttpReply> {
  return createSlackHandler({
    signingSecret: config.SLACK_SIGNING_SECRET,
    token: config.SLACK_BOT_TOKEN,
    botId: config.SLACK_BOT_ID,
    botUserId: config.SLACK_BOT_USER_ID,
    team: config.SLACK_TEAM_ID,
    appId: config.SLACK_APP_ID,
    addresses: addressesOf(config),
    putRequest: around.putRequest,
    wake: around.wake,
    clock: around.clock ?? realClock,
    log: around.log ?? lineLog(secretsIn(config)),
  });
}
