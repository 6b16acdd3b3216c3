import { describe, expect, test } from "vitest";
import type { Deps } from "../../src/engine/deps.ts";
import { poll } from "../../src/engine/poll.ts";
import { noticeMessage } from "../../src/slack/blocks/notice.ts";
import { rollBack, seen, standingAt } from "../strategies/harness.ts";
import { aLife, approve, ask, type Life, lastNotice, moveAll, newest, press, say, settle } from "./life.ts";

const hour = 3_600_000;
const halt = (life: Life, user = "UBOB") => say(life, user, { verb: "halt", reason: "AWS is ill" });
const unhalt = (life: Life, user = "UBOB") => say(life, user, { verb: "unhalt" });
const status = (life: Life) => say(life, "UALICE", { verb: "status", name: null });

const changes = ({ world }: Life) => world.account.ledger.filter(({ mutates }) => mutates).length;
const told = (life: Life) => {
  const notice = lastNotice(life);
  return notice ? noticeMessage(notice, "somebody").text : "";
};

/** Everything goes on, polled as often as is worth it, for so long. */
async function pass(life: Life, duration: number, deps: Deps = life.world.executor()): Promise<void> {
  const until = life.world.clock.now() + duration;
  while (life.world.clock.now() < until) {
    const { lookAgainIn } = await poll(deps);
    await deps.clock.sleep(lookAgainIn);
  }
}

describe("while everything is halted", () => {
  test("no step begins, the thread says who and why, and afterwards it goes on to the end", async () => {
    const life = await standingAt({ step: "protect-source", when: "done" });
    await halt(life);
    await settle(life);
    const before = changes(life);
    await pass(life, 30 * hour);

    expect(changes(life)).toBe(before);
    expect((await newest(life))?.steps["safety-snapshot"]?.waitingFor).toMatchObject({
      code: "wait.halted",
      params: { reason: "AWS is ill" },
    });
    expect(life.world.channel.roots[0]?.replies.map(({ what }) => what.code)).toContain("event.halted");

    await unhalt(life);
    await settle(life, { deps: life.world.executor() });
    await press(life, "UBOB", approve("cutover"));
    expect((await settle(life, { deps: life.world.executor() }))?.status).toBe("finished");
  });

  test("a rollback works inside the downtime, and gives the source back unfenced", async () => {
    const untouched = seen(aLife());
    const life = await standingAt({ step: "rename-source", when: "done" });
    await halt(life);
    await settle(life, { deps: life.world.executor() });
    expect((await newest(life))?.steps.restore?.waitingFor?.code).not.toBe(undefined);

    expect((await rollBack(life))?.status).toBe("rolled-back");
    expect(seen(life)).toEqual(untouched);
  });

  test("a rollback before anything was made withdraws the migration", async () => {
    const life = aLife();
    await ask(life, "UALICE", "start");
    await settle(life);
    await halt(life);
    await press(life, "UBOB", approve("begin"));
    await settle(life);
    await ask(life, "UALICE", "rollback");
    await settle(life);
    expect(lastNotice(life)).toMatchObject({ note: { code: "said.withdrawn" } });
    expect(await newest(life)).toMatchObject({ status: "rejected" });
    expect(changes(life)).toBe(0);
  });

  test("nothing is started, and the one who tries is told why", async () => {
    const life = aLife();
    await halt(life);
    await poll(life.world.deps);
    await ask(life, "UALICE", "start");
    await poll(life.world.deps);
    expect(told(life)).toMatch(/bob has halted everything: AWS is ill/i);
    expect(await newest(life)).toBeUndefined();
  });

  test("status says so", async () => {
    const life = aLife();
    await halt(life);
    await poll(life.world.deps, { beats: true });
    await status(life);
    await poll(life.world.deps);
    expect(told(life)).toMatch(/halted everything .* ago: AWS is ill/);
  });
});

test("only approvers halt and unhalt", async () => {
  const life = aLife();
  life.world.addPerson("dave", { approver: false });
  await halt(life, "UDAVE");
  await poll(life.world.deps);
  expect(told(life)).toContain("Only approvers");
  expect(await life.world.store.findHalt()).toBeNull();

  await halt(life);
  await unhalt(life, "UDAVE");
  await poll(life.world.deps);
  expect(await life.world.store.findHalt()).not.toBeNull();
});

test("a switch that cannot be read counts as thrown, until it can be", async () => {
  const life = await standingAt({ step: "protect-source", when: "done" });
  const deps = life.world.executor();
  let unreadable = true;
  const findHalt = () =>
    unreadable ? Promise.reject(new Error("the store is ill")) : life.world.store.findHalt();
  const blind = { ...deps, store: { ...deps.store, findHalt } };
  const before = changes(life);
  await pass(life, 300_000, blind);
  expect(changes(life)).toBe(before);

  unreadable = false;
  await settle(life, { deps: blind });
  expect((await newest(life))?.steps["safety-snapshot"]?.doneAt).toBeTypeOf("number");
});

test("a pause that was longer than a step's deadline does not make it late", async () => {
  const life = aLife({ hurry: 15_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  await press(life, "UBOB", approve("begin"));
  await settle(life, { enough: (migration) => migration?.steps["protect-source"]?.doneAt != null });
  await ask(life, "UALICE", "pause");
  await settle(life);
  await life.world.deps.clock.sleep(20 * hour);
  await ask(life, "UALICE", "resume");
  await settle(life);
  expect(await newest(life)).toMatchObject({ status: "open", problem: null });
});

describe("the heartbeat of the poller", () => {
  test("is told by status, and its silence is a warning", async () => {
    const life = aLife();
    await poll(life.world.deps, { beats: true });
    await life.world.deps.clock.sleep(34_000);
    await status(life);
    await poll(life.world.deps, { woken: true });
    expect(told(life)).toContain("The poller last ran 34 s ago.");

    await life.world.deps.clock.sleep(20 * 60_000);
    await status(life);
    await poll(life.world.deps, { woken: true });
    expect(told(life)).toMatch(/:warning: The poller's schedule last ran 20 min \d+ s ago/);
  });

  test("that cannot be written keeps nobody from working", async () => {
    const life = aLife();
    const mute = { ...life.world.deps.store, beat: () => Promise.reject(new Error("the store is ill")) };
    await ask(life, "UALICE", "start");
    await poll({ ...life.world.deps, store: mute }, { beats: true });
    expect(await newest(life)).toMatchObject({ status: "open" });
  });
});

test("a migration that nobody halts never waits for it", async () => {
  const life = aLife({ hurry: 60_000 });
  const migration = await moveAll(life);
  if (!migration) throw new Error("nothing was moved");
  const journal = await life.world.store.journalAfter(migration, 0);
  expect(journal.filter(({ what }) => what.code === "event.halted")).toEqual([]);
});
