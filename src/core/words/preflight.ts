/** What may spoil a night and is looked for before anything is touched. */
export const preflightProblems = {
  "plan.new-warnings": {
    why: "Something has come up since the plan for {name} was shown; your approval was not counted.",
    fix: "Read it. If it may stay so, approve again.",
  },
  "source.replaced": {
    why: "{name} is another database now ({found}); what was approved and prepared is {planned}, which has the name no more.",
    fix: "Find out who gave the name away. Take the bot's tags off {planned}, let go of this migration (`/encrypt-db close {name}`) and start anew.",
  },

  "window.open": {
    why: "The {kind} window of {name} ({window}, UTC) is open: meanwhile AWS may take the database for itself and refuse the rename.",
    fix: "Cut over when it is over, or move the window first (`aws rds modify-db-cluster` or `modify-db-instance`).",
  },
  "window.near": {
    why: "The {kind} window of {name} ({window}, UTC) opens in {until:duration}: AWS may then take the database for itself and refuse the rename.",
    fix: "Cut over when it is over, or move the window first (`aws rds modify-db-cluster` or `modify-db-instance`).",
  },
  "offer.no-version": {
    why: "AWS makes no {engine} {version} any more, which {name} runs: a restore would be refused or upgraded, inside the downtime.",
    fix: "Upgrade {name} to a version that `aws rds describe-db-engine-versions --engine {engine}` lists, then try again.",
  },
  "offer.no-class": {
    why: "AWS offers {servers} not any more in version {version}: after the fence the replacement could not be made.",
    fix: "Change the class to one that `aws rds describe-orderable-db-instance-options` lists, by day, then try again.",
  },
  "offer.no-encryption": {
    why: "Servers of that class cannot be encrypted: {servers}.",
    fix: "Change the class first.",
  },
  "offer.no-zone": {
    why: "{servers} could not be made where its original is: either the class is not offered there, or the subnet group {group} has no subnet in it.",
    fix: "Add a subnet of that Availability Zone to the group, or change the class, then try again.",
  },
  "authority.ended": {
    why: "The certificate authority {authority} of {name} has ended or is not known to AWS: a server cannot be made with it.",
    fix: "Give {name} a current one (`aws rds modify-db-instance --ca-certificate-identifier`), after every client trusts it.",
  },
  "authority.ends": {
    why: "The certificate authority {authority} of {name} ends on {at:instant}; the replacement gets the same one.",
    fix: "It does no harm now. Plan its replacement.",
  },
  "backup.off": {
    why: "{name} has no automated backups, so that neither it nor the replacement could be restored to a time.",
    fix: "Turn them on (`aws rds modify-db-instance --backup-retention-period 7 --apply-immediately`); the first backup of an instance may interrupt it briefly.",
  },
  "key.shut": {
    why: "The policy of {keys} does not let RDS use the key in the bot's name: the restore would fail inside the downtime.",
    fix: "Allow kms:CreateGrant and kms:DescribeKey to the role in CHANGE_ROLE_ARN in the key's policy, under kms:ViaService `rds.REGION.amazonaws.com` and kms:GrantIsForAWSResource `true`.",
  },
  "key.unclear": {
    why: "Whether the policy of {keys} lets RDS use the key in the bot's name depends on conditions that were not judged; if it does not, the restore fails inside the downtime.",
    fix: "Read it (`aws kms get-key-policy`), or restore any snapshot under the key once with the role in CHANGE_ROLE_ARN.",
  },
  "key.unread": {
    why: "The bot may not read the policy of {keys}, so that nobody has looked whether RDS may use the key in its name.",
    fix: "Allow kms:GetKeyPolicy to the worker's role in the key's policy.",
  },
  "transaction.long": {
    why: "{user} ({application}) has had a transaction open in {database} for {openFor:duration}; the fence ends it, and what it did is undone.",
    fix: "Let it end first: `select * from pg_stat_activity order by xact_start` on {name} shows what it does.",
  },
  "indexes.invalid": {
    why: "There are indexes that an interrupted CREATE INDEX CONCURRENTLY left behind ({indexes}); the copy has them too.",
    fix: "Drop them or `REINDEX INDEX CONCURRENTLY` them, before or after.",
  },
  "storage.full-grown": {
    why: "The storage of {name} has grown to {allocated} GiB and must not grow beyond {limit} GiB by itself; so must the replacement's.",
    fix: "Raise the limit (`aws rds modify-db-instance --max-allocated-storage`) if it fills up.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const preflightSentences = {
  "event.warning": "New since the plan was shown: {why} {fix}",

  "check.windows": "No backup or maintenance window opens within two hours",
  "check.version": "AWS still makes databases of exactly its version",
  "check.classes": "AWS still offers the class of each of its servers",
  "check.encryption": "Servers of these classes can be encrypted",
  "check.zones": "Each server can be made in the Availability Zone of its original",
  "check.authority": "The certificate authority of each server is valid",
  "check.authority-lasts": "No certificate authority ends within ninety days",
  "check.backups": "Automated backups are on",
  "check.key.shut": "The policies of the keys let RDS use them in the bot's name",
  "check.key.unclear": "They do so under conditions that are known to hold",
  "check.key.unread": "The policies of the keys can be read",
  "check.transactions": "No transaction has been open for five minutes",
  "check.indexes": "No index is invalid",
  "check.storage": "The account has room for as much storage again",
  "check.storage-grows": "Its storage may still grow by itself",
} as const satisfies Record<string, string>;
