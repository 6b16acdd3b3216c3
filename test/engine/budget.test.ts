import { describe, expect, test } from "vitest";
import type { Migration } from "../../src/core/migration.ts";
import { plain } from "../../src/core/note.ts";
import { say } from "../../src/core/sentences.ts";
import type { Terms } from "../../src/core/terms.ts";
import { hours, minutes } from "../../src/core/time.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { poll } from "../../src/engine/poll.ts";
import { seen } from "../strategies/harness.ts";
import {
  aLife,
  approve,
  ask,
  say as command,
  type Life,
  type LifeOptions,
  newest,
  press,
  settle,
} from "./life.ts";
import { stoppingWhen } from "./stopping.ts";

const hurry = 15_000;

/** A cutover approved with these terms, and the life up to where only people are waited for. */
async function cutOver(terms: Partial<Terms>, durations: LifeOptions["durations"] = {}): Promise<Life> {
  const life = aLife({ hurry, durations });
  await ask(life, "UALICE", "start");
  await settle(life);
  await press(life, "UBOB", approve("begin"));
  await settle(life);
  await press(life, "UBOB", approve("cutover", terms));
  return life;
}

/** Whatever is due is looked at once a minute, as by the schedule, until somebody's time is over. */
async function pass(life: Life, duration: number, deps: Deps = life.world.executor()): Promise<void> {
  const until = life.world.clock.now() + duration;
  while (life.world.clock.now() < until) {
    const { lookAgainIn } = await poll(deps);
    await deps.clock.sleep(Math.min(lookAgainIn, minutes(1)));
  }
}

/** What of the whole journal is about the budget. */
async function aboutBudget(life: Life) {
  const migration = await newest(life);
  const journal = migration ? await life.world.store.journalAfter(migration, 0) : [];
  return journal.filter(({ what }) => /budget|rollback/.test(what.code));
}

const told = async (life: Life) => (await aboutBudget(life)).map(({ what }) => what.code);

/** From the fence to where the source or the replacement serves again. */
function downtimeOf({ downtimeBegan, downtimeEnded }: Migration): number {
  if (downtimeBegan === null || downtimeEnded === null) throw new Error("there was no downtime");
  return downtimeEnded - downtimeBegan;
}

const untouched = seen(aLife());
const hourAtMost = { longestDowntime: hours(1) };

/** Twice what is planned: going back must wait for its end as going on must, and is shorter from there. */
const slowRestore = { restoreToTime: minutes(50) };

describe("where the forecast passes what was signed and going back still fits", () => {
  test("a rollback is offered once, with what it takes and until when it fits, and it goes on", async () => {
    const life = await cutOver(hourAtMost, slowRestore);
    const migration = await settle(life);
    expect(migration?.status).toBe("finished");
    expect(await told(life)).toEqual(["event.budget-offer", "event.budget-back"]);

    const [offered] = await aboutBudget(life);
    const { person, longest, forecast, price, until } = offered?.what.params ?? {};
    expect({ person, longest }).toEqual({ person: "bob", longest: hours(1) });
    expect(Number(forecast)).toBeGreaterThan(hours(1));
    expect(until).toBe((migration?.downtimeBegan ?? 0) + hours(1) - Number(price));
    expect(offered?.at).toBeLessThanOrEqual(Number(until));
  });

  test("it goes back by itself where that was signed, on whose word is in the journal, and nothing is lost", async () => {
    const life = await cutOver({ ...hourAtMost, whenLate: "roll-back" }, slowRestore);
    const migration = await settle(life);
    expect(migration?.status).toBe("rolled-back");
    expect(await told(life)).toEqual(["event.rollback-signed"]);
    const [{ what } = { what: undefined }] = await aboutBudget(life);
    expect(what?.params).toMatchObject({ person: "bob", longest: hours(1) });
    expect(seen(life)).toEqual(untouched);
  });

  test("it goes back once, also where the executor ends between the decision and the first act", async () => {
    const life = await cutOver({ ...hourAtMost, whenLate: "roll-back" }, slowRestore);
    const { deps, hasStopped } = stoppingWhen(life.world.deps, ({ direction }) => direction === "back");
    await settle(life, { deps }).catch(() => {});
    expect(hasStopped()).toBe(true);
    expect((await newest(life))?.direction).toBe("back");

    const migration = await settle(life, { deps: life.world.executor() });
    expect(migration?.status).toBe("rolled-back");
    expect(await told(life)).toEqual(["event.rollback-signed"]);
    expect(seen(life)).toEqual(untouched);
  });

  test("while everything is halted it is offered, and afterwards it goes back by itself", async () => {
    const life = await cutOver({ ...hourAtMost, whenLate: "roll-back" }, slowRestore);
    await settle(life, { enough: (migration) => Boolean(migration?.steps.restore?.begunAt) });
    await command(life, "UALICE", { verb: "halt", reason: "AWS is ill" });
    await pass(life, minutes(35));
    const halted = await newest(life);
    expect(halted?.direction).toBe("forward");
    expect(await told(life)).toEqual(["event.budget-offer"]);

    await command(life, "UALICE", { verb: "unhalt" });
    const migration = await settle(life);
    expect(migration?.status).toBe("rolled-back");
    expect(downtimeOf(migration as Migration)).toBeLessThanOrEqual(hours(1));
  });
});

