import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JournalEntry, StepRecord } from "../../src/core/migration.ts";
import { type Note, plain } from "../../src/core/note.ts";
import type { Plan } from "../../src/core/plan.ts";
import { explain } from "../../src/core/problem.ts";
import { note, sentences } from "../../src/core/sentences.ts";
import { minutes, seconds } from "../../src/core/time.ts";
import type { MigrationView } from "../../src/engine/deps.ts";
import type { Notice } from "../../src/engine/request.ts";
import { readBlocks } from "../../src/sim/slack/block-kit.ts";
import { context, type Message, message, section } from "../../src/slack/blocks/message.ts";
import { noticeMessage as renderNotice } from "../../src/slack/blocks/notice.ts";
import { isBroadcast, replyMessage as renderReply, speaksOf } from "../../src/slack/blocks/reply.ts";
import {
  rootHash as hashRoot,
  rootMessage as renderRoot,
  statusMessage as renderStatus,
} from "../../src/slack/blocks/root.ts";
import { decode } from "../../src/slack/buttons.ts";
import { limits } from "../../src/slack/limits.ts";
import { backFrom, bob, carol, everyState, newKey, noon, oldKey, planOf, viewAt } from "./lives.ts";

const approvers = "<!subteam^S0APPROVE>";
const rootMessage = (view: MigrationView) => renderRoot(view, approvers);
const statusMessage = (view: MigrationView) => renderStatus(view, approvers);
const rootHash = (view: MigrationView) => hashRoot(view, approvers);
const replyMessage = (of: JournalEntry, view: MigrationView) => renderReply(of, view, approvers);
const noticeMessage = (notice: Notice) => renderNotice(notice, approvers);

const states = Object.entries(everyState());

/** Everything that a message says, one string per text object. */
function textsOf(of: Message): string[] {
  const texts: string[] = [of.text];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === "object" && value !== null) {
      if ("text" in value && typeof value.text === "string") texts.push(value.text);
      Object.values(value).forEach(visit);
    }
  };
  visit(of.blocks);
  return texts;
}

const wholeText = (of: Message) => textsOf(of).join("\n");

function buttonsOf(of: Message): string[] {
  return of.blocks.flatMap((block) =>
    block.type === "actions"
      ? block.elements.flatMap((element) => (element.type === "button" ? [element.text.text] : []))
      : [],
  );
}

function expectWithinLimits(of: Message): void {
  // The simulated workspace has the numbers once more, from the documentation and not from our constants.
  expect(readBlocks(of.blocks)).toHaveProperty("blocks");
  expect(of.text.length).toBeGreaterThan(0);
  expect(of.text.length).toBeLessThanOrEqual(limits.messageText);
}

const entry = (what: Note, at = noon): JournalEntry => ({ seq: 12, at, what, hash: "h" });

