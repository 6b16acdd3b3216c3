import { describe, expect, it } from "vitest";
import { acme } from "../../../src/sim/slack/acme.ts";
import { columns } from "../../../src/sim/slack/text-layout.ts";
import { transcript } from "../../../src/sim/slack/transcript.ts";
import { Workspace } from "../../../src/sim/slack/workspace.ts";

const channel = "C0DBOPS01";
const app = "U0ENCRYPT";

function conversation() {
  let now = Date.UTC(2026, 10, 22, 2, 0, 0);
  const workspace = new Workspace(acme(), { now: () => now });
  const later = (by = 60_000) => {
    now += by;
  };
  return { workspace, later };
}

const mrkdwn = (text: string) => ({ type: "mrkdwn" as const, text });
const plain = (text: string) => ({ type: "plain_text" as const, text });
const cells = (...texts: string[]) => texts.map((text) => ({ type: "raw_text" as const, text }));

describe("a transcript", () => {
  it("tells the day where it is another, in the channel and in a thread", () => {
    const { workspace, later } = conversation();
    const root = workspace.post({ channel, author: app, text: "Done." });
    later();
    workspace.post({ channel, author: app, text: "Something else." });
    later(14 * 86_400_000);
    workspace.post({ channel, author: app, threadTs: root.ts, text: "Its retention is over." });
    workspace.post({ channel, author: app, threadTs: root.ts, text: "Really." });
    workspace.post({ channel, author: app, text: "Delete it?" });
    const headers = transcript(workspace, { channel }).match(/^.*encrypt-db$/gm);
    expect(headers).toEqual([
      "02:00 encrypt-db",
      "      │ Dec 6, 2026 02:01 encrypt-db",
      "      │ 02:01 encrypt-db",
      "02:01 encrypt-db",
      "Dec 6, 2026 02:01 encrypt-db",
    ]);
  });

  it("names the files of a message", () => {
    const { workspace } = conversation();
    workspace.putFile({ id: "F1", name: "evidence.json", title: "Evidence", size: 98_765, shared: true });
    workspace.post({ channel, author: app, text: "The evidence.", files: ["F1"] });
    expect(transcript(workspace, { channel })).toContain("[File: evidence.json, 99 kB]");
  });

  it("shows a thread as a person sees it: names, buttons, times in UTC, edits as they are now", () => {
    const { workspace, later } = conversation();
    const root = workspace.post({
      channel,
      author: app,
      text: "Plan",
      blocks: [
        { type: "header", text: plain("Encrypt orders-prod") },
        { type: "section", fields: [mrkdwn("*Key now*\n`alias/aws/rds`"), mrkdwn("*Downtime*\n22 min")] },
        {
          type: "context",
          elements: [mrkdwn("by <@U0ALICE01>"), mrkdwn("until <!date^1795320000^{time}|x> UTC")],
        },
        { type: "actions", elements: [button("Approve"), button("Cancel")] },
      ],
    });
    later();
    const reply = workspace.post({ channel, author: app, threadTs: root.ts, text: "Waiting for approval" });
    later();
    workspace.postEphemeral({ channel, author: app, user: "U0ALICE01", threadTs: root.ts, text: "Not you." });
    later();
    workspace.post({ channel, author: app, threadTs: root.ts, broadcast: true, text: "*Done.*" });
    workspace.post({ channel, author: "U0DAN0001", text: "somewhere else" });
    workspace.edit(reply, { text: "Approved by <@U0BOB0001>" });
    expect(transcript(workspace, { channel, thread: root.ts })).toBe(
      `
02:00 encrypt-db
      Encrypt orders-prod
      ===================
      Key now                                         Downtime
      \`alias/aws/rds\`                                 22 min
      by @Alice Novak  ·  until 04:00 UTC
      [Approve]  [Cancel]
      │
      │ 02:01 encrypt-db (edited)
      │       Approved by @Bob Okafor
      │
      │ 02:02 encrypt-db, only to Alice Novak
      │       Not you.
      │
      │ 02:03 encrypt-db, also to the channel
      │       Done.`.trim(),
    );
  });

  it("shows a channel with threads under their roots and what Slack said to one person", () => {
    const { workspace, later } = conversation();
    workspace.postEphemeral({ channel, author: "USLACKBOT", user: "U0ALICE01", text: "failed" });
    later();
    const root = workspace.post({ channel, author: "U0ALICE01", text: "root" });
    later();
    workspace.post({ channel, author: "U0BOB0001", text: "next" });
    later();
    workspace.post({ channel, author: "U0BOB0001", threadTs: root.ts, text: "reply" });
    const heads = transcript(workspace, { channel })
      .split("\n")
      .filter((line) => /\d\d:\d\d/.test(line));
    expect(heads).toEqual([
      "02:00 Slackbot, only to Alice Novak",
      "02:01 Alice Novak",
      "      │ 02:03 Bob Okafor",
      "02:02 Bob Okafor",
    ]);
  });

  it("never has a line of more than 100 columns, nor lets a control character through", () => {
    const { workspace } = conversation();
    const long = `${"word ".repeat(60)}${"x".repeat(250)} ${"🔐".repeat(80)} \u001b[31mred\u0007`;
    const root = workspace.post({
      channel,
      author: app,
      text: "x",
      blocks: [
        { type: "header", text: plain("h".repeat(150)) },
        { type: "section", text: mrkdwn(`1. ${long}\n• ${long}`), fields: [mrkdwn(long), mrkdwn(long)] },
        { type: "divider" },
        { type: "table", rows: [cells("Endpoint", "State"), cells(long, "ok")] },
        {
          type: "container",
          title: plain("c".repeat(120)),
          child_blocks: [{ type: "section", text: mrkdwn(long) }],
        },
      ],
    });
    workspace.post({ channel, author: app, threadTs: root.ts, text: long });
    const text = transcript(workspace, { channel });
    expect(Math.max(...text.split("\n").map(columns))).toBeLessThanOrEqual(100);
    expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });

  it("sets a table in columns, or as records where it is too wide", () => {
    const { workspace } = conversation();
    const align = [null, { align: "right" as const }];
    const post = (endpoint: string) =>
      workspace.post({
        channel,
        author: app,
        text: "x",
        blocks: [
          {
            type: "table",
            column_settings: align,
            rows: [cells("Endpoint", "Latency"), cells(endpoint, "3 ms")],
          },
        ],
      });
    post("orders");
    post("e".repeat(90));
    expect(transcript(workspace, { channel })).toBe(
      [
        "02:00 encrypt-db",
        "      Endpoint  Latency",
        "      -----------------",
        "      orders       3 ms",
        "",
        "02:00 encrypt-db",
        "      Endpoint:",
        `      ${"e".repeat(90)}`,
        "      Latency: 3 ms",
      ].join("\n"),
    );
  });
});

function button(label: string) {
  return { type: "button" as const, text: plain(label), action_id: label };
}
