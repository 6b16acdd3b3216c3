import { expect, test } from "vitest";
import { strategies } from "../../src/strategies/index.ts";
import { expectSameEnd, hasEffect, lifeWithDeathAt } from "./crash.ts";

test.each(strategies.map(({ id }) => id))(
  "%s: an executor that dies once a call took effect is succeeded by one that ends in the same world",
  async (of) => {
    const undisturbed = await lifeWithDeathAt(Number.POSITIVE_INFINITY, "after", of);
    const effects = undisturbed.seen.flatMap((what, index) => (hasEffect(what) ? [index + 1] : []));
    expect(effects.length).toBeGreaterThanOrEqual(90);
    for (const n of effects) await expectSameEnd(undisturbed, n, "after", of);
  },
  300_000,
);
