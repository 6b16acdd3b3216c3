/** Epoch milliseconds, as everywhere in this project. */
type Instant = number;

/** One forward jump: from `at` (wall clock) on, the world is `offset` milliseconds ahead of the wall. */
export interface Jump {
  readonly at: Instant;
  readonly offset: number;
}

/**
 * The world's clock: the wall clock plus an offset that only ever grows, so that an hour of AWS's time
 * passes in a second of ours while real servers go on writing real timestamps.
 *
 * `saved` is called before a jump takes effect: a process killed in between must not find, when it starts
 * again, that time has gone backwards.
 */
export class WorldClock {
  readonly #jumps: Jump[];
  readonly #wall: () => Instant;
  readonly #save: (jump: Jump) => void;

  constructor(
    options: {
      wall?: () => Instant;
      jumps?: readonly Jump[];
      save?: (jump: Jump) => void;
    } = {},
  ) {
    this.#wall = options.wall ?? Date.now;
    this.#jumps = [...(options.jumps ?? [])];
    this.#save = options.save ?? (() => {});
  }

  now = (): Instant => this.#wall() + this.offset;

  get offset(): number {
    return this.#jumps.at(-1)?.offset ?? 0;
  }

  /** Moves the world forward by `milliseconds`; a negative jump is refused. */
  jump(milliseconds: number): void {
    if (milliseconds < 0) throw new RangeError("the world's clock only goes forward");
    if (milliseconds === 0) return;
    const jump = { at: this.#wall(), offset: this.offset + milliseconds };
    this.#save(jump);
    this.#jumps.push(jump);
  }

  /**
   * The wall-clock instant at which the world's clock showed `instant`. An instant inside a jump never
   * showed on any clock; it maps to the moment of that jump.
   */
  wallOf(instant: Instant): Instant {
    let offset = 0;
    for (const jump of this.#jumps) {
      if (instant < jump.at + offset) return instant - offset;
      if (instant < jump.at + jump.offset) return jump.at;
      offset = jump.offset;
    }
    return instant - offset;
  }
}
