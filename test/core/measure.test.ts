import { describe, expect, test } from "vitest";
import { sayDowntimeEstimate, sayEstimate } from "../../src/core/estimate.ts";
import { measure } from "../../src/core/measure.ts";
import type { Migration, StepRecord } from "../../src/core/migration.ts";
import { sayDuration } from "../../src/core/note.ts";
import type { PlannedStep } from "../../src/core/plan.ts";
import { rehearsalOf } from "../../src/core/rehearsal.ts";
import { minutes } from "../../src/core/time.ts";
import { strategies } from "../../src/strategies/index.ts";
import { aMigration } from "../contracts/migrations.ts";

const strategy = strategyNamed("aurora-point-in-time");

function strategyNamed(id: string) {
  const found = strategies.find((strategy) => strategy.id === id);
  if (!found) throw new Error(`there is no ${id}`);
  return found;
}

function took(duration: number | null, change: Partial<StepRecord> = {}): StepRecord {
  const since = 1_000;
  return {
    since,
    lastRun: { at: since, attempt: 1 },
    begunAt: since,
    doneAt: duration === null ? null : since + duration,
    evidence: [],
    waitingFor: null,
    progress: null,
    notBefore: null,
    requests: [],
    ...change,
  };
}

/** A past in which the restore took so long. */
function past(
  restore: StepRecord,
  by: Migration["strategy"] = { id: strategy.id, version: strategy.version },
) {
  return aMigration("m1", { strategy: by, steps: { restore }, endedAt: 2_000 });
}

const measured = (...pasts: Migration[]) => measure(strategy, pasts).get("restore");

describe("what earlier runs say of a step", () => {
  test("is nothing where there were none", () => {
    expect(measured()).toBeUndefined();
  });

  test("is, of one run, what it took, and nothing of the worst", () => {
    expect(measured(past(took(minutes(7))))).toEqual({ runs: 1, typical: minutes(7), atWorst: null });
  });

  test("is the median, and what nine of ten did not exceed", () => {
    const all = [9, 1, 8, 2, 7, 3, 6, 4, 5, 100].map((length) => past(took(minutes(length))));
    expect(measured(...all)).toEqual({ runs: 10, typical: minutes(5), atWorst: minutes(9) });
    expect(measured(...all.slice(0, 2))).toEqual({ runs: 2, typical: minutes(1), atWorst: minutes(9) });
  });

  test("is taken from rehearsals and moves alike", () => {
    const rehearsal = { id: `${strategy.id}-rehearsal`, version: strategy.version };
    const ofBoth = [past(took(minutes(4)), rehearsal), past(took(minutes(6)))];
    expect(measured(...ofBoth)).toMatchObject({ runs: 2, typical: minutes(4) });
    expect(measure(rehearsalOf(strategy), ofBoth).get("restore")).toMatchObject({ runs: 2 });
  });

  test("is not taken from another strategy, or another version of this one", () => {
    expect(measured(past(took(1), { id: "aurora-snapshot", version: 1 }))).toBeUndefined();
    expect(measured(past(took(1), { id: strategy.id, version: strategy.version + 1 }))).toBeUndefined();
  });

  test("is not taken from a step that was not done, or that people were waited for in", () => {
    expect(measured(past(took(null)))).toBeUndefined();
    // A retry looks anew.
    expect(measured(past(took(minutes(90), { since: 1_000 + minutes(80) })))).toBeUndefined();
  });

  test("is not taken from a step that was found done and would have acted otherwise", () => {
    expect(measured(past(took(5, { begunAt: null, lastRun: null })))).toBeUndefined();
  });

  test("is taken from a step that only looks as long as it looked", () => {
    const record = took(minutes(2), { begunAt: null, lastRun: null });
    const steps = { "verify-restorable": record, begin: record, "fallback-snapshot": took(minutes(3)) };
    const found = measure(strategy, [
      aMigration("m1", { strategy: { id: "aurora-point-in-time", version: 1 }, steps }),
    ]);
    // Not from a gate, at which people take their time, nor from what only happens where something goes wrong.
    expect([...found.keys()]).toEqual(["verify-restorable"]);
  });
});

describe("an estimate says where it is known from", () => {
  const step = (given: Partial<PlannedStep>): PlannedStep => ({
    id: "restore",
    title: { code: "title", params: {} },
    effect: "creates",
    gate: false,
    expect: minutes(20),
    atWorst: null,
    measured: 0,
    skipped: null,
    undo: null,
    keeps: null,
    downtime: null,
    ...given,
  });

  test.each([
    [{}, "about 20 min (planning figure)"],
    [{ measured: 1 }, "about 20 min (measured once)"],
    [{ measured: 3, atWorst: minutes(26) }, "20 min to 26 min (measured in 3 runs)"],
  ] as const)("of a step: %j", (given, said) => {
    expect(sayEstimate(step(given), sayDuration)).toBe(said);
  });

  const fence = step({ downtime: "begins", expect: minutes(1) });
  const open = step({ downtime: "ends", expect: minutes(1) });

  test.each([
    [step({}), "22 min (planning figures)"],
    [step({ measured: 1 }), "22 min (20 min of it measured once)"],
    [
      step({ measured: 4, atWorst: minutes(26) }),
      "22 min, at worst 28 min (20 min of it measured in 4 runs)",
    ],
  ] as const)("of the downtime", (restore, said) => {
    const outside = step({ expect: minutes(500) });
    const skipped = step({ expect: minutes(70), skipped: { code: "skip.no-readers", params: {} } });
    expect(sayDowntimeEstimate([outside, fence, restore, skipped, open, outside], sayDuration)).toBe(said);
  });
});
