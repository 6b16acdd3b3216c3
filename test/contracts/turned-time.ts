import { WorldClock } from "../../src/sim/clock.ts";

/** A clock on which sleeping is jumping, and which does something on the way if it was asked to. */
export class TurnedTime {
  readonly world: WorldClock;
  /** One of these at each sleep, in order. */
  readonly meanwhile: (() => Promise<void>)[] = [];

  constructor(options: ConstructorParameters<typeof WorldClock>[0] = {}) {
    this.world = new WorldClock(options);
  }

  now = (): number => this.world.now();

  sleep = async (duration: number): Promise<void> => {
    this.world.jump(duration / 2);
    await this.meanwhile.shift()?.();
    this.world.jump(duration / 2);
  };
}
