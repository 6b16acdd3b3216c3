import { expect, test } from "vitest";
import { strategies } from "../../src/strategies/index.ts";
import { expectSameEnd, lifeWithDeathAt } from "./crash.ts";

test.each(strategies.map(({ id }) => id))(
  "%s: an executor that dies just before any of its calls is succeeded by one that ends in the same world",
  async (of) => {
    const undisturbed = await lifeWithDeathAt(Number.POSITIVE_INFINITY, "before", of);
    expect(undisturbed.status).toBe("finished");
    expect(undisturbed.lost).toEqual([]);
    expect(undisturbed.seen.length).toBeGreaterThanOrEqual(100);
    for (let n = 1; n <= undisturbed.seen.length; n++) await expectSameEnd(undisturbed, n, "before", of);
  },
  300_000,
);
