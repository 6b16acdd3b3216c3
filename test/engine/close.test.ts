import { expect, test } from "vitest";
import { poll } from "../../src/engine/poll.ts";
import { failedRestore } from "../strategies/harness.ts";
import { aLife, ask, lastNotice, moveAll, newest, settle } from "./life.ts";

test("a stuck migration that people brought to its end is let go: nothing is undone, and another may be started", async () => {
  const life = await failedRestore("restore-error", true);
  expect(await newest(life)).toMatchObject({ status: "stuck" });
  const before = life.world.account.ledger.length;

  await ask(life, "UBOB", "close");
  await settle(life);
  expect(await newest(life)).toMatchObject({ status: "closed", problem: null });
  expect(life.world.account.ledger.slice(before).filter(({ mutates }) => mutates)).toEqual([]);
  expect(await life.world.store.listOpen()).toEqual([]);
  expect(life.world.channel.roots[0]?.replies.at(-1)?.what.code).toBe("event.closed");
});

test("only an approver lets go of it, also where somebody else asked for it", async () => {
  const life = await failedRestore("restore-error", true);
  life.world.addPerson("alice", { approver: false });
  await ask(life, "UALICE", "close");
  await settle(life);
  expect(lastNotice(life)).toMatchObject({ problems: [{ code: "command.not-approver" }] });
  expect(await newest(life)).toMatchObject({ status: "stuck" });
});

test("one that the bot can bring to its end itself is not let go of", async () => {
  const life = aLife({ hurry: 60_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  await ask(life, "UBOB", "close");
  await poll(life.world.deps);
  expect(lastNotice(life)).toMatchObject({ problems: [{ code: "command.not-closable" }] });
  await settle(life);
  expect(await newest(life)).toMatchObject({ status: "open" });
  expect((await moveAll(life))?.status).not.toBe("closed");
});