describe("the root message", () => {
  it.each(states)("is within Slack's limits and says a sentence: %s", (_, view) => {
    const root = rootMessage(view);
    expectWithinLimits(root);
    expect(root.text).toMatch(/[.?]\**(?: .*)?$/s);
    expectWithinLimits(statusMessage(view));
  });

  it.each(states)("is the same whenever it is rendered from the same view: %s", (_, view) => {
    expect(rootMessage(structuredClone(view))).toEqual(rootMessage(view));
    expect(rootHash(structuredClone(view))).toBe(rootHash(view));
  });

  it.each(states)("has buttons that say which migration and plan they are for: %s", (_, view) => {
    for (const block of rootMessage(view).blocks) {
      if (block.type !== "actions") continue;
      for (const element of block.elements) {
        if (element.type !== "button") throw new Error(`a ${element.type} is not expected`);
        const { migration } = view;
        expect(decode(element.value ?? "")).toMatchObject({
          database: "111122223333/eu-west-1/cluster/orders-prod",
          migration: migration.id,
          planHash: migration.planHash,
        });
        expect(element.confirm).toBeDefined();
      }
    }
  });

  it("offers what makes sense in each state and nothing else", () => {
    const offered = Object.fromEntries(states.map(([name, view]) => [name, buttonsOf(rootMessage(view))]));
    const back = "Roll back (about 4 min)";
    expect(offered).toEqual({
      "waiting for begin": ["Approve the plan", "Reject"],
      preparing: ["Pause", back],
      "waiting for cutover": [
        "Approve, open automatically",
        "Approve, ask before opening",
        "Reject and roll back",
      ],
      "in downtime": [back],
      "waiting for opening": ["Open orders-prod", "Reject and roll back"],
      "open, being finished": ["Pause", "Roll back…", "Sign: discard the writes"],
      paused: ["Resume", back],
      "stuck before the downtime": ["Retry", back],
      "stuck in the downtime": ["Retry", back],
      "stuck on the way back": ["Retry"],
      "rolling back": [],
      "waiting for signatures": ["Keep the writes, go forward again", "Sign: discard the writes"],
      rejected: [],
      "rolled back": [],
      finished: [],
    });
  });

  it("tells the approver of the cutover what is signed: the longest downtime, the opening, the rollback", () => {
    const text = wholeText(rootMessage(viewAt("cutover")));
    expect(text).toContain("a downtime of at most *30 min*");
    expect(text).toContain("how it opens");
    expect(text).toContain("rolling back needs no further approval");
  });

  it("shows in the downtime how much of it is used, signed for and still expected", () => {
    const text = wholeText(rootMessage(viewAt("restore")));
    expect(text).toContain("Downtime so far*\n5 min");
    expect(text).toContain("Longest that is signed for*\n30 min");
    expect(text).toContain("in about 7 min, after 12 min in all");
    expect(text).toContain("It waits for orders-prod, which is creating.");
    expect(text).toContain("*not serving*");
  });

  it("says when a downtime is longer than was signed for", () => {
    const view = { ...viewAt("restore"), now: noon + minutes(31) };
    expect(wholeText(rootMessage(view))).toContain("30 min, by Bob Okafor :warning: past it");
  });

  it("says of a stuck migration what it means for clients, why, what to do and what going back costs", () => {
    const text = wholeText(
      rootMessage(viewAt("rename-source", everyState()["stuck in the downtime"]?.migration)),
    );
    expect(text).toContain("*not serving*");
    expect(text).toContain("*Why:* AWS refuses ModifyDBCluster: InvalidDBClusterStateFault.");
    expect(text).toContain("*What to do:*");
    expect(text).toContain("takes about 4 min, loses 0 writes");
  });

  it("says who serves while a rollback goes on after the opening, step by step", () => {
    const say = (steps: MigrationView["migration"]["steps"]) =>
      wholeText(rootMessage(backFrom("endpoint-answers", { steps })));
    const record = { ...everyState().preparing?.migration.steps["safety-snapshot"] } as never;
    const undone = { ...(record as object), doneAt: noon } as never;
    expect(say({ "undo:open": record })).toContain("*not serving*");
    expect(say({ "undo:open": undone, "undo:fence-network": undone })).toContain("serves as before");
  });

  it("counts the signatures under a discard by person", () => {
    const view = everyState()["waiting for signatures"];
    if (!view) throw new Error("no such state");
    const signature = (person: typeof bob) => ({
      gate: "discard-writes",
      planHash: view.migration.planHash,
      person,
      at: noon,
      expiresAt: noon + 1,
      terms: null,
    });
    const signedBy = (...people: (typeof bob)[]) =>
      wholeText(rootMessage({ ...view, migration: { ...view.migration, approvals: people.map(signature) } }));
    expect(signedBy()).toContain("Nobody has signed so far that the writes are discarded");
    expect(signedBy(bob, bob)).toContain("Signed by Bob Okafor that the writes");
    expect(signedBy(bob, carol)).toContain("Signed by Bob Okafor, Carol Lindqvist that the writes");
    expect(signedBy()).toContain("discard 17 writes");
  });

  it("keeps its hash within a minute and changes it by the next, as long as it goes on by itself", () => {
    const view = viewAt("restore");
    expect(rootHash({ ...view, now: view.now + seconds(59), remaining: 1, rollbackPrice: 1 })).toBe(
      rootHash(view),
    );
    expect(rootHash({ ...view, now: view.now + seconds(60) })).not.toBe(rootHash(view));
    expect(rootHash(viewAt("restore", { status: "paused" }))).not.toBe(rootHash(view));
  });

  it.each(["waiting for begin", "paused", "finished"])("does not change with time alone: %s", (name) => {
    const view = everyState()[name];
    if (!view) throw new Error("no such state");
    expect(rootHash({ ...view, now: view.now + minutes(60) })).toBe(rootHash(view));
  });

  it("tells at the end what was proved, what is kept, and how long the downtime was", () => {
    const proofs = [
      note("saw.marker", { token: "t", t1: noon }),
      note("saw.restored", { resourceId: "cluster-NEW", name: "orders-prod" }),
      note("saw.key", { name: "orders-prod", key: newKey }),
      note("saw.key", { name: "orders-prod-1", key: newKey }),
      note("saw.retired", { name: "orders-prod-old-m1234567" }),
    ];
    const evidence = proofs.map((claim) => ({ claim, observed: "x", source: "y" }));
    const view = viewAt("end");
    const mark = { ...view.migration.steps.mark, evidence } as StepRecord;
    const steps = { ...view.migration.steps, mark };
    const text = wholeText(rootMessage({ ...view, migration: { ...view.migration, steps } }));
    expect(text).toContain("the downtime was 12 min");
    expect(text).toContain(`It was under \`${oldKey}\` before`);
    expect(text).toContain("the source's clock shows <!date^1795521600^");
    expect(text).toContain("cluster-NEW is available as orders-prod");
    expect(text).toContain("orders-prod-old-m1234567 is tagged as retired, protected and fenced");
    expect(text.split("is encrypted under")).toHaveLength(2);
    expect(text.split("\n").filter((line) => /^\*\d+\.\*/.test(line))).toHaveLength(view.plan.steps.length);
  });

  it("folds what is done while more is to come, but keeps the last and all that follows", () => {
    const lines = wholeText(rootMessage(viewAt("restore")))
      .split("\n")
      .filter((line) => /^\*\d+/.test(line));
    expect(lines[0]).toBe("*1–13.* done :white_check_mark:");
    expect(lines[1]).toMatch(/^\*14\.\* Wait until the source can be restored past T1 — done/);
    expect(lines[2]).toMatch(
      /^\*15\.\* Restore orders-prod .* — \*running\* .* 60 % .* waits for orders-prod, which is creating$/,
    );
    expect(lines).toHaveLength(16);
  });

  it("warns an approver whose downtime is expected to be longer than what would be signed", () => {
    expect(wholeText(rootMessage(viewAt("begin")))).toContain("longer than the longest");
    const patient = { ...planOf(), longestDowntime: minutes(90) };
    expect(wholeText(rootMessage(viewAt("begin", {}, patient)))).not.toContain("longer than the longest");
  });

  it("draws where the downtime begins and ends, and what cannot be undone", () => {
    const text = wholeText(noticeMessage({ kind: "plan", plan: planOf() }));
    expect(text.indexOf("the downtime begins")).toBeLessThan(text.indexOf("Fence orders-prod"));
    expect(text.indexOf("the downtime ends")).toBeGreaterThan(
      text.indexOf("Open orders-prod to its clients"),
    );
    expect(text).toContain("not undone: kept as a safety copy");
  });
});

