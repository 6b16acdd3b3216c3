import { describe, expect, test } from "vitest";
import { killedAt } from "../engine/executor.ts";
import { approve, newest, press, serving, settle } from "../engine/life.ts";
import { hasEffect } from "./crash.ts";
import { askToDecommission, databaseOf, keptAfterMove, picture, snapshotsIn } from "./decommissioning.ts";

/** A deletion in which the executor dies at its `n`th await, and another one goes on. */
async function deathAt(n: number, when: "before" | "after", of: string) {
  const kept = await keptAfterMove({ of });
  const { life } = kept;
  const doomed = killedAt(kept.executor(), n, when);
  const survivor = kept.executor();
  const goOn = async () => {
    if (!doomed.isDead()) {
      try {
        await settle(life, { deps: doomed.deps });
      } catch (fault) {
        if (!doomed.isDead()) throw fault;
      }
    }
    if (doomed.isDead()) await settle(life, { deps: survivor });
  };
  await askToDecommission(kept);
  await goOn();
  if (await life.world.store.loadOpen(databaseOf(kept))) await press(life, "UBOB", approve("decommission"));
  await goOn();
  const end = await newest(life);
  return {
    seen: doomed.seen,
    end: {
      status: end?.status,
      problem: end?.problem ?? null,
      picture: picture(kept).all,
      snapshots: snapshotsIn(kept).filter(({ id }) => id.includes("-last-")).length,
      lost: life.clients.missingFrom(serving(life).resourceId),
    },
  };
}

describe.each(["aurora-point-in-time", "rds-snapshot-copy"])("a deletion after %s", async (of) => {
  const undisturbed = await deathAt(Number.POSITIVE_INFINITY, "before", of);
  const calls = undisturbed.seen.length;

  test("ends with the source gone and one last snapshot of it", () => {
    expect(undisturbed.end).toMatchObject({ status: "finished", problem: null, snapshots: 1, lost: [] });
    expect(calls).toBeGreaterThan(100);
  });

  const changes = (what: string) => hasEffect(what) && !/Of$|\.list/.test(what);
  const changing = undisturbed.seen.flatMap((what, index) => (changes(what) ? [index + 1] : []));

  test.each([0, 1, 2])(
    "ends the same after a death right after every third change, from the %ith",
    async (from) => {
      for (const n of changing.filter((_, index) => index % 3 === from)) {
        const { end, seen } = await deathAt(n, "after", of);
        expect(end, `died after await ${n}, ${seen[n - 1]}`).toEqual(undisturbed.end);
      }
    },
  );

  test("ends the same after a death right before a call", async () => {
    for (let n = 1; n <= calls; n += 11) {
      const { end, seen } = await deathAt(n, "before", of);
      expect(end, `died before await ${n}, ${seen[n - 1]}`).toEqual(undisturbed.end);
    }
  });
});
