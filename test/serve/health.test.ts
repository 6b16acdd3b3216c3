import { beforeEach, expect, test } from "vitest";
import type { Store } from "../../src/engine/deps.ts";
import { watchHealth } from "../../src/server/health.ts";
import { WorldClock } from "../../src/sim/clock.ts";
import { createMemoryStore } from "../../src/sim/memory-store.ts";

const minute = 60_000;
const start = Date.UTC(2026, 10, 26, 15);
let clock: WorldClock;
let isAway: boolean;
let watched: ReturnType<typeof watchHealth>;

beforeEach(() => {
  clock = new WorldClock({ wall: () => start });
  isAway = false;
  const memory = createMemoryStore();
  const store: Store = {
    ...memory,
    agenda: async (now) => {
      if (isAway) throw new Error("the store is away");
      return memory.agenda(now);
    },
  };
  watched = watchHealth({ store, clock: { now: clock.now, sleep: async () => {} } });
});

const status = () => watched.health().status;
const poll = () => watched.store.agenda(clock.now()).catch(() => {});

test("before the first pass it is starting, and after it well", async () => {
  expect(status()).toBe("starting");
  await poll();
  expect(watched.health()).toEqual({
    status: "ok",
    polledAt: "2026-11-26T15:00:00.000Z",
    storeAnsweredAt: "2026-11-26T15:00:00.000Z",
  });
});

test("a poller that has been silent for more than three minutes is told of, and is well again once it polls", async () => {
  await poll();
  clock.jump(3 * minute);
  expect(status()).toBe("ok");
  clock.jump(1);
  expect(status()).toBe("poller-silent");
  await poll();
  expect(status()).toBe("ok");
});

test("the passes of a run that lingers count, which ask only for requests", async () => {
  await poll();
  clock.jump(2 * minute);
  await watched.store.pendingRequests();
  clock.jump(2 * minute);
  expect(status()).toBe("ok");
});

test("a store that has not answered for more than three minutes is told of, and one that never did at once", async () => {
  isAway = true;
  await poll();
  expect(status()).toBe("store-unreachable");
  isAway = false;
  await poll();
  isAway = true;
  for (let passed = 0; passed < 3; passed++) {
    clock.jump(minute);
    await poll();
    expect(status()).toBe("ok");
  }
  clock.jump(minute);
  await poll();
  expect(status()).toBe("store-unreachable");
  expect(watched.health().storeAnsweredAt).toBe("2026-11-26T15:00:00.000Z");
});
