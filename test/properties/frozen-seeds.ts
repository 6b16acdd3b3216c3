import { expect, test } from "vitest";
import { frozenBySeed } from "./frozen.ts";

const only = process.env.SEED;

/** An executor freezes in the life of every seed of a share, or of the one that `SEED=…` names. */
export function testFrozen(share: { readonly from: number; readonly count: number }): void {
  const last = share.from + share.count - 1;
  const seeds = Array.from({ length: share.count }, (_, index) => share.from + index);
  test(`a change that reaches AWS late does no harm in the seeds ${share.from} to ${last}`, async () => {
    const outcomes = new Map<string, number>();
    for (const seed of only === undefined ? seeds : [Number(only)]) {
      const frozen = await frozenBySeed(seed);
      if (frozen === undefined) continue;
      expect(frozen.harm, `SEED=${seed} ${frozen.call}: ${frozen.outcome}`).toEqual([]);
      outcomes.set(frozen.outcome, (outcomes.get(frozen.outcome) ?? 0) + 1);
    }
    if (only !== undefined) return;
    // Seeds in which nothing was held back, or nothing came through, would prove nothing.
    expect(outcomes.get("AccessDenied") ?? 0).toBeGreaterThan(share.count / 2);
    expect(outcomes.get("was not sent")).toBeUndefined();
  }, 600_000);

  test("and with the credentials of the process itself, it does in some", async () => {
    const harmed = [];
    for (const seed of seeds.slice(0, 60)) {
      const frozen = await frozenBySeed(seed, { unnarrowed: true });
      if (frozen?.harm.length) harmed.push(`${frozen.call}: ${frozen.outcome}`);
    }
    expect(harmed.length).toBeGreaterThan(5);
  }, 600_000);
}
