import type { Request } from "../../src/engine/request.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { type Slack, startSlack } from "../../src/sim/slack/server.ts";
import { sign } from "../../src/sim/slack/sign.ts";
import { slackbot, Workspace } from "../../src/sim/slack/workspace.ts";
import { createSlackHandler, type HttpReply, type SlackHandlerOptions } from "../../src/slack/app.ts";
import type { HttpRequest } from "../../src/slack/verify.ts";
import { noon } from "./lives.ts";

export const signingSecret = "a signing secret of thirty-two c";
const token = "xoxb-a-token";

export const channel = "C0DBOPS01";
export const alice = "U0ALICE01";

/** The simulated workspace and our front door behind it, which records into a map. */
export interface Front {
  readonly workspace: Workspace;
  readonly slack: Slack;
  /** What is in the place of the options that everybody else uses. */
  changed: Partial<SlackHandlerOptions>;
  woken: number;
  logged: string;
  requests(): readonly Request[];
  /** What our app has told somebody alone. */
  heardBy(user: string): readonly string[];
  deliver(request: HttpRequest): Promise<HttpReply>;
  /** Delivers a body that Slack has signed. */
  deliverBody(body: string): Promise<HttpReply>;
}

export async function openFront(): Promise<Front> {
  const workspace = new Workspace(acme(), { now: () => noon });
  const put = new Map<string, Request>();
  const clock = { now: () => noon };
  const deliver = (request: HttpRequest) => createSlackHandler(optionsOf(front, put))(request);
  const slack = await startSlack({ workspace, signingSecret, token, clock, deliver });
  const front: Front = {
    workspace,
    slack,
    changed: {},
    woken: 0,
    logged: "",
    requests: () => [...put.values()],
    heardBy: (user) =>
      workspace.state.ephemerals
        .filter((each) => each.user === user && each.author !== slackbot)
        .map(({ text }) => text),
    deliver,
    deliverBody: (body) => deliver(sign({ secret: signingSecret, timestamp: noon / 1_000, body })),
  };
  return front;
}

function optionsOf(front: Front, put: Map<string, Request>): SlackHandlerOptions {
  const { url } = front.slack;
  const write = (event: string, fields: object) => {
    front.logged += `${event} ${JSON.stringify(fields)}\n`;
  };
  return {
    signingSecret,
    token,
    botId: "B0ENCRYPT",
    botUserId: "U0ENCRYPT",
    team: "T0ACME001",
    appId: "A0ENCRYPT",
    addresses: { api: `${url}/api/`, answers: url, files: url },
    async putRequest(asked) {
      if (put.has(asked.id)) return false;
      put.set(asked.id, asked);
      return true;
    },
    async wake() {
      front.woken += 1;
    },
    clock: { now: () => noon },
    log: { info: write, error: write },
    ...front.changed,
  };
}
