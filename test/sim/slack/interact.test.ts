import type { App } from "@slack/bolt";
import { afterEach, describe, expect, it } from "vitest";
import { acme } from "../../../src/sim/slack/acme.ts";
import type { Deliver } from "../../../src/sim/slack/interact.ts";
import { type Slack, startSlack } from "../../../src/sim/slack/server.ts";
import { type SignedRequest, sign } from "../../../src/sim/slack/sign.ts";
import { slackbot, Workspace } from "../../../src/sim/slack/workspace.ts";
import { lambdaApp, signingSecret, token } from "./slack-app.ts";

const channel = "C0DBOPS01";
const alice = "U0ALICE01";

let time = 0;
let workspace: Workspace;
let slack: Slack;

async function start(deliver: Deliver) {
  time = Date.now();
  workspace = new Workspace(acme(), { now: () => time });
  slack = await startSlack({ workspace, signingSecret, token, deliver, clock: { now: () => time } });
}

const startBolt = (define: (app: App) => void) => start(lambdaApp(define));

const seenBy = (user: string) =>
  workspace.state.ephemerals.filter((message) => message.user === user).map((message) => message.text);

const button = (change: object = {}) => ({
  type: "button" as const,
  action_id: "approve",
  value: "m1:cutover:9f2c",
  text: { type: "plain_text" as const, text: "Approve" },
  ...change,
});

function postButtons(threadTs?: string) {
  return workspace.post({
    channel,
    author: "U0ENCRYPT",
    text: "Approve?",
    blocks: [{ type: "actions", block_id: "gate", elements: [button({ style: "primary" })] }],
    ...(threadTs !== undefined && { threadTs }),
  });
}

afterEach(() => slack.close());

describe("a command", () => {
  it("reaches a real Bolt app with everything a command carries, and shows its answer to that person", async () => {
    let body: unknown;
    await startBolt((app) =>
      app.command("/encrypt-db", async ({ ack, command }) => {
        body = command;
        await ack(`Looking for ${command.text}…`);
      }),
    );
    expect(await slack.command({ user: alice, channel, text: "start orders-prod" })).toBe("answered");
    expect(body).toMatchObject({
      command: "/encrypt-db",
      text: "start orders-prod",
      user_id: alice,
      channel_id: channel,
      channel_name: "db-operations",
      team_id: "T0ACME001",
      api_app_id: "A0ENCRYPT",
      is_enterprise_install: "false",
    });
    expect(seenBy(alice)).toEqual(["Looking for start orders-prod…"]);
    expect(workspace.state.messages).toEqual([]);
  });

  it("shows to everybody what the app answers in_channel", async () => {
    await startBolt((app) =>
      app.command("/encrypt-db", ({ ack }) => ack({ response_type: "in_channel", text: "For all" })),
    );
    await slack.command({ user: alice, channel, text: "status" });
    expect(workspace.state.messages).toMatchObject([{ author: "U0ENCRYPT", text: "For all" }]);
  });

  it("is not for people from other companies", async () => {
    const delivered: SignedRequest[] = [];
    await start(async (request) => {
      delivered.push(request);
      return { statusCode: 200 };
    });
    expect(await slack.command({ user: "U0XENIA01", channel: "C0GLOBEX1", text: "help" })).toBe(
      "refused by Slack",
    );
    expect(delivered).toEqual([]);
    expect(seenBy("U0XENIA01")).toEqual([expect.stringContaining("not available")]);
  });

  it("tells the person when the app takes more than three seconds", async () => {
    let release = () => {};
    await start(() => new Promise((resolve) => (release = () => resolve({ statusCode: 200 }))));
    const began = Date.now();
    expect(await slack.command({ user: alice, channel, text: "help" })).toBe("timed out");
    release();
    expect(Date.now() - began).toBeGreaterThanOrEqual(2990);
    expect(seenBy(alice)[0]).toContain("operation_timeout");
    expect(workspace.state.ephemerals[0]?.author).toBe(slackbot);
  });

  it("tells the person when the app answers anything but 200, or breaks", async () => {
    await startBolt(() => {});
    expect(await slack.command({ user: alice, channel, text: "help" })).toBe("failed");
    await slack.close();
    await start(() => Promise.reject(new Error("no connection")));
    expect(await slack.command({ user: alice, channel, text: "help" })).toBe("failed");
    expect(seenBy(alice)).toEqual([expect.stringContaining("the app did not respond")]);
  });

  it("tells the person when the app's answer breaks a limit", async () => {
    const blocks = Array.from({ length: 51 }, () => ({ type: "divider" }));
    await start(async () => ({ statusCode: 200, body: JSON.stringify({ text: "x", blocks }) }));
    expect(await slack.command({ user: alice, channel, text: "help" })).toBe("failed");
    expect(seenBy(alice)).toEqual([expect.stringContaining("invalid_blocks")]);
  });
});

