import { expect, test } from "vitest";
import { clusterEndpoint } from "../../src/sim/aws/names.ts";
import type { FastWorld } from "../../src/sim/fast-world.ts";
import { aLife, ask, type Life, moveAll, name, newest, settle } from "./life.ts";

const minute = 60_000;

function named({ account }: FastWorld, id: string) {
  return Object.values(account.state.clusters).find((cluster) => cluster.id === id);
}

async function until({ world }: Life, holds: () => boolean): Promise<void> {
  for (let waited = 0; !holds(); waited++) {
    if (waited > 200) throw new Error("it never came true");
    await world.deps.clock.sleep(15_000);
  }
}

async function renameSource(life: Life): Promise<void> {
  const { account } = life.world;
  const input = { DBClusterIdentifier: name, NewDBClusterIdentifier: `${name}-old`, ApplyImmediately: true };
  await account.handle("rds", "ModifyDBCluster", input);
  await until(life, () => named(life.world, `${name}-old`)?.status === "available");
}

test("a pooled session survives the rename of its cluster and goes on being acknowledged", async () => {
  const life = aLife();
  const before = life.clients.acknowledged.size;
  await renameSource(life);
  expect(() =>
    life.world.servers.connect(life.world.account, {
      host: clusterEndpoint(life.world.account.state, name),
      user: "orders",
    }),
  ).toThrow("ENOTFOUND");
  const after = life.clients.acknowledged.size;
  await life.world.deps.clock.sleep(minute);
  expect(after).toBeGreaterThan(before);
  expect(life.clients.acknowledged.size).toBeGreaterThan(after);
  expect(life.clients.missingFrom(life.source.resourceId)).toEqual([]);
});

test("the usual procedure, which takes the rename for a fence, loses every row after its restore time", async () => {
  const life = aLife();
  const { account, clock } = life.world;
  await renameSource(life);
  const restoreAt = Math.ceil((clock.now() + 3_000) / 1_000) * 1_000;
  await life.world.deps.clock.sleep(6 * minute);
  await account.handle("rds", "RestoreDBClusterToPointInTime", {
    DBClusterIdentifier: name,
    SourceDBClusterIdentifier: `${name}-old`,
    RestoreToTime: new Date(restoreAt),
    KmsKeyId: life.world.key.arn,
  });
  await until(life, () => named(life.world, name)?.status === "available");
  const late = [...life.clients.acknowledged].filter(([, at]) => at > restoreAt).map(([key]) => key);
  expect(late.length).toBeGreaterThan(10);
  expect(life.clients.missingFrom(named(life.world, name)?.resourceId ?? "")).toEqual(late);
});

test("a restorable time that trails by half an hour delays the restore and loses nothing", async () => {
  const life = aLife({ hurry: minute, durations: { logShipping: 25 * minute } });
  expect((await moveAll(life))?.status).toBe("finished");
  const replacement = named(life.world, name)?.resourceId ?? "";
  expect(replacement).not.toBe(life.source.resourceId);
  expect(life.clients.missingFrom(replacement)).toEqual([]);
});

test("a restore that has not ended by its deadline makes it stuck behind the fence, from where it rolls back", async () => {
  const life = aLife({ hurry: minute, durations: { restoreToTime: 13 * 60 * minute } });
  const stuck = await moveAll(life);
  expect(stuck?.problem).toMatchObject({ code: "step.deadline" });
  expect(stuck?.steps.restore).toMatchObject({ doneAt: null });
  await ask(life, "UALICE", "rollback");
  expect((await settle(life))?.status).toBe("rolled-back");
  expect(life.clients.missingFrom(life.source.resourceId)).toEqual([]);
  expect((await newest(life))?.problem).toBeNull();
});
