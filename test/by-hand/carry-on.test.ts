import { expect, test } from "vitest";
import { aLife, ask, type Life, moveAll, name, settle } from "../engine/life.ts";
import { failedRestore, justOpened, type Point, sayPoint, seen, standingAt } from "../strategies/harness.ts";
import { aPerson } from "./person.ts";
import { sheetOf } from "./sheets.ts";

function serving({ world }: Life) {
  const found = Object.values(world.account.state.clusters).find(({ id }) => id === name);
  if (!found) throw new Error(`nothing is named ${name}`);
  return found;
}

/** It has nothing to do, waits for an approval, or cannot prove any more what it needs; but it changes nothing. */
async function expectBotToLeaveIt(life: Life, ends: readonly string[]): Promise<void> {
  const before = seen(life);
  const calls = life.world.account.ledger.length;
  const migration = await settle(life, { deps: life.world.executor() });
  expect(ends).toContain(migration?.status);
  expect(seen(life)).toEqual(before);
  expect(life.world.account.ledger.slice(calls).filter(({ mutates }) => mutates)).toEqual([]);
}

const forward: readonly Point[] = [
  { step: "begin", when: "done" },
  { step: "fence-network", when: "done" },
  { step: "end-sessions", when: "done" },
  { step: "after-mark", when: "done" },
  { step: "rename-source", when: "under way" },
  { step: "restore", when: "under way" },
  { step: "introduce-replacement", when: "done" },
  { step: "open", when: "done" },
];

test.each(forward.map((point) => [sayPoint(point), point] as const))(
  "a person who follows the sheet from where %s ends in the world that the engine ends in",
  async (_, point) => {
    const moved = aLife();
    await moveAll(moved);
    const life = await standingAt(point);
    const person = await aPerson(life);
    await person.carryOut(await sheetOf(life), (sheet) => sheet.forward);
    expect(seen(life)).toEqual(seen(moved));
    expect(life.clients.missingFrom(serving(life).resourceId)).toEqual([]);
    expect(life.clients.entries.at(-1)?.instance.volume).toBe(serving(life).resourceId);
    await expectBotToLeaveIt(life, ["finished", "stuck", "open"]);
  },
);

const back: readonly Point[] = [
  { step: "protect-source", when: "done" },
  { step: "fence-network", when: "done" },
  { step: "mark", when: "done" },
  { step: "rename-members", when: "under way" },
  { step: "endpoint-gone", when: "done" },
  { step: "restore", when: "under way" },
  { step: "create-writer", when: "under way" },
  { step: "last-look", when: "done" },
];

test.each(back.map((point) => [sayPoint(point), point] as const))(
  "a person who follows the sheet back from where %s leaves the database as it was",
  async (_, point) => {
    const untouched = aLife();
    const life = await standingAt(point);
    const person = await aPerson(life);
    await person.carryOut(await sheetOf(life), (sheet) => sheet.back);
    expect(seen(life)).toEqual(seen(untouched));
    expect(life.clients.missingFrom(life.source.resourceId)).toEqual([]);
    expect(life.clients.entries.at(-1)?.instance.volume).toBe(life.source.resourceId);
    await ask(life, "UBOB", "rollback");
    await expectBotToLeaveIt(life, ["rolled-back"]);
  },
);

test("a restore that has failed is deleted and not renamed", async () => {
  const life = await failedRestore("restore-error", true);
  const person = await aPerson(life);
  await person.carryOut(await sheetOf(life), (sheet) => sheet.back);
  expect(seen(life)).toEqual(seen(aLife()));
  expect(Object.values(life.world.account.state.clusters)).toHaveLength(1);
});

test("the way back after the opening stops at writes that would be lost", async () => {
  const life = await justOpened();
  life.clients.write();
  const person = await aPerson(life);
  const goingBack = person.carryOut(await sheetOf(life), (sheet) => sheet.back);
  await expect(goingBack).rejects.toThrow("never done: 5.1 of 10: Close orders-prod again");
  expect(life.clients.missingFrom(serving(life).resourceId)).toEqual([]);
});

test("the way back after the opening is open where nobody has written", async () => {
  const life = await justOpened();
  const person = await aPerson(life);
  await person.carryOut(await sheetOf(life), (sheet) => sheet.back);
  expect(seen(life)).toEqual(seen(aLife()));
});

/** From where the bot has not seen the opening, but something that a rollback would undo. */
const unseen = forward.slice(1, -1);

test.each(
  [...unseen, { step: "verify-data", when: "done" } as const].map(
    (point) => [sayPoint(point), point] as const,
  ),
)(
  "a rollback by the bot, for which %s, does not put aside what a person has opened since",
  async (_, point) => {
    const life = await standingAt(point);
    const person = await aPerson(life);
    await person.carryOut(await sheetOf(life), (sheet) => sheet.forward);
    const before = seen(life);
    await ask(life, "UBOB", "rollback");
    expect((await settle(life, { deps: life.world.executor() }))?.status).toBe("stuck");
    expect(seen(life)).toEqual(before);
  },
);

test("and says so where it would have put it aside", async () => {
  const life = await standingAt({ step: "verify-data", when: "done" });
  const person = await aPerson(life);
  await person.carryOut(await sheetOf(life), (sheet) => sheet.forward);
  await ask(life, "UBOB", "rollback");
  const migration = await settle(life, { deps: life.world.executor() });
  expect(migration?.problem?.code).toBe("rollback.opened-by-others");
});
