import { describe, expect, test } from "vitest";
import { runJobs } from "../../src/sim/memory-writers.ts";
import { auroraPointInTime } from "../../src/strategies/aurora-point-in-time.ts";
import {
  aLife,
  approve,
  ask,
  type Life,
  moveAll,
  newest,
  press,
  serving,
  settle,
  turnJob,
} from "../engine/life.ts";
import { stoppingWhen } from "../engine/stopping.ts";
import { rollBack } from "./harness.ts";

const everyMinute = 60_000;

/** A database in which a job writes once a minute, whoever is let in. */
function aLifeWithAJob(): Life {
  const life = aLife({ hurry: 15_000 });
  const { world, clients } = life;
  let due = world.clock.now();
  world.meanwhile = () => {
    clients.write();
    if (world.clock.now() < due) return;
    due = world.clock.now() + everyMinute;
    runJobs(world.servers, world.clock.now());
  };
  return life;
}

const stateIn = ({ world }: Life, volume: string) => world.servers.volume(volume).writers.get("nightly");
const jobRows = ({ world }: Life, volume: string) =>
  [...world.servers.volume(volume).rows.keys()].filter((key) => key.startsWith("nightly"));

/** Moves until `step` is done, and stops there. */
async function upTo(life: Life, step: string): Promise<void> {
  const stopping = stoppingWhen(life.world.deps, ({ steps }) => Boolean(steps[step]?.doneAt));
  await moveAll(life, stopping.deps).catch((fault) => {
    if (!stopping.hasStopped()) throw fault;
  });
  if (!stopping.hasStopped()) throw new Error(`${step} was never done`);
}

describe("a job that writes without a client", () => {
  test("is off from before the fence until after the opening, and then runs in the replacement only", async () => {
    const life = aLifeWithAJob();
    const migration = await moveAll(life);
    expect(migration?.status).toBe("finished");
    const replacement = serving(life).resourceId;
    expect(stateIn(life, replacement)).toBe("on");
    expect(stateIn(life, life.source.resourceId)).toBe("silenced");
    const silenced = migration?.steps["silence-writers"]?.doneAt ?? Number.NaN;
    const writtenAt = jobRows(life, life.source.resourceId).map((key) => Number(key.split(" ").at(-1)));
    expect(writtenAt.length).toBeGreaterThan(0);
    expect(writtenAt.filter((at) => !(at <= silenced))).toEqual([]);
    const before = jobRows(life, replacement).length;
    await life.world.deps.clock.sleep(2 * everyMinute);
    expect(jobRows(life, replacement).length).toBeGreaterThan(before);
  });

  test("is on again in the source after a rollback, wherever it was asked for", async () => {
    for (const step of ["silence-writers", "mark", "restore", "verify-contents"]) {
      const life = aLifeWithAJob();
      await upTo(life, step);
      const end = await rollBack(life);
      expect(end?.status, step).toBe("rolled-back");
      expect(stateIn(life, life.source.resourceId), step).toBe("on");
    }
  });

  test("is off again in the replacement, and on in the source, where it goes back after the opening", async () => {
    const life = aLifeWithAJob();
    await upTo(life, "restore-writers");
    const replacement = serving(life).resourceId;
    expect(stateIn(life, replacement)).toBe("on");
    for (const user of ["UBOB", "UCAROL"]) await press(life, user, { does: "discard" });
    expect((await rollBack(life))?.status).toBe("rolled-back");
    expect(stateIn(life, replacement)).toBe("silenced");
    expect(stateIn(life, life.source.resourceId)).toBe("on");
  });

  test("that is turned on again behind the fence is caught before T1", async () => {
    const life = aLifeWithAJob();
    await upTo(life, "fence-network");
    turnJob(life, true);
    await settle(life, { deps: life.world.executor() });
    const end = await newest(life);
    expect(end?.status).toBe("stuck");
    expect(end?.problem?.code).toBe("proof.writer-on");
    expect(end?.learned).not.toHaveProperty("t1");
  });

  test("that writes after T1 is caught before the opening, also if it is off by then", async () => {
    const life = aLifeWithAJob();
    await upTo(life, "still-quiet");
    turnJob(life, true);
    runJobs(life.world.servers, life.world.clock.now());
    turnJob(life, false);
    await settle(life, { deps: life.world.executor() });
    const end = await newest(life);
    expect(end?.status).toBe("stuck");
    expect(end?.steps.open?.begunAt ?? null).toBeNull();
  });

  test("that its owner had turned off is no part of the plan, and stays off", async () => {
    const life = aLifeWithAJob();
    turnJob(life, false);
    const migration = await moveAll(life);
    expect(migration?.status).toBe("finished");
    expect(migration?.pinned.writers).toEqual([]);
    expect(stateIn(life, serving(life).resourceId)).toBe("off");
  });

  test("that is new after the plan voids the approval", async () => {
    const life = aLifeWithAJob();
    turnJob(life, false);
    await ask(life, "UALICE", "start");
    await settle(life);
    turnJob(life, true);
    await press(life, "UBOB", approve("begin"));
    await settle(life);
    const migration = await newest(life);
    expect(migration?.pinned.writers).toMatchObject([{ name: "nightly" }]);
    expect(migration?.steps.begin?.doneAt ?? null).toBeNull();
  });
});

test("what silences comes before the fence, and what restores after the opening", () => {
  const ids = auroraPointInTime.steps.map(({ id }) => id);
  const order = ["cutover", "silence-writers", "fence-network", "verify-contents", "open", "restore-writers"];
  expect(ids.filter((id) => order.includes(id))).toEqual(order);
});
