import { expect, test } from "vitest";
import { expectSameEnd, lifeWithDeathAt } from "./crash.ts";

test("an executor that dies just before any of its calls is succeeded by one that ends in the same world", async () => {
  const undisturbed = await lifeWithDeathAt(Number.POSITIVE_INFINITY, "before");
  expect(undisturbed.status).toBe("finished");
  expect(undisturbed.lost).toEqual([]);
  expect(undisturbed.seen.length).toBeGreaterThanOrEqual(100);
  for (let n = 1; n <= undisturbed.seen.length; n++) await expectSameEnd(undisturbed, n, "before");
}, 300_000);
