import * as z from "zod";
import { clusterSettings, keyFacts, memberSettings, quotas, type Ref } from "../core/cloud.ts";
import { counters, inventory } from "../core/database.ts";
import type { Step, StepContext } from "../core/step.ts";

/** What the approval of an Aurora migration covers. A difference voids it. */
export const auroraPinned = z.object({
  source: z.object({
    name: z.string(),
    resourceId: z.string(),
    arn: z.string(),
    /** Null where no KMS key is used. */
    keyArn: z.string().nullable(),
  }),
  /** Resolved once: an alias may be pointed elsewhere between approval and restore. */
  keyArn: z.string(),
  settings: clusterSettings,
  /** Sorted by resource id. */
  members: z.array(z.object({ resourceId: z.string(), settings: memberSettings })),
  endpoints: z.object({ writer: z.string(), reader: z.string() }),
  /** The database in which the bot keeps its schema. */
  database: z.string(),
  vpc: z.string(),
  fenceGroup: z.string(),
  serverVersion: z.string(),
  databases: z.array(z.string()),
});
export type AuroraPinned = z.infer<typeof auroraPinned>;

/** What may change harmlessly between approval and cutover. */
export const auroraObserved = z.object({
  status: z.string(),
  writer: z.string().nullable(),
  latestRestorableTime: z.number().nullable(),
  pendingChanges: z.array(z.string()),
  attachments: z.array(z.object({ kind: z.string(), name: z.string() })),
  quotas,
  safetySnapshotExists: z.boolean(),
  key: keyFacts,
  sourceKeyState: z.string().nullable(),
  login: inventory.shape.login,
});
export type AuroraObserved = z.infer<typeof auroraObserved>;

/** What steps find out and later ones need. */
export const auroraLearned = z.object({
  /** The writer instance when the fence went up: the replacement's writer gets its name. */
  writer: z.string(),
  /** The source's counters once every session had ended. */
  quiet: counters,
  /** The source's own clock after the marker's commit. */
  t1: z.number(),
  /** A whole second after T1: AWS takes restore times by the second. */
  restoreAt: z.number(),
  /** The source's counters after its instances restarted; from here they are compared. */
  stillQuiet: counters,
  replacement: z.object({ resourceId: z.string(), arn: z.string() }),
  /** The replacement's counters just before opening: what clients write afterwards is the difference. */
  atOpening: counters,
});
export type AuroraLearned = z.infer<typeof auroraLearned>;

export type AuroraStep = Step<AuroraPinned, AuroraLearned>;
export type AuroraContext = StepContext<AuroraPinned, AuroraLearned>;

/** A value that an earlier step must have learned; its absence is a bug in the order of steps. */
export function known<K extends keyof AuroraLearned>(cx: AuroraContext, key: K): AuroraLearned[K] {
  const value = cx.learned[key];
  if (value === undefined) throw new Error(`a step needs ${key}, which no step before it has learned`);
  return value as AuroraLearned[K];
}

/** The source under the name it has while it serves. */
export function sourceRef(pinned: AuroraPinned): Ref {
  return { kind: "cluster", name: pinned.source.name, resourceId: pinned.source.resourceId };
}
