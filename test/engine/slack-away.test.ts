import { expect, test } from "vitest";
import type { Migration } from "../../src/core/migration.ts";
import { announce } from "../../src/engine/announce.ts";
import { executorAround } from "./executor.ts";
import { aLife, approve, ask, type Life, moveAll, newest, press, settle } from "./life.ts";

type Fault = "throttled" | "unanswered" | "lost";

/** Slack is away from the first moment of the downtime until clients write again, and comes back afterwards. */
async function moveWhileSlackIs(fault: Fault): Promise<{ life: Life; during: number; spoken: number[] }> {
  const life = aLife({ hurry: 15_000 });
  const { channel, store } = life.world;
  await ask(life, "UALICE", "start");
  await settle(life);
  await press(life, "UBOB", approve("begin"));
  await settle(life);
  const before = repliesOf(life).length;
  channel.faults = () => fault;
  await press(life, "UBOB", approve("cutover"));
  const moved = await settle(life);
  expect(moved?.status).toBe("finished");
  const during = repliesOf(life).length - before;
  channel.faults = undefined;
  await life.world.deps.clock.sleep(60_000);
  await settle(life);
  const journal = await store.journalAfter(moved as Migration, 0);
  return { life, during, spoken: journal.filter((entry) => channel.speaksOf(entry)).map(({ seq }) => seq) };
}

function repliesOf({ world }: Life): number[] {
  return world.channel.roots.flatMap(({ replies }) => replies.map(({ seq }) => seq));
}

function downtimeOf(migration: Migration | undefined): number {
  return (migration?.downtimeEnded ?? 0) - (migration?.downtimeBegan ?? 0);
}

test.each(["throttled", "unanswered"] as const)(
  "where Slack is %s for the whole downtime, the migration takes no longer and the thread is complete afterwards",
  async (fault) => {
    const undisturbed = aLife({ hurry: 15_000 });
    await moveAll(undisturbed);
    const { life, during, spoken } = await moveWhileSlackIs(fault);
    expect(during).toBe(0);
    expect(repliesOf(life)).toEqual(spoken);
    expect(downtimeOf(await newest(life))).toBe(downtimeOf(await newest(undisturbed)));
  },
);

test("where every answer of Slack is lost, nothing is posted twice", async () => {
  const { life, spoken } = await moveWhileSlackIs("lost");
  expect(life.world.channel.roots).toHaveLength(1);
  expect(repliesOf(life)).toEqual(spoken);
});

test("where the answer to the first message is lost, the thread goes on under it", async () => {
  const life = aLife({ hurry: 15_000 });
  let calls = 0;
  life.world.channel.faults = (method) => (method === "postRoot" && calls++ === 0 ? "lost" : undefined);
  const migration = await moveAll(life);
  expect(migration?.status).toBe("finished");
  await life.world.deps.clock.sleep(60_000);
  await settle(life);
  expect(life.world.channel.roots).toHaveLength(1);
  expect(repliesOf(life).at(-1)).toBe(migration?.journalHead.seq);
});

test("a second executor that finds a reply meant, and not yet there, does not post it as well", async () => {
  const life = aLife({ hurry: 15_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  let meanwhile = false;
  const deps = executorAround(life.world.executor(), async (what, call) => {
    if (what === "channel.postReply" && !meanwhile) {
      meanwhile = true;
      await announce(life.world.executor(), (await newest(life)) as Migration);
    }
    return call();
  });
  await press(life, "UBOB", approve("begin"));
  await settle(life, { deps });
  await life.world.deps.clock.sleep(60_000);
  await settle(life);
  expect(meanwhile).toBe(true);
  expect(repliesOf(life)).toEqual([...new Set(repliesOf(life))]);
});
