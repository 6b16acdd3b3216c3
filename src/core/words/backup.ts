/** What AWS Backup needs before a backup can be restorable from another account, and what may become of one. */
export const backupProblems = {
  // Before anything is touched.
  "backup.not-configured": {
    why: "No other account is configured to which backups of {name} could be copied.",
    fix: "Set BACKUP_DESTINATION_VAULT_ARN and the other BACKUP_… variables of the worker, then try again.",
  },
  "backup.no-organization": {
    why: "The account {account} belongs to no organization of AWS Organizations, so that AWS Backup copies nothing of it into another account.",
    fix: "Whoever runs the organization invites both accounts into the same one (`aws organizations invite-account-to-organization`).",
  },
  "backup.cross-account-off": {
    why: "The organization does not let AWS Backup copy from one account into another.",
    fix: "In its management account: `aws backup update-global-settings --global-settings isCrossAccountBackupEnabled=true`.",
  },
  "backup.cross-account-unread": {
    why: "The bot may not read whether the organization lets AWS Backup copy from one account into another.",
    fix: "Allow backup:DescribeGlobalSettings to the worker's role, or ask whoever runs the organization.",
  },
  "backup.not-opted-in": {
    why: "AWS Backup does not take on databases of {name}'s kind in {region}.",
    fix: "Opt in: `aws backup update-region-settings --region {region} --resource-type-opt-in-preference {kind}=true`.",
  },
  "backup.no-vault": {
    why: "There is no backup vault {vault} in {region}.",
    fix: "Make it: `aws backup create-backup-vault --region {region} --backup-vault-name {vault}`.",
  },
  "backup.vault-air-gapped": {
    why: "The vault {vault} is a logically air-gapped one, into which the bot does not back up.",
    fix: "Name a standard vault in its place.",
  },
  "backup.keep-days": {
    why: "Backups are to be kept for {days} days, and the vault {vault} takes only {limits}: every job would fail.",
    fix: "Set BACKUP_KEEP_DAYS within that.",
  },
  "backup.no-destination": {
    why: "There is no backup vault {vault} in account {account}.",
    fix: "Make it there, under a customer-managed key: `aws backup create-backup-vault --region {region} --backup-vault-name {vault} --encryption-key-arn KEY`.",
  },
  "backup.destination-unreachable": {
    why: "The bot cannot look at the vault {vault} of account {account} as {role}, so that nobody could prove that a copy has arrived.",
    fix: "There may be no such vault: AWS does not tell. That role's trust policy must let the worker's role of account {source} assume it (`sts:AssumeRole`), and its own policy allow `backup:DescribeBackupVault`, `backup:GetBackupVaultAccessPolicy` and `backup:ListRecoveryPointsByBackupVault` on {arn}, and `backup:DescribeRecoveryPoint` on the recovery points in it, which have ARNs of RDS. `npm run deploy:destination` makes such a role.",
  },
  "backup.destination-default": {
    why: "{vault} is the vault Default of account {account}, into which AWS Backup copies nothing from another account.",
    fix: "Make another one there, under a customer-managed key, and name that: `aws backup create-backup-vault --region {region} --backup-vault-name encrypt-db-copies --encryption-key-arn KEY`.",
  },
  "backup.destination-air-gapped": {
    why: "The vault {vault} of account {account} is a logically air-gapped one, which is another way than the bot's.",
    fix: "Name a standard vault of that account.",
  },
  "backup.destination-aws-key": {
    why: "The vault {vault} of account {account} is under a key that AWS manages: AWS Backup copies no database into it from another account.",
    fix: "The key of a vault cannot be changed. Make another one there and name that: `aws backup create-backup-vault --region {region} --backup-vault-name encrypt-db-copies --encryption-key-arn KEY`.",
  },
  "backup.destination-key-unread": {
    why: "Whose key the vault {vault} of account {account} is under could not be read; under one that AWS manages the copy would fail.",
    fix: "Allow {role} kms:DescribeKey on the vault's key, or look there: `aws backup describe-backup-vault --region {region} --backup-vault-name {vault}`.",
  },
  "backup.vault-shut": {
    why: "The policy of the vault {vault} does not let account {source} copy into it.",
    fix: "In account {account} add to its policy (`aws backup put-backup-vault-access-policy --region {region} --backup-vault-name {vault} --policy …`) the statement `{statement}`",
  },
  "backup.vault-unclear": {
    why: "Whether the policy of the vault {vault} lets account {source} copy into it depends on conditions that were not judged; if it does not, the copy fails.",
    fix: "Read it in account {account} (`aws backup get-backup-vault-access-policy --region {region} --backup-vault-name {vault}`); this statement would do: `{statement}`",
  },
  "backup.vault-unread": {
    why: "The bot may not read the policy of the vault {vault}, so that nobody has looked whether account {source} may copy into it.",
    fix: "Allow {role} backup:GetBackupVaultAccessPolicy, or look in account {account} whether it holds a statement like `{statement}`",
  },
  "backup.key-shut": {
    why: "The policy of {key} does not let account {account} use it, so that the backup could not be copied there.",
    fix: "Whoever owns the key adds to its policy (`aws kms put-key-policy --region {region} --key-id {key} --policy-name default --policy …`) the statements `{statements}`",
  },
  "backup.key-unclear": {
    why: "Whether the policy of {key} lets account {account} use it depends on conditions that were not judged; if it does not, the copy fails.",
    fix: "Read it (`aws kms get-key-policy --region {region} --key-id {key} --policy-name default`); these statements would do: `{statements}`",
  },
  "backup.key-unread": {
    why: "The bot may not read the policy of {key}, so that nobody has looked whether account {account} may use it.",
    fix: "Allow kms:GetKeyPolicy to the worker's role in the key's policy, or look whether it holds statements like `{statements}`",
  },
  "backup.aws-key": {
    why: "{name} is under a key that AWS manages ({key}), which no other account can use: its backups cannot be copied.",
    fix: "Move it to a customer-managed key first: `/encrypt-db start {name}`. The move ends with the copy.",
  },

  // On the way.
  "backup.failed": {
    why: "AWS Backup ended the backup of {name} as {state}: {message}",
    fix: "Put right what it says (role, vault, key or the state of {name}), then `/encrypt-db retry {name}`, which starts another one. {name} itself serves all the while.",
  },
  "backup.with-issues": {
    why: "AWS Backup completed the backup of {name} and found fault with it: {message}",
    fix: "It is not counted. Put right what it says, then `/encrypt-db retry {name}`, which starts another one.",
  },
  "backup.unsound": {
    why: "The recovery point of {name} is not what it must be: {findings}.",
    fix: "It is not counted. Find out why in the console of AWS Backup, then `/encrypt-db retry {name}`, which starts another backup.",
  },
  "backup.copy-failed": {
    why: "AWS Backup ended the copy of {name}'s backup into account {account} as {state}: {message}",
    fix: "Mostly it is the policy of the database's key or of the vault there, or a lifetime outside the vault's limits. Put that right, then `/encrypt-db retry {name}`, which copies again.",
  },
  "backup.copy-with-issues": {
    why: "AWS Backup completed the copy of {name}'s backup into account {account} and found fault with it: {message}",
    fix: "It is not counted. Put right what it says, then `/encrypt-db retry {name}`, which copies again.",
  },
  "backup.copy-unsound": {
    why: "What account {account} shows of the copy of {name} is not what it must be: {findings}.",
    fix: "It is no proof that {name} can be restored there. Find out why in that account and put it right. A copy that stays as it is needs another one beside it, of the same recovery point (`aws backup start-copy-job`). Then `/encrypt-db retry {name}`, which looks at the newest.",
  },
  "backup.plan-differs": {
    why: "There is a backup plan {plan} already, and it is not what was approved: {differences}.",
    fix: "See who uses it (`aws backup get-backup-plan`, `list-backup-selections`). Delete it with its selections, then `/encrypt-db retry {name}`.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const backupSentences = {
  "strategy.cross-account-backup": "Backup, copied into the other account and from then on daily",

  "step.set-aside-tags": "Take off {retired} the tags by which schedulers or backup plans would act on it",
  "step.set-aside-tags.undo": "Give {name} back the tags that were taken off",
  "step.back-up": "Let AWS Backup back {name} up into the vault {vault}",
  "step.copy-backup": "Copy the backup into the vault {vault} of account {account}",
  "step.verify-backup-copy": "Verify the copy, asked from account {account}",
  "step.schedule-backups": "Make the backup plan {plan}: daily, with a copy in account {account}",
  "step.schedule-backups.undo": "Delete the backup plan {plan}",
  "step.assign-backups": "Assign {name} to the backup plan {plan}",

  "skip.no-other-account": "no other account is configured",

  "keeps.recovery-point": "AWS Backup deletes it when its time is over",
  "keeps.assignment": "it goes with the backup plan",

  "saw.tags-set-aside":
    "{name} carries no tag by which a scheduler or a backup plan would act on it; taken off: {tags}",
  "saw.tags-back": "{name} carries every tag that it had",
  "saw.backup":
    "{point} was made of {name} at {at:instant}, after {since:instant}, and is encrypted under {key}",
  "saw.backup-job": "AWS Backup ended the job {job} as {state} and found no fault",
  "saw.copy-verified":
    "Account {account} shows {copy} as {status}: made of {name} at {at:instant}, copied from {from}, encrypted under {key}, the key of the vault there",
  "saw.plan":
    "The backup plan {plan} backs up at {schedule} (UTC), copies into {vault} and keeps each for {days} days",
  "saw.plan-gone": "There is no plan {plan} of this migration's (any more)",
  "saw.assigned": "The backup plan {plan} selects {arn} and nothing else, as {role}",

  "wait.window":
    "the {kind} window of {of} ({window}, UTC) to be over: AWS Backup refuses jobs within an hour of it",
  "wait.backup-job": "AWS Backup, whose job {job} is {state}",
  "wait.after-refusal": "half an hour to pass: AWS Backup refused a job as too close to a window of {name}",
  "wait.recovery-point": "AWS Backup to show {point}",
  "wait.recovery-point-status": "{point}, which is {status}",

  "event.copy-verified":
    "A backup of {name} is in account {account} and can be restored from there: {copy}, encrypted under the key of the vault there.",
  "event.selects-retired":
    "{selections} will go on backing up the old {name} as {retired}, by its resource id or by a pattern, for as long as it is kept. That costs storage and does no other harm; to end it, take it out of the selection.",
  "event.backups-scheduled":
    "From now on {name} is backed up daily and copied into account {account} (backup plan {plan}).",

  "check.organization": "Its account belongs to an organization",
  "check.cross-account": "The organization lets AWS Backup copy into other accounts",
  "check.cross-account-read": "Whether it does can be read",
  "check.opted-in": "AWS Backup takes on databases of its kind in this Region",
  "check.vault": "The vault for its backups is there",
  "check.vault-standard": "That vault is a standard one",
  "check.keep-days": "That vault keeps backups for as long as is wanted",
  "check.destination": "The vault of the other account is there",
  "check.destination-reachable": "The bot can look at it",
  "check.destination-own": "It is not the vault Default",
  "check.destination-standard": "It is a standard vault",
  "check.destination-key": "It is under a customer-managed key",
  "check.destination-key-read": "Whose key that is can be read",
  "check.destination-keep-days": "It keeps copies for as long as is wanted",
  "check.backup.vault-shut": "The policy of the vault lets this account copy into it",
  "check.backup.vault-unclear": "It does so under conditions that are known to hold",
  "check.backup.vault-unread": "The policy of the vault can be read",
  "check.backup.key-shut": "The policy of the key lets the other account use it",
  "check.backup.key-unclear": "It does so under conditions that are known to hold",
  "check.backup.key-unread": "Whether the other account may use the key can be read",
  "check.key-enabled": "Its key is enabled",

  "remark.other-account":
    "Once it is open, {name} is backed up, the backup is copied into the vault {vault} of account {account} and looked at there; from then on daily. Each is kept for {days} days.",
  "remark.no-other-account":
    "No other account is configured, so that it ends without a copy of {name} outside of this account.",
  "remark.backup":
    "Nobody's clients are interrupted. Backups and copies are kept for {days} days each, and cost their storage in both accounts.",
} as const satisfies Record<string, string>;
