import { describe, expect, test } from "vitest";
import { lintStrategy } from "../../src/core/lint.ts";
import { rehearsalOf } from "../../src/core/rehearsal.ts";
import type { AccountState } from "../../src/sim/aws/state.ts";
import { fenceGroup } from "../../src/sim/fast-world.ts";
import { strategies } from "../../src/strategies/index.ts";
import { killedAt } from "../engine/executor.ts";
import {
  aLife,
  approve,
  endpointOf,
  type Life,
  lastNotice,
  moveAll,
  name,
  newest,
  press,
  settle,
} from "../engine/life.ts";
import { type Point, rollBack, sayPoint, seen } from "./harness.ts";
import { askToRehearse, inventoryOf, pointsOfRehearsal, rehearsalAt, rehearseAll } from "./rehearse.ts";

/** Everything is as before, and no client was ever turned away. */
function expectUntouched(life: Life, of: string): void {
  const untouched = aLife({ of });
  expect(seen(life)).toEqual(seen(untouched));
  expect(inventoryOf(life)).toEqual(inventoryOf(untouched));
  expect(life.clients.refused).toBe(0);
  expect(life.clients.missingFrom(life.source.resourceId)).toEqual([]);
  const { world, source } = life;
  const found = world.servers.reach(world.account, endpointOf(world.account.state, name), "application");
  expect(found.volume).toBe(source.resourceId);
}

for (const strategy of strategies) {
  describe(`a rehearsal of ${strategy.id}`, async () => {
    const points = await pointsOfRehearsal(strategy);

    test("is sound, and no step of it interrupts", () => {
      const rehearsal = rehearsalOf(strategy);
      expect(lintStrategy(rehearsal)).toEqual([]);
      expect(rehearsal.steps.filter(({ effect }) => effect === "interrupts")).toEqual([]);
    });

    test("tries the key beside a source that is written to all the time, and leaves nothing behind", async () => {
      const life = aLife({ hurry: 60_000, of: strategy.id });
      const written = life.clients.acknowledged.size;
      const end = await rehearseAll(life);
      expect(end).toMatchObject({ status: "finished", downtimeBegan: null });
      expect(life.clients.acknowledged.size).toBeGreaterThan(written + 5);
      const proofs = Object.values(end?.steps ?? {}).flatMap(({ evidence }) => evidence);
      expect(proofs).toContainEqual(
        expect.objectContaining({ claim: expect.objectContaining({ code: "saw.key" }) }),
      );
      expectUntouched(life, strategy.id);
    });

    test("makes the copy under another name, under the key, behind the fence", async () => {
      const life = await rehearsalAt({ step: "verify-restorable", when: "done" }, strategy.id);
      const copy = copyIn(life);
      expect(copy.id).toMatch(/^orders-prod-try-m\w+$/);
      expect(copy.storageKey).toEqual({ type: "sse-kms", arn: life.world.key.arn });
      const groups = copy.settings.VpcSecurityGroups?.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId);
      expect(groups).toEqual([fenceGroup]);
    });

    test("is taken down by somebody else than who asked for it", async () => {
      const life = await rehearsalAt({ step: "verify-restorable", when: "done" }, strategy.id);
      await settle(life, { deps: life.world.executor() });
      const before = inventoryOf(life);
      await press(life, "UALICE", approve("take-down"));
      await settle(life, { deps: life.world.executor() });
      expect(lastNotice(life)).toMatchObject({ problems: [{ code: "approval.own-request" }] });
      expect(inventoryOf(life)).toEqual(before);
    });

    test("is taken down also where the account has no room for a copy any more", async () => {
      const life = await rehearsalAt({ step: "verify-restorable", when: "done" }, strategy.id);
      const { account } = life.world;
      account.alter((turn) => {
        turn.state = { ...turn.state, quotas: { ...turn.state.quotas, ...noRoom } };
      });
      await settle(life, { deps: life.world.executor() });
      await press(life, "UBOB", approve("take-down"));
      expect((await settle(life, { deps: life.world.executor() }))?.status).toBe("finished");
      expectUntouched(life, strategy.id);
    });

    const begun = points.filter(({ step }) => step !== "begin");
    test.each(begun.map((point) => [sayPoint(point), point] as const))(
      "can be called off when %s",
      async (_, point: Point) => {
        const life = await rehearsalAt(point, strategy.id);
        expect((await rollBack(life))?.status).toBe("rolled-back");
        expectUntouched(life, strategy.id);
      },
    );

    const underWay = points.filter(({ when }) => when === "under way");
    test.each(underWay.map((point) => [sayPoint(point), point] as const))(
      "is brought to its end by another executor when %s",
      async (_, point: Point) => {
        const life = await rehearsalAt(point, strategy.id);
        const deps = life.world.executor();
        await settle(life, { deps });
        await press(life, "UBOB", approve("take-down"));
        expect((await settle(life, { deps }))?.status).toBe("finished");
        expectUntouched(life, strategy.id);
      },
    );

    test("ends the same wherever an executor dies in it", async () => {
      const [, calls] = await diesAt(Number.POSITIVE_INFINITY, strategy.id);
      expect(calls).toBeGreaterThan(100);
      for (let n = 1; n <= calls; n += 7) {
        const [life] = await diesAt(n, strategy.id);
        expect((await newest(life))?.status, `after call ${n}`).toBe("finished");
        expectUntouched(life, strategy.id);
      }
    });

    test("does not keep the database from being moved afterwards", async () => {
      const life = aLife({ hurry: 60_000, of: strategy.id });
      await rehearseAll(life);
      expect((await moveAll(life))?.status).toBe("finished");
    });
  });
}

/** A rehearsal whose executor dies after its `n`th call, and another one that goes on; and how many calls there were. */
async function diesAt(n: number, of: string): Promise<readonly [Life, number]> {
  const life = aLife({ hurry: 120_000, of });
  const doomed = killedAt(life.world.executor(), n, "after");
  const survivor = life.world.executor();
  const goOn = async () => {
    await settle(life, { deps: doomed.deps }).catch((fault) => {
      if (!doomed.isDead()) throw fault;
    });
    if (doomed.isDead()) await settle(life, { deps: survivor });
  };
  await askToRehearse(life);
  await goOn();
  for (const gate of ["begin", "take-down"]) {
    await press(life, "UBOB", approve(gate));
    await goOn();
  }
  return [life, doomed.seen.length];
}

/** What was restored beside the source. */
function copyIn({ world, source }: Life) {
  const { clusters, instances } = world.account.state;
  const all = source.resourceId in clusters ? Object.values(clusters) : Object.values(instances);
  const found = all.find(({ resourceId }) => resourceId !== source.resourceId);
  if (!found) throw new Error("there is no copy");
  return found;
}

const noRoom: Partial<AccountState["quotas"]> = { DBClusters: 1, DBInstances: 1 };
