import type { Migration } from "../core/migration.ts";
import { type Instant, seconds } from "../core/time.ts";
import { announce } from "./announce.ts";
import type { Deps } from "./deps.ts";
import type { Outlook } from "./reconcile.ts";
import { about } from "./told.ts";

type Followed = Outlook & { readonly migration: Migration };

/** How often a thread that shows everything is looked at again, for the times that its root message shows. */
const refreshEvery = seconds(15);

/**
 * Brings threads up to date beside the polling and never in its way; at the end it waits for what was begun. A migration at
 * which nothing is to be done and whose thread is complete is put to rest.
 */
export function threadsOf(deps: Deps): {
  follow(outlooks: readonly Outlook[]): void;
  finish(): Promise<void>;
} {
  const latest = new Map<string, Followed>();
  const shown = new Map<string, { readonly revision: number; readonly until: Instant }>();
  let running: Promise<void> | undefined;

  async function catchUp(): Promise<void> {
    for (const [id, outlook] of latest) {
      latest.delete(id);
      await show(outlook).catch((fault: unknown) =>
        deps.log.error("thread-failed", { ...about(outlook.migration), fault }),
      );
    }
  }

  async function show({ migration, waitsFor, staysDue }: Followed): Promise<void> {
    if (!(await announce(deps, migration))) return;
    shown.set(migration.id, { revision: migration.revision, until: deps.clock.now() + refreshEvery });
    if (!staysDue && (waitsFor === "people" || waitsFor === "nothing")) await deps.store.rest(migration);
  }

  function start(): void {
    if (latest.size === 0) return;
    running ??= catchUp().finally(() => {
      running = undefined;
    });
  }

  function isShown({ id, revision }: Migration): boolean {
    const before = shown.get(id);
    return before?.revision === revision && deps.clock.now() < before.until;
  }

  return {
    follow: (outlooks) => {
      for (const outlook of outlooks) {
        const { migration } = outlook;
        if (migration && !isShown(migration)) latest.set(migration.id, { ...outlook, migration });
      }
      start();
    },
    finish: async () => {
      for (start(); running; start()) await running;
    },
  };
}
