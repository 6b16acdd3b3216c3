import * as z from "zod/mini";
import type { Ref, SnapshotFacts } from "./cloud.ts";
import { note } from "./note.ts";
import type { Instant } from "./time.ts";

/** One thing that a move and the decommission after it have left, or that is under the key that the source was under. */
export const leftover = z.object({
  what: z.enum([
    "snapshot",
    "automated-backup",
    "recovery-point",
    "copy",
    "database",
    "security-group",
    "schema",
    "backup-plan",
  ]),
  name: z.string(),
  /** Null for what is under none, or under one that AWS does not tell. */
  keyArn: z.nullable(z.string()),
  /** True where it cannot be read any more once the source's key is deleted. */
  underOldKey: z.boolean(),
  /** Null where AWS does not tell a size. */
  gibibytes: z.nullable(z.number()),
  createdAt: z.nullable(z.number()),
  /** When AWS deletes it by itself; null for never. */
  expiresAt: z.nullable(z.number()),
  /** What becomes of it, in words. */
  fate: note,
});
export type Leftover = z.infer<typeof leftover>;

/** What a decommission has found left; none until it is done. */
export function leftoversIn({ learned }: { readonly learned: unknown }): readonly Leftover[] {
  return z.object({ leftovers: z.array(leftover) }).safeParse(learned).data?.leftovers ?? [];
}

/** Of the same kind, under a key that is kept anyway, and deleted by AWS when their time is over: nobody need read each of them. */
interface Passing {
  readonly what: Leftover["what"];
  readonly count: number;
  /** When the last of them is deleted. */
  readonly last: Instant;
}

/** What people have to decide about, each by itself, and what goes by itself, counted. */
export function sortLeftovers(all: readonly Leftover[]): {
  readonly toDecide: readonly Leftover[];
  readonly passing: readonly Passing[];
} {
  const goes = (one: Leftover) => one.expiresAt !== null && !one.underOldKey;
  const going = all.filter(goes);
  const kinds = [...new Set(going.map(({ what }) => what))];
  return {
    toDecide: all.filter((one) => !goes(one)),
    passing: kinds.map((what) => {
      const ends = going.filter((one) => one.what === what).map(({ expiresAt }) => expiresAt ?? 0);
      return { what, count: ends.length, last: Math.max(...ends) };
    }),
  };
}

/** What Secrets Manager tells of who reads a secret. It knows the day of a reading and not the hour. */
export interface SecretReads {
  /** The beginning of the day (UTC) on which it was last read; null where nobody ever read it. */
  readonly lastRead: Instant | null;
  /** Null where it never was. */
  readonly lastRotated: Instant | null;
}

/** What AWS can restore a database from without any snapshot; also once it is deleted, if it was told to keep that. */
export interface AutomatedBackups {
  readonly arn: string;
  /** `active` while the database is there, `retained` once it is deleted; AWS's own words. */
  readonly status: string;
  readonly keyArn: string | null;
  /** Days. */
  readonly keepDays: number;
  /** Null where AWS does not tell a size. */
  readonly gibibytes: number | null;
}

/** What is left of a database once it is no longer served from, and the call that ends it. */
export interface LeftoverCloud {
  /** Manual ones, automated ones and those of AWS Backup, by the resource ids of what they are of. */
  snapshotsOf(kind: Ref["kind"], resourceIds: readonly string[]): Promise<readonly SnapshotFacts[]>;
  findAutomatedBackups(of: Pick<Ref, "kind" | "resourceId">): Promise<AutomatedBackups | undefined>;
  /** Undefined where there is no such secret. */
  findSecretReads(arn: string): Promise<SecretReads | undefined>;
  /**
   * Deletes a cluster that has no instances left, or an instance outside of one. Its automated backups are kept for their
   * time; a final snapshot is taken before, as a step of its own. Only of what this migration has marked as condemned.
   */
  decommission(source: Ref): Promise<void>;
}
