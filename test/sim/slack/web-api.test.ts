import { LogLevel, webApi } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acme } from "../../../src/sim/slack/acme.ts";
import { type Slack, startSlack } from "../../../src/sim/slack/server.ts";
import { Workspace, type WorkspaceState } from "../../../src/sim/slack/workspace.ts";
import { signingSecret, token } from "./slack-app.ts";

const channel = "C0DBOPS01";
const now = Date.UTC(2026, 10, 22, 4, 0, 0);
const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });

let state: WorkspaceState;
let workspace: Workspace;
let slack: Slack;
let client: webApi.WebClient;

async function start(change: Partial<WorkspaceState> = {}) {
  state = { ...acme(), ...change };
  workspace = new Workspace(state, { now: () => now });
  slack = await startSlack({
    workspace,
    signingSecret,
    token,
    clock: { now: () => now },
    deliver: async () => ({ statusCode: 200 }),
  });
  client = connect(token);
}

function connect(withToken: string) {
  return new webApi.WebClient(withToken, {
    slackApiUrl: `${slack.url}/api/`,
    retryConfig: { retries: 0 },
    timeout: 700,
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
  });
}

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => "it was accepted",
    (error: { data?: { error?: string }; code?: string }) => error.data?.error ?? error.code,
  );

beforeEach(() => start());
afterEach(() => slack.close());

describe("posting", () => {
  it("stores what the real client sends and gives each message its own ts", async () => {
    const metadata = { event_type: "entry", event_payload: { key: "m1#4" } };
    const first = await client.chat.postMessage({
      channel,
      text: "one",
      blocks: [section("*one*")],
      metadata,
    });
    const second = await client.chat.postMessage({ channel, text: "two" });
    expect(first.ts).toBe(`${now / 1000}.000000`);
    expect(second.ts).toBe(`${now / 1000}.000001`);
    const { messages } = await client.conversations.history({ channel, include_all_metadata: true });
    expect(messages?.map((message) => message.text)).toEqual(["two", "one"]);
    expect(messages?.[1]).toMatchObject({ metadata, bot_id: "B0ENCRYPT", app_id: "A0ENCRYPT" });
    expect(messages?.[1]?.blocks?.[0]?.block_id).toBeTruthy();
  });

  it("keeps metadata to those who ask for it", async () => {
    await client.chat.postMessage({
      channel,
      text: "one",
      metadata: { event_type: "entry", event_payload: {} },
    });
    const { messages } = await client.conversations.history({ channel });
    expect(messages?.[0]?.metadata).toBeUndefined();
  });

  it("cuts a text of more than 40,000 characters", async () => {
    const { ts = "" } = await client.chat.postMessage({ channel, text: "x".repeat(40_001) });
    expect(workspace.message(channel, ts)?.text).toHaveLength(40_000);
  });

  it.each([
    ["a channel that does not exist", "C0NOWHERE", "channel_not_found"],
    ["a private channel without the app", "C0ONCALL1", "channel_not_found"],
    ["a public channel without the app", "C0GENERAL", "not_in_channel"],
    ["an archived channel", "C0OLDDBS1", "is_archived"],
  ])("refuses %s", async (_, where, error) => {
    expect(await refusal(client.chat.postMessage({ channel: where, text: "hello" }))).toBe(error);
  });

  it("refuses a message that says nothing, and blocks that break a limit", async () => {
    expect(await refusal(client.chat.postMessage({ channel, text: "" }))).toBe("no_text");
    const call = client.chat.postMessage({ channel, text: "long", blocks: [section("x".repeat(3001))] });
    await expect(call).rejects.toMatchObject({
      data: {
        error: "invalid_blocks",
        response_metadata: { messages: [expect.stringContaining("/blocks/0/text/text")] },
      },
    });
    expect(workspace.state.messages).toEqual([]);
  });
});

