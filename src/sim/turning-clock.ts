import type { Clock } from "../engine/deps.ts";
import type { WorldClock } from "./clock.ts";

/**
 * Lets the world's clock jump while the product sleeps: to the moment at which the first sleeper wakes, once everything
 * else has come to rest. Several sleepers share one clock, so that two who sleep a second have slept one second.
 *
 * `pace` is how many seconds of the world a second on the wall may be worth; without it nobody waits for the wall.
 */
export function turningClock(
  world: WorldClock,
  options: {
    readonly arrive?: () => Promise<void>;
    readonly pace?: number;
    /** A count that grows as long as somebody who is awake asks for something. */
    readonly asked?: () => number;
  } = {},
): Clock {
  const sleepers: { wake: number; resolve: () => void }[] = [];
  let turning = false;

  async function turn(): Promise<void> {
    while (sleepers.length > 0) {
      await atRest(options.asked);
      const first = Math.min(...sleepers.map(({ wake }) => wake));
      const ahead = Math.max(0, first - world.now());
      if (options.pace !== undefined) await onTheWall(ahead / options.pace);
      world.jump(Math.max(0, first - world.now()));
      await options.arrive?.();
      for (const sleeper of sleepers.filter(({ wake }) => wake <= world.now())) {
        sleepers.splice(sleepers.indexOf(sleeper), 1);
        sleeper.resolve();
      }
    }
    // In the same breath as the last look at the sleepers: whoever sleeps after it must start the turning anew.
    turning = false;
  }

  return {
    now: world.now,
    sleep: (duration) =>
      new Promise<void>((resolve, reject) => {
        sleepers.push({ wake: world.now() + duration, resolve });
        if (turning) return;
        turning = true;
        turn().catch((fault) => {
          turning = false;
          reject(fault);
        });
      }),
  };
}

/**
 * Whatever was awaited before has been answered, where nothing but memory was asked. Look-ups wait a turn of the event loop for
 * others to join them, so that somebody who makes several is awake for several turns.
 */
async function atRest(asked = () => 0): Promise<void> {
  let before: number;
  do {
    before = asked();
    await oneTurn();
    await oneTurn();
  } while (asked() !== before);
}

function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function onTheWall(duration: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, duration));
}
