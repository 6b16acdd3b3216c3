import { expect, test } from "vitest";
import type { Cluster, Instance } from "../../src/sim/aws/state.ts";
import { put } from "../../src/sim/aws/turn.ts";
import type { Change } from "../../src/sim/memory-servers.ts";
import { aLife, ask, type Life, moveAll, name, newest, settle } from "../engine/life.ts";
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

/** What goes wrong, and the step at which a person must see it. */
const wrongs: readonly [string, (life: Life) => void, string][] = [
  [
    "the replacement is under another key",
    (life) => change(life, { storageKey: life.source.storageKey }),
    "Verify the key",
  ],
  ["a setting differs", (life) => set(life, { BackupRetentionPeriod: 1 }), "Verify every setting"],
  [
    "a setting of an instance differs",
    (life) => setMember(life, { PromotionTier: 9 }),
    "Verify every setting",
  ],
  [
    "a tag is missing",
    (life) => set(life, { TagList: serving(life).settings.TagList.slice(1) }),
    "Verify every setting",
  ],
  ["the marker is not in it", (life) => commit(life, serving(life), { kind: "forget" }), "Verify the marker"],
  [
    "what came after the restore time is in it",
    (life) => commit(life, serving(life), { kind: "mark", token: "m00001-after" }),
    "Verify the marker",
  ],
  [
    "somebody has written to the source",
    (life) => commit(life, life.source as Cluster, { kind: "put", key: "late", value: "row" }),
    "Compare what the tables hold",
  ],
  ["the fence is gone", (life) => unfence(life, life.source.resourceId), "Prove, as the last thing"],
  [
    "the replacement is open already",
    (life) => unfence(life, serving(life).resourceId),
    "Prove, as the last thing",
  ],
];

test("a person does not get past a restore that is not behind the fence", async () => {
  const life = await standingAt({ step: "restore", when: "done" });
  const migration = await newest(life);
  if (!migration) throw new Error("nothing is under way");
  const { restore: _notSeen, ...steps } = migration.steps;
  unfence(life, serving(life).resourceId);
  const person = await aPerson(life);
  const goingOn = person.carryOut(await sheetOf(life, { ...migration, steps }), (sheet) => sheet.forward);
  await expect(goingOn).rejects.toThrow(/^never done: 4\.\d+ of \d+: Restore orders-prod/);
});

test("a person does not get past a write to the source that comes after everything was compared", async () => {
  const life = await standingAt({ step: "verify-restorable", when: "done" });
  life.world.meanwhile = undefined;
  commit(life, life.source as Cluster, { kind: "put", key: "late", value: "row" });
  const person = await aPerson(life);
  const goingOn = person.carryOut(await sheetOf(life), (sheet) => sheet.forward);
  await expect(goingOn).rejects.toThrow(/^never done: 4\.\d+ of \d+: Prove, as the last thing/);
});

test.each(wrongs)("a person does not get past it where %s", async (_, goWrong, title) => {
  const life = await standingAt({ step: "introduce-replacement", when: "done" });
  life.world.meanwhile = undefined;
  goWrong(life);
  const person = await aPerson(life);
  const goingOn = person.carryOut(await sheetOf(life), (sheet) => sheet.forward);
  await expect(goingOn).rejects.toThrow(new RegExp(`^never done: 4.\\d+ of \\d+: ${title}`));
});

function change({ world, source }: Life, to: Partial<Cluster>, which?: string): void {
  const { clusters } = world.account.state;
  const found = Object.values(clusters).find(({ id, resourceId }) =>
    which ? resourceId === which : id === source.id,
  );
  if (!found) throw new Error("nothing to change");
  world.account.alter((turn) => put(turn, "clusters", { ...found, ...to }));
}

function set(life: Life, settings: Partial<Cluster["settings"]>): void {
  change(life, { settings: { ...serving(life).settings, ...settings } });
}

function setMember({ world, source }: Life, settings: Partial<Instance["settings"]>): void {
  const found = Object.values(world.account.state.instances).find(({ id }) => id === `${source.id}-2`);
  if (!found) throw new Error("there is no second instance");
  world.account.alter((turn) =>
    put(turn, "instances", { ...found, settings: { ...found.settings, ...settings } }),
  );
}

function commit({ world }: Life, { resourceId }: Cluster, what: Change): void {
  const { instances } = world.account.state;
  const found = Object.values(instances).find(({ cluster, writer }) => cluster === resourceId && writer);
  world.servers.commit(found?.resourceId ?? "", what);
}

function unfence(life: Life, which: string): void {
  const { clusters } = life.world.account.state;
  const found = Object.values(clusters).find(({ resourceId }) => resourceId === which);
  if (!found) throw new Error("nothing to open");
  const VpcSecurityGroups = life.source.settings.VpcSecurityGroups;
  change(life, { settings: { ...found.settings, VpcSecurityGroups } }, which);
}

test("whoever reads the way back a second time does not put the source aside", async () => {
  const life = await standingAt({ step: "restorable", when: "done" });
  const migration = await newest(life);
  const begun = migration?.steps.restorable;
  if (!migration || !begun) throw new Error("nothing is under way");
  // Meant, and never received.
  const meant = {
    ...migration,
    steps: { ...migration.steps, restore: { ...begun, begunAt: begun.since, doneAt: null } },
  };
  const sheet = await sheetOf(life, meant);
  const person = await aPerson(life);
  await person.carryOut(sheet, ({ back }) => back.slice(1));
  const again = person.carryOut(sheet, ({ back }) => back);
  await expect(again).rejects.toThrow("never done: 5.1 of 8: Put the replacement aside");
  expect(seen(life)).toEqual(seen(aLife()));
});

test("the way back after the opening stops at writes that would be lost", async () => {
  const life = await justOpened();
  life.clients.write();
  const person = await aPerson(life);
  const goingBack = person.carryOut(await sheetOf(life), (sheet) => sheet.back);
  await expect(goingBack).rejects.toThrow(/^never done: 5\.1 of \d+: Close orders-prod again/);
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
