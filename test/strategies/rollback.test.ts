import { describe, expect, test } from "vitest";
import { databases, isInstance } from "../../src/sim/aws/named.ts";
import { remove } from "../../src/sim/aws/turn.ts";
import { strategies } from "../../src/strategies/index.ts";
import { aLife, endpointOf, type Life, lastNotice, moveAll, name, newest, settle } from "../engine/life.ts";
import {
  failedRestore,
  makes,
  pointsBeforeOpening,
  priceOf,
  rollBack,
  sayPoint,
  seen,
  standingAt,
} from "./harness.ts";

/** The source answers under its name, takes writes, and has every row that was ever acknowledged. */
function expectServing(life: Life, of: string): void {
  const { world, source, clients } = life;
  expect(seen(life)).toEqual(seen(aLife({ of })));
  const written = clients.acknowledged.size;
  clients.write();
  expect(clients.acknowledged.size).toBeGreaterThan(written);
  expect(clients.missingFrom(source.resourceId)).toEqual([]);
  const endpoint = endpointOf(world.account.state, name);
  expect(world.servers.reach(world.account, endpoint, "application").volume).toBe(source.resourceId);
}

function deleteReplacement({ world, source }: Life): void {
  const { instances } = world.account.state;
  const found = databases(world.account.state).find(({ resourceId }) => resourceId !== source.resourceId);
  if (!found) throw new Error("there is no replacement");
  world.account.alter((turn) => {
    for (const { resourceId, cluster } of Object.values(instances)) {
      if (cluster === found.resourceId) remove(turn, "instances", resourceId);
    }
    remove(turn, isInstance(found) ? "instances" : "clusters", found.resourceId);
  });
}

/** Within a fifth; a poll and the jitter of one call are more than that where it takes only seconds. */
async function expectPrice(life: Life): Promise<void> {
  const { announced, took } = await priceOf(life);
  expect(Math.abs(took - announced)).toBeLessThanOrEqual(Math.max(announced / 5, 20_000));
}

/** The step that sees the replacement under the source's name. */
function named(of: string): string {
  return of === "rds-dump-restore" ? "target-answers" : "introduce-replacement";
}

async function expectNoMore(life: Life): Promise<void> {
  const { announced, took } = await priceOf(life);
  expect(took).toBeLessThanOrEqual(announced);
}

for (const strategy of strategies) {
  describe(strategy.id, async () => {
    const points = await pointsBeforeOpening(strategy);

    test("there is a point for every step before the opening, and for the slow ones a second", () => {
      expect(points.length).toBeGreaterThan(20);
      expect(points.map(sayPoint)).toContain(`${makes(strategy.id)} is under way`);
    });

    test("is withdrawn at once while nothing was made, and can be asked for again", async () => {
      const life = await standingAt({ step: "begin", when: "done" }, strategy.id);
      expect(await rollBack(life)).toMatchObject({ status: "rejected", rollback: null });
      expect(lastNotice(life)).toMatchObject({ note: { code: "said.withdrawn" } });
      expectServing(life, strategy.id);
      expect((await moveAll(life, life.world.executor()))?.status).toBe("finished");
    });

    const madeSomething = points.filter(({ step }) => step !== "begin");
    test.each(madeSomething.map((point) => [sayPoint(point), point] as const))(
      "rolls back when %s, at the price it said, and moves again afterwards",
      async (_, point) => {
        const life = await standingAt(point, strategy.id);
        expect((await rollBack(life))?.status).toBe("rolled-back");
        expectServing(life, strategy.id);
        await expectPrice(life);
        expect((await moveAll(life, life.world.executor()))?.status).toBe("finished");
      },
    );

    test.each([
      ["restore-error", true],
      ["incompatible-restore", true],
      ["restore-error", false],
    ] as const)("rolls back when the restore ends as %s (noticed: %s)", async (status, noticed) => {
      const life = await failedRestore(status, noticed, strategy.id);
      if (noticed) expect((await newest(life))?.problem?.code).toBe("restore.failed");
      expect((await rollBack(life))?.status).toBe("rolled-back");
      expectServing(life, strategy.id);
      expect(databases(life.world.account.state)).toHaveLength(1);
      // Of a target, nothing else is undone that takes long, and the deletion of one that failed is faster than the rename that is priced.
      if (noticed && strategy.id === "rds-dump-restore") await expectNoMore(life);
      else if (noticed) await expectPrice(life);
    });

    test("says so at once when somebody deletes the replacement under it, and rolls back", async () => {
      const life = await standingAt({ step: named(strategy.id), when: "done" }, strategy.id);
      deleteReplacement(life);
      const stuck = await settle(life, { deps: life.world.executor() });
      expect(stuck?.problem?.code).toBe("replacement.missing");
      expect((await rollBack(life))?.status).toBe("rolled-back");
      expectServing(life, strategy.id);
    });
  });
}