describe("the thread", () => {
  const events = Object.keys(sentences).filter((code) => code.startsWith("event."));
  const spoken = events.filter((code) => speaksOf(entry({ code, params: {} })));

  it("speaks of what happened and passes over what the root message shows", () => {
    expect(spoken).not.toContain("event.created");
    expect(spoken).toContain("event.marked");
    expect(speaksOf(entry({ code: "step.done", params: { step: "restore" } }))).toBe(false);
    expect(speaksOf(entry({ code: "event.of-a-newer-version", params: {} }))).toBe(true);
  });

  it("sends failure and finish to the channel as well, and nothing else", () => {
    expect(events.filter((code) => isBroadcast(entry({ code, params: {} }))).sort()).toEqual([
      "event.finished",
      "event.rolled-back",
      "event.stuck",
    ]);
  });

  it.each(spoken)("is within Slack's limits: %s", (code) => {
    for (const [, view] of states) expectWithinLimits(replyMessage(entry({ code, params: {} }), view));
  });

  it("shows with T1 what was observed and who said so", () => {
    const view = viewAt("after-mark");
    const at = view.migration.steps.mark?.doneAt ?? 0;
    const marked = note("event.marked", { t1: noon, restoreAt: noon + seconds(1) });
    const text = wholeText(replyMessage(entry(marked, at), view));
    expect(text).toContain("T1 is <!date^1795521600^");
    expect(text).toContain("Deletion protection is on and the tags are set");
    expect(text).toContain("rds:DescribeDBClusters");
  });

  it("tells which database an endpoint answers as", () => {
    const answers = (sight: string) =>
      wholeText(
        replyMessage(
          entry(note("event.answers", { endpoint: "writer", sight, after: noon, by: noon + 1 })),
          viewAt("endpoint-answers"),
        ),
      );
    expect(answers("cluster-SOURCE")).toContain("answers as the source `cluster-SOURCE` since");
    expect(answers("cluster-OTHER")).toContain("answers as `cluster-OTHER` since");
  });

  it("calls the requester when it is stuck, with why, what to do and what going back costs", () => {
    const view = everyState()["stuck in the downtime"];
    if (!view?.migration.problem) throw new Error("no such state");
    const params = explain(view.migration.problem, plain);
    const text = wholeText(replyMessage(entry({ code: "event.stuck", params }), view));
    expect(text).toContain("<@U0ALICE01>");
    expect(text).toContain("*Why:* AWS refuses ModifyDBCluster: InvalidDBClusterStateFault.");
    expect(text).toContain("`/encrypt-db retry orders-prod`");
    expect(text).toContain("about 4 min");
    const older = { why: "Something else was wrong.", fix: "It has been mended." };
    const late = wholeText(replyMessage(entry({ code: "event.stuck", params: older }), view));
    expect(late).toContain("*Why:* Something else was wrong.");
    expect(late).not.toContain("InvalidDBClusterStateFault");
  });

  it("names gates in words, and tells a signature from an approval", () => {
    const say = (gate: string) =>
      wholeText(replyMessage(entry(note("event.approved", { person: "Bob", gate })), viewAt("cutover")));
    expect(say("cutover")).toContain("Bob approved the cutover.");
    expect(say("discard-writes")).toContain("Bob signed that the writes since opening are discarded.");
  });

  it("calls the approvers when they are needed again", () => {
    const changed = note("event.plan-changed", { differences: "port was 5432 and is 5433" });
    expect(wholeText(replyMessage(entry(changed), viewAt("begin")))).toContain(approvers);
  });
});

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
    noticeMessage({ kind: "status", views: Array.from({ length: 30 }, () => view) }),
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

/** What Slack parses: the text of the message and every mrkdwn text object. */
function mrkdwnOf(of: Message): string[] {
  const texts: string[] = [of.text];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === "object" && value !== null) {
      if ("type" in value && value.type === "mrkdwn" && "text" in value) texts.push(String(value.text));
      Object.values(value).forEach(visit);
    }
  };
  visit(of.blocks);
  return texts;
}