test("where going back fits no longer, that is said once with what is faster, and it goes on whatever was signed", async () => {
  const life = await cutOver(
    { longestDowntime: minutes(50), whenLate: "roll-back" },
    { firstBackup: minutes(40) },
  );
  const migration = await settle(life);
  expect(migration?.status).toBe("finished");
  expect(await told(life)).toEqual(["event.budget-forward"]);
  const { rest, price } = (await aboutBudget(life))[0]?.what.params ?? {};
  expect(Number(rest)).toBeLessThan(Number(price));
});

test("within what was signed nothing is said of it", async () => {
  const life = await cutOver({ longestDowntime: minutes(120), whenLate: "roll-back" });
  const migration = await settle(life);
  expect(migration?.status).toBe("finished");
  expect(await told(life)).toEqual([]);
});

describe("while it waits for people inside the downtime", () => {
  const refuse = (life: Life) => {
    life.world.account.faults = ({ operation }) =>
      operation === "RestoreDBClusterToPointInTime" ? { code: "KMSKeyNotAccessibleFault" } : undefined;
  };

  test("stuck, it goes back by itself before going back fits no longer, and ends within what was signed", async () => {
    const life = await cutOver({ ...hourAtMost, whenLate: "roll-back" });
    refuse(life);
    expect((await settle(life))?.status).toBe("stuck");
    await pass(life, minutes(70));
    const migration = await newest(life);
    expect(migration?.status).toBe("rolled-back");
    expect(await told(life)).toEqual(["event.rollback-signed-waiting"]);
    expect(downtimeOf(migration as Migration)).toBeGreaterThan(minutes(50));
    expect(downtimeOf(migration as Migration)).toBeLessThanOrEqual(hours(1));
    expect(seen(life)).toEqual(untouched);
  });

  test("stuck, a rollback is offered before it fits no longer, and then it is said that it does not", async () => {
    const life = await cutOver(hourAtMost);
    refuse(life);
    await settle(life);
    await pass(life, minutes(70));
    const migration = await newest(life);
    expect(migration?.status).toBe("stuck");
    expect(await told(life)).toEqual(["event.budget-offer-waiting", "event.budget-waiting"]);
    const [offered] = await aboutBudget(life);
    expect(offered?.at).toBeLessThanOrEqual(Number(offered?.what.params.until));
  });

  test("what has been said of it leaves nothing to look at again", async () => {
    const life = await cutOver(hourAtMost);
    refuse(life);
    await settle(life);
    await pass(life, minutes(70));
    expect((await life.world.store.agenda(life.world.clock.now())).migrations).toEqual([]);
  });

  test("at the opening that nobody approves, it goes back by itself in time", async () => {
    const life = await cutOver({ longestDowntime: minutes(90), whenLate: "roll-back", opening: "ask" });
    expect((await settle(life))?.steps["open-gate"]?.waitingFor?.code).toBe("wait.approval");
    await pass(life, minutes(60));
    const migration = await newest(life);
    expect(migration?.status).toBe("rolled-back");
    expect(downtimeOf(migration as Migration)).toBeLessThanOrEqual(minutes(90));
    expect(seen(life)).toEqual(untouched);
  });

  test("stuck while it is being opened, it is not taken back, and the thread does not say that nothing would be lost", async () => {
    const life = await cutOver({ longestDowntime: minutes(70), whenLate: "roll-back", opening: "ask" });
    await settle(life);
    life.world.account.faults = ({ operation }) =>
      operation === "ModifyDBCluster" ? { code: "KMSKeyNotAccessibleFault" } : undefined;
    await press(life, "UCAROL", approve("open-gate"));
    const stuck = await settle(life);
    expect(stuck).toMatchObject({ status: "stuck", steps: { open: { doneAt: null } } });
    expect(stuck?.steps.open?.begunAt).not.toBeNull();

    await pass(life, minutes(70));
    expect(await newest(life)).toMatchObject({ status: "stuck", direction: "forward" });
    expect(await told(life)).toEqual(["event.budget-opening-waiting"]);
    const [said] = await aboutBudget(life);
    expect(said && say(said.what, plain)).toMatch(/Clients may have written already/);
  });

  test("an opening that somebody approves in time is not taken back", async () => {
    const life = await cutOver({ longestDowntime: minutes(90), whenLate: "roll-back", opening: "ask" });
    await settle(life);
    await pass(life, minutes(10));
    await press(life, "UCAROL", approve("open-gate"));
    expect((await settle(life))?.status).toBe("finished");
    await pass(life, minutes(90));
    expect(await told(life)).toEqual([]);
  });
});