describe("a click", () => {
  it("carries the value that is stored with the message, where it was clicked, and by whom", async () => {
    let body: Record<string, unknown> = {};
    await startBolt((app) =>
      app.action("approve", async (args) => {
        body = args.body as unknown as Record<string, unknown>;
        await args.ack();
      }),
    );
    const root = workspace.post({ channel, author: "U0ENCRYPT", text: "root" });
    const message = postButtons(root.ts);
    const outcome = await slack.click({
      user: "U0BOB0001",
      channel,
      messageTs: message.ts,
      actionId: "approve",
    });
    expect(outcome).toBe("answered");
    expect(body).toMatchObject({
      type: "block_actions",
      user: { id: "U0BOB0001", team_id: "T0ACME001" },
      team: { id: "T0ACME001" },
      api_app_id: "A0ENCRYPT",
      channel: { id: channel },
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: channel,
        thread_ts: root.ts,
        is_ephemeral: false,
      },
      message: { ts: message.ts, thread_ts: root.ts, app_id: "A0ENCRYPT", bot_id: "B0ENCRYPT" },
      actions: [
        {
          type: "button",
          action_id: "approve",
          block_id: "gate",
          value: "m1:cutover:9f2c",
          style: "primary",
        },
      ],
    });
    expect(body.trigger_id).toBeTruthy();
    expect(body.response_url).toContain(slack.url);
  });

  it("comes from people of other companies too, under their own team", async () => {
    let team = "";
    await startBolt((app) =>
      app.action("approve", async ({ ack, body }) => {
        team = (body.user as { team_id?: string }).team_id ?? "";
        await ack();
      }),
    );
    const message = workspace.post({
      channel: "C0GLOBEX1",
      author: "U0ENCRYPT",
      text: "Approve?",
      blocks: [{ type: "actions", block_id: "gate", elements: [button()] }],
    });
    await slack.click({
      user: "U0XENIA01",
      channel: "C0GLOBEX1",
      messageTs: message.ts,
      actionId: "approve",
    });
    expect(team).toBe("T0GLOBEX1");
  });

  it("sends the option that was chosen in a menu, and refuses one that is not in it", async () => {
    let selected: unknown;
    await startBolt((app) =>
      app.action("more", async ({ ack, action }) => {
        selected = "selected_option" in action ? action.selected_option : undefined;
        await ack();
      }),
    );
    const option = (value: string) => ({ text: { type: "plain_text" as const, text: value }, value });
    const message = workspace.post({
      channel,
      author: "U0ENCRYPT",
      text: "More",
      blocks: [
        {
          type: "actions",
          block_id: "b",
          elements: [{ type: "overflow", action_id: "more", options: [option("a"), option("b")] }],
        },
      ],
    });
    const on = { user: alice, channel, messageTs: message.ts, actionId: "more" };
    await slack.click({ ...on, option: "b" });
    expect(selected).toMatchObject({ value: "b" });
    await expect(slack.click({ ...on, option: "c" })).rejects.toThrow("no option c");
  });

  it("tells with every click what that person has chosen in the message, and else what it began with", async () => {
    let values: unknown;
    await startBolt((app) =>
      app.action(/^/, async ({ ack, body }) => {
        values = "state" in body && typeof body.state === "object" ? body.state.values : undefined;
        await ack();
      }),
    );
    const option = (value: string) => ({ text: { type: "plain_text" as const, text: value }, value });
    const menu = {
      type: "static_select" as const,
      action_id: "menu",
      options: [option("a"), option("b")],
      initial_option: option("a"),
    };
    const elements = [
      menu,
      { type: "datetimepicker" as const, action_id: "when" },
      { type: "button" as const, action_id: "go", text: { type: "plain_text" as const, text: "Go" } },
    ];
    const blocks = [{ type: "actions" as const, block_id: "b", elements }];
    const message = workspace.post({ channel, author: "U0ENCRYPT", text: "Choose", blocks });
    const on = (actionId: string, user = alice) => ({ user, channel, messageTs: message.ts, actionId });
    const chosen = (value: string, at: number | null) => ({
      b: {
        menu: { type: "static_select", selected_option: option(value) },
        when: { type: "datetimepicker", selected_date_time: at },
      },
    });

    await slack.click(on("go"));
    expect(values).toEqual(chosen("a", null));
    await slack.click({ ...on("menu"), option: "b" });
    await slack.click({ ...on("when"), option: "1795572000" });
    await slack.click(on("go"));
    expect(values).toEqual(chosen("b", 1_795_572_000));
    await slack.click(on("go", "U0BOB0001"));
    expect(values).toEqual(chosen("a", null));

    workspace.edit(message, { text: "Choose again", blocks });
    await slack.click(on("go"));
    expect(values).toEqual(chosen("b", 1_795_572_000));
    const without = [{ ...blocks[0], elements: [{ ...menu, options: [option("a")] }, ...elements.slice(1)] }];
    workspace.edit(workspace.message(channel, message.ts) ?? message, {
      text: "Choose once more",
      blocks: without as typeof blocks,
    });
    await slack.click(on("go"));
    expect(values).toEqual(chosen("a", 1_795_572_000));
    await expect(slack.click({ ...on("when"), option: "tomorrow" })).rejects.toThrow("no time");
  });

  it("is impossible on a button that an edit has taken away", async () => {
    await startBolt(() => {});
    const message = postButtons();
    workspace.edit(message, { text: "Approved by Bob" });
    await expect(
      slack.click({ user: alice, channel, messageTs: message.ts, actionId: "approve" }),
    ).rejects.toThrow("nothing called approve");
  });

  it("that fails is told to the person who clicked, in the same thread", async () => {
    await startBolt(() => {});
    const root = workspace.post({ channel, author: "U0ENCRYPT", text: "root" });
    const message = postButtons(root.ts);
    const on = { user: alice, channel, messageTs: message.ts, actionId: "approve" };
    expect(await slack.click(on)).toBe("failed");
    expect(workspace.state.ephemerals).toMatchObject([{ user: alice, threadTs: root.ts }]);
  });
});

describe("requests that Slack would not send", () => {
  const nothing = lambdaApp((app) => app.command("/encrypt-db", ({ ack }) => ack()));

  it("are refused by the receiver: forged, replayed late, cut at another colon", async () => {
    await start(nothing);
    const genuine = slack.commandRequest({ user: alice, channel, text: "start orders-prod" });
    expect((await nothing(genuine)).statusCode).toBe(200);

    const forged = { ...genuine, body: genuine.body.replace("orders", "billing") };
    expect((await nothing(forged)).statusCode).toBe(401);

    const old = sign({
      secret: signingSecret,
      timestamp: Math.floor(time / 1000) - 301,
      body: genuine.body,
    });
    expect((await nothing(old)).statusCode).toBe(401);

    const timestamp = genuine.headers["x-slack-request-timestamp"] ?? "";
    const whole = sign({ secret: signingSecret, timestamp, body: `text=a:${genuine.body}` });
    const resplit = {
      headers: { ...whole.headers, "x-slack-request-timestamp": `${timestamp}:text=a` },
      body: genuine.body,
    };
    expect((await nothing(resplit)).statusCode).toBe(401);
  });
});
