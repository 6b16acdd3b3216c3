/** What a rehearsal can meet that a migration cannot. The source serves all the while. */
export const rehearsalProblems = {
  "rehearsal.subscription-wakes": {
    why: "{writers} of {name} would wake up in the copy before anybody could stop it there, and take what is meant for {name}.",
    fix: "Disable it on {name} for the time of the rehearsal (`ALTER SUBSCRIPTION … DISABLE`), or move {name} without one.",
  },
  "rehearsal.job-wakes": {
    why: "{writers} of {name} may run once in the copy, between the start of its server and the moment when the bot reaches it and turns it off.",
    fix: "In the copy that does no harm. If the job reaches out of it (dblink, a foreign server, a Lambda function), disable it on {name} meanwhile.",
  },
  "rehearsal.definitions-differ": {
    why: "The copy does not define the same things as {name} did at the marker, nor as it does now ({differences}).",
    fix: "If somebody changed definitions of {name} at that very moment, `/encrypt-db rollback {name}` and rehearse again. If not, the copy is not whole: do not move it before you know why.",
  },
  "rehearsal.copy-opened": {
    why: "{copy} has other security groups than the fence's: somebody may be using it.",
    fix: "If nobody needs what is in it, leave it only the fence's group, and `/encrypt-db retry {name}`.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const rehearsalSentences = {
  "strategy.aurora-point-in-time-rehearsal":
    "Rehearsal: point-in-time restore of the running source under the new key",
  "strategy.aurora-snapshot-rehearsal":
    "Rehearsal: restore of a snapshot of the running source under the new key",
  "strategy.rds-snapshot-copy-rehearsal":
    "Rehearsal: restore of a snapshot of the running source, copied under the new key",

  "step.mark-running": "Commit a marker while {name} serves: what was committed before must be in the copy",
  "step.running-snapshot": "Take the snapshot {snapshot} of the running source",
  "step.running-fallback":
    "If that does not come, take the snapshot {snapshot} of the running source and restore it",
  "step.silence-copy": "Turn off in {copy} what writes without a client",
  "step.verify-copy": "Verify the marker and the definitions in {copy}",
  "step.take-down": "Approve that the rehearsal is taken down",
  "step.delete-members": "Delete the instances of {copy}",
  "step.delete-copy": "Delete {copy}",
  "step.delete-snapshot": "Delete the snapshot {snapshot}",

  "keeps.thrown-away": "the rehearsal made it and nobody was served by it",
  "keeps.as-before": "it is as it was before",

  "saw.marker-running": "The marker {token} is committed, and the source's clock shows {at:instant}",
  "saw.definitions-equal": "{relations} relations and every definition in {databases} are in the copy",
  "saw.deleted": "{name} is not there (any more)",

  "check.no-subscription-wakes": "No subscription would wake up in a copy",
  "check.no-job-wakes": "No job would wake up in a copy",

  "remark.rehearsal":
    "Nothing interrupts {name}. A copy of it is made behind the fence, compared, and deleted with its snapshots after an approval; calling the rehearsal off deletes them as well.",
  "remark.cost-rehearsal":
    "Until it is taken down it costs {instances} more ({perDay} instance-hours a day), the storage of the whole again, and its snapshots. Nothing of it stays. Prices are not looked up.",
  "remark.rehearsal-proves":
    "It proves the key, its policy, the settings and the way. What only a fenced source can prove, that not one write is missing, it does not.",
  "remark.snapshot-pauses":
    "{name} has no standby: while each of the two snapshots is taken, its storage may pause for a moment, as with its own backups.",
  "remark.measured":
    "Times were measured in earlier runs of this database where the plan says so; the others are planning figures from AWS's pages.",

  "event.rehearsal-created": "{person} asked to rehearse the move of {name} to the key {key}.",
  "event.rehearsed":
    "{name} has been rehearsed, and everything that the rehearsal made is gone. The next plan takes its times from it.",
  "event.rehearsal-ends":
    "{person} calls the rehearsal of {name} off: what it made is deleted, which takes about {price:duration}. {name} serves as before.",
  "event.rehearsal-gone":
    "The rehearsal of {name} is called off, and everything that it made is gone. It took {took:duration}.",

  "said.rehearsing": "The rehearsal of {name} is in the channel; somebody else must approve it.",
} as const satisfies Record<string, string>;