describe("threads", () => {
  it("collects replies under their root and shows only broadcast ones in the channel", async () => {
    const { ts = "" } = await client.chat.postMessage({ channel, text: "root" });
    await client.chat.postMessage({ channel, thread_ts: ts, text: "quiet" });
    await client.chat.postMessage({ channel, thread_ts: ts, reply_broadcast: true, text: "loud" });
    const replies = await client.conversations.replies({ channel, ts });
    expect(replies.messages?.map((message) => message.text)).toEqual(["root", "quiet", "loud"]);
    expect(replies.messages?.[0]).toMatchObject({ reply_count: 2 });
    const history = await client.conversations.history({ channel });
    expect(history.messages?.map((message) => message.text)).toEqual(["loud", "root"]);
  });

  it("refuses a reply to nothing and a reply to a reply", async () => {
    expect(await refusal(client.chat.postMessage({ channel, thread_ts: "1.1", text: "x" }))).toBe(
      "thread_not_found",
    );
    const root = await client.chat.postMessage({ channel, text: "root" });
    const reply = await client.chat.postMessage({ channel, thread_ts: root.ts ?? "", text: "reply" });
    expect(await refusal(client.chat.postMessage({ channel, thread_ts: reply.ts ?? "", text: "x" }))).toBe(
      "cannot_reply_to_message",
    );
  });

  it("gives long lists page by page", async () => {
    for (let n = 1; n <= 5; n += 1) await client.chat.postMessage({ channel, text: `message ${n}` });
    const seen: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.conversations.history({ channel, limit: 2, ...(cursor && { cursor }) });
      seen.push(page.messages?.map((message) => message.text));
      cursor = page.response_metadata?.next_cursor;
    } while (cursor);
    expect(seen).toEqual([["message 5", "message 4"], ["message 3", "message 2"], ["message 1"]]);
  });
});

describe("editing", () => {
  it("takes the blocks away when only a text is given, and keeps the metadata", async () => {
    const metadata = { event_type: "entry", event_payload: { key: "1" } };
    const { ts = "" } = await client.chat.postMessage({
      channel,
      text: "a",
      blocks: [section("a")],
      metadata,
    });
    await client.chat.update({ channel, ts, text: "b" });
    expect(workspace.message(channel, ts)).toMatchObject({ text: "b", metadata });
    expect(workspace.message(channel, ts)?.blocks).toBeUndefined();
  });

  it("refuses a text over 4,000 characters, an unknown message and somebody else's", async () => {
    const { ts = "" } = await client.chat.postMessage({ channel, text: "a" });
    await client.chat.update({ channel, ts, text: "x".repeat(4000) });
    expect(await refusal(client.chat.update({ channel, ts, text: "x".repeat(4001) }))).toBe("msg_too_long");
    expect(await refusal(client.chat.update({ channel, ts: "1.1", text: "b" }))).toBe("message_not_found");
    const theirs = workspace.post({ channel, author: "U0ALICE01", text: "mine" });
    expect(await refusal(client.chat.update({ channel, ts: theirs.ts, text: "b" }))).toBe(
      "cant_update_message",
    );
  });

  it("deletes a message, and leaves a mark where a thread hangs on it", async () => {
    const alone = await client.chat.postMessage({ channel, text: "alone" });
    const root = await client.chat.postMessage({ channel, text: "root" });
    await client.chat.postMessage({ channel, thread_ts: root.ts ?? "", text: "reply" });
    await client.chat.delete({ channel, ts: alone.ts ?? "" });
    await client.chat.delete({ channel, ts: root.ts ?? "" });
    expect(workspace.timeline(channel).map((message) => message.text)).toEqual(["This message was deleted."]);
  });
});

