import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JournalEntry } from "../../src/core/migration.ts";
import { note } from "../../src/core/sentences.ts";
import { minutes } from "../../src/core/time.ts";
import { type Channel, ChannelFault } from "../../src/engine/deps.ts";
import type { Request } from "../../src/engine/request.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { type Slack, startSlack } from "../../src/sim/slack/server.ts";
import { type Fault, Workspace } from "../../src/sim/slack/workspace.ts";
import { createChannel } from "../../src/slack/thread.ts";
import { createWebClient } from "../../src/slack/web-client.ts";
import { backFrom, noon, viewAt } from "./lives.ts";

const signingSecret = "a signing secret of thirty-two c";
const token = "xoxb-a-token";
const here = "C0DBOPS01";

let workspace: Workspace;
let slack: Slack;
let thread: Channel;
let logged: string[];

beforeEach(async () => {
  logged = [];
  workspace = new Workspace(acme(), { now: () => noon });
  slack = await startSlack({
    workspace,
    signingSecret,
    token,
    clock: { now: () => noon },
    deliver: async () => ({ statusCode: 200 }),
  });
  thread = threadWith(token);
});

afterEach(() => slack.close());

function threadWith(bearer: string): Channel {
  const addresses = { api: `${slack.url}/api/`, answers: slack.url, files: slack.url };
  return createChannel({
    client: createWebClient(bearer, addresses),
    botUserId: "U0ENCRYPT",
    approvers: { kind: "group", group: "S0APPROVE" },
    addresses,
    log: { info: (_, { fault }) => logged.push(String(fault)), error: () => {} },
  });
}

const view = viewAt("begin");
const id = view.migration.id;
const entry = (seq: number, code = "event.approved"): JournalEntry => ({
  seq,
  at: noon,
  what: { code, params: { person: "Bob", gate: "begin", name: "orders-prod" } },
  hash: "h",
});

/** The first call of that method, and no later one. */
function once(method: string, fault: Fault): void {
  let left = 1;
  workspace.faults((call) => (call.method === method && left-- > 0 ? fault : undefined));
}

const calls = (method: string) => workspace.calls.filter((call) => call.method === method).length;
const faultOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ChannelFault ? error : Promise.reject(error)),
  );

describe("the root message", () => {
  it("is posted once, edited in place, and mentions who must approve", async () => {
    const ts = await thread.postRoot(here, view);
    await thread.updateRoot(here, ts, viewAt("restore"));
    const [root, ...more] = workspace.timeline(here);
    expect(more).toEqual([]);
    expect(root).toMatchObject({
      ts,
      author: "U0ENCRYPT",
      metadata: { event_payload: { key: `root:${id}` } },
    });
    expect(root?.text).toContain("in its downtime");
    expect(root?.editedTs).toBeDefined();
    const text = JSON.stringify(workspace.message(here, await thread.postRoot(here, view))?.blocks);
    expect(text).toContain("<!subteam^S0APPROVE>");
  });

  it("that was posted but whose reply was lost is found again, so that nobody posts it twice", async () => {
    once("chat.postMessage", { kind: "lost-reply" });
    const fault = await faultOf(thread.postRoot(here, view));
    expect(fault?.kind).toBe("unanswered");
    expect(calls("chat.postMessage")).toBe(1);
    const [root] = workspace.timeline(here);
    expect(await thread.findRoot(here, id)).toBe(root?.ts);
  });

  it("of another migration, or written by another app, is not taken for it", async () => {
    await thread.postRoot(here, view);
    workspace.post({
      channel: here,
      author: "U0DEPLOYS",
      text: "me too",
      metadata: { event_type: "encrypt_db", event_payload: { key: "root:m7654321" } },
    });
    expect(await thread.findRoot(here, "m7654321")).toBeUndefined();
  });

  it("is found behind hundreds of later messages", async () => {
    const ts = await thread.postRoot(here, view);
    for (let count = 0; count < 450; count++) {
      workspace.post({ channel: here, author: "U0BOB0001", text: "chatter" });
    }
    expect(await thread.findRoot(here, id)).toBe(ts);
    expect(calls("conversations.history")).toBe(3);
  });

  it("in a channel where the bot is not is refused, with Slack's word for it", async () => {
    const fault = await faultOf(thread.postRoot("C0GENERAL", view));
    expect(fault).toMatchObject({ kind: "refused", message: "Slack answers not_in_channel" });
  });

  it("that was deleted cannot be edited", async () => {
    const fault = await faultOf(thread.updateRoot(here, "1.000001", view));
    expect(fault).toMatchObject({ kind: "refused", message: "Slack answers message_not_found" });
  });
});

