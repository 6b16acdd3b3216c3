/** The ways to put a key on a database: what each is, and why it is taken or not. */
export const waysSentences = {
  "strategy.aurora-point-in-time": "Point-in-time restore of the fenced source under the new key",
  "strategy.aurora-snapshot": "Restore of a snapshot of the fenced source under the new key",
  "strategy.rds-snapshot-copy": "Restore of a snapshot of the fenced source, copied under the new key",

  "way.to-time": "AWS takes a different key when an encrypted cluster is restored to a time",
  "way.to-time-unencrypted": "AWS rejects a restore to a time with a key where the cluster is not encrypted",
  "way.to-time-aws-owned":
    "whether a cluster under a key that AWS owns can be restored to a time under another key is not documented",
  "way.to-time-instance": "the restore of an instance to a time takes no key",
  "way.snapshot": "a snapshot of a cluster that is not encrypted can be restored with a key",
  "way.snapshot-encrypted":
    "it would do, but every write would wait for a snapshot, where a restore to a time only waits for the log",
  "way.snapshot-aws-owned":
    "whether a snapshot under a key that AWS owns can be restored under another is not documented; a rehearsal shows it",
  "way.snapshot-rehearsed":
    "a rehearsal with this key has shown that a snapshot of this cluster can be restored under it",
  "way.snapshot-unknown": "AWS does not say how this cluster is encrypted",
  "way.snapshot-instance": "the restore of an instance's snapshot takes no key, so it must be copied first",
  "way.copy": "the copy of a snapshot takes a key, and most of it is made before the downtime",
  "way.copy-cluster": "copies of a cluster's snapshots are always full, and restoring needs none",
  "way.copy-class": "instances of class {instanceClass} cannot be encrypted",
  "step.snapshot.undo": "Wait until the snapshot {snapshot} is complete: until then AWS changes nothing",
  "saw.no-snapshot-under-way": "The snapshot {snapshot} is not being taken any more",
} as const satisfies Record<string, string>;
