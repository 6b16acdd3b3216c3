import { expect, test } from "vitest";
import { aLife, moveAll, newest, serving } from "./life.ts";

const never = 240 * 3_600_000;

test("where the restorable time does not come, it goes on by a snapshot of the fenced source and loses nothing", async () => {
  const life = aLife({ hurry: 60_000, durations: { logShipping: never } });
  expect((await moveAll(life))?.status).toBe("finished");
  const replacement = serving(life);
  expect(replacement.storageKey).toEqual({ type: "sse-kms", arn: life.world.key.arn });
  expect(life.clients.missingFrom(replacement.resourceId)).toEqual([]);
  const made = life.world.account.ledger.filter(({ mutates, outcome }) => mutates && outcome === "ok");
  expect(made.map(({ operation }) => operation)).toContain("RestoreDBClusterFromSnapshot");
  expect(made.map(({ operation }) => operation)).not.toContain("RestoreDBClusterToPointInTime");
});

test("it is waited for before: no snapshot is taken where the restorable time comes", async () => {
  const life = aLife({ hurry: 60_000 });
  await moveAll(life);
  const migration = await newest(life);
  expect(migration?.steps["fallback-snapshot"]).toMatchObject({ begunAt: null });
  expect(Object.values(life.world.account.state.snapshots)).toHaveLength(1);
});
