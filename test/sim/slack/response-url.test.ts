import type { App } from "@slack/bolt";
import { afterEach, describe, expect, it } from "vitest";
import { acme } from "../../../src/sim/slack/acme.ts";
import { type Slack, startSlack } from "../../../src/sim/slack/server.ts";
import { Workspace } from "../../../src/sim/slack/workspace.ts";
import { lambdaApp, signingSecret, token } from "./slack-app.ts";

const channel = "C0DBOPS01";
const alice = "U0ALICE01";

let time = 0;
let workspace: Workspace;
let slack: Slack;

async function startBolt(define: (app: App) => void) {
  time = Date.now();
  workspace = new Workspace(acme(), { now: () => time });
  const clock = { now: () => time };
  slack = await startSlack({ workspace, signingSecret, token, clock, deliver: lambdaApp(define) });
}

/** The next address that the app is lent, taken from a command that it only acknowledges. */
async function lentAddress(): Promise<string> {
  let address = "";
  await startBolt((app) =>
    app.command("/encrypt-db", async ({ ack, body }) => {
      address = body.response_url;
      await ack();
    }),
  );
  await slack.command({ user: alice, channel, text: "help" });
  return address;
}

const send = (address: string, body: unknown) =>
  fetch(address, { method: "POST", body: JSON.stringify(body) }).then(
    async (reply) => `${reply.status} ${await reply.text()}`,
  );

const seenBy = (user: string) =>
  workspace.state.ephemerals.filter((message) => message.user === user).map((message) => message.text);

afterEach(() => slack.close());

describe("a response address", () => {
  it("works five times", async () => {
    const address = await lentAddress();
    for (let use = 1; use <= 5; use += 1) expect(await send(address, { text: `${use}` })).toBe("200 ok");
    expect(await send(address, { text: "6" })).toBe("404 used_url");
    expect(seenBy(alice)).toEqual(["1", "2", "3", "4", "5"]);
  });

  it("works for thirty minutes", async () => {
    const address = await lentAddress();
    time += 30 * 60_000;
    expect(await send(address, { text: "just in time" })).toBe("200 ok");
    time += 1;
    expect(await send(address, { text: "late" })).toBe("404 expired_url");
  });

  it("replaces what it said before, or takes it away", async () => {
    const address = await lentAddress();
    await send(address, { text: "Looking…" });
    await send(address, { replace_original: true, text: "Found." });
    expect(seenBy(alice)).toEqual(["Found."]);
    await send(address, { delete_original: true });
    expect(seenBy(alice)).toEqual([]);
  });

  it("replaces the first answer to a command, which does not count as a use", async () => {
    let address = "";
    await startBolt((app) =>
      app.command("/encrypt-db", async ({ ack, body }) => {
        address = body.response_url;
        await ack("Looking for orders-prod…");
      }),
    );
    await slack.command({ user: alice, channel, text: "start orders-prod" });
    for (let use = 1; use <= 5; use += 1) {
      expect(await send(address, { replace_original: true, text: `answer ${use}` })).toBe("200 ok");
    }
    expect(seenBy(alice)).toEqual(["answer 5"]);
  });

  it("edits the message that was clicked on", async () => {
    let address = "";
    await startBolt((app) =>
      app.action("approve", async ({ ack, body }) => {
        address = (body as { response_url?: string }).response_url ?? "";
        await ack();
      }),
    );
    const element = {
      type: "button" as const,
      action_id: "approve",
      text: { type: "plain_text" as const, text: "Approve" },
    };
    const message = workspace.post({
      channel,
      author: "U0ENCRYPT",
      text: "Approve?",
      blocks: [{ type: "actions", block_id: "gate", elements: [element] }],
    });
    await slack.click({ user: alice, channel, messageTs: message.ts, actionId: "approve" });
    await send(address, { replace_original: true, text: "Approved" });
    expect(workspace.message(channel, message.ts)).toMatchObject({ text: "Approved" });
    expect(workspace.message(channel, message.ts)?.blocks).toBeUndefined();
  });

  it("refuses what breaks a limit, what says nothing, and an address that was never lent", async () => {
    const address = await lentAddress();
    expect(await send(address, { text: "x", blocks: [{ type: "section" }] })).toBe("400 invalid_blocks");
    expect(await send(address, {})).toBe("400 no_text");
    expect(await send(`${address}X`, { text: "x" })).toBe("404 no_such_url");
  });
});
