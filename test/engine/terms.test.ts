import { beforeEach, describe, expect, test } from "vitest";
import { inWords } from "../../src/core/gate-names.ts";
import type { Migration } from "../../src/core/migration.ts";
import type { Terms } from "../../src/core/terms.ts";
import { hours, minutes } from "../../src/core/time.ts";
import { poll } from "../../src/engine/poll.ts";
import { put } from "../../src/sim/aws/turn.ts";
import { aLife, approve, ask, type Life, lastNotice, newest, press, settle } from "./life.ts";

let life: Life;

/** At the cutover, which waits for its approval. */
beforeEach(async () => {
  life = aLife({ hurry: 15_000 });
  await ask(life, "UALICE", "start");
  await settle(life);
  await press(life, "UBOB", approve("begin"));
  await settle(life);
});

const now = () => life.world.clock.now();

/** The schedule, with a new process every minute. */
async function pass(duration: number): Promise<void> {
  const until = now() + duration;
  while (now() < until) {
    const deps = life.world.executor();
    await poll(deps, { beats: true });
    await deps.clock.sleep(Math.min(minutes(1), until - now()));
  }
}

async function sign(terms: Partial<Terms>, user = "UBOB"): Promise<Migration> {
  await press(life, user, approve("cutover", terms));
  await poll(life.world.executor(), { woken: true });
  const migration = await newest(life);
  if (!migration) throw new Error("there is no migration");
  return migration;
}

function told(): string | undefined {
  const notice = lastNotice(life);
  return notice?.kind === "problems"
    ? notice.problems[0]?.code
    : notice?.kind === "said"
      ? inWords(notice.note).code
      : "";
}

const said = () => life.world.channel.roots[0]?.replies.map(({ what }) => what.code) ?? [];

describe("a cutover that is not to begin before a time", () => {
  test("waits until then and says so, and then begins within a minute, long after its approval would have expired", async () => {
    const at = now();
    const waiting = await sign({ notBefore: at + hours(5) });
    expect(told()).toBe("said.terms-later");
    expect(waiting.steps.cutover?.waitingFor).toMatchObject({
      code: "wait.not-before",
      params: { until: at + hours(5), person: "bob" },
    });

    await pass(hours(5) - minutes(1));
    expect((await newest(life))?.downtimeBegan).toBeNull();
    await pass(hours(3));
    const migration = await newest(life);
    expect(migration?.status).toBe("finished");
    expect(migration?.downtimeBegan).toBeGreaterThanOrEqual(at + hours(5));
    expect(migration?.downtimeBegan).toBeLessThan(at + hours(5) + minutes(2));
    expect(said().filter((code) => code === "event.approval-needed")).toHaveLength(1);
  });

  test("begins at another time once another approval says so, and that person signs", async () => {
    const at = now();
    await sign({ notBefore: at + hours(5) });
    const anew = await sign({ notBefore: at + hours(2), longestDowntime: minutes(75) }, "UCAROL");
    expect(anew.steps.cutover?.waitingFor?.params).toMatchObject({ until: at + hours(2), person: "carol" });

    await pass(hours(2) + minutes(1));
    const begun = (await newest(life))?.downtimeBegan ?? 0;
    expect(begun).toBeGreaterThanOrEqual(at + hours(2));
    expect(begun).toBeLessThan(at + hours(2) + minutes(2));
  });

  test("begins at once once another approval says so", async () => {
    await sign({ notBefore: now() + hours(5) });
    await sign({ notBefore: null });
    expect((await settle(life))?.status).toBe("finished");
  });

  test("begins later once another approval says so", async () => {
    const at = now();
    await sign({ notBefore: at + hours(1) });
    await sign({ notBefore: at + hours(3) });
    await pass(hours(2));
    expect((await newest(life))?.downtimeBegan).toBeNull();
  });

  test("does not begin at the word of whoever asked for it", async () => {
    const at = now();
    await sign({ notBefore: at + hours(5) });
    const still = await sign({ notBefore: null }, "UALICE");
    expect(told()).toBe("approval.own-request");
    expect(still.steps.cutover?.waitingFor?.params).toMatchObject({ until: at + hours(5), person: "bob" });
  });

  test("can be rejected until then", async () => {
    await sign({ notBefore: now() + hours(5) });
    await press(life, "UALICE", { does: "reject", gate: "cutover" });
    expect((await settle(life))?.status).toBe("rolled-back");
  });

  test("is asked for again where nobody looked from then until its approval had expired", async () => {
    await sign({ notBefore: now() + hours(5) });
    await life.world.deps.clock.sleep(hours(5) + hours(1));
    await pass(minutes(3));
    const waiting = await newest(life);
    expect(waiting?.downtimeBegan).toBeNull();
    expect(waiting?.steps.cutover?.waitingFor?.code).toBe("wait.approval");
    expect(said().filter((code) => code === "event.approval-needed")).toHaveLength(2);
  });

  test("is void where the database has changed until then", async () => {
    await sign({ notBefore: now() + hours(5) });
    life.world.account.alter((turn) => {
      const source = turn.state.clusters[life.source.resourceId];
      if (!source) throw new Error("the source is gone");
      put(turn, "clusters", {
        ...source,
        settings: { ...source.settings, PreferredBackupWindow: "04:00-04:30" },
      });
    });
    await pass(hours(6));
    const waiting = await newest(life);
    expect(waiting?.downtimeBegan).toBeNull();
    expect(said()).toContain("event.plan-changed");
  });
});

describe("terms that are not taken:", () => {
  test.each<[string, Partial<Terms>, string]>([
    ["no time at all", { longestDowntime: 0 }, "terms.length"],
    ["less than no time", { longestDowntime: -minutes(90) }, "terms.length"],
    ["no number", { longestDowntime: Number.NaN }, "terms.length"],
    ["two days", { longestDowntime: hours(48) }, "terms.length"],
    [
      "a rollback that would follow at once",
      { longestDowntime: minutes(30), whenLate: "roll-back" },
      "terms.too-short",
    ],
  ])("%s", async (_, terms, code) => {
    const migration = await sign(terms);
    expect(told()).toBe(code);
    expect(migration.approvals.map(({ gate }) => gate)).toEqual(["begin"]);
    expect(migration.downtimeBegan).toBeNull();
  });

  test.each([
    ["a time that is past", -1, "terms.past"],
    ["this very moment", 0, "terms.past"],
    ["a time in three weeks", hours(24 * 21), "terms.too-far"],
  ])("%s", async (_, ahead, code) => {
    const migration = await sign({ notBefore: now() + ahead });
    expect(told()).toBe(code);
    expect(migration.approvals.map(({ gate }) => gate)).toEqual(["begin"]);
  });
});

test("less than what is expected can be signed where a rollback is only offered", async () => {
  await sign({ longestDowntime: minutes(30) });
  const migration = await settle(life);
  expect(migration?.status).toBe("finished");
  expect(migration?.approvals.at(-1)?.terms?.longestDowntime).toBe(minutes(30));
});
