import { expect, test } from "vitest";
import { liveBySeed } from "./seeded-life.ts";

const only = process.env.SEED;

/** Lives through the seeds of one share, or through the one that `SEED=…` names. Every failure tells its seed. */
export function testSeeds(share: { readonly from: number; readonly count: number }): void {
  const seeds = Array.from({ length: share.count }, (_, index) => share.from + index);
  test(`no invariant is broken in the lives of the seeds ${share.from} to ${share.from + share.count - 1}`, async () => {
    for (const seed of only === undefined ? seeds : [Number(only)]) {
      const { wrong, end } = await liveBySeed(seed);
      expect(wrong, `SEED=${seed} ended as ${end?.status}`).toEqual([]);
    }
  }, 600_000);
}
