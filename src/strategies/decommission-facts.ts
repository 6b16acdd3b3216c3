import * as z from "zod";
import { backupTarget, recoveryPoint } from "../core/backup.ts";
import { counters, endpoint } from "../core/database.ts";
import { leftover } from "../core/leftover.ts";
import { problemSchema } from "../core/problem.ts";
import type { Step, StepContext } from "../core/step.ts";

/** What the approval of a deletion covers. A difference voids it. */
export const decommissionPinned = z.object({
  /** What is deleted, under the name that it has now. */
  source: z.object({
    kind: z.enum(["cluster", "instance"]),
    name: z.string(),
    resourceId: z.string(),
    arn: z.string(),
    /** Null where no KMS key is used. */
    keyArn: z.string().nullable(),
  }),
  /** What is asked over SQL, by resource id: the instances of a cluster, or the instance itself. */
  servers: z.array(z.object({ name: z.string(), resourceId: z.string(), host: z.string() })),
  /** For how many days AWS keeps its automated backups after it is deleted. */
  automatedBackupDays: z.number(),
  fenceGroup: z.string(),
  replacement: z.object({
    name: z.string(),
    resourceId: z.string(),
    arn: z.string(),
    keyArn: z.string().nullable(),
  }),
  /** Where clients find the replacement. */
  endpoint,
  /** The id of the move that left the source behind. */
  move: z.string(),
  keptUntil: z.number(),
  backup: backupTarget.nullable(),
  /** Of the replacement, in the other account; null where there is none that will do. */
  copy: recoveryPoint.pick({ arn: true, vaultArn: true, createdAt: true, keyArn: true }).nullable(),
});
export type DecommissionPinned = z.infer<typeof decommissionPinned>;

/** What may change harmlessly, and what must not be so when it is looked at. */
export const decommissionObserved = z.object({
  retiredName: z.string(),
  status: z.string(),
  groups: z.array(z.string()),
  /** The bot's tags on it. */
  migration: z.string().nullable(),
  role: z.string().nullable(),
  notEnrolled: z.array(z.string()),
  /** Databases that replicate from it, by name or ARN. */
  replicas: z.array(z.string()),
  /** Of others, on any of its servers, in words. */
  sessions: z.array(z.string()),
  /** Since the move proved that nobody writes. */
  writes: z.discriminatedUnion("are", [
    z.object({ are: z.literal("none") }),
    z.object({ are: z.literal("some"), changes: z.string() }),
    z.object({ are: z.literal("unknown"), reason: z.string() }),
  ]),
  /** Null where its master password is not managed. */
  secret: z
    .object({
      arn: z.string(),
      lastRead: z.number().nullable(),
      lastRotated: z.number().nullable(),
      /** Why nobody could be asked; null where somebody could. */
      unread: z.string().nullable(),
    })
    .nullable(),
  /** What stands against the newest copy; null where it will do. */
  copyProblem: z.nullable(problemSchema),
  replacement: z.object({
    name: z.string(),
    status: z.string(),
    protected: z.boolean(),
    /** The resource id that answers under its endpoint; `unreachable` or `unknown` where none does. */
    answersAs: z.string(),
    /** The key that the move put it under. */
    wantedKeyArn: z.string(),
  }),
  oldKey: z.object({ arn: z.string(), state: z.string(), manager: z.enum(["AWS", "CUSTOMER"]) }).nullable(),
  /** Of snapshots that are taken by hand; and whether the last one is among them already. */
  snapshots: z.object({ used: z.number(), max: z.number(), isTaken: z.boolean() }),
  /** Snapshots and recovery points that can only be read through it. */
  underOldKey: z.array(z.string()),
});
export type DecommissionObserved = z.infer<typeof decommissionObserved>;

export const decommissionLearned = z.object({
  /** The source's counters once it was condemned, before the last snapshot. */
  condemned: counters,
  lastSnapshot: z.object({ name: z.string(), arn: z.string(), createdAt: z.number() }),
  leftovers: z.array(leftover),
});
export type DecommissionLearned = z.infer<typeof decommissionLearned>;

export type DecommissionStep = Step<DecommissionPinned, DecommissionLearned>;
export type DecommissionContext = StepContext<DecommissionPinned, DecommissionLearned>;
