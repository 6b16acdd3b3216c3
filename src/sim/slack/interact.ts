import { setTimeout as sleep } from "node:timers/promises";
import { SlackError } from "./method.ts";
import { type Click, clickBody, commandBody, findTarget, keepChoice, responseAddress } from "./payloads.ts";
import { respond } from "./response-url.ts";
import { type SignedRequest, sign } from "./sign.ts";
import { type Channel, type Person, type ResponseUrl, slackbot, type Workspace } from "./workspace.ts";

/** What the app answered to a request. */
interface AppReply {
  readonly statusCode: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** Carries a request to the app, as the internet would. */
export type Deliver = (request: SignedRequest) => Promise<AppReply>;

/** How an interaction ended for the person who made it. */
type Outcome = "answered" | "timed out" | "failed" | "refused by Slack";

interface Command {
  readonly user: string;
  readonly channel: string;
  /** What stands after the command's name. */
  readonly text: string;
}

export interface Interactions {
  command(command: Command): Promise<Outcome>;
  click(click: Click): Promise<Outcome>;
  /** The request that a command or click would send, signed now, to be tampered with or sent twice. */
  commandRequest(command: Command): SignedRequest;
  clickRequest(click: Click): SignedRequest;
}

/** Slack gives an app three seconds of real time, whatever the world's clock does. */
const patienceMs = 3000;

/**
 * Acts as Slack towards the app: signs what a person does, delivers it, and shows that person what came of
 * it. `nowSeconds` dates the signatures.
 */
export function interactions(options: {
  readonly workspace: Workspace;
  readonly signingSecret: string;
  readonly deliver: Deliver;
  readonly nowSeconds: () => number;
  readonly baseUrl: () => string;
}): Interactions {
  const { workspace } = options;

  const signed = (body: string) =>
    sign({ secret: options.signingSecret, timestamp: options.nowSeconds(), body });

  const lend = (url: ResponseUrl) => ({
    responseUrl: responseAddress(options.baseUrl(), workspace, url),
    triggerId: `${Math.floor(workspace.now())}.${workspace.state.team.id}.${workspace.nextId()}`,
  });

  const prepareCommand = (command: Command) => {
    const { person, channel } = present(workspace, command);
    const url = workspace.openResponseUrl({ channel: channel.id, user: person.id });
    const request = signed(commandBody(workspace, { person, channel, text: command.text }, lend(url)));
    return { person, channel, url, request };
  };

  const prepareClick = (click: Click) => {
    const { person, channel } = present(workspace, click);
    const target = findTarget(workspace, click);
    keepChoice(workspace, target, click);
    const url = workspace.openResponseUrl({
      channel: channel.id,
      user: person.id,
      original: click.messageTs,
      ...(target.threadTs !== undefined && { threadTs: target.threadTs }),
    });
    const request = signed(clickBody(workspace, { person, channel, target, on: click }, lend(url)));
    return { person, channel, url, target, request };
  };

  return {
    commandRequest: (command) => prepareCommand(command).request,
    clickRequest: (click) => prepareClick(click).request,

    async command(command) {
      const name = workspace.state.app.command;
      const { person, channel } = present(workspace, command);
      if (person.external) {
        say(workspace, { person, channel }, `\`${name}\` is not available to people from other companies.`);
        return "refused by Slack";
      }
      const { url, request } = prepareCommand(command);
      const reply = await delivered(options.deliver, request);
      const problem = problemWith(reply) ?? showReply(workspace, url, reply);
      if (problem === undefined) return "answered";
      say(workspace, { person, channel }, `\`${name}\` failed because ${problem}.`);
      return reply === "timed out" ? "timed out" : "failed";
    },

    async click(click) {
      const { person, channel, target, request } = prepareClick(click);
      const reply = await delivered(options.deliver, request);
      const problem = problemWith(reply);
      if (problem === undefined) return "answered";
      say(workspace, { person, channel, threadTs: target.threadTs }, `That did not work: ${problem}.`);
      return reply === "timed out" ? "timed out" : "failed";
    },
  };
}

function present(workspace: Workspace, place: { readonly user: string; readonly channel: string }) {
  const person = workspace.person(place.user);
  const channel = workspace.channel(place.channel);
  if (person === undefined || channel === undefined || !channel.members.includes(person.id)) {
    throw new RangeError(`${place.user} is not in a channel ${place.channel}`);
  }
  return { person, channel };
}

async function delivered(deliver: Deliver, request: SignedRequest): Promise<AppReply | "timed out"> {
  const patience = new AbortController();
  const reply = deliver(request).catch((): AppReply => ({ statusCode: 502 }));
  try {
    return await Promise.race([reply, sleep(patienceMs, "timed out" as const, { signal: patience.signal })]);
  } finally {
    patience.abort();
  }
}

function problemWith(reply: AppReply | "timed out"): string | undefined {
  if (reply === "timed out") return 'the app did not answer in time (error "operation_timeout")';
  return reply.statusCode === 200 ? undefined : "the app did not respond";
}

/** Shows the answer that a command gets in the HTTP reply itself; gives the problem if it cannot be shown. */
function showReply(
  workspace: Workspace,
  url: ResponseUrl,
  reply: AppReply | "timed out",
): string | undefined {
  if (reply === "timed out" || reply.body === undefined || reply.body.trim() === "") return undefined;
  try {
    respond(workspace, url, readReply(reply.body));
    // The five uses of the address are for later answers, not for this one.
    workspace.changeResponseUrl(url.id, { uses: 0 });
    return undefined;
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    return `the app's answer could not be shown (${error.code})`;
  }
}

function readReply(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Plain text is an answer too.
  }
  return { text: body };
}

function say(
  workspace: Workspace,
  to: { readonly person: Person; readonly channel: Channel; readonly threadTs?: string | undefined },
  text: string,
): void {
  workspace.postEphemeral({
    channel: to.channel.id,
    user: to.person.id,
    author: slackbot,
    text,
    ...(to.threadTs !== undefined && { threadTs: to.threadTs }),
  });
}
