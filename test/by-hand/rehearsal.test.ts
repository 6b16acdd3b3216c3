import { describe, expect, test } from "vitest";
import { aLife, approve, ask, press, settle } from "../engine/life.ts";
import { type Point, sayPoint, seen } from "../strategies/harness.ts";
import { inventoryOf, rehearsalAt } from "../strategies/rehearse.ts";
import { aPerson } from "./person.ts";
import { sheetOf } from "./sheets.ts";

const ways = ["aurora-point-in-time", "aurora-snapshot", "rds-snapshot-copy"] as const;

const anywhere: readonly Point[] = [
  { step: "begin", when: "done" },
  { step: "safety-snapshot", when: "under way" },
  { step: "mark-running", when: "done" },
  { step: "restore", when: "under way" },
  { step: "introduce-replacement", when: "done" },
  { step: "take-down", when: "done" },
  { step: "delete-copy", when: "under way" },
];

test("the sheet of a rehearsal speaks of no new key and no opening, and of nothing to keep once it is over", async () => {
  const life = await rehearsalAt({ step: "restore", when: "done" }, "aurora-point-in-time");
  const open = await sheetOf(life);
  expect(open).toContain("## 4. Forward: what remains until it is rehearsed and everything is as before");
  expect(open).toContain("## 5. Call it off: what remains until nothing of it is left");
  expect(open).toContain("orders-prod-try-m00001");
  expect(open).not.toMatch(/until it is under the new key|until the source serves again/);
  await settle(life, { deps: life.world.executor() });
  await press(life, "UBOB", approve("take-down"));
  await settle(life, { deps: life.world.executor() });
  expect((await sheetOf(life)).replaceAll("\n", " ")).toContain("the source serves under its own name");
});

describe.each(ways)("a rehearsal of %s", (of) => {
  test.each(anywhere.map((point) => [sayPoint(point), point] as const))(
    "is brought to its end by a person who follows the sheet from where %s",
    async (_, point) => {
      const life = await rehearsalAt(point, of);
      const person = await aPerson(life);
      await person.carryOut(await sheetOf(life), (sheet) => sheet.forward);
      expectNothingLeft(life, of);
    },
  );

  test.each(anywhere.slice(1).map((point) => [sayPoint(point), point] as const))(
    "is called off by a person who follows the sheet back from where %s",
    async (_, point) => {
      const life = await rehearsalAt(point, of);
      const person = await aPerson(life);
      await person.carryOut(await sheetOf(life), (sheet) => sheet.back);
      expectNothingLeft(life, of);
      await ask(life, "UBOB", "rollback");
      expect((await settle(life, { deps: life.world.executor() }))?.status).toBe("rolled-back");
      expectNothingLeft(life, of);
    },
  );
});

function expectNothingLeft(life: Awaited<ReturnType<typeof rehearsalAt>>, of: string): void {
  const untouched = aLife({ of });
  expect(seen(life)).toEqual(seen(untouched));
  expect(inventoryOf(life)).toEqual(inventoryOf(untouched));
  expect(life.clients.refused).toBe(0);
  expect(life.clients.missingFrom(life.source.resourceId)).toEqual([]);
}
