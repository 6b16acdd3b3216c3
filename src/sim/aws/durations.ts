const seconds = 1_000;
const minutes = 60 * seconds;

/**
 * How long AWS takes, in milliseconds, before a jitter of ±10 %. AWS publishes next to none of these: they
 * are the planning figures of the Aurora User Guide and of those who measured.
 */
export interface Durations {
  /** A just-created resource may be unknown to Describe. */
  readonly untilVisible: number;
  /** `available` is still shown before an accepted modification begins. */
  readonly untilModifying: number;
  /** "It takes effect within about two minutes" (Aurora User Guide, Modifying). */
  readonly renameCluster: number;
  /** Until an instance answers under its new name: two minutes for a member, ten outside Aurora. */
  readonly renameMember: number;
  readonly renameInstance: number;
  readonly modifySecurityGroups: number;
  readonly modify: number;
  readonly maintenance: number;
  readonly reboot: number;
  readonly failover: number;
  readonly stop: number;
  readonly start: number;
  readonly restoreToTime: number;
  readonly restoreSnapshot: number;
  readonly clone: number;
  readonly createInstance: number;
  /** Outside Aurora: "10–30 minutes" of those who measured, before the storage is as fast as it will be. */
  readonly restoreInstance: number;
  readonly createReplica: number;
  readonly initializeStorage: number;
  readonly optimizeStorage: number;
  readonly deleteInstance: number;
  readonly deleteCluster: number;
  readonly snapshot: number;
  /** Outside Aurora: everything, or what has changed since the last copy under the same key. */
  readonly copySnapshot: number;
  readonly copySnapshotChanges: number;
  readonly deleteSnapshot: number;
  /** A job of AWS Backup stays CREATED for this long, and PENDING as long again. */
  readonly startBackup: number;
  /** From the snapshot of a backup to the end of its job. */
  readonly finishBackup: number;
  readonly startCopy: number;
  readonly copyBackup: number;
  /** After a restore no restorable time is known for some minutes (Aurora User Guide, Backups). */
  readonly firstBackup: number;
  /** The restorable time moves in steps of this, so it trails by up to this ("within 5 minutes"). */
  readonly logShipping: number;
  readonly addRole: number;
  readonly createEndpoint: number;
  readonly deleteEndpoint: number;
  /** A proxy looks for its new target and opens its first connections. */
  readonly registerTarget: number;
  readonly startActivityStream: number;
  /** Until Application Auto Scaling sees that there are fewer readers than it must keep. */
  readonly scaleReaders: number;
  /** RDS notices that a key cannot be used any more. */
  readonly noticeKey: number;
  /** A stopped cluster starts by itself (Aurora User Guide, aurora-cluster-stop-start). */
  readonly autoStart: number;
}

export const durations: Durations = {
  untilVisible: 3 * seconds,
  untilModifying: 4 * seconds,
  renameCluster: 75 * seconds,
  renameMember: 2 * minutes,
  renameInstance: 9 * minutes,
  modifySecurityGroups: 45 * seconds,
  modify: 90 * seconds,
  maintenance: 12 * minutes,
  reboot: 35 * seconds,
  failover: 30 * seconds,
  stop: 5 * minutes,
  start: 6 * minutes,
  restoreToTime: 24 * minutes,
  restoreSnapshot: 20 * minutes,
  clone: 4 * minutes,
  createInstance: 8 * minutes,
  restoreInstance: 12 * minutes,
  createReplica: 10 * minutes,
  initializeStorage: 40 * minutes,
  optimizeStorage: 6 * 60 * minutes,
  deleteInstance: 5 * minutes,
  deleteCluster: 2 * minutes,
  snapshot: 3 * minutes,
  copySnapshot: 45 * minutes,
  copySnapshotChanges: 5 * minutes,
  deleteSnapshot: 20 * seconds,
  startBackup: 60 * seconds,
  finishBackup: 2 * minutes,
  startCopy: 60 * seconds,
  copyBackup: 25 * minutes,
  firstBackup: 4 * minutes,
  logShipping: 5 * minutes,
  addRole: 20 * seconds,
  createEndpoint: 40 * seconds,
  deleteEndpoint: 30 * seconds,
  registerTarget: 60 * seconds,
  startActivityStream: 3 * minutes,
  scaleReaders: 3 * minutes,
  noticeKey: 5 * minutes,
  autoStart: 7 * 24 * 60 * minutes,
};
