import { describe, expect, test } from "vitest";
import { sayEstimate } from "../../src/core/estimate.ts";
import { sayDuration } from "../../src/core/note.ts";
import type { Plan } from "../../src/core/plan.ts";
import { viewOf } from "../../src/engine/announce.ts";
import { openTheWindow, planned, rehearsalAt, rehearseAll } from "../strategies/rehearse.ts";
import { aLife, approve, ask, database, press, settle } from "./life.ts";

const estimateOf = (plan: Plan, id: string) => {
  const step = plan.steps.find((one) => one.id === id);
  if (!step) throw new Error(`there is no ${id}`);
  return step;
};

describe("the plan after a rehearsal", () => {
  test("takes its times from what the rehearsal took, and says so; the others stay planning figures", async () => {
    const life = aLife({ hurry: 15_000 });
    const before = await planned(life);
    expect(before.steps.every(({ measured }) => measured === 0)).toBe(true);
    expect(before.remarks).toContainEqual({ code: "remark.expected-from", params: {} });

    const rehearsal = await rehearseAll(life);
    const after = await planned(life);

    for (const id of ["safety-snapshot", "restorable", "restore", "create-writer", "create-readers"]) {
      const record = rehearsal?.steps[id];
      const took = (record?.doneAt ?? 0) - (record?.begunAt ?? 0);
      expect(estimateOf(after, id)).toMatchObject({ expect: took, measured: 1, atWorst: null });
      expect(estimateOf(before, id).expect).not.toBe(took);
      expect(sayEstimate(estimateOf(after, id), sayDuration)).toMatch(/\(measured once\)$/);
    }
    for (const id of ["fence-network", "rename-members", "open"]) {
      const { expect: figure } = estimateOf(before, id);
      expect(estimateOf(after, id)).toMatchObject({ expect: figure, measured: 0 });
      expect(sayEstimate(estimateOf(after, id), sayDuration)).toMatch(/\(planning figure\)$/);
    }
    expect(after.remarks).toContainEqual({ code: "remark.measured", params: {} });
    expect(after.hash).not.toBe(before.hash);
  });

  test("gives a range once there were several, and the migration counts by it", async () => {
    const life = aLife({ hurry: 15_000 });
    const took = [];
    for (let round = 0; round < 3; round++) {
      const { doneAt, begunAt } = (await rehearseAll(life))?.steps.restore ?? {};
      took.push((doneAt ?? 0) - (begunAt ?? 0));
    }
    took.sort((a, b) => a - b);
    const plan = await planned(life);
    expect(estimateOf(plan, "restore")).toMatchObject({ measured: 3, expect: took[1], atWorst: took[2] });

    await ask(life, "UALICE", "start");
    const migration = await settle(life);
    expect(migration?.expected.restore).toBe(took[1]);
    const view = migration && (await viewOf(life.world.deps, migration));
    const all = plan.steps.reduce((sum, step) => sum + (step.skipped ? 0 : step.expect), 0);
    expect(view?.remaining).toBe(all);
  });

  test("counts a rehearsal that was called off as far as it came", async () => {
    const life = await rehearsalAt({ step: "restore", when: "done" }, "aurora-point-in-time");
    await ask(life, "UALICE", "rollback");
    expect((await settle(life, { deps: life.world.executor() }))?.status).toBe("rolled-back");
    const plan = await planned(life);
    expect(estimateOf(plan, "restore").measured).toBe(1);
    expect(estimateOf(plan, "create-writer").measured).toBe(0);
  });
});

describe("a plan that takes the place of another", () => {
  test("has the measured times as well", async () => {
    const life = aLife({ hurry: 15_000 });
    await rehearseAll(life);
    await ask(life, "UALICE", "start");
    const first = await settle(life);
    openTheWindow(life);
    await press(life, "UBOB", approve("begin"));
    const second = await settle(life);
    expect(second?.planHash).not.toBe(first?.planHash);
    expect(second?.expected).toEqual(first?.expected);
    const plan = await life.world.store.findPlan(database, second?.planHash ?? "");
    expect(plan && estimateOf(plan, "restore").measured).toBe(1);
  });
});
