/**
 * What the daily look after a finished migration finds. A code begins with the part that was looked at: the source that is
 * `kept`, the database that is `serving`, and its `backups`.
 */
export const aftercareProblems = {
  "kept.unseen": {
    why: "The old database of {name} has not been seen since {since:instant}: {because}.",
    fix: "See that the bot may still look (`npm run doctor`); until it can, nobody watches whether the old one stays fenced.",
  },
  "kept.renamed": {
    why: "{retired}, the old database of {name}, is now named {found}, which this bot did not do.",
    fix: "Find out who renamed it and give it the name {retired} again: by that it is known here.",
  },
  "kept.unfenced": {
    why: "{retired}, the old database of {name}, is no longer fenced: its security groups are {groups}.",
    fix: "Whoever still knows it can write to it, and what is written there is nowhere else. Fence it again: `aws rds modify-db-{kind} --db-{kind}-identifier {retired} --vpc-security-group-ids {fenceGroup} --apply-immediately`",
  },
  "kept.unprotected": {
    why: "{retired}, the old database of {name}, can be deleted by anybody who may: its deletion protection is off.",
    fix: "`aws rds modify-db-{kind} --db-{kind}-identifier {retired} --deletion-protection --apply-immediately`",
  },
  "kept.untagged": {
    why: "The tags of {retired} no longer say that it is what migration {migration} retired.",
    fix: "Without them it cannot be decommissioned: `aws rds add-tags-to-resource --resource-name {arn} --tags Key={migrationKey},Value={migration} Key={roleKey},Value=retired`",
  },
  "kept.stopped": {
    why: "{retired}, the old database of {name}, is stopped. AWS starts it by itself after seven days, and then its instances cost again.",
    fix: "Nothing needs to be done. Start it before it is decommissioned; to keep it stopped, stop it again each time AWS has started it.",
  },
  "kept.failed": {
    why: "{retired}, the old database of {name}, is {status}.",
    fix: "If it may still be needed, see its events in the console. Where its key cannot be used it is lost after seven days: make the key usable again, then `aws rds start-db-{kind} --db-{kind}-identifier {retired}`",
  },
  "kept.sessions": {
    why: "Somebody is connected to {retired}, the old database of {name}: {who}.",
    fix: "It is fenced, so they come through something that the fence does not hold. Let them use {name}; it cannot be decommissioned while anybody is in it.",
  },
  "kept.written": {
    why: "{retired}, the old database of {name}, was written to after the migration had proved that nobody does: {changes} rows.",
    fix: "What was written there is not in {name}. Find who did it, and bring over what is needed before the old database is deleted.",
  },
  "kept.key": {
    why: "The key of the old database of {name}, {key}, is {state}. {retired} and every snapshot of it can be read only with that key.",
    fix: "As long as any of them may be needed: `aws kms cancel-key-deletion --key-id {key}` where it is to be deleted, then `aws kms enable-key --key-id {key}`",
  },

  "serving.unseen": {
    why: "{name} has not been seen since {since:instant}: {because}.",
    fix: "See that the bot may still look (`npm run doctor`).",
  },
  "serving.gone": {
    why: "{name} ({resourceId}), which the migration made, is gone.",
    fix: "If nobody meant to delete it, restore it from its backups; they are kept as long as they were meant to be.",
  },
  "serving.renamed": {
    why: "What the migration made ({resourceId}) is now named {found} instead of {name}.",
    fix: "If nobody meant that, find out what answers at the endpoint of {name} now.",
  },
  "serving.failed": {
    why: "{name} is {status}.",
    fix: "See its events in the console, at once. Where its key cannot be used it is lost after seven days: make the key usable again, then `aws rds start-db-{kind} --db-{kind}-identifier {name}`",
  },
  "serving.key": {
    why: "The key of {name}, {key}, is {state}. Without it AWS stops the database, and after seven days it is lost.",
    fix: "`aws kms cancel-key-deletion --key-id {key}` where it is to be deleted, then `aws kms enable-key --key-id {key}`",
  },
  "serving.old-key": {
    why: "The key under which {name} was before, {key}, is {state}. {snapshots} can be read only with that key.",
    fix: "As long as any of them may be needed: `aws kms cancel-key-deletion --key-id {key}` where it is to be deleted, then `aws kms enable-key --key-id {key}`",
  },

  "backups.unseen": {
    why: "Whether backups of {name} arrive in the other account has not been seen since {since:instant}: {because}.",
    fix: "See that the bot may still look there (`npm run doctor`).",
  },
  "backups.plan-gone": {
    why: "The backup plan {plan}, by which {name} was backed up daily, is gone.",
    fix: "If nobody meant that: `/encrypt-db backup {name}`",
  },
  "backups.not-selected": {
    why: "The backup plan {plan} no longer backs up {name}: no selection of it names {arn}.",
    fix: "If nobody meant that: `/encrypt-db backup {name}`",
  },
  "backups.not-copied": {
    why: "The backup plan {plan} of {name} no longer copies to {vault}.",
    fix: "If nobody meant that, give its rule the copy action again, or delete the plan and have it made anew: `/encrypt-db backup {name}`",
  },
  "backups.job-failed": {
    why: "The last backup of {name} by AWS Backup ended as {state}. {message}",
    fix: "Put that right in AWS Backup. The next one is made by its plan; `/encrypt-db backup {name}` makes one now.",
  },
  "backups.copy-failed": {
    why: "The last copy of a backup of {name} to the other account ended as {state}. {message}",
    fix: "Put that right in AWS Backup. The next one is made by its plan; `/encrypt-db backup {name}` makes one now.",
  },
  "backups.late": {
    why: "The newest backup of {name} in the other account is of {newest:instant}, although one is made every day.",
    fix: "See the copy jobs of {name} in AWS Backup; `/encrypt-db backup {name}` makes one now and shows what stands in its way.",
  },
  "backups.none": {
    why: "There is no backup of {name} in the other account.",
    fix: "See the copy jobs of {name} in AWS Backup; `/encrypt-db backup {name}` makes one now and shows what stands in its way.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const aftercareSentences = {
  "costs.unknown": "what a database of its size costs",

  "event.concern": "{why} {fix}",
  "event.concern-over": "No longer so: {why}",
  "event.kept-started":
    "{retired}, the old database of {name}, runs again: somebody started it, or AWS did, as it does after seven days. Its instances cost again.",
  "event.retention-over":
    "The retention of {retired}, the old database of {name}, is over, and it costs {costs}. If nobody needs it any more, type `/encrypt-db decommission {retired}`; it is deleted once one of the approvers, somebody else than you, has approved that. Until then it stays, fenced.",
  "event.retention-over-again":
    "{retired} is still kept, {days} days after its retention was over, and costs {costs}. If nobody needs it any more: `/encrypt-db decommission {retired}`",
  "event.retention-over-older":
    "The retention of {retired} is over, and it costs {costs}. {name} was moved once more since, and the bot deletes only the source of the last move: if nobody needs {retired} any more, delete it by hand, after a look at what it is and with a last snapshot.",
  "event.kept-decommissioned": "{retired} is gone: it was decommissioned.",
  "event.kept-gone": "{retired} is gone, and this bot did not delete it. Manual snapshots of it stay.",
  "event.kept-gone-early":
    "{retired} is gone, and this bot did not delete it: it was to be kept until {until:instant}. Manual snapshots of it stay.",
  "event.aftercare-ended": "With that, nothing of {name} is looked at daily any more.",
} as const satisfies Record<string, string>;
