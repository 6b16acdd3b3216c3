import { existsSync } from "node:fs";
import { request } from "node:http";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { acme } from "../../../src/sim/slack/acme.ts";
import type { View } from "../../../src/sim/slack/page/view.ts";
import { type Slack, startSlack } from "../../../src/sim/slack/server.ts";
import { Workspace, type WorkspaceState } from "../../../src/sim/slack/workspace.ts";
import { lambdaApp, signingSecret, token } from "./slack-app.ts";

const channel = "C0DBOPS01";
const browserPath = "/usr/bin/chromium";
const hostile = `"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'`;

let workspace: Workspace;
let slack: Slack;
let clicked: unknown[];

async function start(state: WorkspaceState = acme()) {
  clicked = [];
  workspace = new Workspace(state, { now: Date.now });
  slack = await startSlack({
    workspace,
    signingSecret,
    token,
    clock: Date,
    worldFacts: async () => [{ label: "Writes lost", value: "0" }],
    deliver: lambdaApp((app) => {
      app.command("/encrypt-db", ({ ack, command }) => ack(`Looking for ${command.text}…`));
      app.action(/.*/, async ({ ack, action, body }) => {
        clicked.push({ user: body.user.id, ...action });
        await ack();
      });
    }),
  });
}

/** The workspace with something hostile in every name and text that the page shows. */
function hostileWorkspace(): WorkspaceState {
  const state = acme();
  return {
    ...state,
    team: { ...state.team, name: hostile },
    app: { ...state.app, commandHint: hostile, commandExamples: [hostile] },
    people: state.people.map((person) => ({ ...person, realName: hostile, title: hostile })),
    channels: state.channels.map((each) => ({ ...each, name: hostile, topic: hostile })),
    userGroups: state.userGroups.map((group) => ({ ...group, handle: hostile })),
  };
}

function postPlan(confirm = false) {
  const question = {
    title: plain("Begin?"),
    text: { type: "mrkdwn" as const, text: "Creates a *snapshot*" },
    confirm: plain("Begin"),
    deny: plain("Not now"),
  };
  return workspace.post({
    channel,
    author: "U0ENCRYPT",
    text: "Plan",
    blocks: [
      { type: "section", block_id: "s", text: { type: "mrkdwn", text: "The *plan* for <@U0BOB0001>" } },
      {
        type: "actions",
        block_id: "a",
        elements: [
          {
            type: "button",
            action_id: "approve",
            value: "m1",
            text: plain("Approve"),
            ...(confirm && { confirm: question }),
          },
          {
            type: "overflow",
            action_id: "more",
            options: [{ text: plain("Show evidence"), value: "evidence" }],
          },
          {
            type: "static_select",
            action_id: "window",
            options: [{ text: plain("Tonight"), value: "tonight" }],
          },
        ],
      },
    ],
  });
}

function plain(text: string) {
  return { type: "plain_text" as const, text };
}

function postHostile() {
  const text = { type: "mrkdwn" as const, text: `${hostile} <javascript:window.hacked=1|x> <${hostile}>` };
  const root = workspace.post({ channel, author: "U0ENCRYPT", text: hostile });
  workspace.post({ channel, author: "U0BOB0001", threadTs: root.ts, broadcast: true, text: text.text });
  workspace.postEphemeral({ channel, author: "U0ENCRYPT", user: "U0ALICE01", text: text.text });
  workspace.post({
    channel,
    author: "U0ENCRYPT",
    text: "x",
    blocks: [
      { type: "header", block_id: hostile, text: plain(hostile) },
      { type: "section", block_id: `2${hostile}`, text, fields: [text] },
      { type: "table", block_id: "t", rows: [[{ type: "raw_text", text: hostile }]] },
      {
        type: "container",
        block_id: "c",
        title: plain(hostile),
        is_collapsible: true,
        child_blocks: [{ type: "context", elements: [text] }],
      },
      {
        type: "actions",
        block_id: `3${hostile}`,
        elements: [
          {
            type: "button",
            action_id: hostile,
            value: hostile,
            url: "javascript:window.hacked=1",
            text: plain(hostile),
            confirm: { title: plain(hostile), text, confirm: plain(hostile), deny: plain(hostile) },
          },
          { type: "overflow", action_id: "o", options: [{ text: plain(hostile), value: hostile }] },
          {
            type: "static_select",
            action_id: "s",
            placeholder: plain(hostile),
            options: [{ text: plain(hostile), value: hostile }],
          },
        ],
      },
    ],
  });
  return root;
}

const view = async (query: Record<string, string> = {}) => {
  const reply = await fetch(`${slack.url}/_page/view?${new URLSearchParams(query)}`);
  return (await reply.json()) as View;
};

