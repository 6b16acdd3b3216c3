import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hours, minutes } from "../../src/core/time.ts";
import { type Block, withIds } from "../../src/sim/slack/block-kit.ts";
import { rootMessage } from "../../src/slack/blocks/root.ts";
import { encode } from "../../src/slack/buttons.ts";
import { alice, channel, type Front, openFront } from "./front.ts";
import { noon, signed, viewAt } from "./lives.ts";

const chosen = (value: string) => ({ selected_option: { value } });

let front: Front;
beforeEach(async () => {
  front = await openFront();
});
afterEach(() => front.slack.close());

describe("a click", () => {
  const view = viewAt("cutover");
  const value = {
    database: "111122223333/eu-west-1/orders-prod",
    migration: view.migration.id,
    planHash: view.migration.planHash,
    press: { does: "approve", gate: "cutover", terms: null } as const,
  };

  function post(author = "U0ENCRYPT", where = channel) {
    const { text, blocks } = rootMessage(view, "the approvers");
    return front.workspace.post({ channel: where, author, text, blocks: identified(blocks) });
  }

  const identified = (blocks: readonly unknown[]) =>
    withIds(blocks as Block[], () => front.workspace.nextId());

  function postButton(of: object) {
    const button = { type: "button", text: { type: "plain_text", text: "x" }, ...of };
    const blocks = [{ type: "actions", block_id: "b", elements: [button] }];
    return front.workspace.post({ channel, author: "U0ENCRYPT", text: "x", blocks: identified(blocks) });
  }

  const click = (messageTs: string, actionId: string, user = "U0BOB0001") =>
    front.slack.click({ user, channel, messageTs, actionId });

  it("is recorded with what the button claims and who Slack says clicked", async () => {
    const { ts } = post();
    expect(await click(ts, "press.approve.cutover")).toBe("answered");
    expect(front.requests()).toEqual([
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
        press: { ...value.press, terms: signed },
      },
    ]);
    expect(front.woken).toBe(1);
  });

  it("on the approval of a cutover carries what that person has chosen beside it", async () => {
    const { ts } = post();
    const choose = (actionId: string, option: string, user = "U0BOB0001") =>
      front.slack.click({ user, channel, messageTs: ts, actionId, option });
    await choose("terms.longest", "45");
    await choose("terms.opening", "ask");
    await choose("terms.when-late", "roll-back");
    await choose("terms.not-before", String((noon + hours(14)) / 1_000));
    await choose("terms.longest", "480", alice);
    expect(front.requests()).toEqual([]);

    await click(ts, "press.approve.cutover");
    const terms = {
      longestDowntime: minutes(45),
      opening: "ask",
      whenLate: "roll-back",
      notBefore: noon + hours(14),
    };
    expect(front.requests()).toMatchObject([{ press: { does: "approve", gate: "cutover", terms } }]);
  });

  it.each([
    ["nothing is chosen", {}],
    ["a length that is none", { "terms.longest": chosen("for ever") }],
    ["an opening that is none", { "terms.opening": chosen("never") }],
    ["a time that is none", { "terms.not-before": { selected_date_time: "tomorrow" } }],
    ["no field for what is done if it is late", { "terms.when-late": undefined }],
  ])("on the approval of a cutover where %s carries no terms", async (_, change) => {
    const on = { user: alice, channel, messageTs: post().ts, actionId: "press.approve.cutover" };
    const payload = JSON.parse(new URLSearchParams(front.slack.clickRequest(on).body).get("payload") ?? "");
    const fields = Object.keys(change).length === 0 ? {} : { ...payload.state.values.terms, ...change };
    payload.state.values = { terms: fields };
    await front.deliverBody(new URLSearchParams({ payload: JSON.stringify(payload) }).toString());
    expect(front.requests()).toMatchObject([{ press: { gate: "cutover", terms: null } }]);
  });

  it("does not take terms from what the button carries", async () => {
    const { ts } = postButton({
      action_id: "press.approve.cutover",
      value: JSON.stringify({ ...value, press: { ...value.press, terms: signed } }),
    });
    await click(ts, "press.approve.cutover");
    expect(front.requests()).toMatchObject([{ press: { gate: "cutover", terms: null } }]);
  });

  it("by somebody of another company carries that company", async () => {
    const shared = "C0GLOBEX1";
    const { ts } = post("U0ENCRYPT", shared);
    await front.slack.click({
      user: "U0XENIA01",
      channel: shared,
      messageTs: ts,
      actionId: "press.approve.cutover",
    });
    expect(front.requests()).toMatchObject([{ user: "U0XENIA01", team: "T0GLOBEX1" }]);
  });

  it("that Slack delivers twice is recorded once; two clicks are two requests", async () => {
    const on = { user: alice, channel, messageTs: post().ts, actionId: "press.reject.cutover" };
    const request = front.slack.clickRequest(on);
    await front.deliver(request);
    await front.deliver(request);
    expect(front.requests()).toHaveLength(1);
    await front.deliver(front.slack.clickRequest(on));
    expect(front.requests()).toHaveLength(2);
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
      action_id: "press.approve.cutover",
      ...(given !== undefined && { value: given }),
    });
    expect(await click(ts, "press.approve.cutover", alice)).toBe("answered");
    expect(front.requests()).toEqual([]);
    expect(front.heardBy(alice)).toEqual([expect.stringContaining("not one that this version knows")]);
  });

  it("on another app's copy of our button is not recorded", async () => {
    const { ts } = post("U0DEPLOYS");
    await click(ts, "press.approve.cutover", alice);
    expect(front.requests()).toEqual([]);
    expect(front.heardBy(alice)).toEqual([expect.stringContaining("not one that this version knows")]);
  });

  it("on a button that opens a link is acknowledged in silence", async () => {
    const { ts } = postButton({ action_id: "link.runbook", url: "https://example.com" });
    expect(await click(ts, "link.runbook", alice)).toBe("answered");
    expect(front.heardBy(alice)).toEqual([]);
    expect(front.requests()).toEqual([]);
  });

  it("is told when the store fails", async () => {
    front.changed = { putRequest: () => Promise.reject(new Error("no")) };
    await click(post().ts, "press.reject.cutover", alice);
    expect(front.heardBy(alice)).toEqual([
      expect.stringContaining("could not make sure that this was recorded"),
    ]);
  });

  it("from another workspace or app is refused", async () => {
    const { body } = front.slack.clickRequest({
      user: alice,
      channel,
      messageTs: post().ts,
      actionId: "press.reject.cutover",
    });
    const payload = JSON.parse(new URLSearchParams(body).get("payload") ?? "");
    for (const change of [{ team: { id: "T0GLOBEX1" } }, { api_app_id: "A0OTHER01" }]) {
      const form = new URLSearchParams({ payload: JSON.stringify({ ...payload, ...change }) });
      const reply = await front.deliverBody(form.toString());
      expect(reply.statusCode).toBe(200);
    }
    expect(front.requests()).toEqual([]);
  });

  it("keeps every value within Slack's limit", () => {
    const longest = { ...value, database: `${"9".repeat(12)}/ap-southeast-99/instance/${"a".repeat(63)}` };
    expect(encode(longest).length).toBeLessThan(500);
  });
});
