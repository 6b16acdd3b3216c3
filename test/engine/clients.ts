import type { FastWorld } from "../../src/sim/fast-world.ts";
import type { Instance, MemorySession } from "../../src/sim/memory-servers.ts";

/** What a client finds where it is let in. */
export interface Entry {
  readonly at: number;
  readonly instance: Instance;
  /** What was acknowledged before and is not there. */
  readonly missing: readonly string[];
}

/**
 * An application that writes a row through each of its pooled sessions whenever time has passed, and connects again
 * wherever a session was ended. It remembers what was acknowledged, which nothing may lose.
 */
export class Clients {
  readonly acknowledged = new Map<string, number>();
  readonly entries: Entry[] = [];
  refused = 0;
  readonly #world: FastWorld;
  readonly #host: string;
  readonly #sessions: (MemorySession | undefined)[];
  #serial = 0;

  constructor(world: FastWorld, host: string, sessions = 2) {
    this.#world = world;
    this.#host = host;
    this.#sessions = Array.from({ length: sessions }, () => undefined);
  }

  /** One round: every session writes one row, if it can. Where one is not let in, the others need not try. */
  write(): void {
    let isShut = false;
    this.#sessions.forEach((session, index) => {
      const open = session?.isOpen ? session : isShut ? undefined : this.#enter();
      isShut = open === undefined;
      this.#sessions[index] = open;
      if (open) this.#put(open);
      else this.refused++;
    });
  }

  /** Somebody who comes, writes one row if let in, and goes. */
  visit(): void {
    const session = this.#enter();
    if (session) this.#put(session);
    session?.close();
  }

  /** What was acknowledged and is not in the volume. */
  missingFrom(volume: string): string[] {
    const { rows } = this.#world.servers.volume(volume);
    return [...this.acknowledged.keys()].filter((key) => !rows.has(key));
  }

  #enter(): MemorySession | undefined {
    const { account, servers, clock } = this.#world;
    try {
      const instance = servers.reach(account, this.#host, "application");
      this.entries.push({ at: clock.now(), instance, missing: this.missingFrom(instance.volume) });
      return servers.connect(account, { host: this.#host, user: "orders" });
    } catch {
      return undefined;
    }
  }

  #put(session: MemorySession): void {
    const key = `row-${++this.#serial}`;
    try {
      session.put(key, "paid");
      this.acknowledged.set(key, this.#world.clock.now());
    } catch {
      this.refused++;
    }
  }
}
