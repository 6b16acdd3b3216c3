import { mistakes } from "./mistakes.ts";
import { refusals } from "./refusals.ts";
import { aftercareProblems } from "./words/aftercare.ts";
import { afterwardsProblems } from "./words/afterwards.ts";
import { attachedProblems } from "./words/attached.ts";
import { backupProblems } from "./words/backup.ts";
import { budgetProblems } from "./words/budget.ts";
import { decommissionProblems } from "./words/decommission.ts";
import { dumpProblems } from "./words/dump.ts";
import { evidenceProblems } from "./words/evidence.ts";
import { insideProblems } from "./words/inside.ts";
import { preflightProblems } from "./words/preflight.ts";
import { rehearsalProblems } from "./words/rehearsal.ts";
import { transferProblems } from "./words/transfer.ts";

/**
 * Everything that can be wrong and that the bot knows about: why, and how to fix it. Codes are persisted.
 * A parameter is `{text}`, `{when:instant}` or `{long:duration}`.
 */
export const problems = {
  ...afterwardsProblems,
  ...refusals,
  ...attachedProblems,
  ...backupProblems,
  ...preflightProblems,
  ...budgetProblems,
  ...insideProblems,
  ...rehearsalProblems,
  ...evidenceProblems,
  ...decommissionProblems,

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
  "snapshot.before-t1": {
    why: "The snapshot {snapshot} was taken at {at:instant}, before T1 ({t1:instant}), so that writes may be missing from it.",
    fix: "Roll back: `/encrypt-db rollback {name}`, and start again. Nobody was let into a replacement.",
  },
  "snapshot.wrong-key": {
    why: "The copy {snapshot} is under {found} instead of the approved key.",
    fix: "Roll back: `/encrypt-db rollback {name}`, and see who made it.",
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

  ...dumpProblems,
  ...transferProblems,
  ...aftercareProblems,
} as const satisfies Record<string, { why: string; fix: string }>;

export type ProblemCode = keyof typeof problems;
