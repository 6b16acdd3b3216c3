import { expect, test } from "vitest";
import type { StepRecord } from "../../src/core/migration.ts";
import { remaining } from "../../src/core/price.ts";
import type { Strategy } from "../../src/core/strategy.ts";
import { minutes } from "../../src/core/time.ts";
import { auroraPointInTime } from "../../src/strategies/aurora-point-in-time.ts";
import { noon, viewAt } from "../slack/lives.ts";

const strategy = auroraPointInTime as unknown as Strategy;
const { migration } = viewAt("restore");

/** What is left until it opens when the restore has run for so long and AWS tells this progress. */
function left(spent: number, progress: number | null): number {
  const restore = { ...migration.steps.restore, begunAt: noon, progress } as StepRecord;
  return remaining(strategy, { ...migration, steps: { ...migration.steps, restore } }, noon + spent);
}

const afterTheRestore = left(minutes(1_000), null);

test("a step takes what is planned for it, less what it has taken", () => {
  expect(left(minutes(5), null) - afterTheRestore).toBe(minutes(15));
});

test("a step that is late counts as if it ended now, and what comes after it is still expected", () => {
  expect(left(minutes(45), null)).toBe(afterTheRestore);
  expect(afterTheRestore).toBeGreaterThan(minutes(8));
});

test("a progress that shows that it takes longer than planned is believed as far as it shows that at least", () => {
  expect(left(minutes(39), 30) - afterTheRestore).toBe(minutes(61));
  expect(left(minutes(5), 90) - afterTheRestore).toBe(minutes(15));
  expect(left(minutes(45), 0)).toBe(afterTheRestore);
  expect(left(minutes(45), 100)).toBe(afterTheRestore);
});
