import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Request } from "../../src/engine/request.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { type Block, withIds } from "../../src/sim/slack/block-kit.ts";
import { type Slack, startSlack } from "../../src/sim/slack/server.ts";
import { type SignedRequest, sign } from "../../src/sim/slack/sign.ts";
import { slackbot, Workspace } from "../../src/sim/slack/workspace.ts";
import { createSlackHandler, type HttpReply, type SlackHandlerOptions } from "../../src/slack/app.ts";
import { rootMessage } from "../../src/slack/blocks/root.ts";
import { encode } from "../../src/slack/buttons.ts";
import { noon, viewAt } from "./lives.ts";

const signingSecret = "a signing secret of thirty-two c";
const token = "xoxb-a-token";
const channel = "C0DBOPS01";
const alice = "U0ALICE01";

let workspace: Workspace;
let slack: Slack;
let put: Map<string, Request>;
let woken: number;
let logged: string;
let changed: Partial<SlackHandlerOptions>;

beforeEach(async () => {
  workspace = new Workspace(acme(), { now: () => noon });
  put = new Map();
  woken = 0;
  logged = "";
  changed = {};
  const clock = { now: () => noon };
  slack = await startSlack({
    workspace,
    signingSecret,
    token,
    clock,
    deliver: (request) => deliver(request),
  });
});

afterEach(() => slack.close());

const write = (event: string, fields: object) => {
  logged += `${event} ${JSON.stringify(fields)}\n`;
};
const log = { info: write, error: write };

function deliver(request: SignedRequest): Promise<HttpReply> {
  const handler = createSlackHandler({
    signingSecret,
    token,
    botId: "B0ENCRYPT",
    botUserId: "U0ENCRYPT",
    team: "T0ACME001",
    appId: "A0ENCRYPT",
    addresses: { api: `${slack.url}/api/`, answers: slack.url },
    async putRequest(asked) {
      if (put.has(asked.id)) return false;
      put.set(asked.id, asked);
      return true;
    },
    async wake() {
      woken += 1;
    },
    clock: { now: () => noon },
    log,
    ...changed,
  });
  return handler(request);
}

const say = (text: string, user = alice) => slack.command({ user, channel, text });
const heardBy = (user: string) =>
  workspace.state.ephemerals
    .filter((each) => each.user === user && each.author !== slackbot)
    .map(({ text }) => text);
const requests = () => [...put.values()];

