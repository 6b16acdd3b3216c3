import { expect, test } from "vitest";
import type { Migration } from "../../src/core/migration.ts";
import { approve, name, newest, press, say, settle } from "../engine/life.ts";
import { backUpAll, lifeUnderKey } from "../strategies/backups.ts";
import { keptAfterMove, proposed } from "../strategies/decommissioning.ts";
import { sheetOf } from "./sheets.ts";

const begun = (step: string) => (now: Migration | undefined) => now?.steps[step]?.begunAt != null;
const ofMoves = /cutover|opening|downtime (?:since|not)|New key|keeps every write|source serves again/;

test("the sheet of a backup speaks of the backup, of calling it off, and of nothing that a move has", async () => {
  const life = lifeUnderKey();
  await say(life, "UALICE", { verb: "backup", name });
  await settle(life);
  await press(life, "UBOB", approve("begin"));
  await settle(life, { enough: begun("copy-backup") });
  const sheet = (await sheetOf(life)).replace(/\s+/g, " ");
  expect(sheet).toContain(`# Carry on by hand: the backup of ${name}`);
  expect(sheet).toContain("## 4. Forward: what remains until its copy is proved and backups go on");
  expect(sheet).toContain("## 5. Call it off: what remains until nothing is scheduled");
  expect(sheet).not.toMatch(ofMoves);
});

test("the sheet of a backup that has ended says so, and leaves nothing to do", async () => {
  const life = lifeUnderKey();
  expect(await backUpAll(life)).toMatchObject({ status: "finished" });
  expect((await sheetOf(life)).replace(/\s+/g, " ")).toContain(
    `Nothing remains to be done: ${name} is backed up, and its copy was seen in the other account.`,
  );
});

test("the sheet of a deletion names what is deleted, and shows no way back once something is", async () => {
  const kept = await keptAfterMove();
  const { life, retired } = kept;
  await proposed(kept);
  await press(life, "UBOB", approve("decommission"));
  await settle(life, { deps: kept.executor(), enough: begun("last-snapshot") });
  const before = await sheetOf(life);
  expect(before).toContain(`# Carry on by hand: the deletion of ${retired}`);
  expect(before).toContain("## 5. Call it off: what remains until it is kept as before");
  expect(before).toMatch(/### 5\.1 of \d/);
  expect(before).not.toMatch(ofMoves);

  await settle(life, { deps: kept.executor(), enough: begun("delete-retired-members") });
  const after = await sheetOf(life);
  expect(after).toContain("## 5. Call it off: no longer possible");
  expect(after).not.toMatch(/### 5\./);

  await settle(life, { deps: kept.executor() });
  expect(await newest(life)).toMatchObject({ status: "finished" });
  expect(await sheetOf(life)).toContain(`${retired} is deleted.`);
});
