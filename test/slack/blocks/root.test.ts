import { describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/migration.ts";
import { problem } from "../../../src/core/problem.ts";
import { note } from "../../../src/core/sentences.ts";
import { minutes, seconds } from "../../../src/core/time.ts";
import type { MigrationView } from "../../../src/engine/deps.ts";
import { decode } from "../../../src/slack/buttons.ts";
import { backFrom, bob, carol, everyState, newKey, noon, planOf, viewAt } from "../lives.ts";
import {
  buttonsOf,
  expectWithinLimits,
  noticeMessage,
  rootHash,
  rootMessage,
  states,
  statusMessage,
  wholeText,
} from "../rendered.ts";

/** What is chosen before anybody has chosen anything: the length, the opening, what if it is late, and the time. */
function chosenIn(view: MigrationView): unknown[] {
  const form = rootMessage(view).blocks.find((block) => block.block_id === "terms");
  if (form?.type !== "actions") return [];
  return form.elements.map((element) => {
    if (element.type === "static_select") return element.initial_option?.value;
    return element.type === "datetimepicker" ? (element.initial_date_time ?? null) : element.type;
  });
}

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
        if (block.block_id === "terms") continue;
        if (element.type !== "button") throw new Error(`a ${element.type} is not expected`);
        const { migration } = view;
        expect(decode(element.value ?? "")).toMatchObject({
          database: "111122223333/eu-west-1/orders-prod",
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
      "waiting for cutover": ["Approve the cutover", "Reject and roll back"],
      "approved for later": ["Approve with other terms", "Reject and roll back"],
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
      "open, its backup being copied": ["Pause", "Roll back…", "Sign: discard the writes"],
      "finished, with a copy": [],
      "finished, its retention over": [],
      "finished, with concerns": [],
      "made by code, waiting for begin": ["Approve the plan", "Reject"],
      "made by code, finished": [],
      "backup: waiting": ["Approve the backup", "Reject"],
      "backup: running": ["Pause", "Call it off"],
      "backup: paused": ["Resume", "Call it off"],
      "backup: stuck": ["Retry", "Call it off"],
      "backup: called off": [],
      "backup: rejected": [],
      "backup: gone back": [],
      "backup: closed": [],
      "backup: finished": [],
      "deletion: waiting": ["Delete orders-prod-old-m1234567", "Reject"],
      "deletion: running": ["Pause", "Call it off"],
      "deletion: beyond return": ["Pause"],
      "deletion: paused": ["Resume", "Call it off"],
      "deletion: stuck": ["Retry", "Call it off"],
      "deletion: stuck beyond return": ["Retry"],
      "deletion: called off": [],
      "deletion: rejected": [],
      "deletion: gone back": [],
      "deletion: closed": [],
      "deletion: finished": [],
    });
  });

  it("tells the approver of the cutover what is signed: the longest downtime, the opening, the rollback", () => {
    const text = wholeText(rootMessage(viewAt("cutover")));
    expect(text).toContain("the longest downtime; the plan proposes 30 min and expects 39 min");
    expect(text).toContain("whether it opens by itself");
    expect(text).toContain("a time before which nothing is interrupted");
    expect(text).toContain("Rolling back needs no further approval");
  });

  it("lets the approver choose the terms beside the button, which begin as the plan proposes them", () => {
    expect(chosenIn(viewAt("cutover"))).toEqual(["30", "automatic", "offer", null]);
    const others = states.filter(([name]) => !["waiting for cutover", "approved for later"].includes(name));
    for (const [, view] of others) expect(chosenIn(view)).toEqual([]);
  });

  it("says of a cutover that is approved for later when it begins, who signed what, and lets others be signed", () => {
    const view = everyState()["approved for later"];
    if (!view) throw new Error("no such state");
    const text = wholeText(rootMessage(view));
    expect(text).toContain("orders-prod: the cutover is approved for later");
    expect(text).toContain("begins at <!date^1795572000^");
    expect(text).toContain("Bob Okafor signed a downtime of at most 30 min, not before <!date^1795572000^");
    expect(text).toContain("it rolls back by itself if the forecast passes that");
    expect(text).not.toContain("waits for approval");
    expect(chosenIn(view)).toEqual(["30", "automatic", "roll-back", 1_795_572_000]);
  });

  it("shows in the downtime how much of it is used, signed for and still expected", () => {
    const text = wholeText(rootMessage(viewAt("restore")));
    expect(text).toContain("Downtime so far: 5 min*\n`███▒▒▒▒▒░░░░░░░░░░░░` 25 min left");
    expect(text).toContain("Longest signed*\n30 min, by Bob Okafor; a rollback is offered if");
    expect(text).toContain("Going back fits*\nif begun until <!date^1795523160^");
    expect(text).toContain("in about 7 min, after 12 min in all");
    expect(text).toContain("It waits for orders-prod, which is creating.");
    expect(text).toContain("*not serving*");
  });

  it("says when a downtime is longer than was signed for", () => {
    const view = { ...viewAt("restore"), now: noon + minutes(31) };
    const text = wholeText(rootMessage(view));
    expect(text).toContain("`████████████████████!` :warning: 1 min past it");
    expect(text).not.toContain("Going back fits");
  });

  it("says when a downtime is expected to be longer than was signed for, and whether going back still fits", () => {
    const view = { ...viewAt("restore"), remaining: minutes(40) };
    expect(wholeText(rootMessage(view))).toContain("after 45 min in all :warning: longer than signed");
    const late = wholeText(rootMessage({ ...view, now: noon + minutes(28) }));
    expect(late).toContain("Going back fits*\nno longer");
  });

  it("says of a stuck migration what it means for clients, why, what to do and what going back costs", () => {
    const text = wholeText(
      rootMessage(viewAt("rename-source", everyState()["stuck in the downtime"]?.migration)),
    );
    expect(text).toContain("*not serving*");
    expect(text).toContain("*Why:* AWS refused ModifyDBCluster: InvalidDBClusterStateFault.");
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
    expect(text).toContain("It was under `aws-rds-0000` before");
    expect(text).toContain("the source's clock shows <!date^1795521600^");
    expect(text).toContain("cluster-NEW is available as orders-prod");
    expect(text).toContain("orders-prod-old-m1234567 is tagged as retired, protected and fenced");
    expect(text.split("is encrypted under")).toHaveLength(2);
    expect(text.split("\n").filter((line) => /^\*\d+\.\*/.test(line))).toHaveLength(view.plan.steps.length);
  });

  it("shows the step it is at between its neighbours, and every step behind a fold", () => {
    const { blocks } = rootMessage(viewAt("restore"));
    const steps = (of: unknown) =>
      JSON.stringify(of)
        .split(/\\n|"/)
        .filter((line) => /^\*\d+/.test(line));
    const { plan } = viewAt("restore");
    const at = plan.steps.findIndex(({ id }) => id === "restore") + 1;
    const [first, before, current, next, last, ...more] = steps(
      blocks.filter(({ type }) => type === "section"),
    );
    expect(first).toBe(`*1–${at - 2}.* done :white_check_mark:`);
    expect(before).toMatch(new RegExp(`^\\*${at - 1}\\.\\* .* — done`));
    expect(current).toMatch(new RegExp(`^\\*${at}\\.\\* Restore orders-prod .* — \\*running\\* .* 60 %`));
    expect(next).toMatch(new RegExp(`^\\*${at + 1}\\.\\* Create the writer`));
    expect(last).toBe(`*${at + 2}–${plan.steps.length}.* to come`);
    expect(more).toEqual([]);
    expect(steps(blocks.filter(({ type }) => type === "container"))).toHaveLength(plan.steps.length);
  });

  it("shows to an approver every step that is approved, with what is done in one line", () => {
    const view = viewAt("cutover");
    const gate = view.plan.steps.findIndex(({ id }) => id === "cutover") + 1;
    const sections = rootMessage(view).blocks.filter(({ type }) => type === "section");
    expect(JSON.stringify(sections)).toContain(`*1–${gate - 2}.* done :white_check_mark:`);
    const last = view.plan.steps.findIndex(({ id }) => id === "retire-source") + 1;
    expect(JSON.stringify(sections)).toContain(`*${last}.* Tag orders-prod-old-m1234567 as retired`);
  });

  it("warns an approver whose downtime is expected to be longer than what would be signed", () => {
    expect(wholeText(rootMessage(viewAt("begin")))).toContain("longer than the longest");
    const patient = { ...planOf(), longestDowntime: minutes(90) };
    expect(wholeText(rootMessage(viewAt("begin", {}, patient)))).not.toContain("longer than the longest");
  });

  it("shows what was found at the last look, warnings first, each with what to do", () => {
    const findings = [
      { severity: "notes" as const, ...problem("storage.full-grown", { name: "x", allocated: 5, limit: 5 }) },
      { severity: "warns" as const, ...problem("key.unclear", { keys: "<!here> key/1" }) },
    ];
    const text = wholeText(rootMessage(viewAt("begin", { findings })));
    const [, warned = "", noted = ""] =
      /:warning: (Whether the policy of .*)\n• (The storage of x has grown to 5 GiB.*)/.exec(text) ?? [];
    expect(warned).toContain("&lt;!here&gt; key/1");
    expect(warned).toContain("*What to do:* Read it");
    expect(noted).toContain("*What to do:* Raise the limit");
    expect(wholeText(rootMessage(viewAt("restore", { findings })))).not.toContain("has grown to");
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
