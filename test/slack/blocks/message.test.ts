import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/core/plan.ts";
import { sentences } from "../../../src/core/sentences.ts";
import { minutes } from "../../../src/core/time.ts";
import type { MigrationView } from "../../../src/engine/deps.ts";
import { context, type Message, message, section } from "../../../src/slack/blocks/message.ts";
import { limits } from "../../../src/slack/limits.ts";
import { everyState, newKey, noon, oldKey, planOf } from "../lives.ts";
import {
  entry,
  expectWithinLimits,
  mrkdwnOf,
  noticeMessage,
  replyMessage,
  rootMessage,
  statusMessage,
  wholeText,
} from "../rendered.ts";

/** A plan and its states made as long as they can become, and longer. */
function absurd(text: string): Readonly<Record<string, MigrationView>> {
  const long = (of: string) => ({
    code: of,
    params: { name: text, message: text, status: text, snapshot: text },
  });
  const name = "a".repeat(63);
  const plan = planOf(name);
  const filler = plan.steps.find(({ id }) => id === "restore");
  if (!filler) throw new Error("no such step");
  const more = Array.from({ length: 60 - plan.steps.length }, (_, index) => ({
    ...filler,
    id: `more-${index}`,
    title: long("step.protect-source"),
    keeps: long("keeps.snapshot"),
    undo: null,
  }));
  const steps = plan.steps.map((step) => ({
    ...step,
    title: { ...step.title, params: { ...step.title.params, name: text } },
  }));
  const restore = steps.findIndex(({ id }) => id === "restore");
  const longPlan: Plan = {
    ...plan,
    keyArn: text,
    steps: steps.toSpliced(restore, 0, ...more),
    checks: Array.from({ length: 40 }, () => long("saw.protected")),
    remarks: Array.from({ length: 40 }, () => long("remark.resource-id")),
    findings: Array.from({ length: 40 }, () => ({ ...long("attached.proxy"), severity: "warns" as const })),
  };
  const claims = Array.from({ length: 41 }, () => ({
    claim: long("saw.key"),
    observed: text,
    source: text,
  }));
  return Object.fromEntries(
    Object.entries(everyState(longPlan)).map(([state, view]) => {
      const { migration } = view;
      const records = Object.entries(migration.steps).map(([key, record]) => [
        key,
        { ...record, evidence: claims, waitingFor: record.waitingFor && long("wait.status") },
      ]);
      const changed = {
        ...migration,
        requester: { ...migration.requester, user: text, name: text },
        problem: migration.problem && {
          ...migration.problem,
          params: { ...migration.problem.params, message: text },
        },
        steps: Object.fromEntries(records),
        approvals: Array.from({ length: 60 }, () => ({
          gate: "begin",
          planHash: migration.planHash,
          person: { id: text, user: text, name: text },
          at: noon,
          expiresAt: noon,
          terms: null,
        })),
        sightings: {
          writer: { sight: { state: "unreachable", layer: "dns", reason: text }, after: null, by: noon },
        },
      };
      return [state, { ...view, migration: changed as MigrationView["migration"] }];
    }),
  );
}

/** Every message in the thread that can be made about a view. */
function threadMessages(view: MigrationView, text: string): Message[] {
  const params = {
    name: text,
    person: text,
    why: text,
    fix: text,
    differences: text,
    sight: text,
    key: text,
  };
  const at = view.migration.steps.mark?.doneAt ?? noon;
  return Object.keys(sentences)
    .filter((code) => code.startsWith("event."))
    .map((code) => replyMessage(entry({ code, params }, at), view));
}

/** Every answer that one person can get. */
function answers(view: MigrationView, text: string): Message[] {
  const database = {
    kind: "cluster",
    name: text,
    engine: text,
    status: text,
    encryption: "sse-kms",
  } as const;
  const listed = { ...database, keyArn: text, tags: {}, keyManager: null, migration: text };
  const refused = {
    code: "step.refused",
    params: { operation: text, code: text, message: text, name: text },
  };
  return [
    noticeMessage({ kind: "plan", plan: view.plan }),
    noticeMessage({
      kind: "status",
      views: Array.from({ length: 30 }, () => view),
      poller: {
        now: 0,
        lastBeat: null,
        halted: { at: 0, by: { id: text, user: text, name: text }, reason: text },
      },
    }),
    noticeMessage({ kind: "said", note: { code: "said.started", params: { name: text } } }),
    noticeMessage({ kind: "problems", problems: Array.from({ length: 60 }, () => refused) }),
    noticeMessage({ kind: "list", databases: Array.from({ length: 400 }, () => listed) }),
  ];
}

