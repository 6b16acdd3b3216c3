/**
 * Why a database is not moved: what is found before anything is made, and looked at again until the fence goes up. Codes are
 * persisted. A parameter is as in problems.ts.
 */
export const refusals = {
  // Which database, and is there a way for it?
  "target.not-found": {
    why: "There is no Aurora cluster and no RDS instance named {name} in {region}.",
    fix: "Check the spelling with `/encrypt-db list`, which shows every database and its key.",
  },
  "target.is-member": {
    why: "{name} is a member of the Aurora cluster {cluster}; the key belongs to the cluster.",
    fix: "Give the name of the cluster: `/encrypt-db start {cluster}`.",
  },
  "target.not-enrolled": {
    why: "{missing} does not carry the tag {tag}, and the bot has no right to change what is not enrolled.",
    fix: "Whoever owns {name} enrols it by setting that tag on the cluster and on each of its members (`aws rds add-tags-to-resource`).",
  },
  "target.other-engine": {
    why: "{name} runs {engine}, which encrypt-db does not move.",
    fix: "Aurora PostgreSQL and RDS for PostgreSQL are moved.",
  },
  "target.already-encrypted": {
    why: "{name} is already under that key (`{key}`).",
    fix: "Nothing needs to be moved. To have it restorable from another account: `/encrypt-db backup {name}`. For another key, name it: `/encrypt-db start {name} key alias/NAME`.",
  },
  "target.aws-owned-key": {
    why: "{name} is under a key that AWS owns; whether such a cluster can be restored under another key is not documented.",
    fix: "Try it with the key that you want: `/encrypt-db rehearse {name}`. Once that has held, start it.",
  },
  "target.unknown-encryption": {
    why: "AWS did not say how {name} is encrypted.",
    fix: "Look at the cluster in the console; the bot does not guess.",
  },
  "strategy.unknown": {
    why: "There is no strategy {strategy}.",
    fix: "There are {known}; without one the bot takes the first that suits.",
  },
  "strategy.unsuitable": {
    why: "{name} cannot be moved by {strategy}: {why}.",
    fix: "Leave the strategy to the bot: `/encrypt-db plan {name}` shows every one and why.",
  },
  "target.multi-az-cluster": {
    why: "{name} is a Multi-AZ DB cluster: its snapshots cannot be copied and AWS gives no way to change its key.",
    fix: "Move it by logical replication into a new encrypted cluster.",
  },
  "target.global-database": {
    why: "{name} belongs to a global database ({global}); renaming a member of one is refused by AWS.",
    fix: "Remove it from the global database first, and add a new secondary afterwards.",
  },
  "target.replica": {
    why: "{name} replicates from {source}.",
    fix: "Promote it first, or move its source.",
  },
  "target.has-replicas": {
    why: "{name} has replicas in other Regions ({replicas}); they would stay with the old cluster.",
    fix: "Delete them first and create them anew from the replacement.",
  },
  "target.serverless-v1": {
    why: "{name} is Aurora Serverless v1, which AWS ended on 31 March 2025.",
    fix: "Convert it to Serverless v2 first.",
  },
  "target.engine-mode": {
    why: "{name} runs in engine mode {mode}, which is not supported.",
    fix: "Only provisioned and Serverless v2 clusters are moved.",
  },
  "target.limitless": {
    why: "{name} is an Aurora Limitless database, which has no single writer to fence.",
    fix: "encrypt-db cannot move it.",
  },
  "target.ram-shared": {
    why: "{name} is shared with other accounts through AWS RAM ({share}); AWS refuses to rename a shared cluster.",
    fix: "Take it out of the resource share, and share the replacement afterwards.",
  },
  "target.stopped": {
    why: "{name} is stopped; a stopped cluster can be neither renamed nor asked for its data.",
    fix: "Start it, wait until it is available, and try again.",
  },
  "target.not-available": {
    why: "{name} is {status}.",
    fix: "Wait until it is available and try again.",
  },
  "target.open-migration": {
    why: "{name} already has a migration under way ({migration}), started by {person}.",
    fix: "Follow it with `/encrypt-db status {name}`.",
  },
  "target.pending-changes": {
    why: "{name} has changes that wait for its maintenance window ({changes}); the rename would apply them too.",
    fix: "Apply them now or withdraw them, then try again.",
  },
  "target.no-writer": {
    why: "{name} has no writer instance.",
    fix: "Add an instance first: without one nothing can be proved.",
  },
  "target.name-too-long": {
    why: "{name} is too long: the names a migration makes from it would pass RDS's limit of 63 characters.",
    fix: "Rename it to at most {limit} characters first.",
  },
  "target.no-restorable-time": {
    why: "{name} has no restorable time yet; AWS gives one some minutes after a restore.",
    fix: "Wait a few minutes and try again.",
  },

  // What hangs on the database and this version does not carry over.
  "attached.proxy": {
    why: "The RDS Proxy {attached} sends its clients to {name}, and would go on sending them to the old instance.",
    fix: "First let the applications connect to the instance's own endpoint and deregister {name} from the proxy; register it again afterwards.",
  },
  "attached.zero-etl": {
    why: "The zero-ETL integration {attached} reads from {name} and would stay with the old cluster.",
    fix: "Delete it first and create it on the replacement afterwards; it seeds anew.",
  },
  "attached.blue-green": {
    why: "{name} is part of the blue/green deployment {attached}.",
    fix: "Switch it over or delete it first.",
  },
  "attached.global-database": {
    why: "{name} belongs to the global database {attached}; AWS refuses to rename a member of one.",
    fix: "Remove it from the global database first.",
  },
  "attached.ram-share": {
    why: "{name} is shared through AWS RAM ({attached}); AWS refuses to rename a shared cluster.",
    fix: "Take it out of the resource share first.",
  },
  "attached.pending-maintenance": {
    why: "{name} has maintenance pending ({attached}), which may start inside the downtime.",
    fix: "Apply it now or put it off, then try again.",
  },
  "attached.role": {
    why: "{name} has IAM roles attached ({attached}); a restored instance has none, so calls to S3 or Lambda from SQL would fail.",
    fix: "Of instances outside a cluster they are not carried over. Detach them first and attach them to the replacement afterwards.",
  },
  "attached.master-secret": {
    why: "The master password of {name} is managed by Secrets Manager; the secret stays with the old instance and is deleted with it.",
    fix: "Take over the password yourself first, and let it be managed again afterwards (a new secret, a new ARN).",
  },
  "attached.activity-stream": {
    why: "{name} has a database activity stream; a new one gets another Kinesis stream name.",
    fix: "Stop it first, start it on the replacement and tell its consumers the new name.",
  },
  "attached.write-forwarding": {
    why: "{name} forwards writes to the primary cluster of a global database.",
    fix: "Turn global write forwarding off and remove {name} from the global database first.",
  },
  "attached.domain": {
    why: "{name} is joined to a directory ({attached}).",
    fix: "This version does not carry the directory over: leave it first.",
  },
  "attached.backtrack": {
    why: "{name} has a backtrack window, whose history cannot be carried over.",
    fix: "Only Aurora MySQL has it, which this version does not move.",
  },
  "attached.read-replica": {
    why: "{name} has read replicas ({attached}), which would stay with the old database and go on telling old data.",
    fix: "Delete them before, and create them anew afterwards: `aws rds create-db-instance-read-replica`.",
  },
  "attached.prepared-transactions": {
    why: "{name} holds prepared transactions ({attached}); they could be committed after the proof.",
    fix: "Commit them or roll them back first.",
  },

  // The key.
  "key.not-found": {
    why: "KMS does not know the key {key} in {region}.",
    fix: "Name a key by ARN, id or alias: `/encrypt-db start NAME key alias/NAME`.",
  },
  "key.none-given": {
    why: "No key was named and none is configured.",
    fix: "Name one: `/encrypt-db start {name} key alias/NAME`.",
  },
  "key.aws-managed": {
    why: "{key} is managed by AWS: it cannot be shared with another account, which is what the move is for.",
    fix: "Name a customer-managed key.",
  },
  "key.not-enabled": {
    why: "{key} is {state}.",
    fix: "Enable it (or cancel its deletion) and try again; without it the replacement could not be opened.",
  },
  "key.not-symmetric": {
    why: "{key} is of type {spec} for {usage}; RDS needs a symmetric key that encrypts.",
    fix: "Name a key of type SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT.",
  },
  "key.other-region": {
    why: "{key} lies in {keyRegion}, the database in {region}.",
    fix: "Name a key of the database's own Region.",
  },
  "key.other-account": {
    why: "{key} belongs to account {keyAccount}, the database to {account}: losing access there would lose the database.",
    fix: "Name a key of the database's own account.",
  },
  "key.expires": {
    why: "The material of {key} was imported and expires on {at:instant}; the database would then be lost.",
    fix: "Name a key whose material does not expire.",
  },
  "source-key.not-enabled": {
    why: "The key that {name} is under now is {state}.",
    fix: "Enable it: the restore reads through it, and so does the way back.",
  },

  // The account and the network.
  "quota.exhausted": {
    why: "The account has {used} of {max} {what}; the migration needs {needed} more.",
    fix: "Raise the quota or make room, then try again.",
  },
  "fence.no-group": {
    why: "No fence security group is configured for {vpc}, the VPC of {name}.",
    fix: "Create a group that admits only the probe and add it to FENCE_SECURITY_GROUPS.",
  },
  "fence.in-use": {
    why: "{name} already has the fence group {group}.",
    fix: "Give it its own groups back first: a fence that is always up proves nothing.",
  },
  "probe.cannot-reach": {
    why: "The probe does not get into {name}: {layer} failed ({code}).",
    fix: "Let the probe's security group in on the database's port, and check the login of the probe.",
  },
  "probe.cannot-end-sessions": {
    why: "The login {user} may not end other sessions.",
    fix: "Run `GRANT pg_signal_backend TO {user};`",
  },
  "probe.cannot-read-statistics": {
    why: "The login {user} may not read other sessions' statistics.",
    fix: "Run `GRANT pg_read_all_stats TO {user};`",
  },
  "probe.cannot-create-schema": {
    why: "The login {user} may not make a schema in {database}, where the marker is written.",
    fix: "Run `GRANT CREATE ON DATABASE {database} TO {user};`",
  },
  "probe.cannot-connect-everywhere": {
    why: "The login {user} may not connect to every database of {name}, so it could not prove that none is written to.",
    fix: "Run `GRANT CONNECT ON DATABASE … TO {user};` for each of its databases.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;
