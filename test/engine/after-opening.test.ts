import { expect, test } from "vitest";
import { justOpened, seen } from "../strategies/harness.ts";
import { aLife, ask, type Life, newest, press, settle } from "./life.ts";

const goOn = (life: Life) => settle(life, { deps: life.world.executor() });
const signDiscard = (life: Life, user: string) => press(life, user, { does: "discard" });

/** What people were told, oldest first, since the migration was opened. */
function told({ world }: Life): string[] {
  return world.channel.answers.slice(3).map(({ notice }) => {
    if (notice.kind === "problems") return notice.problems.map(({ code }) => code).join();
    return notice.kind === "said" ? notice.note.code : notice.kind;
  });
}

test("a rollback after the opening is an ordinary one where nobody has written", async () => {
  const life = await justOpened();
  await ask(life, "UBOB", "rollback");
  expect((await goOn(life))?.status).toBe("rolled-back");
  expect(seen(life)).toEqual(seen(aLife()));
  expect(life.clients.missingFrom(life.source.resourceId)).toEqual([]);
});

test("a rollback after the opening is refused where clients have written, and the migration goes on", async () => {
  const life = await justOpened();
  life.clients.write();
  await ask(life, "UBOB", "rollback");
  expect((await goOn(life))?.status).toBe("finished");
  expect(told(life)).toEqual(["rollback.writes"]);
});

test("one signature under discarded writes is not enough, and nobody signs twice", async () => {
  const life = await justOpened();
  life.clients.write();
  await signDiscard(life, "UBOB");
  await signDiscard(life, "UBOB");
  await ask(life, "UBOB", "rollback");
  expect((await goOn(life))?.status).toBe("finished");
  expect(told(life)).toEqual(["said.signed", "approval.already-signed", "rollback.writes"]);
});

test("two people who sign that the writes are discarded get the source back without them", async () => {
  const life = await justOpened();
  const before = [...life.clients.acknowledged.keys()];
  life.clients.write();
  const discarded = [...life.clients.acknowledged.keys()].slice(before.length);
  await signDiscard(life, "UBOB");
  await signDiscard(life, "UCAROL");
  await ask(life, "UBOB", "rollback");
  expect((await goOn(life))?.status).toBe("rolled-back");
  expect(life.clients.missingFrom(life.source.resourceId)).toEqual(discarded);
});

test("somebody who writes while it is being closed again stops the rollback, which can go forward again", async () => {
  const life = await justOpened();
  await ask(life, "UBOB", "rollback");
  life.world.meanwhile = () => life.clients.write();
  await goOn(life);
  await life.world.deps.clock.sleep(3_600_000);
  const waiting = await goOn(life);
  expect(waiting).toMatchObject({ direction: "back", status: "open" });
  expect(waiting?.steps["undo:open"]?.waitingFor?.code).toBe("wait.discard");
  expect(life.clients.missingFrom(life.source.resourceId)).not.toEqual([]);
  await ask(life, "UBOB", "resume");
  expect((await goOn(life))?.status).toBe("finished");
  const serving = life.clients.entries.at(-1)?.instance.volume ?? "";
  expect(serving).not.toBe(life.source.resourceId);
  expect(life.clients.missingFrom(serving)).toEqual([]);
});

test("once it is finished there is no rollback", async () => {
  const life = await justOpened();
  await goOn(life);
  await ask(life, "UBOB", "rollback");
  await goOn(life);
  expect(told(life)).toEqual(["command.ended"]);
  expect((await newest(life))?.status).toBe("finished");
});
