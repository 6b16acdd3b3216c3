import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alice, channel, type Front, openFront } from "./front.ts";
import { noon } from "./lives.ts";

let front: Front;
beforeEach(async () => {
  front = await openFront();
});
afterEach(() => front.slack.close());

const say = (text: string) => front.slack.command({ user: alice, channel, text });

describe("a slash command", () => {
  it("is recorded once, acknowledged by name, and wakes the worker", async () => {
    expect(await say("start orders-prod key alias/orders")).toBe("answered");
    expect(front.requests()).toEqual([
      {
        kind: "command",
        id: expect.stringMatching(/^\d+\.T0ACME001\./),
        at: noon,
        user: alice,
        team: "T0ACME001",
        channel,
        responseUrl: expect.stringContaining(`${front.slack.url}/commands/`),
        command: { verb: "start", name: "orders-prod", key: "alias/orders", strategy: null },
      },
    ]);
    expect(front.heardBy(alice)).toEqual([expect.stringContaining("Looking for orders-prod…")]);
    expect(front.woken).toBe(1);
  });

  it("that Slack delivers twice is answered the same and recorded once", async () => {
    const request = front.slack.commandRequest({ user: alice, channel, text: "start orders-prod" });
    const [first, second] = [await front.deliver(request), await front.deliver(request)];
    expect(second).toEqual(first);
    expect(first.statusCode).toBe(200);
    expect(front.requests()).toHaveLength(1);
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
    expect(front.requests()).toHaveLength(1);
    expect(front.heardBy(alice)[0]).toMatch(/…|recorded/);
  });

  it.each([
    ["start orders-prod", "Its plan will appear in this channel"],
    ["rehearse orders-prod", "The plan of its rehearsal will appear in this channel"],
    ["backup orders-prod", "The plan of its backup will appear in this channel"],
    ["decommission orders-prod-old-m1a2b3", "The plan of its deletion will appear in this channel"],
    ["pause orders-prod", "Your pause of orders-prod is recorded"],
    ["rollback orders-prod", "Your rollback of orders-prod is recorded"],
  ])("is promised a plan only where one is made: %s", async (text, promised) => {
    await say(text);
    expect(front.heardBy(alice)[0]).toContain(promised);
  });

  it.each(["", "help", "HELP", "--help"])("for help is answered at once: %j", async (text) => {
    expect(await say(text)).toBe("answered");
    expect(front.requests()).toEqual([]);
    expect(front.workspace.state.ephemerals.map((each) => JSON.stringify(each.blocks))[0]).toContain(
      "/encrypt-db start NAME",
    );
  });

  it.each([
    ["strat orders-prod", "Did you mean start?"],
    ["frobnicate", "I know start"],
    ["start", "needs the name of a database"],
    ["decommission", "/encrypt-db decommission orders-prod-old-k3xw9p"],
    ["start orders_prod", "cannot be the name of a database"],
    ["start -orders", "cannot be the name of a database"],
    [`start ${"a".repeat(64)}`, "cannot be the name of a database"],
    ["start orders-prod now please", "I do not know what to do with “now please”"],
    ["start orders-prod key", "I do not know what to do with “key”"],
    ["status orders-prod extra", "I do not know what to do with “extra”"],
    ["list everything", "I do not know what to do with “everything”"],
    ["start &lt;!channel&gt;", "“&lt;!channel&gt;” cannot be"],
    ["start `rm`; drop table", "I do not know what to do with"],
    [`start ${"💥".repeat(3_000)}`, "cannot be the name of a database"],
    ["\u0000\u0001", "There is no command"],
  ])("that is malformed gets a helpful answer and is not recorded: %j", async (text, help) => {
    expect(await say(text)).toBe("answered");
    expect(front.requests()).toEqual([]);
    expect(front.woken).toBe(0);
    expect(front.heardBy(alice)).toEqual([expect.stringContaining(help)]);
  });

  it("says that it may not be recorded when the store fails, and shows no trace of the fault", async () => {
    front.changed = {
      putRequest: () => Promise.reject(new Error("ProvisionedThroughputExceeded at /srv/app/store.ts:12")),
    };
    expect(await say("start orders-prod")).toBe("answered");
    expect(front.heardBy(alice)).toEqual([
      expect.stringContaining("could not make sure that this was recorded"),
    ]);
    expect(JSON.stringify(front.workspace.state.ephemerals)).not.toContain("store.ts");
    expect(front.woken).toBe(0);
  });

  it("is answered within Slack's patience when the store and the wake hang", async () => {
    front.changed = { putRequest: () => new Promise(() => {}) };
    expect(await say("start orders-prod")).toBe("answered");
    front.changed = { wake: () => new Promise(() => {}) };
    expect(await say("start orders-prod")).toBe("answered");
    expect(front.requests()).toHaveLength(1);
  });

  it("is acknowledged although the wake fails", async () => {
    front.changed = { wake: () => Promise.reject(new Error("throttled")) };
    expect(await say("start orders-prod")).toBe("answered");
    expect(front.heardBy(alice)).toEqual([expect.stringContaining("Looking for orders-prod…")]);
    expect(front.requests()).toHaveLength(1);
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
    const reply = await front.deliverBody(
      changedBody({ user: alice, channel, text: "start orders-prod" }, change),
    );
    expect(reply.statusCode).toBe(200);
    expect(reply.body).toContain("does not serve this workspace");
    expect(front.requests()).toEqual([]);
  });

  it.each([
    ["a field that came twice", "text=start+a&text=start+b&"],
    ["a trigger that came twice", "trigger_id=1&"],
  ])("with %s is not guessed at", async (_, more) => {
    const { body } = front.slack.commandRequest({ user: alice, channel, text: "start orders-prod" });
    const reply = await front.deliverBody(more + body);
    expect(reply.body).toContain("could not read");
    expect(front.requests()).toEqual([]);
  });

  it("never logs a signature, a response URL or a trigger of a refused request", async () => {
    const request = front.slack.commandRequest({ user: alice, channel, text: "start orders-prod" });
    await front.deliver({ ...request, body: `${request.body}&x=1` });
    await front.deliver(request);
    expect(front.logged).toContain("slack.refused");
    expect(front.logged).not.toContain(request.headers["x-slack-signature"]?.slice(3));
    expect(front.logged).not.toContain("/commands/");
    expect(front.logged).not.toContain("Error:");
  });
});

/** The body of a command with some fields changed: what a second app or workspace would send. */
function changedBody(
  command: { user: string; channel: string; text: string },
  change: Record<string, string>,
) {
  const form = new URLSearchParams(front.slack.commandRequest(command).body);
  for (const [name, value] of Object.entries(change)) form.set(name, value);
  return form.toString();
}
