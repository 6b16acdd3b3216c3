/** What stands against deleting a source that is kept, and what is left once it is gone. */
export const decommissionProblems = {
  "decommission.no-move": {
    why: "No finished move of {name} is on record, so that nobody can say of which database it is the replacement.",
    fix: "The bot deletes only what it has moved itself. Delete anything else by hand, after looking at what it is.",
  },
  "decommission.gone": {
    why: "The source of the last move of {name} ({resourceId}) is not there any more.",
    fix: "There is nothing to delete. If nobody should have deleted it, its snapshots are listed by `aws rds describe-db-cluster-snapshots` (or `describe-db-snapshots`).",
  },
  "decommission.retained": {
    why: "{retired} is kept until {until:instant}: that was approved with the move of {name}.",
    fix: "Ask again then. It costs what an idle database of its size costs until then.",
  },
  "decommission.stopped": {
    why: "{retired} is {status}: nobody can look into it whether it is still used, and it takes no last snapshot.",
    fix: "Start it: `{command}`. AWS starts it by itself after seven days, in any case.",
  },
  "decommission.renamed": {
    why: "The source of the last move of {name} is called {found} now, and {retired} was its name.",
    fix: "Somebody renamed it, and may have plans for it. If nobody has, give it back its name (`aws rds modify-db-cluster` or `modify-db-instance`, `--apply-immediately`) and ask again.",
  },
  "decommission.opened": {
    why: "{retired} has other security groups than the fence's ({groups}): somebody may be using it.",
    fix: "Find out who opened it. If nobody needs it, leave it only the group {fence}, and ask again, or `/encrypt-db retry` where its deletion is under way.",
  },
  "decommission.other-marks": {
    why: "{retired} is not marked as retired by the move {move}, but as {role} of {migration}.",
    fix: "If no other migration has anything to do with it, mark it again: set the tags `encrypt-db:role=retired` and `encrypt-db:migration={move}` on it, and ask again.",
  },
  "decommission.sessions": {
    why: "Somebody is connected to {retired}: {sessions}.",
    fix: "Find out who still reads from it, point them to {name}, and ask again once they have gone.",
  },
  "decommission.replicas": {
    why: "{replicas} replicate from {retired}: AWS would promote them to databases of their own, which nobody would know of.",
    fix: "Delete them, or promote them on purpose (`aws rds promote-read-replica`), then ask again.",
  },
  "decommission.written": {
    why: "Rows have changed in {retired} since the move ({changes}): somebody has written to it, and {name} does not have that.",
    fix: "Find out what it is and who needs it, and bring it over by hand. The bot does not delete this database; whoever has made sure may.",
  },
  "decommission.unknown-writes": {
    why: "Nobody can say whether rows have changed in {retired} since the move: {reason}.",
    fix: "It was fenced all the while, and what is in it will be in the last snapshot. If that is enough, approve it.",
  },
  "decommission.no-account": {
    why: "No other account is configured to which backups are copied, so that there is no copy of {name} that survives this account.",
    fix: "Configure one (BACKUP_… in the README), then `/encrypt-db backup {name}`, and ask again once its copy is verified.",
  },
  "decommission.no-copy": {
    why: "There is no copy of {name} in {vault} that was made after the move.",
    fix: "`/encrypt-db backup {name}` makes one and verifies it. Then ask again.",
  },
  "decommission.copy-unfit": {
    why: "The newest copy of {name} in the other account ({copy}) is {status} under {key}, which is not a whole copy under a key of that account.",
    fix: "`/encrypt-db backup {name}` makes another and verifies it. Then ask again.",
  },
  "decommission.copy-old": {
    why: "The newest copy of {name} in the other account is of {at:instant}, and more than {most:duration} old: backups do not seem to go on.",
    fix: "Look what became of its backup plan (`aws backup list-copy-jobs`), then `/encrypt-db backup {name}`, and ask again.",
  },
  "decommission.copy-gone": {
    why: "The copy that was approved as the reason to delete {retired} ({copy}) is not whole in the other account any more.",
    fix: "`/encrypt-db rollback {name}` lets go of the deletion; then `/encrypt-db backup {name}`, and ask for it anew.",
  },
  "decommission.no-replacement": {
    why: "What took the place of {retired} ({resourceId}) is not there any more.",
    fix: "Keep {retired}: it may be all that is left. Find out who deleted the other.",
  },
  "decommission.replacement-key": {
    why: "{name} is under {found}, and the move put it under {key}.",
    fix: "Find out what has become of it before anything is deleted.",
  },
  "decommission.replacement-elsewhere": {
    why: "What took the place of {retired} does not serve under the name {name}: it is called {found} and is {status}.",
    fix: "Find out why. {retired} is kept as long as that is so.",
  },
  "decommission.replacement-silent": {
    why: "Under {host} it is not the replacement of {retired} that answers ({answers}).",
    fix: "Find out what does. {retired} is kept as long as that is so.",
  },
  "decommission.replacement-unprotected": {
    why: "{name} is not protected from deletion, and will be the only one there is.",
    fix: "Protect it: `{command}`. Then ask again.",
  },
  "decommission.secret-read": {
    why: "The managed password of {retired} was read on {at:instant} or later that day, and not by its rotation: somebody may still use it. Secrets Manager knows the day and not who.",
    fix: "Find the reader in CloudTrail (`GetSecretValue` of {secret}) and give them the secret of {name}. Ask again a week after the last reading.",
  },
  "decommission.secret-rotated": {
    why: "The managed password of {retired} was read on {at:instant} or later that day, on which it was rotated as well: whether anybody but the rotation read it, the day does not say.",
    fix: "Look for `GetSecretValue` of {secret} in CloudTrail. If only the rotation has read it, approve.",
  },
  "decommission.secret-unread": {
    why: "Whether anybody still reads the managed password of {retired} is not known: Secrets Manager did not tell ({reason}).",
    fix: "Allow secretsmanager:DescribeSecret on {secret} to the worker's role, or look for `GetSecretValue` in CloudTrail. If nobody reads it, approve.",
  },
  "decommission.key-disabled": {
    why: "The key that {retired} is under ({key}) is {state}: a last snapshot could not be taken, or not be read.",
    fix: "Enable it (`aws kms cancel-key-deletion`, `aws kms enable-key`), then ask again.",
  },
  "decommission.old-key-holds": {
    why: "{count} snapshots and recovery points of {name} are under the old key {key}, and the last snapshot will be, too: {names}. None of them can be read once that key is deleted.",
    fix: "Keep the key as long as anybody may want them.",
  },
  "decommission.written-meanwhile": {
    why: "Rows have changed in {retired} since it was condemned ({changes}): they may not be in the last snapshot.",
    fix: "Find out who wrote them. `/encrypt-db rollback {name}` lets go of the deletion and protects it again.",
  },
  "decommission.new-member": {
    why: "{retired} has an instance that it had not when its deletion was approved: {member}.",
    fix: "Find out who made it. If nobody needs it, delete it by hand, then `/encrypt-db retry {name}`.",
  },
  "decommission.snapshot-unfit": {
    why: "The last snapshot {snapshot} is {status} under {key}.",
    fix: "`/encrypt-db rollback {name}` lets go of the deletion and protects {retired} again. Look why, and ask anew.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const decommissionSentences = {
  "strategy.decommission": "Delete a source whose time is over, after a last snapshot",

  "check.retention-over": "The time for which it is kept is over",
  "check.retired-as-named": "It is the source of the last move, under the name that the move gave it",
  "check.still-marked": "It is marked as retired by that move",
  "check.still-fenced": "It is fenced",
  "check.nobody-in": "Nobody is connected to it",
  "check.no-replicas": "Nothing replicates from it",
  "check.nothing-written": "Nothing was written to it since the move",
  "check.counters-comparable": "Its counters can be compared with those of the move",
  "check.copied": "A whole copy of the replacement, younger than a week, is in the other account",
  "check.replacement-serves": "The replacement serves under its name",
  "check.replacement-under-key": "The replacement is under the key of the move",
  "check.replacement-protected": "The replacement is protected from deletion",
  "check.secret-unread": "Nobody has read its managed password for a week",
  "check.secret-told": "Secrets Manager tells when its managed password was read",
  "check.secret-not-rotated": "Its rotation alone has not read its managed password",
  "check.old-key-enabled": "The key that it is under is enabled",
  "check.old-key-empty": "Nothing of it is left under the old key",

  "remark.decommission":
    "{retired} is deleted with its storage and its {servers} instances. Nothing brings it back but a restore of a snapshot of it, as another database.",
  "remark.last-snapshot":
    "Before, the snapshot {snapshot} is taken and looked at. It stays until somebody deletes it, and costs what its size costs.",
  "remark.automated-backups":
    "AWS keeps its automated backups for {days} days after the deletion; after that no moment of it can be restored but those of its snapshots.",
  "remark.rests-on-copy":
    "What stands in for it is {name} itself, and its copy of {at:instant} in {vault}, looked at just now.",

  "step.decommission": "Approve that the source is deleted",
  "step.condemn": "Mark {retired} as condemned, so that nothing but this migration can delete it",
  "step.condemn.undo": "Mark {retired} as retired again",
  "step.last-snapshot": "Take the last snapshot {snapshot}",
  "step.unprotect-retired": "Take the protection from deletion off {retired}",
  "step.unprotect-retired.undo": "Protect {retired} from deletion again",
  "step.verify-last":
    "Verify once more: the last snapshot, the copy in the other account, and that nobody is in {retired}",
  "step.delete-retired-members": "Delete the instances of {retired}",
  "step.delete-source": "Delete {retired}, and keep its automated backups",
  "step.leftovers": "List what is left, under which key, and what becomes of it",

  "skip.no-members": "it is no cluster",
  "keeps.last-snapshot": "it is all that is left of the source",
  "keeps.deleted": "what is deleted is gone; the last snapshot and the automated backups are kept",

  "saw.condemned":
    "{retired} is marked as condemned by this migration, which is what its deletion is allowed for",
  "saw.marked-retired": "{retired} is marked as retired by the move {move} again",
  "saw.last-snapshot": "The snapshot {snapshot} of {at:instant} is whole, under {key}",
  "saw.protection-off": "{retired} can be deleted",
  "saw.protection-on": "{retired} is protected from deletion again",
  "saw.still-fenced": "{retired} has no other security group than {group}",
  "saw.nobody-in": "Nobody but the probe is connected to any server of {retired}",
  "saw.unchanged-since-condemned": "Not one tuple changed in {retired} since before the last snapshot",
  "saw.copy-there": "The copy of {at:instant} is whole in {vault}, under {key}",
  "saw.replacement-answers": "Under {host} the replacement answers ({resourceId})",
  "saw.members-deleted": "No instance of {retired} is there any more",
  "saw.source-deleted": "{retired} ({resourceId}) is not there any more",
  "saw.leftovers": "{count} things are left, {old} of them under the old key",
  "saw.leftover": "{what} {name}, under {key}{size}",
  "saw.more-leftovers": "{count} more are in the evidence of this migration",
  "saw.recovery-points-left":
    "{count} recovery points of what serves, under {keys}: AWS Backup deletes one after the other, the last on {until:instant}",
  "saw.copies-left":
    "{count} copies in the other account, under {keys}: AWS Backup deletes one after the other, the last on {until:instant}",

  "fate.kept": "It stays, and is needed",
  "fate.kept-until": "AWS deletes it on {at:instant}",
  "fate.kept-for-good": "It stays until somebody deletes it: {command}",
  "fate.schema": "It tells the bot which database answers. Whoever wants it gone drops it: {command}",
  "fate.group": "It is the deployment's own, for every migration",
  "fate.plan": "It goes on backing {name} up",
} as const satisfies Record<string, string>;