describe("a slash command", () => {
  it("is recorded once, acknowledged by name, and wakes the worker", async () => {
    expect(await say("start orders-prod key alias/orders")).toBe("answered");
    expect(requests()).toEqual([
      {
        kind: "command",
        id: expect.stringMatching(/^\d+\.T0ACME001\./),
        at: noon,
        user: alice,
        team: "T0ACME001",
        channel,
        responseUrl: expect.stringContaining(`${slack.url}/commands/`),
        command: { verb: "start", name: "orders-prod", key: "alias/orders" },
      },
    ]);
    expect(heardBy(alice)).toEqual([expect.stringContaining("Looking for orders-prod…")]);
    expect(woken).toBe(1);
  });

  it("that Slack delivers twice is answered the same and recorded once", async () => {
    const request = slack.commandRequest({ user: alice, channel, text: "start orders-prod" });
    const [first, second] = [await deliver(request), await deliver(request)];
    expect(second).toEqual(first);
    expect(first.statusCode).toBe(200);
    expect(requests()).toHaveLength(1);
  });

  it.each([
    "status",
    "list",
    "plan orders-prod",
    "pause orders-prod",
    "resume orders-prod",
    "retry orders-prod",
    "rollback orders-prod",
  ])("is acknowledged with what will happen: %s", async (text) => {
    expect(await say(text)).toBe("answered");
    expect(requests()).toHaveLength(1);
    expect(heardBy(alice)[0]).toMatch(/…|recorded/);
  });

  it.each(["", "help", "HELP", "--help"])("for help is answered at once: %j", async (text) => {
    expect(await say(text)).toBe("answered");
    expect(requests()).toEqual([]);
    expect(workspace.state.ephemerals.map((each) => JSON.stringify(each.blocks))[0]).toContain(
      "/encrypt-db start NAME",
    );
  });

  it.each([
    ["strat orders-prod", "Did you mean start?"],
    ["frobnicate", "I know start"],
    ["start", "needs the name of a database"],
    ["start orders_prod", "cannot be the name of a database"],
    ["start -orders", "cannot be the name of a database"],
    [`start ${"a".repeat(64)}`, "cannot be the name of a database"],
    ["start orders-prod now please", "I do not know what to do with now please"],
    ["start orders-prod key", "I do not know what to do with key"],
    ["status orders-prod extra", "I do not know what to do with extra"],
    ["list everything", "I do not know what to do with everything"],
    ["start &lt;!channel&gt;", "&lt;!channel&gt; cannot be"],
    ["start `rm`; drop table", "I do not know what to do with"],
    [`start ${"💥".repeat(3_000)}`, "cannot be the name of a database"],
    ["\u0000\u0001", "I do not know"],
  ])("that is malformed gets a helpful answer and is not recorded: %j", async (text, help) => {
    expect(await say(text)).toBe("answered");
    expect(requests()).toEqual([]);
    expect(woken).toBe(0);
    expect(heardBy(alice)).toEqual([expect.stringContaining(help)]);
  });

  it("says that it may not be recorded when the store fails, and shows no trace of the fault", async () => {
    changed = {
      putRequest: () => Promise.reject(new Error("ProvisionedThroughputExceeded at /srv/app/store.ts:12")),
    };
    expect(await say("start orders-prod")).toBe("answered");
    expect(heardBy(alice)).toEqual([expect.stringContaining("could not make sure that this was recorded")]);
    expect(JSON.stringify(workspace.state.ephemerals)).not.toContain("store.ts");
    expect(woken).toBe(0);
  });

  it("is answered within Slack's patience when the store and the wake hang", async () => {
    changed = { putRequest: () => new Promise(() => {}) };
    expect(await say("start orders-prod")).toBe("answered");
    changed = { wake: () => new Promise(() => {}) };
    expect(await say("start orders-prod")).toBe("answered");
    expect(requests()).toHaveLength(1);
  });

  it("is acknowledged although the wake fails", async () => {
    changed = { wake: () => Promise.reject(new Error("throttled")) };
    expect(await say("start orders-prod")).toBe("answered");
    expect(heardBy(alice)).toEqual([expect.stringContaining("Looking for orders-prod…")]);
    expect(requests()).toHaveLength(1);
  });

  it.each([
    ["another workspace", { team_id: "T0GLOBEX1" }],
    ["another app of the same name", { api_app_id: "A0OTHER01" }],
    ["an answer address that is not Slack's", { response_url: "http://169.254.169.254/latest" }],
    [
      "an answer address that only looks like Slack's",
      { response_url: "https://hooks.slack.com.evil.example/x" },
    ],
  ])("from %s is refused", async (_, change) => {
    const reply = await deliver(resigned({ user: alice, channel, text: "start orders-prod" }, change));
    expect(reply.statusCode).toBe(200);
    expect(reply.body).toContain("does not serve this workspace");
    expect(requests()).toEqual([]);
  });

  it.each([
    ["a field that came twice", "text=start+a&text=start+b&"],
    ["a trigger that came twice", "trigger_id=1&"],
  ])("with %s is not guessed at", async (_, more) => {
    const { body } = slack.commandRequest({ user: alice, channel, text: "start orders-prod" });
    const reply = await deliver(sign({ secret: signingSecret, timestamp: noon / 1_000, body: more + body }));
    expect(reply.body).toContain("could not read");
    expect(requests()).toEqual([]);
  });

  it("never logs a signature, a response URL or a trigger of a refused request", async () => {
    const request = slack.commandRequest({ user: alice, channel, text: "start orders-prod" });
    await deliver({ ...request, body: `${request.body}&x=1` });
    await deliver(request);
    expect(logged).toContain("slack.refused");
    expect(logged).not.toContain(request.headers["x-slack-signature"]?.slice(3));
    expect(logged).not.toContain("/commands/");
    expect(logged).not.toContain("Error:");
  });
});

/** The command with some fields changed, signed anew: what a second app or workspace would send. */
function resigned(command: { user: string; channel: string; text: string }, change: Record<string, string>) {
  const form = new URLSearchParams(slack.commandRequest(command).body);
  for (const [name, value] of Object.entries(change)) form.set(name, value);
  return sign({ secret: signingSecret, timestamp: noon / 1_000, body: form.toString() });
}

