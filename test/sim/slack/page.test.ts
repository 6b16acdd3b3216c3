import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { View } from "../../../src/sim/slack/page/view.ts";
import { channel, hostileWorkspace, type PageWorld, postHostile, postPlan, startPage } from "./page-world.ts";

let world: PageWorld;

beforeEach(async () => {
  world = await startPage();
});
afterEach(() => world.slack.close());

const view = async (query: Record<string, string> = {}) => {
  const reply = await fetch(`${world.slack.url}/_page/view?${new URLSearchParams(query)}`);
  return (await reply.json()) as View;
};

const post = (what: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${world.slack.url}/_page/${what}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const shown = (rows: View["rows"]) => rows.map((row) => row.html).join("\n");

describe("the page's view", () => {
  it("shows to each person the channels, threads and private messages that are theirs", async () => {
    const root = world.workspace.post({ channel, author: "U0ALICE01", text: "root" });
    world.workspace.post({ channel, author: "U0BOB0001", threadTs: root.ts, text: "a reply" });
    world.workspace.postEphemeral({ channel, author: "U0ENCRYPT", user: "U0ALICE01", text: "for Alice" });
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

  it("names the author once for what was said together, but always for a private message", async () => {
    const author = "U0ENCRYPT";
    workspacePosts("one", "two");
    world.workspace.postEphemeral({ channel, author, user: "U0ALICE01", text: "for Alice" });
    workspacePosts("three");
    const { rows } = await view({ as: "U0ALICE01", channel });
    const named = rows.map((row) => row.html.includes('class="byline"'));
    expect(named).toEqual([false, false, true, false, true, true]);

    function workspacePosts(...texts: string[]) {
      for (const text of texts) world.workspace.post({ channel, author, text });
    }
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
  const answers = () => world.workspace.state.ephemerals.map((message) => message.text);

  it("is a message, a command, or a command that Slack does not know", async () => {
    await say("hello <b> & co");
    await say("/encrypt-db  start orders-prod ");
    await say("/deploy now");
    expect(world.workspace.timeline(channel).map((message) => message.text)).toEqual([
      "hello &lt;b&gt; &amp; co",
    ]);
    expect(answers()).toEqual(["Looking for start orders-prod…", "`/deploy` is not a valid command."]);
  });

  it("stays in the thread it was typed in, where commands do not work", async () => {
    const root = world.workspace.post({ channel, author: "U0ENCRYPT", text: "root" });
    await say("ok", { thread: root.ts });
    await say("/encrypt-db status", { thread: root.ts });
    expect(world.workspace.thread(channel, root.ts).map((message) => message.text)).toEqual(["root", "ok"]);
    expect(answers()).toEqual([expect.stringContaining("not supported in threads")]);
  });

  it("is refused where that person is not", async () => {
    expect((await say("hello", { as: "U0XENIA01" })).status).toBe(409);
    expect((await say("hello", { channel: "C0OLDDBS1" })).status).toBe(409);
    expect((await say("   ")).status).toBe(409);
    expect(world.workspace.state.messages).toEqual([]);
  });
});

describe("other people's pages", () => {
  it("can neither click here nor read here", async () => {
    const message = postPlan(world.workspace);
    const click = { as: "U0BOB0001", channel, messageTs: message.ts, blockId: "a", actionId: "approve" };
    expect((await post("click", click, { "content-type": "text/plain" })).status).toBe(415);
    const status = await new Promise((resolve, reject) => {
      request(`${world.slack.url}/_page/view`, { headers: { host: "evil.example" } }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(421);
    expect(world.clicked).toEqual([]);
    expect((await post("click", click)).status).toBe(200);
    expect(world.clicked).toMatchObject([{ user: "U0BOB0001", value: "m1" }]);
  });
});

describe("hostile names and texts", () => {
  it("never leave the text or attribute that they are put in", async () => {
    await world.slack.close();
    world = await startPage(hostileWorkspace());
    const root = postHostile(world.workspace);
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

describe("a file", () => {
  function shared(name: string, content: string): string {
    const { workspace } = world;
    const id = `F0${workspace.nextId()}`;
    const size = content.length;
    const file = { id, name, title: name, size, content: Buffer.from(content).toString("base64") };
    workspace.putFile({ ...file, shared: true });
    workspace.post({ channel, author: "U0ENCRYPT", text: "look", files: [id] });
    return id;
  }

  it("hangs on its message, with its size, to be downloaded", async () => {
    const id = shared("evidence.html", "x".repeat(12_400));
    const { rows } = await view({ as: "U0ALICE01", channel });
    expect(shown(rows)).toContain(`href="/files/${id}/evidence.html" download="evidence.html"`);
    expect(shown(rows)).toContain("evidence.html · 12 kB");
  });

  it("is never shown in the page's own place, where it could run", async () => {
    const id = shared("evidence.html", "<script>alert(1)</script>");
    const reply = await fetch(`${world.slack.url}/files/${id}/evidence.html`);
    expect(await reply.text()).toBe("<script>alert(1)</script>");
    expect(reply.headers.get("content-disposition")).toMatch(/^attachment; /);
    expect(reply.headers.get("content-type")).toBe("application/octet-stream");
    expect(reply.headers.get("content-security-policy")).toContain("sandbox");
  });

  it("with a hostile name is text", async () => {
    shared('"><img src=x onerror=alert(1)>.json', "{}");
    const { rows } = await view({ as: "U0ALICE01", channel });
    expect(shown(rows)).not.toContain("<img");
  });
});
