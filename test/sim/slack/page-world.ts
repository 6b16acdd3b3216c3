import { acme } from "../../../src/sim/slack/acme.ts";
import { type Slack, startSlack } from "../../../src/sim/slack/server.ts";
import { Workspace, type WorkspaceState } from "../../../src/sim/slack/workspace.ts";
import { lambdaApp, signingSecret, token } from "./slack-app.ts";

export const channel = "C0DBOPS01";
const hostile = `"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'`;

export interface PageWorld {
  readonly workspace: Workspace;
  readonly slack: Slack;
  /** What a real Bolt app has been told of clicks. */
  readonly clicked: unknown[];
}

/** A workspace with its page, before an app that acknowledges everything. */
export async function startPage(state: WorkspaceState = acme()): Promise<PageWorld> {
  const clicked: unknown[] = [];
  const workspace = new Workspace(state, { now: Date.now });
  const slack = await startSlack({
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
  return { workspace, slack, clicked };
}

/** The workspace with something hostile in every name and text that the page shows. */
export function hostileWorkspace(): WorkspaceState {
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

export function postPlan(workspace: Workspace, options: { confirm?: boolean } = {}) {
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
            ...(options.confirm && { confirm: question }),
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

export function postHostile(workspace: Workspace) {
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