describe("looking up", () => {
  it("says who the token is", async () => {
    expect(await client.auth.test()).toMatchObject({
      user_id: "U0ENCRYPT",
      bot_id: "B0ENCRYPT",
      team_id: "T0ACME001",
    });
  });

  it("tells approvers from guests, leavers, bots and strangers", async () => {
    const flags = async (user: string) => (await client.users.info({ user })).user;
    expect(await flags("U0BOB0001")).toMatchObject({ deleted: false, is_bot: false, is_restricted: false });
    expect(await flags("U0GUS0001")).toMatchObject({ is_restricted: true, is_ultra_restricted: false });
    expect(await flags("U0ERIN001")).toMatchObject({ deleted: true });
    expect(await flags("U0DEPLOYS")).toMatchObject({ is_bot: true });
    expect(await flags("U0XENIA01")).toMatchObject({ is_stranger: true, team_id: "T0GLOBEX1" });
    expect(await refusal(client.users.info({ user: "U0NOBODY1" }))).toBe("user_not_found");
  });

  it("shows an e-mail address only to a token that may read it", async () => {
    expect((await client.users.info({ user: "U0BOB0001" })).user?.profile?.email).toBeUndefined();
    await slack.close();
    const { app } = acme();
    await start({ app: { ...app, scopes: [...app.scopes, "users:read.email"] } });
    expect((await client.users.info({ user: "U0BOB0001" })).user?.profile?.email).toBe("bob@acme.example");
  });

  it("lists the members of a group, and tells of channels to a token that may read about them", async () => {
    expect((await client.usergroups.users.list({ usergroup: "S0APPROVE" })).users).toContain("U0CAROL01");
    expect(await refusal(client.conversations.info({ channel }))).toBe("missing_scope");
    await slack.close();
    const { app } = acme();
    await start({ app: { ...app, scopes: [...app.scopes, "channels:read", "groups:read"] } });
    expect((await client.conversations.members({ channel })).members).toContain("U0GUS0001");
    expect((await client.conversations.info({ channel: "C0GLOBEX1" })).channel).toMatchObject({
      is_ext_shared: true,
    });
  });

  it("gives a link to a message", async () => {
    const { ts = "" } = await client.chat.postMessage({ channel, text: "a" });
    const { permalink } = await client.chat.getPermalink({ channel, message_ts: ts });
    expect(permalink).toBe(`https://acme.slack.com/archives/${channel}/p${ts.replace(".", "")}`);
  });
});

describe("who may call", () => {
  it("refuses a wrong token, a missing one and a method that it does not know", async () => {
    expect(await refusal(connect("xoxb-another").auth.test())).toBe("invalid_auth");
    expect(
      await refusal(new webApi.WebClient(undefined, { slackApiUrl: `${slack.url}/api/` }).auth.test()),
    ).toBe("not_authed");
    expect(await refusal(client.apiCall("rtm.start"))).toBe("unknown_method");
    expect(await refusal(client.apiCall("constructor"))).toBe("unknown_method");
  });

  it("names the scope that is missing", async () => {
    await slack.close();
    await start({ app: { ...acme().app, scopes: ["commands", "channels:history"] } });
    await expect(client.chat.postMessage({ channel, text: "a" })).rejects.toMatchObject({
      data: { error: "missing_scope", needed: "chat:write", provided: "commands,channels:history" },
    });
    expect(await refusal(client.users.info({ user: "U0BOB0001" }))).toBe("missing_scope");
  });

  it("takes JSON bodies as well as forms", async () => {
    const response = await fetch(`${slack.url}/api/chat.postMessage`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ channel, text: "json", blocks: [section("json")] }),
    });
    expect(await response.json()).toMatchObject({ ok: true });
  });
});

describe("ephemeral messages", () => {
  it("reach one person, who must be in the channel", async () => {
    await client.chat.postEphemeral({ channel, user: "U0BOB0001", text: "only you" });
    expect(workspace.state.ephemerals).toMatchObject([{ user: "U0BOB0001", text: "only you" }]);
    expect((await client.conversations.history({ channel })).messages).toEqual([]);
    expect(await refusal(client.chat.postEphemeral({ channel, user: "U0XENIA01", text: "you" }))).toBe(
      "user_not_in_channel",
    );
  });
});

