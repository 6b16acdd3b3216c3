import { expect, test } from "vitest";
import { aLife, type Life, moveAll, name } from "../engine/life.ts";
import { failedRestore, type Point, sayPoint, seen, standingAt } from "../strategies/harness.ts";
import { aPerson } from "./person.ts";
import { sheetOf } from "./sheets.ts";

function serving({ world }: Life) {
  const found = Object.values(world.account.state.clusters).find(({ id }) => id === name);
  if (!found) throw new Error(`nothing is named ${name}`);
  return found;
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
  },
);

test("a restore that has failed is deleted and not renamed", async () => {
  const life = await failedRestore("restore-error", true);
  const person = await aPerson(life);
  await person.carryOut(await sheetOf(life), (sheet) => sheet.back);
  expect(seen(life)).toEqual(seen(aLife()));
  expect(Object.values(life.world.account.state.clusters)).toHaveLength(1);
});
