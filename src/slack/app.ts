import { App, AwsLambdaReceiver, type Logger, LogLevel } from "@slack/bolt";
import type { Clock, Log } from "../engine/deps.ts";
import type { Request } from "../engine/request.ts";
import type { SlackAddresses } from "./addresses.ts";
import { answerBody, sendAnswer } from "./answer.ts";
import { saying } from "./blocks/message.ts";
import { hearClick } from "./clicks.ts";
import { hearCommand, slashCommand } from "./commands.ts";
import type { Heard, Home } from "./home.ts";
import { type HttpRequest, type VerifiedRequest, verify } from "./verify.ts";
import { clientOptions } from "./web-client.ts";

export interface HttpReply {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string | number | boolean>>;
  readonly body: string;
}

export interface SlackHandlerOptions {
  readonly signingSecret: string;
  readonly token: string;
  readonly botId: string;
  readonly botUserId: string;
  /** The workspace that the bot serves. */
  readonly team: string;
  readonly appId?: string | undefined;
  readonly addresses: SlackAddresses;
  /** False if the request was there before. */
  putRequest(request: Request): Promise<boolean>;
  /** Asks whoever carries out requests to look now. Not to be relied upon: they look every minute anyway. */
  wake(): Promise<void>;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
}

/** Milliseconds, of the three seconds that Slack waits for the whole of it. */
const storePatience = 1_600;
const wakePatience = 600;

/**
 * The front door: verifies, reads, records one request and acknowledges it. Whatever is slow or can fail is for whoever
 * carries the requests out. Everything Slack signed is answered with 200, since it shows nothing else to the person.
 */
export function createSlackHandler(
  options: SlackHandlerOptions,
): (request: HttpRequest) => Promise<HttpReply> {
  const { signingSecret, clock, log } = options;
  if (signingSecret === "") throw new Error("an empty signing secret would let everybody in");
  const deliver = createApp(options);
  return async (request) => {
    const verdict = verify(request, signingSecret, clock.now());
    if ("refused" in verdict) {
      log.info("slack.refused", { status: verdict.refused });
      return { statusCode: verdict.refused, body: "" };
    }
    try {
      const reply = await deliver(verdict.ok);
      if (reply.statusCode === 200) return reply;
      log.error("slack.unhandled", { status: reply.statusCode });
    } catch (error) {
      log.error("slack.unreadable", { error: String(error) });
    }
    return ephemeral("Slack sent something that I could not read. Nothing was done.");
  };
}

type Deliver = (request: VerifiedRequest) => Promise<HttpReply>;

function createApp(options: SlackHandlerOptions): Deliver {
  const { clock, log, addresses } = options;
  const logger = boltLogger(log);
  // The signature is judged before, and by a clock that is given: Bolt's own check reads the machine's.
  const receiver = new AwsLambdaReceiver({
    signingSecret: options.signingSecret,
    signatureVerification: false,
    logger,
  });
  const app = new App({
    receiver,
    token: options.token,
    // With both ids given, Bolt asks Slack nothing when it starts.
    botId: options.botId,
    botUserId: options.botUserId,
    convoStore: false,
    logger,
    clientOptions: clientOptions(addresses),
  });
  const home: Home = {
    team: options.team,
    appId: options.appId,
    botId: options.botId,
    answers: addresses.answers,
  };

  app.command(slashCommand, async ({ body, ack }) => {
    const heard = hearCommand(body, home, clock.now());
    const answer =
      "answer" in heard ? heard.answer : ((await record(heard, options)) ?? saying(heard.acknowledgement));
    await ack({ response_type: "ephemeral", ...answer });
  });
  // One listener for every button: Bolt runs all that match, and a second acknowledgement would be an error.
  app.action(/^/, async ({ body, ack }) => {
    const heard = hearClick(body, home, clock.now());
    if (heard) await answerClick(heard, options);
    await ack();
  });
  app.error(async (error) => log.error("slack.listener", { error: String(error) }));

  const handle = receiver.toHandler();
  // Bolt's type asks for the whole event of a gateway; of that it reads no more than this.
  return (request) => handle(request as Parameters<typeof handle>[0], undefined);
}

/** Puts a request where it will be found. What could not be made sure of is said, never assumed. */
async function record(
  heard: Extract<Heard, { request: Request }>,
  { putRequest, wake, log }: SlackHandlerOptions,
) {
  const { id } = heard.request;
  try {
    const isNew = await within(storePatience, putRequest(heard.request));
    log.info("slack.request", { id, isNew });
  } catch (error) {
    log.error("slack.not-recorded", { id, error: String(error) });
    return saying(
      "I could not make sure that this was recorded. Look with `/encrypt-db status`, then try again.",
    );
  }
  try {
    await within(wakePatience, wake());
  } catch (error) {
    log.error("slack.not-woken", { id, error: String(error) });
  }
  return undefined;
}

/** Slack shows nothing of what a click is answered with: what there is to say goes to its response URL. */
async function answerClick(heard: Heard, options: SlackHandlerOptions): Promise<void> {
  const answer = "answer" in heard ? heard.answer : await record(heard, options);
  const url = "answer" in heard ? heard.responseUrl : heard.request.responseUrl;
  if (!answer || url === null) return;
  try {
    await sendAnswer(url, options.addresses.answers, answer, wakePatience);
  } catch (error) {
    options.log.error("slack.not-answered", { error: String(error) });
  }
}

/** Milliseconds of real time: Slack's patience is real whatever clock the world runs by. */
async function within<T>(patience: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience} ms`)), patience);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function ephemeral(text: string): HttpReply {
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: answerBody(saying(text)),
  };
}

/** Bolt's lower levels print whole requests, and with them response URLs and triggers. */
function boltLogger(log: Log): Logger {
  return {
    debug() {},
    info() {},
    warn: (...messages) => log.info("slack.bolt", { said: messages.map(String).join(" ") }),
    error: (...messages) => log.error("slack.bolt", { said: messages.map(String).join(" ") }),
    setLevel() {},
    getLevel: () => LogLevel.WARN,
    setName() {},
  };
}
