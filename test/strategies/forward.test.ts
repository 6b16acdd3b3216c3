import { describe, expect, test } from "vitest";
import { lintStrategy } from "../../src/core/lint.ts";
import { poll } from "../../src/engine/poll.ts";
import { strategies } from "../../src/strategies/index.ts";
import { executorAround } from "../engine/executor.ts";
import {
  aLife,
  approve,
  ask,
  type Life,
  lastNotice,
  moveAll,
  newest,
  press,
  serving,
  settle,
} from "../engine/life.ts";
import { hasEffect } from "./crash.ts";
import { seen } from "./harness.ts";

/** The changes that the account accepted, in order. */
function effects({ world }: Life): string[] {
  return world.account.ledger.flatMap(({ mutates, outcome, operation }) =>
    mutates && outcome === "ok" ? [operation] : [],
  );
}

for (const strategy of strategies) {
  describe(strategy.id, () => {
    test("is sound", () => {
      expect(lintStrategy(strategy)).toEqual([]);
    });

    test("moves a database that is written to all the time, and loses nothing", async () => {
      const life = aLife({ hurry: 60_000, of: strategy.id, backup: true });
      expect((await moveAll(life))?.status).toBe("finished");
      const replacement = serving(life);
      expect(replacement.resourceId).not.toBe(life.source.resourceId);
      expect(replacement.storageKey).toEqual({ type: "sse-kms", arn: life.world.key.arn });
      expect(life.clients.acknowledged.size).toBeGreaterThan(5);
      expect(life.clients.refused).toBeGreaterThan(5);
      expect(life.clients.missingFrom(replacement.resourceId)).toEqual([]);
      expect(life.clients.entries.at(-1)?.instance.volume).toBe(replacement.resourceId);
    });

    test("says every event in the thread, once and in order", async () => {
      const life = aLife({ hurry: 60_000, of: strategy.id, backup: true });
      const migration = await moveAll(life);
      if (!migration) throw new Error("nothing was moved");
      const journal = await life.world.store.journalAfter(migration, 0);
      const spoken = journal.filter((entry) => life.world.channel.speaksOf(entry)).map(({ seq }) => seq);
      expect(life.world.channel.roots.map(({ replies }) => replies.map(({ seq }) => seq))).toEqual([spoken]);
    });

    test("is made once by two executors that take turns at every call", async () => {
      const alone = aLife({ hurry: 60_000, of: strategy.id, backup: true });
      await moveAll(alone);
      const life = aLife({ hurry: 60_000, of: strategy.id, backup: true });
      await withTwo(life, async () => ask(life, "UALICE", "start"));
      await withTwo(life, () => press(life, "UBOB", approve("begin")));
      await withTwo(life, () => press(life, "UBOB", approve("cutover")));
      expect((await newest(life))?.status).toBe("finished");
      expect(seen(life)).toEqual(seen(alone));
      expect(effects(life)).toEqual(effects(alone));
    });

    test("changes nothing in a dry run", async () => {
      const life = aLife({ of: strategy.id, backup: true });
      const calls: string[] = [];
      const deps = executorAround(life.world.deps, (what, call) => {
        calls.push(what);
        return call();
      });
      const before = seen(life);
      await ask(life, "UALICE", "plan");
      await poll(deps);
      expect(lastNotice(life)?.kind).toBe("plan");
      expect(seen(life)).toEqual(before);
      expect(effects(life)).toEqual([]);
      expect(calls.filter(hasEffect)).toEqual(["channel.answer", "store.removeRequest"]);
      expect(await newest(life)).toBeUndefined();
    });
  });
}

/** Lets two processes serve it at once. */
async function withTwo(life: Life, act: () => Promise<void>): Promise<void> {
  await act();
  await Promise.all([1, 2].map(() => settle(life, { deps: life.world.executor() })));
}
