import { describe, expect, it } from "vitest";
import type { StepRecord } from "../../../src/core/migration.ts";
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
    expect(text).toContain("Longest approved*\n30 min");
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
    const [first, before, current, next, last, ...more] = steps(
      blocks.filter(({ type }) => type === "section"),
    );
    expect(first).toBe("*1–13.* done :white_check_mark:");
    expect(before).toMatch(/^\*14\.\* Wait until the source can be restored past T1 — done/);
    expect(current).toMatch(/^\*15\.\* Restore orders-prod .* — \*running\* .* 60 %/);
    expect(next).toMatch(/^\*16\.\* Create the writer/);
    expect(last).toBe("*17–28.* to come");
    expect(more).toEqual([]);
    expect(steps(blocks.filter(({ type }) => type === "container"))).toHaveLength(28);
  });

  it("shows to an approver every step that is approved, with what is done in one line", () => {
    const sections = rootMessage(viewAt("cutover")).blocks.filter(({ type }) => type === "section");
    expect(JSON.stringify(sections)).toContain("*1–3.* done :white_check_mark:");
    expect(JSON.stringify(sections)).toContain("*28.* Tag orders-prod-old-m1234567 as retired");
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
