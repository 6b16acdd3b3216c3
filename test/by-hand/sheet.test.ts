import { expect, test } from "vitest";
import type { Migration } from "../../src/core/migration.ts";
import { problem } from "../../src/core/problem.ts";
import { aLife, type Life, moveAll, newest } from "../engine/life.ts";
import { rollBack, standingAt } from "../strategies/harness.ts";
import { read } from "./reading.ts";
import { sheetOf } from "./sheets.ts";

async function migrationOf(life: Life): Promise<Migration> {
  const migration = await newest(life);
  if (!migration) throw new Error("nothing is under way");
  return migration;
}

const midway = () => standingAt({ step: "endpoint-gone", when: "done" });

test("the sheet says what, where, how far, until when, and which is which", async () => {
  const life = await midway();
  const { learned, pinned, downtimeBegan } = await migrationOf(life);
  const { t1, restoreAt } = learned as { t1: number; restoreAt: number };
  const { source, fenceGroup } = pinned as { source: { resourceId: string }; fenceGroup: string };
  const [head = ""] = (await sheetOf(life)).split("\n## ");
  for (const said of [
    "cluster orders-prod, account 123456789012, eu-west-1",
    "m00001, asked for by alice",
    "step 15 of 33 on the way there, open",
    "Wait until the source can be restored past T1",
    "begin by bob, cutover by bob",
    life.world.key.arn,
    source.resourceId,
    fenceGroup,
    new Date(t1).toISOString(),
    new Date(restoreAt).toISOString().replace(".000", ""),
    new Date(downtimeBegan ?? 0).toISOString().replace("T", " ").replace("Z", " UTC"),
    "at most 1 h 30 min, by bob",
    "a rollback is offered if the forecast passes that",
  ]) {
    expect(head).toContain(said);
  }
});

test("before anything is to be changed, it says how the bot is stopped, and until when its last call may take effect", async () => {
  const life = await standingAt({ step: "rename-members", when: "under way" });
  const sheet = await sheetOf(life);
  const stopping = sheet.slice(0, sheet.indexOf("## 2."));
  expect(stopping).toContain("npm run operate -- halt 'carrying on orders-prod by hand'");
  expect(stopping).toContain("halt 'carrying on orders-prod by hand' --table encrypt-db");
  expect(stopping).toContain("--function-name encrypt-db-worker --reserved-concurrent-executions 0");
  expect(stopping).not.toMatch(/aws rds/);
  const asked = (await migrationOf(life)).steps["rename-members"]?.lastRun?.at ?? 0;
  expect(read(sheet).notBefore).toBe(asked + 120_000);
});

test("a rollback that is under way is not left to the kill switch, which does not stop it", async () => {
  const life = await midway();
  const migration = { ...(await migrationOf(life)), direction: "back" as const };
  const sheet = await sheetOf(life, migration);
  expect(sheet).not.toContain("operate -- halt");
  expect(sheet).toContain("--reserved-concurrent-executions 0");
  expect(read(sheet).forward).toEqual([]);
  expect(read(sheet).back.map(({ title }) => title)).toEqual(
    read(await sheetOf(life)).back.map(({ title }) => title),
  );
});

test("what the way back has undone is not undone again", async () => {
  const life = await midway();
  const migration = await migrationOf(life);
  const undone = migration.steps["rename-source"];
  if (!undone) throw new Error("it was not renamed");
  const back = {
    ...migration,
    direction: "back" as const,
    steps: { ...migration.steps, "undo:rename-source": undone },
  };
  const before = read(await sheetOf(life, migration)).back;
  const after = read(await sheetOf(life, back)).back;
  expect(after.map(({ run }) => run)).toEqual(before.slice(1).map(({ run }) => run));
});

test("the way back has its price, and says what it loses", async () => {
  const fenced = (await sheetOf(await midway())).replaceAll("\n", " ");
  expect(fenced).toMatch(/It takes about \d+ min \d+ s and ends with the source serving/);
  expect(fenced).toContain("It loses 0 writes");
  const opened = (await sheetOf(await standingAt({ step: "open", when: "done" }))).replaceAll("\n", " ");
  expect(opened).toContain("It loses every write since the opening");
  expect(opened).not.toContain("It loses 0 writes");
});

test("a gate names who may not pass it, and one that was passed who did", async () => {
  const waiting = (await sheetOf(await standingAt({ step: "begin", when: "done" }))).replaceAll("\n", " ");
  expect(waiting).toContain("Needs the approval of cutover by an approver who is not alice");
  expect(await sheetOf(await midway())).toContain("Approve the opening\n\nApproved by bob.");
});

test("a migration that is stuck says why", async () => {
  const life = await midway();
  const params = { resourceId: "cluster-GONE" };
  const stuck = {
    ...(await migrationOf(life)),
    status: "stuck" as const,
    problem: problem("source.missing", params),
  };
  expect(await sheetOf(life, stuck)).toMatch(/^It is stuck: .*cluster-GONE/m);
});

test("nothing remains of a migration that has ended", async () => {
  const finished = aLife();
  await moveAll(finished);
  const rolledBack = await midway();
  await rollBack(rolledBack);
  for (const [life, says] of [
    [finished, "the replacement serves under the source's name"],
    [rolledBack, "the source serves under its own name"],
  ] as const) {
    const sheet = await sheetOf(life);
    expect(sheet.replaceAll("\n", " ")).toContain(says);
    expect(sheet).not.toContain("```");
  }
});

test("it can be read in a terminal of a hundred columns, but for headings and words that nobody may break", async () => {
  const sheet = await sheetOf(await standingAt({ step: "begin", when: "done" }));
  const long = sheet.split("\n").filter((line) => line.length > 100 && !line.startsWith("### "));
  expect(long.filter((line) => !line.split(" ").some((word) => word.length > 40))).toEqual([]);
  expect(sheet.split("\n").length).toBeGreaterThan(600);
});

test("it is given back so that it does not go forward again from where a person went back", async () => {
  const sheet = await sheetOf(await midway());
  const order = [
    "operate -- halt",
    "put-function-concurrency",
    "operate -- rollback orders-prod",
    "operate -- unhalt",
  ];
  const givenBack = sheet.slice(sheet.indexOf("## 6."));
  const places = order.map((step) => givenBack.indexOf(step));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
});
