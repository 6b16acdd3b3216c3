import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ChannelFault } from "../../src/engine/deps.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { type Slack, startSlack } from "../../src/sim/slack/server.ts";
import { Workspace, type WorkspaceState } from "../../src/sim/slack/workspace.ts";
import { type Approvers, mentionApprovers } from "../../src/slack/approvers.ts";
import { createLookUp } from "../../src/slack/people.ts";
import { createWebClient } from "../../src/slack/web-client.ts";
import { noon } from "./lives.ts";

const token = "xoxb-a-token";
const home = "T0ACME001";
const group: Approvers = { kind: "group", group: "S0APPROVE" };

let workspace: Workspace;
let slack: Slack;

async function open(state: WorkspaceState): Promise<void> {
  workspace = new Workspace(state, { now: () => noon });
  slack = await startSlack({
    workspace,
    signingSecret: "a secret",
    token,
    clock: { now: () => noon },
    deliver: async () => ({ statusCode: 200 }),
  });
}

beforeEach(() => open(acme()));
afterEach(() => slack.close());

function lookUp(user: string, team = home, approvers = group) {
  const addresses = { api: `${slack.url}/api/`, answers: slack.url, files: slack.url };
  return createLookUp({ client: createWebClient(token, addresses), team: home, approvers })(user, team);
}

describe("who somebody is", () => {
  it("is what Slack says at the time of the click", async () => {
    expect(await lookUp("U0BOB0001")).toEqual({
      person: { id: "T0ACME001:U0BOB0001", user: "U0BOB0001", name: "Bob Okafor" },
      team: home,
      standing: "member",
      approver: true,
    });
  });

  it.each([
    ["a guest", "U0GUS0001", "guest"],
    ["somebody who has left", "U0ERIN001", "deactivated"],
    ["another app", "U0DEPLOYS", "bot"],
    ["our own bot", "U0ENCRYPT", "bot"],
    ["somebody of another company", "U0XENIA01", "external"],
  ])("%s is no member", async (_, user, standing) => {
    expect((await lookUp(user)).standing).toBe(standing);
  });

  it("belongs elsewhere if either Slack or the payload says so", async () => {
    expect((await lookUp("U0XENIA01", home)).team).toBe("T0GLOBEX1");
    expect((await lookUp("U0BOB0001", "T0GLOBEX1")).team).toBe("T0GLOBEX1");
  });

  it("stays the same person when the e-mail address changes", async () => {
    const before = await lookUp("U0BOB0001");
    const people = acme().people.map((each) =>
      each.id === "U0BOB0001" ? { ...each, email: "robert@acme.example" } : each,
    );
    await slack.close();
    await open({ ...acme(), people });
    expect((await lookUp("U0BOB0001")).person.id).toBe(before.person.id);
  });
});

describe("who may approve", () => {
  it("is in the group at that moment", async () => {
    expect((await lookUp("U0DAN0001")).approver).toBe(false);
    const userGroups = [{ id: "S0APPROVE", handle: "db-approvers", members: ["U0DAN0001"] }];
    await slack.close();
    await open({ ...acme(), userGroups });
    expect((await lookUp("U0DAN0001")).approver).toBe(true);
    expect((await lookUp("U0BOB0001")).approver).toBe(false);
  });

  it("is on the configured list, about which Slack is not asked", async () => {
    const list: Approvers = { kind: "people", users: ["U0DAN0001"] };
    expect((await lookUp("U0DAN0001", home, list)).approver).toBe(true);
    expect((await lookUp("U0BOB0001", home, list)).approver).toBe(false);
    expect(workspace.calls.map(({ method }) => method)).not.toContain("usergroups.users.list");
  });

  it.each(["users.info", "usergroups.users.list"])("is nobody while %s is not answered", async (method) => {
    workspace.faults((call) => (call.method === method ? { kind: "server-error" } : undefined));
    await expect(lookUp("U0BOB0001")).rejects.toThrow(ChannelFault);
  });

  it("is nobody where the group does not exist, and nobody whom Slack does not know", async () => {
    await expect(lookUp("U0BOB0001", home, { kind: "group", group: "S0GONE" })).rejects.toThrow(ChannelFault);
    await expect(lookUp("U0NOBODY1")).rejects.toThrow(ChannelFault);
  });

  it("is called by group or by name", () => {
    expect(mentionApprovers(group)).toBe("<!subteam^S0APPROVE>");
    expect(mentionApprovers({ kind: "people", users: ["U1", "U2"] })).toBe("<@U1>, <@U2>");
  });
});
