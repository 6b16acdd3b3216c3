import { mistakes } from "./mistakes.ts";

/**
 * Everything that can be wrong and that the bot knows about: why, and how to fix it. Codes are persisted.
 * A parameter is `{text}`, `{when:instant}` or `{long:duration}`.
 */
export const problems = {
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
    fix: "Only Aurora PostgreSQL is moved by this version.",
  },
  "target.already-encrypted": {
    why: "{name} is already under that key (`{key}`).",
    fix: "Nothing needs to be done. For another key, name it: `/encrypt-db start {name} key alias/NAME`.",
  },
  "target.unencrypted-aurora": {
    why: "{name} is not encrypted, and AWS rejects a point-in-time restore with a key for an unencrypted cluster.",
    fix: "This version does not move it. By hand: keep every writer out, take a snapshot, restore it with the key, and swap the names.",
  },
  "target.aws-owned-key": {
    why: "{name} is under a key that AWS owns; whether such a cluster can be restored under another key is not documented.",
    fix: "Prove it first with a rehearsal on a copy; this version does not do that.",
  },
  "target.unknown-encryption": {
    why: "AWS did not say how {name} is encrypted.",
    fix: "Look at the cluster in the console; the bot does not guess.",
  },
  "target.rds-instance": {
    why: "{name} is an RDS instance, whose restore takes no key.",
    fix: "This version moves Aurora clusters only. By hand: keep every writer out, take a snapshot, copy it with the key, restore the copy, and swap the names.",
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
    why: "The RDS Proxy {attached} sends its clients to {name}, and would go on sending them to the old cluster.",
    fix: "First let the applications connect to the cluster's own endpoint and deregister {name} from the proxy; register it again afterwards.",
  },
  "attached.custom-endpoint": {
    why: "{name} has the custom endpoint {attached}, which would stay with the old cluster.",
    fix: "Delete it first and create it on the replacement afterwards.",
  },
  "attached.autoscaling": {
    why: "Readers of {name} are scaled automatically ({attached}); the policy goes by name and would act on the replacement while it is being built.",
    fix: "Deregister the scalable target first and register it again afterwards.",
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
    why: "{name} has IAM roles attached ({attached}); a restored cluster has none, so calls to S3 or Lambda from SQL would fail.",
    fix: "This version does not carry them over. Detach them first and attach them to the replacement afterwards.",
  },
  "attached.master-secret": {
    why: "The master password of {name} is managed by Secrets Manager; the secret stays with the old cluster and is deleted with it.",
    fix: "Take over the password yourself first, and let it be managed again afterwards (a new secret, a new ARN).",
  },
  "attached.data-api": {
    why: "{name} has the Data API on: it reaches the database past every security group, so the fence would not hold.",
    fix: "Turn the HTTP endpoint off first and on again afterwards.",
  },
  "attached.activity-stream": {
    why: "{name} has a database activity stream; a new one gets another Kinesis stream name.",
    fix: "Stop it first, start it on the replacement and tell its consumers the new name.",
  },
  "attached.write-forwarding": {
    why: "{name} forwards writes from its readers; a restore leaves that off.",
    fix: "Turn write forwarding off first and on again afterwards.",
  },
  "attached.domain": {
    why: "{name} is joined to a directory ({attached}).",
    fix: "This version does not carry the directory over: leave it first.",
  },
  "attached.backtrack": {
    why: "{name} has a backtrack window, whose history cannot be carried over.",
    fix: "Only Aurora MySQL has it, which this version does not move.",
  },
  "attached.replication-slots": {
    why: "{name} has replication slots ({attached}); they do not come along, and their consumers would lose changes.",
    fix: "Drain and drop them first, and create them on the replacement before it is opened.",
  },
  "attached.pg-cron": {
    why: "pg_cron jobs write inside {name} without a client ({attached}); the fence does not stop them.",
    fix: "Unschedule them first and schedule them again afterwards.",
  },
  "attached.subscription": {
    why: "Subscriptions write inside {name} without a client ({attached}); the fence does not stop them.",
    fix: "Disable and drop them first; both copies would advance the same slot.",
  },
  "attached.unlogged-tables": {
    why: "{name} has unlogged tables ({attached}); a restore brings them back empty.",
    fix: "Run `ALTER TABLE … SET LOGGED` on each of them, or drop those that need not be kept.",
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

  // Approval.
  "approval.own-request": {
    why: "You asked for this migration yourself, {name}.",
    fix: "Somebody else from the approvers must approve it.",
  },
  "approval.not-an-approver": {
    why: "{name} is not one of the approvers.",
    fix: "Ask one of them, or have the list of approvers changed in the bot's configuration.",
  },
  "approval.not-a-member": {
    why: "{name} is a {standing} here; only full members of this workspace may use the bot.",
    fix: "Ask a full member.",
  },
  "approval.other-workspace": {
    why: "{name} belongs to another workspace.",
    fix: "Ask a member of this workspace.",
  },
  "approval.other-migration": {
    why: "That button belongs to a migration that has ended.",
    fix: "Use the buttons of the newest message.",
  },
  "approval.stale-plan": {
    why: "The plan has changed since that message was posted, so the button no longer counts.",
    fix: "Read the new plan and approve that.",
  },
  "approval.not-waiting": {
    why: "Nobody waits for that approval (any more).",
    fix: "See what is waited for: `/encrypt-db status`.",
  },
  "approval.already-signed": {
    why: "You have already signed this, {name}.",
    fix: "A second person must sign.",
  },
  "approval.cannot-check": {
    why: "Slack did not answer when asked who you are, so nothing was approved.",
    fix: "Click again in a moment.",
  },

  // Operators, who come with an AWS identity.
  "operator.not-proven": {
    why: "AWS does not confirm who is calling ({code}).",
    fix: "Renew your credentials until `aws sts get-caller-identity` works in the same shell, and use the account, Region and table of this bot.",
  },
  "operator.stale": {
    why: "The request was signed {age:duration} away from the bot's own time; more than five minutes are not accepted.",
    fix: "Set this machine's clock, and try again.",
  },
  "operator.repeated": {
    why: "This very request has been served before.",
    fix: "Look what became of it: `npm run operate -- status`. Then ask anew.",
  },
  "operator.unknown": {
    why: "AWS says that you are {arn}. That is nobody whom OPERATORS names, and only who is named there may change anything.",
    fix: "Use the identity that is named there, or have this one added to the bot's configuration. `status`, `list` and `sheet` need none.",
  },
  "operator.other-account": {
    why: "AWS says that you are {arn}, and this bot serves account {account}.",
    fix: "Use an identity of that account, or one that OPERATORS names.",
  },
  "operator.unreadable": {
    why: "The request is not one that this version of the bot knows.",
    fix: "Use `npm run operate` of the version that is deployed.",
  },

  // Commands.
  ...mistakes,
  "command.halted": {
    why: "{person} has halted everything: {reason}.",
    fix: "Nothing is begun until an approver says `/encrypt-db unhalt`; rolling back works.",
  },
  "command.not-approver": {
    why: "Only approvers may do that.",
    fix: "Ask one of them. You may pause your own migration outside its downtime, and roll it back at any time.",
  },
  "command.wrong-channel": {
    why: "Migrations are run in {channel} only.",
    fix: "Run the command there.",
  },
  "command.no-migration": {
    why: "There is no migration of {name} under way.",
    fix: "Start one with `/encrypt-db start {name}`.",
  },
  "command.not-closable": {
    why: "{name} is not stuck, so the bot can bring it to its end itself.",
    fix: "Roll it back, or let it go on. Only what people have carried on by hand is closed.",
  },
  "command.nothing-stuck": {
    why: "{name} is not stuck.",
    fix: "There is nothing to retry; see `/encrypt-db status {name}`.",
  },
  "command.not-paused": {
    why: "{name} is not paused.",
    fix: "See `/encrypt-db status {name}`.",
  },
  "command.failed": {
    why: "I could not do that: {what} did not answer ({code}).",
    fix: "Nothing was started. Try again in a moment.",
  },
  "command.not-allowed": {
    why: "Only the person who started {name} and the approvers may do that.",
    fix: "Ask one of them.",
  },
  "command.rolling-back": {
    why: "{name} is rolling back.",
    fix: "Follow it with `/encrypt-db status {name}`.",
  },
  "command.ended": {
    why: "The migration of {name} has ended.",
    fix: "See `/encrypt-db status {name}`.",
  },
  "pause.in-downtime": {
    why: "{name} is inside its downtime; a pause would only lengthen it.",
    fix: "Let it go on, or roll back: `/encrypt-db rollback {name}`.",
  },
  "rollback.finished": {
    why: "{name} has been moved and its migration is finished.",
    fix: "The old cluster is kept as {retired}, fenced; going back now is a decision about data for people to make.",
  },
  "rollback.already": {
    why: "{name} is already rolling back.",
    fix: "Follow it with `/encrypt-db status {name}`.",
  },
  "rollback.writes": {
    why: "{writes} writes have been made since {name} was opened; rolling back would discard them.",
    fix: "Prefer to go on. To discard them all the same, two approvers must sign.",
  },

  // Plans that changed.
  "plan.changed": {
    why: "{name} is no longer what was approved: {differences}.",
    fix: "The approvals are void. Read the new plan and approve that.",
  },
  "plan.changed-late": {
    why: "{name} is no longer what was approved ({differences}), and the fence may have been going up already.",
    fix: "Roll back with `/encrypt-db rollback {name}` and start again.",
  },
  "plan.code-changed": {
    why: "This migration was begun by version {stored} of {strategy}, and this is version {known}.",
    fix: "Deploy the version that began it, and go on or roll back with that; or carry on by hand (`npm run operate -- sheet`).",
  },
  "command.stored-otherwise": {
    why: "Another version of encrypt-db stored this migration, in a way that this one does not read. It is left as it is.",
    fix: "Deploy the version that began it, and go on or roll back with that; or carry on by hand (`npm run operate -- sheet`).",
  },

  // On the way.
  "step.deadline": {
    why: "{step} has not come to an end within {limit:duration}.",
    fix: "Look at the database in the console, then `/encrypt-db retry {name}` or `/encrypt-db rollback {name}`.",
  },
  "step.no-effect": {
    why: "{step} was started {attempts} times and shows no effect.",
    fix: "Look at the database's events in the console, then `/encrypt-db retry {name}` or `/encrypt-db rollback {name}`.",
  },
  "step.refused": {
    why: "AWS refused {operation}: {code}. {message}",
    fix: "Put that right, then `/encrypt-db retry {name}`; or go back with `/encrypt-db rollback {name}`.",
  },
  "step.mismatch": {
    why: "The name that {operation} was about to use belongs to another resource than the one meant. {message}",
    fix: "Find out who changed it. Nothing was done; `/encrypt-db retry {name}` looks again.",
  },
  "step.no-approval": {
    why: "{step} needs a live approval of the current plan and has none.",
    fix: "Approve the plan again.",
  },
  "step.database-refused": {
    why: "The database would not do it: {message} ({code}).",
    fix: "Put that right, then `/encrypt-db retry {name}`; or go back with `/encrypt-db rollback {name}`.",
  },
  "step.bug": {
    why: "A fault in encrypt-db itself: {message}.",
    fix: "Nothing more is started. Report it with the migration id; `/encrypt-db retry {name}` tries again.",
  },
  "name.taken": {
    why: "{taken} exists and was not made by this migration.",
    fix: "Somebody took the name while it was free. Rename or remove theirs, then `/encrypt-db retry {name}`; or `/encrypt-db rollback {name}`.",
  },
  "source.missing": {
    why: "The source ({resourceId}) is not to be found.",
    fix: "Somebody deleted it, or the bot lost its permission to see it. Look in the console; nothing more is started.",
  },
  "replacement.missing": {
    why: "The replacement ({resourceId}) is not to be found.",
    fix: "Somebody deleted it. Roll back: `/encrypt-db rollback {name}`.",
  },
  "replacement.unfenced": {
    why: "AWS did not restore {name} behind the fence: clients would write to it before it is verified.",
    fix: "Roll back: `/encrypt-db rollback {name}`. It has no instances yet, so that nobody was let in.",
  },
  "restore.failed": {
    why: "The restore of {name} ended as {status}.",
    fix: "Roll back: `/encrypt-db rollback {name}`. The source is intact.",
  },
  "member.failed": {
    why: "The instance {member} ended as {status}.",
    fix: "Roll back: `/encrypt-db rollback {name}`. The source is intact.",
  },
  "proof.written-after-quiet": {
    why: "Rows changed on the source after every session had ended ({changes}).",
    fix: "Something writes past the fence. Roll back with `/encrypt-db rollback {name}`, find it, and start again.",
  },
  "proof.session-after-quiet": {
    why: "A session is on {name} again although it is fenced.",
    fix: "Something gets past the fence. Roll back with `/encrypt-db rollback {name}`, find it, and start again.",
  },
  "proof.fence-lifted": {
    why: "The fence of {name} is no longer up: somebody changed its security groups.",
    fix: "Nothing is proved any more. Roll back: `/encrypt-db rollback {name}`.",
  },
  "proof.cannot-compare": {
    why: "The source's counters started anew ({reason}), so that nobody can say whether it was written to.",
    fix: "Roll back: `/encrypt-db rollback {name}`.",
  },
  "proof.marker-missing": {
    why: "The marker is not in the replacement: it ends before T1.",
    fix: "Do not open it. Roll back: `/encrypt-db rollback {name}`.",
  },
  "verify.wrong-key": {
    why: "{name} is under {found}, not under the approved key.",
    fix: "Do not open it. Roll back: `/encrypt-db rollback {name}`.",
  },
  "verify.settings-differ": {
    why: "The replacement differs from the source: {differences}.",
    fix: "Put it right by hand and `/encrypt-db retry {name}`, or roll back.",
  },
  "verify.catalogue-differs": {
    why: "The replacement does not define the same things as the source: {differences}.",
    fix: "Do not open it. Roll back: `/encrypt-db rollback {name}`.",
  },
  "source.renamed": {
    why: "The source {resourceId} is named {found}, which this migration did not do.",
    fix: "Find out who renamed it and give it the name {wanted}, then `/encrypt-db retry {name}`.",
  },
  "rollback.opened-by-others": {
    why: "{name} is open to its clients, and the bot has not opened it: what they have written since is nowhere else.",
    fix: "If it is to stay, there is nothing to roll back. If not, leave it only the fence's security group, see what was written, and then `/encrypt-db retry {name}`.",
  },
  "rollback.certificate": {
    why: "{name} answers, but its certificate does not fit its name: after renames AWS refreshes it only when the cluster is stopped and started.",
    fix: "Stop and start the cluster in the console, then `/encrypt-db retry {name}`.",
  },
  "endpoint.changed": {
    why: "AWS gave the replacement the endpoint {found} instead of {wanted}.",
    fix: "Clients would not find it. Roll back: `/encrypt-db rollback {name}`.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export type ProblemCode = keyof typeof problems;
