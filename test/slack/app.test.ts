import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Front, openFront } from "./front.ts";

let front: Front;
beforeEach(async () => {
  front = await openFront();
});
afterEach(() => front.slack.close());

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
    const reply = await front.deliverBody(body);
    expect(reply.statusCode).toBe(200);
    expect(reply.body).not.toMatch(/\bat \/|node_modules|Error/);
    expect(front.requests()).toEqual([]);
  });

  it("an unsigned request gets a bare status", async () => {
    const reply = await front.deliver({ headers: {}, body: "payload={bad" });
    expect(reply).toEqual({ statusCode: 401, body: "" });
  });

  it("a handler without a signing secret cannot be made", async () => {
    front.changed = { signingSecret: "" };
    expect(() => front.deliverBody("")).toThrow("signing secret");
  });
});