describe("the thread", () => {
  it("holds its entries below the root, and only failure and finish in the channel", async () => {
    const root = await thread.postRoot(here, view);
    await thread.postReply(here, root, entry(2), view);
    await thread.postReply(here, root, entry(3, "event.stuck"), view);
    await thread.postReply(here, root, entry(4, "event.finished"), viewAt("end"));
    expect(workspace.thread(here, root)).toHaveLength(4);
    expect(workspace.timeline(here).map(({ broadcast }) => broadcast === true)).toEqual([false, true, true]);
  });

  it("knows by number what it holds, also where a reply was lost", async () => {
    const root = await thread.postRoot(here, view);
    await thread.postReply(here, root, entry(2), view);
    once("chat.postMessage", { kind: "lost-reply" });
    expect(await faultOf(thread.postReply(here, root, entry(5), view))).toMatchObject({ kind: "unanswered" });
    workspace.post({
      channel: here,
      threadTs: root,
      author: "U0DEPLOYS",
      text: "forged",
      metadata: { event_type: "encrypt_db", event_payload: { key: `entry:${id}#6` } },
    });
    expect(await thread.findReplies(here, root)).toEqual([2, 5]);
  });

  it("is read whole, however long it is", async () => {
    const root = await thread.postRoot(here, view);
    for (let seq = 1; seq <= 230; seq++) await thread.postReply(here, root, entry(seq), view);
    expect(await thread.findReplies(here, root)).toHaveLength(230);
  });

  it("shows every state's root and a reply to it without Slack refusing a block", async () => {
    const root = await thread.postRoot(here, view);
    await thread.updateRoot(here, root, backFrom("restore"));
    const at = viewAt("after-mark");
    const marked = note("event.marked", { t1: noon, restoreAt: noon });
    const when = at.migration.steps.mark?.doneAt ?? 0;
    await thread.postReply(here, root, { ...entry(7), at: when, what: marked }, at);
    expect(JSON.stringify(workspace.thread(here, root)[1]?.blocks)).toContain('"table"');
  });
});

describe("Slack's trouble", () => {
  it("is a rate limit that says how long to wait, and is not slept through", async () => {
    once("chat.update", { kind: "rate-limited", retryAfterSeconds: 30 });
    const began = Date.now();
    const fault = await faultOf(thread.updateRoot(here, "1.1", view));
    expect(fault).toMatchObject({ kind: "throttled", retryAfter: 30_000 });
    expect(Date.now() - began).toBeLessThan(1_000);
    expect(calls("chat.update")).toBe(1);
  });

  it("is a server error, of which nobody knows what it did", async () => {
    once("chat.postMessage", { kind: "server-error" });
    expect(await faultOf(thread.postRoot(here, view))).toMatchObject({ kind: "unanswered" });
    expect(calls("chat.postMessage")).toBe(1);
  });

  it("is a silence that is not waited out", async () => {
    once("conversations.history", { kind: "hang" });
    const began = Date.now();
    expect(await faultOf(thread.findRoot(here, id))).toMatchObject({ kind: "unanswered" });
    expect(Date.now() - began).toBeLessThan(3_500);
  });

  it("is a token that is no longer good, which no waiting mends", async () => {
    const fault = await faultOf(threadWith("xoxb-revoked").postRoot(here, view));
    expect(fault).toMatchObject({ kind: "refused", message: "Slack answers invalid_auth" });
    expect(JSON.stringify({ ...fault })).not.toContain("xoxb");
  });
});

