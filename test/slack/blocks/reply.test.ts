import { describe, expect, it } from "vitest";
import { termsParams } from "../../../src/core/gate-names.ts";
import type { StepRecord } from "../../../src/core/migration.ts";
import { plain } from "../../../src/core/note.ts";
import { explain, problem } from "../../../src/core/problem.ts";
import { note, sentences } from "../../../src/core/sentences.ts";
import { seconds } from "../../../src/core/time.ts";
import { isBroadcast, speaksOf } from "../../../src/slack/blocks/reply.ts";
import { everyState, noon, signed, viewAt } from "../lives.ts";
import { approvers, entry, expectWithinLimits, replyMessage, states, wholeText } from "../rendered.ts";

describe("the thread", () => {
  const events = Object.keys(sentences).filter((code) => code.startsWith("event."));
  const spoken = events.filter((code) => speaksOf(entry({ code, params: {} })));

  it("speaks of what happened and passes over what the root message shows", () => {
    expect(spoken).not.toContain("event.created");
    expect(spoken).toContain("event.marked");
    expect(speaksOf(entry({ code: "step.done", params: { step: "restore" } }))).toBe(false);
    expect(speaksOf(entry({ code: "event.of-a-newer-version", params: {} }))).toBe(true);
  });

  it("sends failure, finish and what is found weeks later to the channel as well, and nothing else", () => {
    expect(events.filter((code) => isBroadcast(entry({ code, params: {} }))).sort()).toEqual([
      "event.backed-up",
      "event.concern",
      "event.decommissioned",
      "event.finished",
      "event.kept-gone-early",
      "event.rehearsed",
      "event.retention-over",
      "event.rollback-signed",
      "event.rollback-signed-waiting",
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

  it("says in words what was observed: counters, names of settings, the beginning of a hash", () => {
    const view = viewAt("after-mark");
    const observed = [
      JSON.stringify([{ name: "orders", reset: "never", changes: 17 }]),
      JSON.stringify({ port: 5432, securityGroups: ["sg-app"] }),
      "67bda2e9da0c".padEnd(64, "0"),
      "none",
    ];
    const evidence = observed.map((each) => ({
      claim: note("saw.protected", {}),
      observed: each,
      source: "probe",
    }));
    const mark = { ...view.migration.steps.mark, evidence } as StepRecord;
    const steps = { ...view.migration.steps, mark };
    const marked = entry(note("event.marked", { t1: noon, restoreAt: noon }), mark.doneAt ?? 0);
    const said = wholeText(replyMessage(marked, { ...view, migration: { ...view.migration, steps } }));
    expect(said).toContain("orders: 17 changed");
    expect(said).toContain("port, securityGroups");
    expect(said).toContain("67bda2e9da0c…");
    expect(said).toContain("none");
    expect(said).not.toMatch(/[{[]"|0{20}/);
  });

  it("tells which database an endpoint answers as", () => {
    const answers = (sight: string) =>
      wholeText(
        replyMessage(
          entry(note("event.answers", { endpoint: "writer", sight, after: noon, by: noon + 1 })),
          viewAt("endpoint-answers"),
        ),
      );
    expect(answers("cluster-SOURCE")).toContain("answers as the source since");
    expect(answers("cluster-OTHER")).toContain("answers as `cluster-OTHER` since");
  });

  it("calls the requester when it is stuck, with why, what to do and what going back costs", () => {
    const view = everyState()["stuck in the downtime"];
    if (!view?.migration.problem) throw new Error("no such state");
    const params = explain(view.migration.problem, plain);
    const text = wholeText(replyMessage(entry({ code: "event.stuck", params }), view));
    expect(text).toContain("<@U0ALICE01>");
    expect(text).toContain("*Why:* AWS refused ModifyDBCluster: InvalidDBClusterStateFault.");
    expect(text).toContain("`/encrypt-db retry orders-prod`");
    expect(text).toContain("about 4 min");
    const older = { why: "Something else was wrong.", fix: "It has been mended." };
    const late = wholeText(replyMessage(entry({ code: "event.stuck", params: older }), view));
    expect(late).toContain("*Why:* Something else was wrong.");
    expect(late).not.toContain("InvalidDBClusterStateFault");
  });

  it("shows what a later look found, as long as it is so, with commands that can be copied", () => {
    const view = viewAt("end");
    const concern = problem("kept.unprotected", {
      name: "orders-prod",
      retired: "orders-prod-old-<m1>",
      kind: "cluster",
    });
    const seen = { kept: noon, serving: noon, backups: noon };
    const aftercare = { nextLook: noon, kept: null, concerns: [concern], seen };
    const found = entry(note("event.concern", explain(concern, plain)));
    const text = wholeText(replyMessage(found, { ...view, migration: { ...view.migration, aftercare } }));
    expect(text).toContain("orders-prod-old-&lt;m1&gt;, the old database of orders-prod, can be deleted");
    expect(text).toContain(
      "*What to do:* `aws rds modify-db-cluster --db-cluster-identifier orders-prod-old-&lt;m1&gt; --deletion-protection",
    );

    const over = { ...view, migration: { ...view.migration, aftercare: null } };
    expect(wholeText(replyMessage(found, over))).toContain("*What to do:* 'aws rds modify-db-cluster");
  });

  it("names gates in words, and tells a signature from an approval", () => {
    const say = (gate: string) =>
      wholeText(replyMessage(entry(note("event.approved", { person: "Bob", gate })), viewAt("cutover")));
    expect(say("cutover")).toContain("Bob approved the cutover.");
    const terms = termsParams({ ...signed, notBefore: noon });
    const approved = note("event.approved", { person: "Bob", gate: "cutover", ...terms });
    expect(wholeText(replyMessage(entry(approved), viewAt("cutover")))).toMatch(
      /Bob approved the cutover, and signed a downtime of at most 30 min, not before <!date.*>; it opens by itself .*; a rollback is offered/,
    );
    expect(say("discard-writes")).toContain("Bob signed that the writes since opening are discarded.");
  });

  it("calls the approvers when they are needed again", () => {
    const changed = note("event.plan-changed", { differences: "port was 5432 and is 5433" });
    expect(wholeText(replyMessage(entry(changed), viewAt("begin")))).toContain(approvers);
  });
});
