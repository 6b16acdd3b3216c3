import * as z from "zod";
import { type BackupTarget, backupReadiness, backupTarget, recoveryPoint } from "../core/backup.ts";
import { clusterSettings, keyFacts, keyRight, memberSettings, type Ref, type Tags } from "../core/cloud.ts";
import { counters, inventory, writer } from "../core/database.ts";
import { instanceSettings } from "../core/instance.ts";
import { type Ownership, ownership } from "../core/ownership.ts";
import { problemSchema } from "../core/problem.ts";
import { quotas } from "../core/quotas.ts";
import type { Step, StepContext } from "../core/step.ts";
import { attached } from "./attached.ts";
import { offers } from "./offers.ts";

const members = z.array(z.object({ resourceId: z.string(), settings: memberSettings }));

/** What the approval of any migration covers; a strategy adds the settings of what it moves. */
const pinnedFacts = {
  source: z.object({
    kind: z.enum(["cluster", "instance"]),
    name: z.string(),
    resourceId: z.string(),
    arn: z.string(),
    /** Null where no KMS key is used. */
    keyArn: z.string().nullable(),
  }),
  /** Resolved once: an alias may be pointed elsewhere between approval and restore. */
  keyArn: z.string(),
  /** The reader is null where there is none. */
  endpoints: z.object({ writer: z.string(), reader: z.string().nullable() }),
  /** The database in which the bot keeps its schema. */
  database: z.string(),
  vpc: z.string(),
  fenceGroup: z.string(),
  serverVersion: z.string(),
  databases: z.array(z.string()),
  /** What writes inside it without a client: turned off before the fence, and on again after the opening. */
  writers: z.array(writer.pick({ kind: true, database: true, id: true, name: true })),
  /** Unlogged tables, which are not in the log. */
  comesBackEmpty: z.array(z.string()),
  /** Null where no other account is configured. */
  backup: backupTarget.nullable(),
  /** How long the source is kept at least, in milliseconds. */
  retention: z.number(),
  ownership,
};

/** Of a cluster; its members are sorted by resource id. A difference voids the approval. */
export const auroraPinned = z.object({ ...pinnedFacts, settings: clusterSettings, members, attached });
export type AuroraPinned = z.infer<typeof auroraPinned>;

/** Of an RDS instance outside a cluster. */
export const instancePinned = z.object({
  ...pinnedFacts,
  settings: instanceSettings,
  members: members.max(0),
});
export type InstancePinned = z.infer<typeof instancePinned>;

/** Of an RDS instance that is dumped: whoever restores it is the master of that name. */
export const dumpPinned = instancePinned.extend({ master: z.string() });
export type DumpPinned = z.infer<typeof dumpPinned>;

/** What steps rely on that move clusters and instances alike. */
export interface Pinned {
  readonly source: AuroraPinned["source"];
  readonly keyArn: string;
  readonly endpoints: AuroraPinned["endpoints"];
  readonly database: string;
  readonly vpc: string;
  readonly fenceGroup: string;
  readonly writers: AuroraPinned["writers"];
  readonly comesBackEmpty: readonly string[];
  readonly backup: BackupTarget | null;
  readonly retention: number;
  readonly ownership: Ownership;
  readonly settings: {
    readonly port: number;
    readonly securityGroups: readonly string[];
    readonly deletionProtection: boolean;
    readonly engine: string;
    readonly engineVersion: string;
    readonly subnetGroup: string;
    readonly backupRetentionDays: number;
    readonly backupWindow: string;
    readonly maintenanceWindow: string;
    readonly tags: Tags;
  };
  /** The instances of a cluster; an instance outside of one has none. */
  readonly members: readonly {
    readonly resourceId: string;
    readonly settings: {
      readonly name: string;
      readonly promotionTier: number;
      readonly maintenanceWindow: string;
      readonly tags: Tags;
    };
  }[];
}