describe("an answer", () => {
  const asked = async (): Promise<Request> => {
    const { body } = slack.commandRequest({ user: "U0ALICE01", channel: "C0GENERAL", text: "list" });
    return {
      kind: "command",
      id: "1",
      at: noon,
      user: "U0ALICE01",
      team: "T0ACME001",
      channel: "C0GENERAL",
      responseUrl: new URLSearchParams(body).get("response_url") ?? "",
      command: { verb: "list" },
    };
  };

  it("reaches one person alone, also in a channel where the bot is not", async () => {
    await thread.answer(await asked(), { kind: "list", databases: [] });
    expect(workspace.state.messages).toEqual([]);
    expect(workspace.state.ephemerals).toMatchObject([
      { user: "U0ALICE01", channel: "C0GENERAL", text: expect.stringContaining("no database") },
    ]);
  });

  it("that comes after Slack's half hour is given up, and logged", async () => {
    const request = await asked();
    workspace.state.responseUrls = workspace.state.responseUrls.map((url) => ({
      ...url,
      expiresAt: noon - minutes(1),
    }));
    await thread.answer(request, { kind: "help" });
    expect(logged).toEqual(["Slack answers with HTTP status 404"]);
  });

  it.each([
    "http://169.254.169.254/latest",
    "https://hooks.slack.com.evil.example/",
    "file:///etc/passwd",
    "x",
  ])("goes to none of anybody else's addresses: %s", async (responseUrl) => {
    await thread.answer({ ...(await asked()), responseUrl }, { kind: "help" });
    expect(logged).toEqual(["not one of Slack's addresses"]);
  });
});

describe("files in a thread", () => {
  const files = [
    { name: "evidence.html", title: "Evidence: to read", text: "<p>ä</p>" },
    { name: "evidence.json", title: "Evidence: to verify", text: '{ "seal": "Ä…" }\n' },
  ];
  const said = note("evidence.posted", { migration: "m1", name: "<!channel>", seq: 9, seal: "ab12" });
  let root: string;

  beforeEach(async () => {
    root = await thread.postRoot(here, view);
  });

  const posted = () => workspace.thread(here, root).slice(1);
  const contentOf = (id: string | undefined) =>
    Buffer.from(workspace.file(id ?? "")?.content ?? "", "base64").toString("utf8");

  it("are one message with both, to the byte, and with a sentence that pings nobody", async () => {
    await thread.postFiles(here, root, files, said);
    const [message, ...more] = posted();
    expect(more).toEqual([]);
    expect(message?.text).toContain("migration m1 of &lt;!channel&gt;, complete up to entry 9");
    expect(message?.files?.map((id) => workspace.file(id)?.name)).toEqual(files.map(({ name }) => name));
    expect(message?.files?.map((id) => workspace.file(id)?.title)).toEqual(files.map(({ title }) => title));
    expect(message?.files?.map(contentOf)).toEqual(files.map(({ text }) => text));
  });

  it("are found again by their names, and nobody else's are", async () => {
    expect(await thread.findFiles(here, root)).toEqual([]);
    await thread.postFiles(here, root, files, said);
    const [file] = posted()[0]?.files ?? [];
    workspace.post({ channel: here, threadTs: root, author: "U0DEPLOYS", text: "", files: [file ?? ""] });
    workspace.post({ channel: here, threadTs: root, author: "U0BOB0001", text: "evidence.json" });
    expect(await thread.findFiles(here, root)).toEqual(files.map(({ name }) => name));
  });

  it("are found where the answer to their post was lost", async () => {
    once("files.completeUploadExternal", { kind: "lost-reply" });
    const fault = await faultOf(thread.postFiles(here, root, files, said));
    expect(fault?.kind).toBe("unanswered");
    expect(await thread.findFiles(here, root)).toEqual(files.map(({ name }) => name));
    expect(posted()).toHaveLength(1);
  });

  it("are not shared where one of them did not arrive", async () => {
    once("files.getUploadURLExternal", { kind: "server-error" });
    expect((await faultOf(thread.postFiles(here, root, files, said)))?.kind).toBe("unanswered");
    expect(posted()).toEqual([]);
  });

  it("go to nobody but Slack, whatever address the answer names", async () => {
    workspace.url = "http://127.0.0.1:9";
    const fault = await faultOf(thread.postFiles(here, root, files, said));
    expect(fault).toMatchObject({ kind: "refused", message: "not one of Slack's addresses for files" });
    expect(posted()).toEqual([]);
  });

  it("are refused to an app without the scope, which is told apart from Slack being away", async () => {
    const { app } = workspace.state;
    const scopes = app.scopes.filter((scope) => scope !== "files:write");
    Object.assign(workspace.state, { app: { ...app, scopes } });
    const fault = await faultOf(thread.postFiles(here, root, files, said));
    expect(fault).toMatchObject({ kind: "refused", message: "Slack answers missing_scope" });
  });
});
