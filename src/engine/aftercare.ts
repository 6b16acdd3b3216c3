import type { AftercareLook, Seen } from "../core/aftercare.ts";
import { CloudFault, databaseKey } from "../core/cloud.ts";
import type { Migration } from "../core/migration.ts";
import { type Purpose, purposeOf } from "../core/purpose.ts";
import type { Instant } from "../core/time.ts";
import { transition } from "../core/transition.ts";
import type { Deps } from "./deps.ts";
import { lookAtKept } from "./kept-source.ts";
import type { Outlook } from "./reconcile.ts";
import { lookAtBackups, lookAtServing } from "./serving.ts";
import { about, tellJournal } from "./told.ts";

/** In one run. What is left over is still due at the next one, a minute later. */
const mostAtOnce = 10;

function wantsLook({ aftercare }: Migration, now: Instant): boolean {
  return aftercare !== null && aftercare.nextLook <= now;
}

/**
 * Looks at what finished migrations left, beside the polling and never in its way: `tell` is given what each look came to. At the
 * end it is waited for. What could not be saved is looked at again by a later run.
 */
export function caretaker(
  deps: Deps,
  tell: (outlook: Outlook) => void,
): {
  /** Begins to look at those that want it, and gives back the others. */
  take<T extends Outlook>(outlooks: readonly T[]): readonly T[];
  finish(): Promise<void>;
} {
  let looks: readonly Promise<void>[] = [];

  async function look(outlook: Outlook, ended: Migration): Promise<void> {
    try {
      const migration = await lookAfter(deps, ended);
      if (migration) tell({ ...outlook, migration });
    } catch (fault) {
      deps.log.error("aftercare-failed", { ...about(ended), fault });
      tell(outlook);
    }
  }

  return {
    take: (outlooks) => {
      const now = deps.clock.now();
      const wanting = outlooks.flatMap((outlook) =>
        outlook.migration && wantsLook(outlook.migration, now) ? [{ outlook, ended: outlook.migration }] : [],
      );
      looks = wanting.slice(0, mostAtOnce).map(({ outlook, ended }) => look(outlook, ended));
      return outlooks.filter((outlook) => !wanting.some((one) => one.outlook === outlook));
    },
    finish: async () => {
      await Promise.all(looks);
    },
  };
}

/** Looks, and writes down what is new; undefined where another executor was faster, who has told it then. */
async function lookAfter(deps: Deps, ended: Migration): Promise<Migration | undefined> {
  const look = await lookAround(deps, ended);
  const [next] = transition(ended, { type: "looked-after", look }, deps.clock.now());
  const saved = { ...next, revision: ended.revision + 1 };
  if (!(await deps.store.savePast(saved))) return undefined;
  tellJournal(deps.log, saved, ended.journalHead.seq);
  return saved;
}

async function lookAround(deps: Deps, ended: Migration): Promise<AftercareLook> {
  const database = databaseKey(ended.target);
  const [open, pasts] = await Promise.all([deps.store.loadOpen(database), deps.store.lastPasts(database)]);
  const later = pasts.filter(
    ({ status, endedAt }) => status === "finished" && (endedAt ?? 0) > (ended.endedAt ?? 0),
  );
  const underWay = open && purposeOf(open);
  const cloud = deps.cloudFor(ended.target, { effect: "reads" });
  const cx = { ended, cloud, database: deps.database, now: deps.clock.now(), underWay };
  const kept = ended.aftercare?.kept ? await seeing(deps, ended, () => lookAtKept(cx)) : null;
  const decommission = askedOf(ended, later, underWay);
  if (later.map(purposeOf).some((purpose) => purpose === "move" || purpose === "backup")) {
    return { kept, serving: null, backups: null, decommission };
  }
  // Inside a downtime its name leads nowhere, or to what is not finished.
  const serving = underWay === "move" ? left : await seeing(deps, ended, () => lookAtServing(cx));
  const backups = serving.state === "gone" ? left : await seeing(deps, ended, () => lookAtBackups(cx));
  return { kept, serving, backups, decommission };
}

function askedOf(
  { id }: Migration,
  later: readonly Migration[],
  underWay: Purpose | undefined,
): AftercareLook["decommission"] {
  if (later.some(({ pinned }) => pinned.move === id)) return "finished";
  if (underWay === "decommission") return "under way";
  return later.some((one) => purposeOf(one) === "move") ? "refused" : "none";
}

const left = { state: "left" } as const;

type Unseen = Extract<Seen, { state: "unseen" }>;

/** One part that cannot be seen keeps nobody from seeing the others. */
async function seeing<S extends Seen | null>(
  deps: Deps,
  ended: Migration,
  look: () => Promise<S>,
): Promise<S | Unseen> {
  try {
    return await look();
  } catch (fault) {
    if (fault instanceof CloudFault) {
      deps.log.info("aftercare-unseen", { ...about(ended), fault });
      return { state: "unseen", because: `AWS answers ${fault.code} to ${fault.operation}` };
    }
    deps.log.error("aftercare-unseen", { ...about(ended), fault });
    return { state: "unseen", because: "the bot could not look" };
  }
}