/** What may change harmlessly between approval and cutover. */
export const observed = z.object({
  status: z.string(),
  writer: z.string().nullable(),
  latestRestorableTime: z.number().nullable(),
  pendingChanges: z.array(z.string()),
  attachments: z.array(z.object({ kind: z.string(), name: z.string() })),
  quotas,
  safetySnapshotExists: z.boolean(),
  key: keyFacts,
  sourceKeyState: z.string().nullable(),
  /** On the new key and, where it is a customer's, on the present one. */
  keyRights: z.array(z.object({ key: z.string(), right: keyRight })),
  offers,
  login: inventory.shape.login,
  openTransactions: inventory.shape.openTransactions,
  invalidIndexes: inventory.shape.invalidIndexes,
  readsEverything: inventory.shape.readsEverything,
  /** Null where no other account is configured. */
  backup: backupReadiness.nullable(),
});
export type Observed = z.infer<typeof observed>;

/** What stands in the way of any dump. */
export const dumpObserved = observed.extend({ unready: z.nullable(problemSchema) });
export type DumpObserved = z.infer<typeof dumpObserved>;

/** What steps find out and later ones need. */
export const learned = z.object({
  /** The server that writes when the fence goes up: in a cluster, the replacement's writer gets its name. */
  writer: z.string(),
  /** The source's counters once every session had ended. */
  quiet: counters,
  /** The source's own clock after the marker's commit. */
  t1: z.number(),
  /** A whole second after T1: AWS takes restore times by the second. */
  restoreAt: z.number(),
  /** A hash of everything that a database defines, by its name: of the source at the marker, where it serves all the while. */
  definitions: z.record(z.string(), z.string()),
  /** The restorable time did not come: the replacement is made of a snapshot instead. */
  stalled: z.boolean(),
  /** The source's counters after its servers restarted; from here they are compared. */
  stillQuiet: counters,
  replacement: z.object({ resourceId: z.string(), arn: z.string() }),
  /** The ARN of the replacement's managed master secret, and the name of its activity stream's Kinesis stream. */
  secret: z.string(),
  kinesis: z.string(),
  /** Of the trial before a dump: how much there is to be dumped, and what will differ on purpose, in words. */
  prepared: z.object({ bytes: z.number(), differs: z.array(z.string()) }),
  /** The replacement's counters just before opening: what clients write afterwards is the difference. */
  atOpening: counters,
  /** Of the replacement, or of a database that is only backed up. */
  recoveryPoint: recoveryPoint,
  /** The same in the other account, as that account tells it. */
  copy: recoveryPoint,
  /** The plan by which it goes on. */
  backupPlan: z.object({ planId: z.string(), name: z.string() }),
  /** Tags that would have let schedulers or backup plans act on the retired source; put back if it serves again. */
  tagsTakenOff: z.record(z.string(), z.string()),
  /** Selections of backup plans that go on selecting it, by what no tag changes. */
  selectedStill: z.array(z.string()),
});
export type Learned = z.infer<typeof learned>;

/** A step of clusters and instances alike. */
export type SharedStep = Step<Pinned, Learned>;
export type Context = StepContext<Pinned, Learned>;

export type InstanceStep = Step<InstancePinned, Learned>;
export type DumpStep = Step<DumpPinned, Learned>;
export type DumpContext = StepContext<DumpPinned, Learned>;
export type AuroraStep = Step<AuroraPinned, Learned>;
export type AuroraContext = StepContext<AuroraPinned, Learned>;

/** A value that an earlier step must have learned; its absence is a bug in the order of steps. */
export function known<K extends keyof Learned>(
  cx: { readonly learned: Readonly<Partial<Learned>> },
  key: K,
): Learned[K] {
  const value = cx.learned[key];
  if (value === undefined) throw new Error(`a step needs ${key}, which no step before it has learned`);
  return value as Learned[K];
}

/** The source under the name it has while it serves. */
export function sourceRef({ source: { kind, name, resourceId } }: Pinned): Ref {
  return { kind, name, resourceId };
}