describe("faults", () => {
  it("answers 429 with the seconds to wait", async () => {
    workspace.faults(() => ({ kind: "rate-limited", retryAfterSeconds: 7 }));
    await expect(client.chat.postMessage({ channel, text: "a" })).rejects.toMatchObject({
      code: webApi.ErrorCode.RateLimitedError,
      retryAfter: 7,
    });
  });

  it("answers 500, nothing, or takes effect and cuts the line, for the calls that the hook picks", async () => {
    const picked = ["server-error", "hang", "lost-reply"] as const;
    let call = 0;
    workspace.faults(({ method }) => {
      const kind = method === "chat.postMessage" ? picked[call++] : undefined;
      return kind && { kind };
    });
    const post = (text: string) => refusal(client.chat.postMessage({ channel, text }));
    expect(await post("lost to an error")).toBe(webApi.ErrorCode.HTTPError);
    expect(await post("never answered")).toBe(webApi.ErrorCode.RequestError);
    expect(await post("answer lost")).toBe(webApi.ErrorCode.RequestError);
    expect(await post("fine")).toBe("it was accepted");
    await client.auth.test();
    expect(workspace.state.messages.map((message) => message.text)).toEqual(["answer lost", "fine"]);
    expect(workspace.calls.map(({ outcome }) => outcome)).toEqual([...picked, "ok", "ok"]);
  });
});

describe("keeping", () => {
  it("goes on from the saved state in another life, with later ids", async () => {
    let saved = "";
    const first = new Workspace(acme(), { now: () => now, save: (value) => (saved = JSON.stringify(value)) });
    const before = first.post({ channel, author: "U0ALICE01", text: "before" });
    const second = new Workspace(JSON.parse(saved), { now: () => now - 60_000 });
    const after = second.post({ channel, author: "U0ALICE01", text: "after" });
    expect(second.timeline(channel).map((message) => message.text)).toEqual(["before", "after"]);
    expect(Number(after.ts)).toBeGreaterThan(Number(before.ts));
  });
});

describe("uploading files", () => {
  const announced = (name = "a.json", length = 2) =>
    client.files.getUploadURLExternal({ filename: name, length });
  const send = (url: string | undefined, body: string) => fetch(String(url), { method: "POST", body });
  const complete = (id: string | undefined, threadTs: string, title = "A file") =>
    client.files.completeUploadExternal({
      files: [{ id: String(id), title }],
      channel_id: channel,
      thread_ts: threadTs,
      initial_comment: "look",
    });

  async function root(): Promise<string> {
    return String((await client.chat.postMessage({ channel, text: "root" })).ts);
  }

  it("shares what has arrived as a message of the app, in the thread, where its reader finds it by name", async () => {
    const ts = await root();
    const { upload_url, file_id } = await announced();
    expect((await send(upload_url, "{}")).status).toBe(200);
    await complete(file_id, ts);
    const { messages = [] } = await client.conversations.replies({ channel, ts });
    expect(messages.slice(1)).toMatchObject([
      { user: "U0ENCRYPT", text: "look", files: [{ id: file_id, name: "a.json", title: "A file", size: 2 }] },
    ]);
  });

  it("shows nobody what is not shared yet, or did not arrive whole", async () => {
    const ts = await root();
    const { upload_url, file_id } = await announced();
    const url = `${slack.url}/files/${file_id}/a.json`;
    expect(await refusal(complete(file_id, ts))).toBe("file_not_found");
    expect((await send(upload_url, "too much")).status).toBe(400);
    expect((await send(upload_url, "{}")).status).toBe(200);
    expect((await fetch(url)).status).toBe(404);
    await complete(file_id, ts);
    expect((await fetch(url)).status).toBe(200);
    expect(await refusal(complete(file_id, ts))).toBe("file_not_found");
    expect((await send(upload_url, "[]")).status).toBe(400);
  });

  it.each([
    ["no name", () => announced("", 2)],
    ["no length", () => announced("a.json", 0)],
    [
      "no files",
      () =>
        client.files.completeUploadExternal({ files: [] as never, channel_id: channel, thread_ts: "1.1" }),
    ],
  ])("refuses %s", async (_what, call) => {
    expect(await refusal(call())).toBe("invalid_arguments");
  });

  it("is for an app that may write files", async () => {
    await slack.close();
    const { app } = acme();
    await start({ app: { ...app, scopes: app.scopes.filter((scope) => scope !== "files:write") } });
    expect(await refusal(announced())).toBe("missing_scope");
  });
});
