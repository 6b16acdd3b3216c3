import { describe, expect, test } from "vitest";
import { currentOf, forwardCourse } from "../../src/core/course.ts";
import type { Database, Endpoint } from "../../src/core/database.ts";
import { isEnded, type Migration } from "../../src/core/migration.ts";
import type { Strategy } from "../../src/core/strategy.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { strategies } from "../../src/strategies/index.ts";
import { aLife, type Life, moveAll, newest } from "../engine/life.ts";
import {
  failedRestore,
  justOpened,
  pointsBeforeOpening,
  rollBack,
  sayPoint,
  standingAt,
} from "../strategies/harness.ts";
import { awsCall } from "./aws-command.ts";
import { type ReadStep, read } from "./reading.ts";
import { sheetOf } from "./sheets.ts";
import { expanded, type Variables, wordsOf } from "./shell-words.ts";

/** What was changed, as far as it can be told from outside: `ModifyDBCluster {…}`, `mark host token`. */
type Calls = readonly string[];

/** Told again and again until it is so; how often depends on who looks when. */
const repeated = /^(end-sessions|heartbeat) /;

/** Of one operation in a row, members may come in any order. */
function comparable(calls: Calls): Calls {
  const once = calls.filter((one) => !repeated.test(one));
  const runs: string[][] = [];
  for (const one of once) {
    const last = runs.at(-1);
    if (last?.[0]?.split(" ")[0] === one.split(" ")[0]) last?.push(one);
    else runs.push([one]);
  }
  return runs.flatMap((run) => run.sort());
}

function told(steps: readonly ReadStep[], which: "run" | "instead", variables: Variables): Calls {
  return steps
    .flatMap((step) => (which === "instead" ? (step.instead ?? step.run) : step.run))
    .map((command) => {
      const words = wordsOf(command, variables);
      if (words[0] === "transfer_run") return words.map((word) => expanded(word, variables)).join(" ");
      if (words[0] !== "aws")
        return words.join(" ").replace(/^db_(\w+)/, (_, name) => name.replaceAll("_", "-"));
      const { operation, input } = awsCall(words);
      return `${operation} ${canonical(input)}`;
    });
}

function canonical(input: object): string {
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** An executor, and everything that it changes, in order. */
function overheard({ world }: Life, deps: Deps) {
  const calls: string[] = [];
  let heard = world.account.ledger.length;
  const listen = () => {
    for (const { mutates, outcome, operation, input } of world.account.ledger.slice(heard)) {
      if (mutates && outcome === "ok") calls.push(`${operation} ${canonical(input)}`);
    }
    heard = world.account.ledger.length;
    return calls;
  };
  const { introduce, mark, heartbeat, endSessions, silence, restoreWriters, forget } = deps.database;
  const telling =
    <A extends unknown[], R>(does: string, call: (at: Endpoint, ...args: A) => R) =>
    (at: Endpoint, ...args: A): R => {
      listen().push([does, at.host, ...args].join(" "));
      return call(at, ...args);
    };
  const database: Database = {
    ...deps.database,
    introduce: telling("introduce", introduce),
    mark: telling("mark", mark),
    heartbeat: telling("heartbeat", heartbeat),
    endSessions: telling("end-sessions", endSessions),
    silence: telling("silence", silence),
    restoreWriters: telling("restore-writers", restoreWriters),
    forget: telling("forget", forget),
  };
  const transfer: Deps["transfer"] = {
    ...deps.transfer,
    start: (job) => {
      // By hand the password is told otherwise.
      const told = { ...job, target: { ...job.target, masterSecretArn: null } };
      listen().push(`transfer_run ${JSON.stringify(told)}`);
      return deps.transfer.start(job);
    },
  };
  return { deps: { ...deps, database, transfer }, calls: listen };
}

/** A whole migration: each state that was saved, and how much had been changed when its step became the next. */
async function everyState(strategy: Strategy) {
  const life = aLife({ hurry: 15_000, of: strategy.id, backup: true });
  const { deps, calls } = overheard(life, life.world.deps);
  const since = new Map<string, number>();
  const states: { migration: Migration; from: number }[] = [];
  const save: typeof deps.store.save = (migration) => {
    const current = currentOf(strategy, migration);
    if (current && !isEnded(migration)) {
      const from = since.get(current.key) ?? calls().length;
      since.set(current.key, from);
      states.push({ migration, from });
    }
    return life.world.deps.store.save(migration);
  };
  await moveAll(life, { ...deps, store: { ...deps.store, save } });
  const migration = await newest(life);
  if (migration?.status !== "finished") throw new Error("nothing was moved");
  return { life, states, calls: calls(), learned: migration.learned };
}

function variablesOf(learned: Migration["learned"]): Variables {
  const { restoreAt, replacement, recoveryPoint, backupPlan } = learned as {
    restoreAt?: number;
    replacement?: { resourceId: string };
    recoveryPoint?: { arn: string };
    backupPlan?: { planId: string };
  };
  return {
    ...(recoveryPoint && { RECOVERY_POINT: recoveryPoint.arn }),
    ...(backupPlan && { BACKUP_PLAN: backupPlan.planId }),
    ...(restoreAt !== undefined && { RESTORE_AT: new Date(restoreAt).toISOString() }),
    ...(replacement && { REPLACEMENT_ID: replacement.resourceId }),
  };
}

async function expectSameWayBack(life: Life, which: "run" | "instead"): Promise<Calls> {
  const { back } = read(await sheetOf(life));
  const { deps, calls } = overheard(life, life.world.executor());
  expect((await rollBack(life, deps))?.status).toBe("rolled-back");
  expect(comparable(told(back, which, {}))).toEqual(comparable(calls()));
  return calls();
}

for (const strategy of strategies) {
  describe(strategy.id, async () => {
    test("whenever the bot stops, the sheet tells what it would still have called, in order", async () => {
      const { life, states, calls, learned } = await everyState(strategy);
      expect(new Set(states.map(({ migration }) => currentOf(strategy, migration)?.key)).size).toBe(
        forwardCourse(strategy, states[0]?.migration.pinned ?? {}).length,
      );
      for (const { migration, from } of states) {
        const { forward } = read(await sheetOf(life, migration));
        const at = `at ${currentOf(strategy, migration)?.key}, revision ${migration.revision}`;
        expect(comparable(told(forward, "run", variablesOf(learned))), at).toEqual(
          comparable(calls.slice(from)),
        );
      }
      expect(comparable(calls).length).toBeGreaterThan(12);
    });

    const everywhere = await pointsBeforeOpening(strategy);
    // Before, nothing was made and there is no way back.
    const points = everywhere.filter(({ step }) => step !== "begin");

    test.each(points.map((point) => [sayPoint(point), point] as const))(
      "when %s, the sheet tells what a rollback then calls, in order",
      async (_, point) => {
        await expectSameWayBack(await standingAt(point, strategy.id), "run");
      },
    );

    test("there is nothing to go back from where nothing was made", async () => {
      const life = await standingAt({ step: "begin", when: "done" }, strategy.id);
      expect(told(read(await sheetOf(life)).back, "run", {})).toEqual([]);
    });

    test("so it does after the opening", async () => {
      await expectSameWayBack(await justOpened(strategy.id), "run");
    });

    test("and it tells what is called instead where the restore has failed", async () => {
      const calls = await expectSameWayBack(
        await failedRestore("restore-error", true, strategy.id),
        "instead",
      );
      expect(calls.join()).toMatch(/DeleteDB(Cluster|Instance) /);
    });
  });
}
