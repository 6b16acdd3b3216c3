import * as z from "zod";
import type { Note } from "./note.ts";
import type { Plan } from "./plan.ts";
import { purposeOf } from "./purpose.ts";
import { note } from "./sentences.ts";

const member = z.object({ settings: z.object({ instanceClass: z.string() }) });

/** Of every strategy's pinned facts, what AWS bills by the hour and by size. */
const pinnedSize = z.object({
  settings: z.object({
    instanceClass: z.string().optional(),
    multiAz: z.boolean().optional(),
    allocatedStorage: z.number().optional(),
  }),
  members: z.array(member),
});

interface Size {
  /** `2 × db.r6g.large, with a standby`. */
  readonly instances: string;
  readonly instanceHoursPerDay: number;
  /** Null where the storage is billed by what is in it. */
  readonly gibibytes: number | null;
}

function sizeOf(pinned: unknown): Size | undefined {
  const read = pinnedSize.safeParse(pinned);
  if (!read.success) return undefined;
  const { settings, members } = read.data;
  const own = settings.instanceClass === undefined ? [] : [settings.instanceClass];
  const servers = [...own, ...members.map((one) => one.settings.instanceClass)];
  if (servers.length === 0) return undefined;
  const standby = settings.multiAz === true ? ", with a standby" : "";
  return {
    instances: `${byClass(servers)}${standby}`,
    instanceHoursPerDay: servers.length * 24,
    gibibytes: settings.allocatedStorage ?? null,
  };
}

/** What the source of a migration goes on costing a day as long as it is kept, as quantities; undefined where its facts tell no size. */
export function costOfKeeping(pinned: unknown): Note | undefined {
  const size = sizeOf(pinned);
  if (!size) return undefined;
  const { instances, instanceHoursPerDay: perDay, gibibytes } = size;
  return gibibytes === null
    ? note("cost.cluster-a-day", { instances, perDay })
    : note("cost.instance-a-day", { instances, perDay, gibibytes });
}

/**
 * What a migration costs beside what the database costs anyway, as quantities: two databases instead of one until somebody
 * deletes the source, or until a rehearsal is taken down, and snapshots that stay. Prices depend on Region, contract and time, and are not looked up.
 */
export function costRemarks({
  strategy,
  pinned,
  steps,
}: Pick<Plan, "strategy" | "pinned" | "steps">): readonly Note[] {
  const size = sizeOf(pinned);
  const purpose = purposeOf({ strategy });
  // Nothing else is made of a database that is only backed up, or deleted.
  if (!size || purpose === "backup" || purpose === "decommission") return [];
  const { instances, instanceHoursPerDay: perDay, gibibytes } = size;
  const twice = { instances, perDay };
  if (purpose === "rehearsal") return [note("remark.cost-rehearsal", twice)];
  const kept = steps.filter(
    ({ keeps, skipped }) => skipped === null && keeps?.code === "keeps.snapshot",
  ).length;
  return gibibytes === null
    ? [note("remark.cost-cluster", { ...twice, snapshots: kept })]
    : [note("remark.cost-instance", { ...twice, gibibytes, snapshots: kept, most: kept * gibibytes })];
}

/** `2 × db.r6g.large, 1 × db.t4g.medium`. */
function byClass(classes: readonly string[]): string {
  const kinds = [...new Set(classes)].sort();
  return kinds.map((kind) => `${classes.filter((one) => one === kind).length} × ${kind}`).join(", ");
}
