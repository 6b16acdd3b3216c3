import * as z from "zod";
import type { Note } from "./note.ts";
import type { Plan } from "./plan.ts";
import { isRehearsal } from "./rehearsal.ts";
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

/**
 * What a migration costs beside what the database costs anyway, as quantities: two databases instead of one until somebody
 * deletes the source, or until a rehearsal is taken down, and snapshots that stay. Prices depend on Region, contract and time, and are not looked up.
 */
export function costRemarks({
  strategy,
  pinned,
  steps,
}: Pick<Plan, "strategy" | "pinned" | "steps">): readonly Note[] {
  const read = pinnedSize.safeParse(pinned);
  if (!read.success) return [];
  const { settings, members } = read.data;
  const own = settings.instanceClass === undefined ? [] : [settings.instanceClass];
  const servers = [...own, ...members.map((one) => one.settings.instanceClass)];
  if (servers.length === 0) return [];
  const standby = settings.multiAz === true ? ", with a standby" : "";
  const twice = { instances: `${byClass(servers)}${standby}`, perDay: servers.length * 24 };
  if (isRehearsal({ strategy })) return [note("remark.cost-rehearsal", twice)];
  const kept = steps.filter(
    ({ keeps, skipped }) => skipped === null && keeps?.code === "keeps.snapshot",
  ).length;
  const gibibytes = settings.allocatedStorage;
  return gibibytes === undefined
    ? [note("remark.cost-cluster", { ...twice, snapshots: kept })]
    : [note("remark.cost-instance", { ...twice, gibibytes, snapshots: kept, most: kept * gibibytes })];
}

/** `2 × db.r6g.large, 1 × db.t4g.medium`. */
function byClass(classes: readonly string[]): string {
  const kinds = [...new Set(classes)].sort();
  return kinds.map((kind) => `${classes.filter((one) => one === kind).length} × ${kind}`).join(", ");
}
