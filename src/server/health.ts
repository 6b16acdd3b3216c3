import { type Instant, minutes } from "../core/time.ts";
import type { Deps, Store } from "../engine/deps.ts";

/** A pass begins every minute at the latest, and takes its time where databases do not answer. */
const silentAfter = minutes(3);

export interface Health {
  /** `starting` until the first pass has begun; only `ok` is healthy. */
  readonly status: "starting" | "ok" | "poller-silent" | "store-unreachable";
  /** When the poller last began a pass, and when the store last answered it: ISO 8601. */
  readonly polledAt: string | null;
  readonly storeAnsweredAt: string | null;
}

/** Watches the poller by what it asks the store at the beginning of every pass. */
export function watchHealth({ store, clock }: Pick<Deps, "store" | "clock">): {
  store: Store;
  health(): Health;
} {
  let polledAt: Instant | undefined;
  let answeredAt: Instant | undefined;

  function noted<A extends unknown[], T>(ask: (...given: A) => Promise<T>): (...given: A) => Promise<T> {
    return async (...given) => {
      polledAt = clock.now();
      const answer = await ask(...given);
      answeredAt = clock.now();
      return answer;
    };
  }

  function statusNow(): Health["status"] {
    const isSilent = (since: Instant | undefined) => since === undefined || clock.now() - since > silentAfter;
    if (polledAt === undefined) return "starting";
    if (isSilent(polledAt)) return "poller-silent";
    return isSilent(answeredAt) ? "store-unreachable" : "ok";
  }

  return {
    store: { ...store, agenda: noted(store.agenda), pendingRequests: noted(store.pendingRequests) },
    health: () => ({
      status: statusNow(),
      polledAt: written(polledAt),
      storeAnsweredAt: written(answeredAt),
    }),
  };
}

function written(at: Instant | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
