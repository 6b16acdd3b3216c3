import type { Ref, SnapshotFacts } from "./cloud.ts";

/** What is left of a database once it is no longer served from, and the call that ends it. */
export interface LeftoverCloud {
  /** Manual ones, automated ones and those of AWS Backup, by the resource ids of what they are of. */
  snapshotsOf(kind: Ref["kind"], resourceIds: readonly string[]): Promise<readonly SnapshotFacts[]>;
  /**
   * Deletes a cluster that has no instances left, or an instance outside of one. Its automated backups are kept for their
   * time; a final snapshot is taken before, as a step of its own. Only of a source that was approved to be decommissioned.
   */
  decommission(source: Ref): Promise<void>;
}
