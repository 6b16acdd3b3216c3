import { expect, test } from "vitest";
import { strategies } from "../../src/strategies/index.ts";
import { expectSameEnd, lifeWithDeathAt } from "./crash.ts";

/** Every second strategy, from the first or the second on: two files, so that they run side by side. */
export function testDeathsBefore(first: 0 | 1): void {
  test.each(strategies.filter((_, index) => index % 2 === first).map(({ id }) => id))(
    "%s: an executor that dies just before any of its calls is succeeded by one that ends in the same world",
    async (of) => {
      const undisturbed = await lifeWithDeathAt(Number.POSITIVE_INFINITY, "before", of);
      expect(undisturbed.status).toBe("finished");
      expect(undisturbed.lost).toEqual([]);
      expect(undisturbed.seen.length).toBeGreaterThanOrEqual(100);
      for (let n = 1; n <= undisturbed.seen.length; n++) await expectSameEnd(undisturbed, n, "before", of);
    },
    600_000,
  );
}