/** All of them in one state each, and the root message in every state. */
function everyMessage(text: string): Message[] {
  const views = absurd(text);
  const { "stuck in the downtime": stuck, finished } = views;
  if (!stuck || !finished) throw new Error("no such state");
  return [
    ...Object.values(views).flatMap((view) => [rootMessage(view), statusMessage(view)]),
    ...threadMessages(stuck, text),
    ...threadMessages(finished, text),
    ...answers(stuck, text),
  ];
}

describe("a message with too much in it", () => {
  const listed = (name: string) => {
    const database = { kind: "cluster", name, engine: "aurora-postgresql", status: "available" } as const;
    return {
      ...database,
      encryption: "none",
      keyArn: null,
      tags: {},
      keyManager: null,
      migration: null,
    } as const;
  };

  it("says how much of a list has no room", () => {
    const databases = Array.from({ length: 3_000 }, (_, index) => listed(`orders-${index}`));
    const { blocks } = noticeMessage({ kind: "list", databases });
    const text = JSON.stringify(blocks);
    const left = Number(/… and (\d+) more\./.exec(text)?.[1]);
    expect(left).toBeGreaterThan(0);
    // The heading is a line as well.
    expect(text.split("`orders-").length - 1 + left).toBe(3_000);
  });

  it("loses what is in its middle, and keeps its buttons and its footer", () => {
    const many = Array.from({ length: 80 }, (_, index) => section(`${index}`));
    const { blocks } = message("x", many, [context(["the footer"])]);
    expect(blocks).toHaveLength(limits.blocks);
    expect(blocks.at(-1)).toEqual(context(["the footer"]));
  });

  it("lists first what is still to be moved", () => {
    const moved = {
      ...listed("moved"),
      encryption: "sse-kms",
      keyArn: newKey,
      keyManager: "CUSTOMER",
    } as const;
    const managed = {
      ...listed("managed"),
      encryption: "sse-kms",
      keyArn: oldKey,
      keyManager: "AWS",
    } as const;
    const text = wholeText(noticeMessage({ kind: "list", databases: [moved, managed, listed("plain")] }));
    expect(text).toContain("3 databases: 2 not under a customer-managed key, 1 under one.");
    expect(text.indexOf("`managed`")).toBeLessThan(text.indexOf("`moved`"));
    expect(text).toContain("`plain` (cluster, aurora-postgresql) · not encrypted");
  });
});

describe("whatever comes from elsewhere", () => {
  it.each(["x".repeat(20_000), "&<>".repeat(7_000), "💥".repeat(9_000), " \n\t"])(
    "never makes a message that Slack refuses (%#)",
    (text) => {
      everyMessage(text).forEach(expectWithinLimits);
    },
  );

  it("never pings, links or formats on its own", () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        "<!channel>",
        "<!here|x>",
        "<@U0BOB0001>",
        "<!subteam^S1>",
        "<http://x|click>",
        "a & b",
        "`x`",
        "&lt;",
      ),
      fc.string({ unit: "grapheme" }),
    );
    const text = fc.array(hostile, { minLength: 1, maxLength: 40 }).map((parts) => parts.join(""));
    // What our own renderers may write between < and >: dates, and the mention of a real user id.
    const ours = /<!date\^\d+\^[^<>|]*\|[^<>|]* UTC>|<@[UW][A-Z0-9]+>|<!subteam\^S0APPROVE>/g;
    fc.assert(
      fc.property(text, (value) => {
        for (const said of everyMessage(value).flatMap(mrkdwnOf)) {
          const rest = said.replace(ours, "");
          expect(rest).not.toMatch(/[<>]/);
          expect(rest.replace(/&(?:amp|lt|gt);/g, "")).not.toContain("&");
          // None of the people in these views has one of Slack's ids, so no mention of a person is ours.
          expect(said).not.toContain("<@");
        }
      }),
      { numRuns: 20 },
    );
  });
});

it("whoever signs a cutover is told once what they signed", () => {
  const params = { longest: minutes(90), opening: "automatic", whenLate: "offer" };
  const { text } = noticeMessage({ kind: "said", note: { code: "said.terms", params } });
  expect(text).toBe(
    "Your approval of the cutover is recorded: a downtime of at most 1 h 30 min; it opens by itself when every check passes; a rollback is offered if the forecast passes that.",
  );
});
