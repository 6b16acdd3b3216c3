import type { Deps } from "../../src/engine/deps.ts";

/** What stands around every await of an executor: it may look, fail or never come back. */
export type Around = (what: string, call: () => Promise<unknown>) => Promise<unknown>;

const immediate = new Set(["renderRoot", "speaksOf"]);

function around<T extends object>(of: T, name: string, wrap: Around): T {
  return new Proxy(of, {
    get(target, property, receiver) {
      const value = Reflect.get(target, property, receiver);
      if (typeof value !== "function") return value;
      if (immediate.has(String(property))) return value.bind(target);
      return (...args: unknown[]) =>
        wrap(`${name}.${String(property)}`, async () => Reflect.apply(value, target, args));
    },
  });
}

/** The same process with `wrap` around everything that it awaits. */
export function executorAround(deps: Deps, wrap: Around): Deps {
  return {
    ...deps,
    store: around(deps.store, "store", wrap),
    database: around(deps.database, "database", wrap),
    transfer: around(deps.transfer, "transfer", wrap),
    channel: around(deps.channel, "channel", wrap),
    cloudFor: (target, effect, heard) => around(deps.cloudFor(target, effect, heard), "cloud", wrap),
    lookUp: (user, of) => wrap("people.lookUp", () => deps.lookUp(user, of)) as ReturnType<Deps["lookUp"]>,
    clock: {
      now: deps.clock.now,
      sleep: (duration) => wrap("clock.sleep", () => deps.clock.sleep(duration)) as Promise<void>,
    },
  };
}

/** The process has ended; nothing that it still does reaches anybody. */
export class Killed extends Error {}

/** An executor that dies at the `n`th await: just before the call, or when the call has had its effect. */
export function killedAt(deps: Deps, n: number, when: "before" | "after") {
  const seen: string[] = [];
  let dead = false;
  const die = (): never => {
    dead = true;
    throw new Killed();
  };
  const wrap: Around = async (what, call) => {
    if (dead) throw new Killed();
    const isLast = seen.push(what) === n;
    if (isLast && when === "before") die();
    const result = await call();
    if (dead || (isLast && when === "after")) die();
    return result;
  };
  return { deps: executorAround(deps, wrap), seen, isDead: () => dead };
}
