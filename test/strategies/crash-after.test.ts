import { expect, test } from "vitest";
import { expectSameEnd, hasEffect, lifeWithDeathAt } from "./crash.ts";

test("an executor that dies once a call took effect is succeeded by one that ends in the same world", async () => {
  const undisturbed = await lifeWithDeathAt(Number.POSITIVE_INFINITY, "after");
  const effects = undisturbed.seen.flatMap((what, index) => (hasEffect(what) ? [index + 1] : []));
  expect(effects.length).toBeGreaterThanOrEqual(100);
  for (const n of effects) await expectSameEnd(undisturbed, n, "after");
}, 300_000);