describe("a click", () => {
  const view = viewAt("cutover");
  const value = {
    database: "111122223333/eu-west-1/cluster/orders-prod",
    migration: view.migration.id,
    planHash: view.migration.planHash,
    press: { does: "approve", gate: "cutover", opening: "ask" } as const,
  };

  function post(author = "U0ENCRYPT", where = channel) {
    const { text, blocks } = rootMessage(view, "the approvers");
    return workspace.post({ channel: where, author, text, blocks: identified(blocks) });
  }

  const identified = (blocks: readonly unknown[]) => withIds(blocks as Block[], () => workspace.nextId());

  function postButton(of: object) {
    const button = { type: "button", text: { type: "plain_text", text: "x" }, ...of };
    const blocks = [{ type: "actions", block_id: "b", elements: [button] }];
    return workspace.post({ channel, author: "U0ENCRYPT", text: "x", blocks: identified(blocks) });
  }

  const click = (messageTs: string, actionId: string, user = "U0BOB0001") =>
    slack.click({ user, channel, messageTs, actionId });

  it("is recorded with what the button claims and who Slack says clicked", async () => {
    const { ts } = post();
    expect(await click(ts, "press.approve.cutover.ask")).toBe("answered");
    expect(requests()).toEqual([
      {
        kind: "click",
        id: expect.any(String),
        at: noon,
        user: "U0BOB0001",
        team: "T0ACME001",
        channel,
        responseUrl: expect.stringContaining("/commands/"),
        messageTs: ts,
        ...value,
      },
    ]);
    expect(woken).toBe(1);
  });

  it("by somebody of another company carries that company", async () => {
    const shared = "C0GLOBEX1";
    const { ts } = post("U0ENCRYPT", shared);
    await slack.click({
      user: "U0XENIA01",
      channel: shared,
      messageTs: ts,
      actionId: "press.approve.cutover.ask",
    });
    expect(requests()).toMatchObject([{ user: "U0XENIA01", team: "T0GLOBEX1" }]);
  });

  it("that Slack delivers twice is recorded once; two clicks are two requests", async () => {
    const on = { user: alice, channel, messageTs: post().ts, actionId: "press.reject.cutover" };
    const request = slack.clickRequest(on);
    await deliver(request);
    await deliver(request);
    expect(requests()).toHaveLength(1);
    await deliver(slack.clickRequest(on));
    expect(requests()).toHaveLength(2);
  });

  it.each([
    ["no value", undefined],
    ["an empty value", ""],
    ["no JSON", "approve"],
    ["a list", "[]"],
    ["a missing plan", JSON.stringify({ ...value, planHash: undefined })],
    ["an unknown act", JSON.stringify({ ...value, press: { does: "delete-everything" } })],
    ["one thing too many", JSON.stringify({ ...value, user: "U0ALICE01" })],
    ["a prototype", JSON.stringify({ ...value }).replace("{", '{"__proto__":{"x":1},"constructor":1,')],
  ])("on a button with %s is answered and not recorded", async (_, given) => {
    const { ts } = postButton({
      action_id: "press.approve.cutover.ask",
      ...(given !== undefined && { value: given }),
    });
    expect(await click(ts, "press.approve.cutover.ask", alice)).toBe("answered");
    expect(requests()).toEqual([]);
    expect(heardBy(alice)).toEqual([expect.stringContaining("not one that this version knows")]);
  });

  it("on another app's copy of our button is not recorded", async () => {
    const { ts } = post("U0DEPLOYS");
    await click(ts, "press.approve.cutover.ask", alice);
    expect(requests()).toEqual([]);
    expect(heardBy(alice)).toEqual([expect.stringContaining("not one that this version knows")]);
  });

  it("on a button that opens a link is acknowledged in silence", async () => {
    const { ts } = postButton({ action_id: "link.runbook", url: "https://example.com" });
    expect(await click(ts, "link.runbook", alice)).toBe("answered");
    expect(heardBy(alice)).toEqual([]);
    expect(requests()).toEqual([]);
  });

  it("is told when the store fails", async () => {
    changed = { putRequest: () => Promise.reject(new Error("no")) };
    await click(post().ts, "press.reject.cutover", alice);
    expect(heardBy(alice)).toEqual([expect.stringContaining("could not make sure that this was recorded")]);
  });

  it("from another workspace or app is refused", async () => {
    const { body } = slack.clickRequest({
      user: alice,
      channel,
      messageTs: post().ts,
      actionId: "press.reject.cutover",
    });
    const payload = JSON.parse(new URLSearchParams(body).get("payload") ?? "");
    for (const change of [{ team: { id: "T0GLOBEX1" } }, { api_app_id: "A0OTHER01" }]) {
      const form = new URLSearchParams({ payload: JSON.stringify({ ...payload, ...change }) });
      const reply = await deliver(
        sign({ secret: signingSecret, timestamp: noon / 1_000, body: form.toString() }),
      );
      expect(reply.statusCode).toBe(200);
    }
    expect(requests()).toEqual([]);
  });

  it("keeps every value within Slack's limit", () => {
    const longest = { ...value, database: `${"9".repeat(12)}/ap-southeast-99/instance/${"a".repeat(63)}` };
    expect(encode(longest).length).toBeLessThan(500);
  });
});

describe("what Slack signed and nobody expects", () => {
  it.each([
    ["a payload that is no JSON", "payload={bad"],
    ["a payload of another kind", `payload=${encodeURIComponent('{"type":"view_submission","view":{}}')}`],
    ["a payload without actions", `payload=${encodeURIComponent('{"type":"block_actions","actions":[]}')}`],
    ["a payload that is null", "payload=null"],
    ["an event", "event=x"],
    ["another command", "command=%2Fother&text=x"],
    ["nothing", ""],
  ])("is answered with 200 and no trace: %s", async (_, body) => {
    const reply = await deliver(sign({ secret: signingSecret, timestamp: noon / 1_000, body }));
    expect(reply.statusCode).toBe(200);
    expect(reply.body).not.toMatch(/\bat \/|node_modules|Error/);
    expect(requests()).toEqual([]);
  });

  it("an unsigned request gets a bare status", async () => {
    const reply = await deliver({ headers: {}, body: "payload={bad" });
    expect(reply).toEqual({ statusCode: 401, body: "" });
  });

  it("a handler without a signing secret cannot be made", async () => {
    changed = { signingSecret: "" };
    expect(() => deliver(sign({ secret: "", timestamp: noon / 1_000, body: "" }))).toThrow("signing secret");
  });
});