const post = (what: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${slack.url}/_page/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const shown = (rows: View["rows"]) => rows.map((row) => row.html).join("\n");

beforeEach(() => start());
afterEach(() => slack.close());

describe("the page's view", () => {
  it("shows to each person the channels, threads and private messages that are theirs", async () => {
    const root = workspace.post({ channel, author: "U0ALICE01", text: "root" });
    workspace.post({ channel, author: "U0BOB0001", threadTs: root.ts, text: "a reply" });
    workspace.postEphemeral({ channel, author: "U0ENCRYPT", user: "U0ALICE01", text: "for Alice" });
    const alice = await view({ as: "U0ALICE01", channel, thread: root.ts });
    expect(shown(alice.rows)).toContain("for Alice");
    expect(shown(alice.rows)).not.toContain("a reply");
    expect(shown(alice.rows)).toContain("1 reply");
    expect(shown(alice.thread?.rows ?? [])).toContain("a reply");
    const bob = await view({ as: "U0BOB0001", channel });
    expect(shown(bob.rows)).not.toContain("for Alice");
    const xenia = await view({ as: "U0XENIA01", channel });
    expect(xenia.channel).toBe("C0GLOBEX1");
    expect(shown(xenia.rows)).not.toContain("root");
  });

  it("lets nobody be a bot or somebody who has left", async () => {
    for (const as of ["U0ENCRYPT", "U0ERIN001", "U0NOBODY1"]) {
      expect((await view({ as })).person).toBe("U0ALICE01");
    }
  });

  it("survives a time zone that does not exist", async () => {
    expect((await view({ zone: "Mars/Olympus" })).person).toBe("U0ALICE01");
  });
});

describe("what a person types", () => {
  const say = (text: string, more: object = {}) =>
    post("message", { as: "U0ALICE01", channel, text, ...more });
  const answers = () => workspace.state.ephemerals.map((message) => message.text);

  it("is a message, a command, or a command that Slack does not know", async () => {
    await say("hello <b> & co");
    await say("/encrypt-db  start orders-prod ");
    await say("/deploy now");
    expect(workspace.timeline(channel).map((message) => message.text)).toEqual(["hello &lt;b&gt; &amp; co"]);
    expect(answers()).toEqual(["Looking for start orders-prod…", "`/deploy` is not a valid command."]);
  });

  it("stays in the thread it was typed in, where commands do not work", async () => {
    const root = workspace.post({ channel, author: "U0ENCRYPT", text: "root" });
    await say("ok", { thread: root.ts });
    await say("/encrypt-db status", { thread: root.ts });
    expect(workspace.thread(channel, root.ts).map((message) => message.text)).toEqual(["root", "ok"]);
    expect(answers()).toEqual([expect.stringContaining("not supported in threads")]);
  });

  it("is refused where that person is not", async () => {
    expect((await say("hello", { as: "U0XENIA01" })).status).toBe(409);
    expect((await say("hello", { channel: "C0OLDDBS1" })).status).toBe(409);
    expect((await say("   ")).status).toBe(409);
    expect(workspace.state.messages).toEqual([]);
  });
});

describe("other people's pages", () => {
  it("can neither click here nor read here", async () => {
    const message = postPlan();
    const click = { as: "U0BOB0001", channel, messageTs: message.ts, blockId: "a", actionId: "approve" };
    expect((await post("click", click, { "content-type": "text/plain" })).status).toBe(415);
    const status = await new Promise((resolve, reject) => {
      request(`${slack.url}/_page/view`, { headers: { host: "evil.example" } }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(421);
    expect(clicked).toEqual([]);
    expect((await post("click", click)).status).toBe(200);
    expect(clicked).toMatchObject([{ user: "U0BOB0001", value: "m1" }]);
  });
});

describe("hostile names and texts", () => {
  it("never leave the text or attribute that they are put in", async () => {
    await slack.close();
    await start(hostileWorkspace());
    const root = postHostile();
    const { people, sidebar, header, rows, thread } = await view({
      as: "U0ALICE01",
      channel,
      thread: root.ts,
    });
    const all = [people, sidebar, header, shown(rows), shown(thread?.rows ?? [])].join("\n");
    expect(all).toContain("&lt;script&gt;");
    for (const [tag] of all.matchAll(/<[^>]*>/g)) {
      expect(tag).toMatch(/^<\/?[a-z][a-z0-9]*(?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*\s*\/?>$/);
      const names = tag.replaceAll(/"[^"]*"/g, '""');
      expect(names).not.toMatch(/^<(?:script|img|iframe)|\son\w+=/);
      expect(tag).not.toContain('href="javascript');
    }
  });
});

describe.skipIf(!existsSync(browserPath))("in a browser (needs /usr/bin/chromium)", () => {
  let browser: Browser;
  let first: Page;
  let second: Page;

  beforeAll(async () => {
    const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];
    const quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
    browser = await chromium.launch({ executablePath: browserPath, args: [...args, ...quiet] });
    first = await browser.newPage();
    second = await browser.newPage();
  });
  afterAll(() => browser.close());

  async function open(query: string, page = first): Promise<Page> {
    page.setDefaultTimeout(10_000);
    await page.goto(`${slack.url}/?${query}`);
    await page.locator(".beginning").waitFor();
    return page;
  }

  it("a command typed with the keyboard alone is answered to that person", async () => {
    const page = await open("as=U0ALICE01");
    const composer = page.locator(".channel textarea");
    await composer.fill("/enc");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await composer.inputValue()).toBe("/encrypt-db start orders-prod");
    await page.keyboard.press("Enter");
    await page.getByText("Looking for start orders-prod…").waitFor();
    await page.getByText("Only visible to you").waitFor();
    await page.locator(".facts", { hasText: "Writes lost" }).waitFor();
  });

  it("a click asks its question first, and another person's window follows by itself", async () => {
    const message = postPlan(true);
    const [alice, bob] = [await open("as=U0ALICE01"), await open("as=U0BOB0001", second)];
    await bob.getByRole("button", { name: "Approve" }).click();
    await bob.getByRole("button", { name: "Not now" }).click();
    await bob.getByRole("button", { name: "Approve" }).click();
    await bob.getByRole("dialog").getByText("Creates a snapshot").waitFor();
    await bob.getByRole("button", { name: "Begin" }).click();
    await expect.poll(() => clicked).toMatchObject([{ user: "U0BOB0001", value: "m1" }]);
    workspace.edit(message, { text: "Approved by <@U0BOB0001>" });
    await alice.getByText("Approved by @Bob Okafor").waitFor();
    expect(await alice.getByRole("button", { name: "Approve" }).count()).toBe(0);
  });

  it("menus send what was chosen in them", async () => {
    postPlan();
    const page = await open("as=U0BOB0001");
    await page.locator("summary", { hasText: "⋯" }).click();
    await page.getByRole("button", { name: "Show evidence" }).click();
    await page.locator("select").selectOption("tonight");
    await expect
      .poll(() => clicked)
      .toMatchObject([{ selected_option: { value: "evidence" } }, { selected_option: { value: "tonight" } }]);
  });

  it("a thread opens beside the channel, follows, takes replies, and closes with Escape", async () => {
    const root = postPlan();
    workspace.post({ channel, author: "U0ENCRYPT", threadTs: root.ts, text: "step 1" });
    const page = await open("as=U0BOB0001");
    await page.getByRole("button", { name: "1 reply" }).click();
    const thread = page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("step 1").waitFor();
    workspace.post({ channel, author: "U0ENCRYPT", threadTs: root.ts, text: "step 2" });
    await thread.getByText("step 2").waitFor();
    await thread.getByLabel("Reply", { exact: true }).fill("looking");
    await page.keyboard.press("Enter");
    await thread.getByText("looking").waitFor();
    await page.keyboard.press("Escape");
    await thread.waitFor({ state: "hidden" });
  });

  it("the focus stays on a button while other messages come, and nothing typed is lost", async () => {
    postPlan();
    const page = await open("as=U0BOB0001");
    await page.getByRole("button", { name: "Approve" }).focus();
    workspace.post({ channel, author: "U0ALICE01", text: "news" });
    await page.getByText("news").waitFor();
    expect(await page.evaluate("document.activeElement.dataset.action")).toBe("approve");
    await page.locator(".channel textarea").fill("half a sent");
    workspace.post({ channel, author: "U0ALICE01", text: "more news" });
    await page.getByText("more news").waitFor();
    expect(await page.locator(".channel textarea").inputValue()).toBe("half a sent");
  });

  it("no hostile name or text runs anything, not even when it is clicked", async () => {
    await slack.close();
    await start(hostileWorkspace());
    const root = postHostile();
    const page = await open(`as=U0ALICE01&thread=${root.ts}`);
    await page.locator(".channel textarea").fill("/");
    await page.keyboard.press("Escape");
    await page.locator(".channel .actions button[data-url]").click();
    await page.locator("dialog button[value=confirm]").click();
    await expect.poll(() => clicked.length).toBe(1);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("img, .content script").count()).toBe(0);
  });

  it("fits a telephone: nothing is wider than 400 pixels", async () => {
    const root = postPlan();
    workspace.post({ channel, author: "U0ENCRYPT", threadTs: root.ts, text: "x".repeat(500) });
    const page = await open("as=U0BOB0001");
    await page.setViewportSize({ width: 400, height: 800 });
    const overflow = "document.documentElement.scrollWidth > 400 || document.body.scrollWidth > 400";
    expect(await page.evaluate(overflow)).toBe(false);
    await page.getByRole("button", { name: "1 reply" }).click();
    await page.getByRole("complementary", { name: "Thread" }).waitFor();
    expect(await page.evaluate(overflow)).toBe(false);
  });
});
