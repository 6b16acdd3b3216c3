/** The way of dump and restore: what is said of its steps. What stops a transfer itself is in words/transfer.ts. */
export const dumpProblems = {
  "transfer.not-configured": {
    why: "Nobody has set up where databases are dumped and restored.",
    fix: "Add `transfer` to infra/settings.json and deploy, or move {name} by a snapshot.",
  },
  "transfer.writers": {
    why: "{writers} of {name} write without a client, and a dump carries neither what they are nor that they are off.",
    fix: "Drop them and make them again on the new server afterwards; or move {name} by a snapshot.",
  },
  "transfer.marker-missing": {
    why: "The new server of {name} does not have the marker, which it gets once everything is restored and compared.",
    fix: "Do not open it. Roll back: `/encrypt-db rollback {name}`.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const dumpSentences = {
  "strategy.rds-dump-restore": "Dump of the fenced source, restored into a new instance under the new key",
  "strategy.rds-dump-restore-rehearsal":
    "Rehearsal: a new instance under the new key, into which every schema of the running source is restored for trial",

  "way.dump":
    "it would do, but everything is written anew inside the downtime, where a snapshot's second copy holds only what has changed",
  "way.dump-cluster": "a cluster's storage is restored under another key without being written anew",
  "way.dump-class":
    "instances of class {instanceClass} cannot be encrypted, and the new one would be of the same class: change the class first",

  "step.make-target": "Make {target} under the new key, behind the fence, with every setting of the source",
  "step.make-target.undo": "Put {target} aside as {failed}",
  "step.prepare-transfer": "Carry the roles to {target} and restore every schema there once for trial",
  "step.prepare-transfer.undo": "End the trial of the schemas",
  "step.transfer": "Dump every database of the fenced source, restore it into {target} and compare every row",
  "step.transfer.undo": "End the dump and the restore",
  "step.verify-transfer": "Verify the marker in {target}, and that nobody has written to the source",
  "step.name-target": "Rename {target} to {name}",
  "step.name-target.undo": "Rename {name} to {target}",

  "step.target-answers": "See that {name} answers as the new instance",

  "saw.target-made": "{resourceId} is available as {target}",
  "saw.prepared": "{databases} databases of {gibibytes} GiB have been tried; {logins} roles can log in",
  "saw.nothing-transfers": "Nothing is being dumped or restored",
  "saw.transferred": "{databases} databases with {rows} rows are restored, and the same as on the source",
  "saw.target-named": "{resourceId} is called {name}, and has the source's endpoint",

  "wait.transfer":
    "the transfer: {phase} of {database}, {done} of {total}; {databasesDone} of {databases} databases are whole",
  "wait.master-secret": "the secret with the master's password, which AWS is making",

  "event.prepared":
    "Every schema has been restored into {target} for trial ({gibibytes} GiB are to be dumped). What will differ on purpose: {differs}.",
  "event.marked-to-dump":
    "T1 is {t1:instant} on the source's own clock: no session was left, and nothing is written after it. Every database is dumped now.",
  "event.transferred": "Every database is restored into {target} and has been compared row by row.",

  "check.transfer-ready": "A dump and its restore can be run",
  "check.no-writers": "Nothing writes inside it without a client",

  "remark.dump-time":
    "Everything is dumped, restored and compared inside the downtime, so that it grows with {name}: the planning figure is for some tens of GiB.",
  "remark.dump-master":
    "The new instance's master {user} has another password, which AWS makes and keeps in Secrets Manager.",
  "remark.dump-new-server":
    "The new server has its own object ids, log position and system identifier; materialized views are made anew, and replication slots are not carried.",
} as const satisfies Record<string, string>;
