import { describe, expect, test } from "vitest";
import { strategies } from "../../src/strategies/index.ts";
import { approve, type Life, moveAll, name, press, say, settle } from "../engine/life.ts";
import { stoppingWhen } from "../engine/stopping.ts";
import { backedUpLife, backupsIn, lifeUnderKey } from "../strategies/backups.ts";
import { aPerson } from "./person.ts";
import { read } from "./reading.ts";
import { sheetOf } from "./sheets.ts";

/** As a move or a backup leaves both accounts behind. */
function expectBackedUp({ world }: Life): void {
  const { backupJobs, plans } = backupsIn(world.account);
  const copies = Object.values(backupsIn(world.other).recoveryPoints);
  expect(copies.map(({ status }) => status)).toEqual(["COMPLETED"]);
  expect(Object.values(backupJobs).map(({ state }) => state)).toEqual(["COMPLETED"]);
  const [plan, ...others] = Object.values(plans);
  expect(others).toEqual([]);
  expect(Object.keys(plan?.selections ?? {})).toHaveLength(1);
}

/** The bot ends the moment this step is done, or was begun. */
async function standingAt(
  life: Life,
  reached: Parameters<typeof stoppingWhen>[1],
  go: (deps: Life["world"]["deps"]) => Promise<unknown>,
) {
  const { deps, hasStopped } = stoppingWhen(life.world.deps, reached);
  await go(deps).catch((fault) => {
    if (!hasStopped()) throw fault;
  });
  expect(hasStopped()).toBe(true);
}

const steps = ["open", "retire-source", "back-up", "copy-backup", "verify-backup-copy", "schedule-backups"];

describe.each(strategies.map(({ id }) => id))("%s", (of) => {
  test.each(steps)(
    "a person who carries on once %s is done ends with a copy in the other account",
    async (step) => {
      const life = backedUpLife({ of });
      await standingAt(
        life,
        (migration) => typeof migration.steps[step]?.doneAt === "number",
        (deps) => moveAll(life, deps),
      );
      const person = await aPerson(life);
      await person.carryOut(await sheetOf(life), (sheet) => sheet.forward);
      expectBackedUp(life);
    },
  );

  test("and one who carries on while the backup is being made makes no second one", async () => {
    const life = backedUpLife({ of });
    await standingAt(
      life,
      ({ steps: kept }) => kept["back-up"]?.waitingFor?.code === "wait.backup-job",
      (deps) => moveAll(life, deps),
    );
    await life.world.deps.clock.sleep(3_600_000);
    const person = await aPerson(life);
    await person.carryOut(await sheetOf(life), (sheet) => sheet.forward);
    expectBackedUp(life);
  });
});

test("a backup by itself is carried on from its sheet alone", async () => {
  const life = lifeUnderKey();
  await say(life, "UALICE", { verb: "backup", name });
  await settle(life);
  await press(life, "UBOB", approve("begin"));
  await standingAt(
    life,
    (migration) => typeof migration.steps.begin?.doneAt === "number",
    (deps) => settle(life, { deps }),
  );
  const person = await aPerson(life);
  await person.carryOut(await sheetOf(life), (sheet) => sheet.forward);
  expectBackedUp(life);
});

test("the way back by hand deletes the plan, with what it selects", async () => {
  const life = backedUpLife();
  await standingAt(
    life,
    ({ steps: kept }) => typeof kept["last-look"]?.doneAt === "number",
    (deps) => moveAll(life, deps),
  );
  life.world.meanwhile = undefined;
  await standingAt(
    { ...life },
    ({ steps: kept }) => typeof kept["assign-backups"]?.doneAt === "number",
    (deps) => settle(life, { deps }),
  );
  const [first] = read(await sheetOf(life)).back;
  expect(first?.title).toContain("Delete the backup plan");
  const person = await aPerson(life);
  await person.carryOut(await sheetOf(life), (sheet) => sheet.back.slice(0, 1));
  expect(backupsIn(life.world.account).plans).toEqual({});
});
