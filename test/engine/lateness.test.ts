import { describe, expect, test } from "vitest";
import { seconds } from "../../src/core/time.ts";
import { downtimeBySeed } from "../bench/waits.ts";

// In 26 and 35 the runs of two minutes once met at the very instant at which both had something to save.
describe.each([1, 4, 26, 35])("with the times that AWS takes in seed %i", (seed) => {
  test("all waits of a downtime together end at most half a minute late, and none by itself more than the longest pause", async () => {
    const { waits } = await downtimeBySeed(seed);
    const late = waits.map((wait) => wait.late);

    expect(waits.filter(({ took }) => took > 0).length).toBeGreaterThan(5);
    expect(late.reduce((sum, one) => sum + one, 0)).toBeLessThan(seconds(30));
    expect(Math.max(...late)).toBeLessThanOrEqual(seconds(20));
  });
});
