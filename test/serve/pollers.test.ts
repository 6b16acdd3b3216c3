import { afterEach, expect, test } from "vitest";
import { inDowntime, type Migration } from "../../src/core/migration.ts";
import type { Deps } from "../../src/engine/deps.ts";
import { pollForever } from "../../src/engine/poll.ts";
import { createWakes } from "../../src/server/wakes.ts";
import { until } from "../../src/sim/actors.ts";
import { aLife, approve, ask, database, type Life, name, newest, press, say } from "../engine/life.ts";

interface Process {
  readonly wake: () => Promise<void>;
  /** Resolves when it has stopped. */
  stop(): Promise<void>;
}

const running: Process[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.stop()));
});

/** A process that polls for ever, on the store, account and clock of the life. */
function startProcess(life: Life, change: (deps: Deps, wake: () => Promise<void>) => Deps = (deps) => deps) {
  const wakes = createWakes();
  const stopping = new AbortController();
  const deps = change(life.world.executor(), wakes.wake);
  const polling = pollForever(deps, wakes, stopping.signal);
  const process: Process = {
    wake: wakes.wake,
    stop: () => {
      stopping.abort();
      return polling;
    },
  };
  running.push(process);
  return process;
}

async function wakeAll(): Promise<void> {
  for (const { wake } of running) await wake();
}

async function reaches(life: Life, gate: string): Promise<void> {
  await until(`the gate ${gate}`, async () => (await newest(life))?.steps[gate]?.waitingFor ?? undefined);
}

/** Everybody agrees at once; every process is woken. */
async function agree(life: Life): Promise<void> {
  await ask(life, "UALICE", "start");
  await wakeAll();
  for (const gate of ["begin", "cutover"]) {
    await reaches(life, gate);
    await press(life, "UBOB", approve(gate));
    await wakeAll();
  }
}

function ends(life: Life): Promise<Migration> {
  return until("the end", async () => {
    const migration = await newest(life);
    return migration?.endedAt ? migration : undefined;
  });
}

/**
 * Before the first few waits in the downtime that are longer than ten seconds: the one between two runs, and then, as each is cut
 * short, those inside a run that lingers.
 */
function atLongWaits(life: Life, deps: Deps, happens: (nth: number) => Promise<void>): Deps {
  let nth = 0;
  const sleep = async (duration: number): Promise<void> => {
    const open = await life.world.store.loadOpen(database);
    if (duration > 10_000 && open && inDowntime(open) && nth < 4) await happens(++nth);
    await deps.clock.sleep(duration);
  };
  return { ...deps, clock: { ...deps.clock, sleep } };
}

/** How long somebody waited for an answer, in milliseconds of the world. */
function noteAnswers(life: Life, verb: string): number[] {
  const waits: number[] = [];
  const { channel, clock } = life.world;
  const answer = channel.answer.bind(channel);
  channel.answer = async (request, notice) => {
    if (request.kind === "command" && request.command.verb === verb) waits.push(clock.now() - request.at);
    await answer(request, notice);
  };
  return waits;
}

const status = { verb: "status", name } as const;

test("a process that lingers in a downtime serves a wake of its own at once, not at the end of its wait", async () => {
  const life = aLife();
  startProcess(life, (deps, wake) =>
    atLongWaits(life, deps, async () => {
      await say(life, "UALICE", status);
      await wake();
    }),
  );
  const waits = noteAnswers(life, "status");
  await agree(life);

  expect((await ends(life)).status).toBe("finished");
  expect(waits).toHaveLength(4);
  expect(Math.max(...waits)).toBeLessThan(2_000);
});

test("a wake in one process is served at once although another one lingers", async () => {
  const life = aLife();
  const idle = startProcess(life);
  startProcess(life, (deps) =>
    atLongWaits(life, deps, async () => {
      await say(life, "UALICE", status);
      await idle.wake();
    }),
  );
  const waits = noteAnswers(life, "status");
  await agree(life);

  expect((await ends(life)).status).toBe("finished");
  expect(waits.length).toBeGreaterThan(0);
  expect(Math.max(...waits)).toBeLessThan(2_000);
});

test("two processes on one store take turns in a downtime, about once a minute, and do nothing twice", async () => {
  const life = aLife();
  const taken: { readonly by: string; readonly at: number; readonly inside: boolean }[] = [];
  const noted = (by: string) => (deps: Deps) => ({
    ...deps,
    store: {
      ...deps.store,
      takeEpoch: async () => {
        const open = await deps.store.loadOpen(database);
        taken.push({ by, at: deps.clock.now(), inside: open !== undefined && inDowntime(open) });
        return deps.store.takeEpoch();
      },
    },
  });
  startProcess(life, noted("one"));
  startProcess(life, noted("other"));
  await agree(life);

  const migration = await ends(life);
  expect(migration.status).toBe("finished");
  const inside = taken.filter((take) => take.inside);
  expect(new Set(inside.map(({ by }) => by))).toEqual(new Set(["one", "other"]));
  const minutes = ((migration.downtimeEnded ?? 0) - (migration.downtimeBegan ?? 0)) / 60_000;
  expect(minutes).toBeGreaterThan(20);
  expect(inside.length).toBeLessThan(2 * minutes + 2);
  const changes = life.world.account.ledger.filter(({ mutates, outcome }) => mutates && outcome === "ok");
  const asText = changes.map(({ operation, input }) => `${operation} ${JSON.stringify(input)}`);
  expect(asText.length).toBeGreaterThan(10);
  expect(asText.filter((one, index) => asText.indexOf(one) !== index)).toEqual([]);
});

test("a process that is stopped in a downtime does not begin another pass", async () => {
  const life = aLife();
  let stopped: Promise<void> | undefined;
  let looksAfter = 0;
  const process = startProcess(life, (deps, wake) => {
    const loadOpen = (of: string) => {
      if (stopped) looksAfter++;
      return deps.store.loadOpen(of);
    };
    return atLongWaits(life, { ...deps, store: { ...deps.store, loadOpen } }, async (nth) => {
      if (nth === 1) await wake();
      else stopped ??= process.stop();
    });
  });
  await agree(life);
  await until("the stop", () => (stopped ? true : undefined));

  await stopped;
  expect(looksAfter).toBe(0);
  expect(await life.world.store.loadOpen(database)).toMatchObject({ status: "open" });
});
