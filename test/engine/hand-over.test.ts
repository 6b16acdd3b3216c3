import { expect, test } from "vitest";
import { seconds } from "../../src/core/time.ts";
import { lingerFor, poll } from "../../src/engine/poll.ts";
import { executorAround } from "./executor.ts";
import { aLife, approve, ask, newest, press, settle } from "./life.ts";

test("a run that begins while the one before saves, and loses to it, goes on polling inside the downtime", async () => {
  const life = aLife();
  const { world } = life;
  await ask(life, "UALICE", "start");
  await settle(life);
  await press(life, "UBOB", approve("begin"));
  await settle(life);
  await press(life, "UBOB", approve("cutover"));
  await settle(life, { enough: (migration) => migration?.downtimeBegan != null });
  // Something has just come to its end, so that whoever looks has something to save.
  const next = world.account.nextEventAt() ?? Number.NaN;
  await world.deps.clock.sleep(next - world.clock.now() + seconds(1));
  let lost = 0;
  const deps = executorAround(world.executor(), async (what, call) =>
    what === "store.save" && lost++ === 0 ? false : call(),
  );
  const before = await newest(life);
  const began = world.clock.now();

  await poll(deps, { beats: true });

  const after = await newest(life);
  expect(lost).toBeGreaterThan(1);
  expect(after?.revision).toBeGreaterThan(before?.revision ?? 0);
  expect(world.clock.now() - began).toBeGreaterThan(lingerFor - seconds(30));
});
