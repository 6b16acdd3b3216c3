import { type Format, fill, type Note } from "./note.ts";
import type { ParamsOf } from "./template.ts";
import { aftercareSentences } from "./words/aftercare.ts";
import { afterwardsSentences } from "./words/afterwards.ts";
import { attachedSentences } from "./words/attached.ts";
import { backupSentences } from "./words/backup.ts";
import { budgetSentences } from "./words/budget.ts";
import { decommissionSentences } from "./words/decommission.ts";
import { dumpSentences } from "./words/dump.ts";
import { evidenceSentences } from "./words/evidence.ts";
import { insideSentences } from "./words/inside.ts";
import { preflightSentences } from "./words/preflight.ts";
import { rehearsalSentences } from "./words/rehearsal.ts";
import { waysSentences } from "./words/ways.ts";

/**
 * Everything the bot says beside its problems. Codes are persisted; the sentences are rendering and may be
 * reworded or translated. A parameter is `{text}`, `{when:instant}` or `{long:duration}`.
 */
export const sentences = {
  ...afterwardsSentences,
  ...attachedSentences,
  ...backupSentences,
  ...preflightSentences,
  ...budgetSentences,
  ...insideSentences,
  ...waysSentences,
  ...dumpSentences,
  ...rehearsalSentences,
  ...evidenceSentences,
  ...decommissionSentences,
  ...aftercareSentences,

  // Steps.
  "step.begin": "Approve the plan",
  "step.protect-source": "Protect {name} from deletion and tag it",
  "step.protect-source.undo": "Take the tags off {name} and set its deletion protection as it was",
  "step.safety-snapshot": "Take the safety snapshot {snapshot}",
  "step.prepare-database": "Prove that the probe can log in, and make the schema encrypt_db",
  "step.prepare-database.undo": "Drop the schema encrypt_db",
  "step.cutover": "Approve the cutover",
  "step.fence-network": "Fence {name}: only the security group {group}, which admits nobody but the probe",
  "step.fence-network.undo": "Lift the fence: give {name} its security groups back",
  "step.end-sessions": "End every session, and prove that none is left and none writes",
  "step.mark": "Commit the marker: T1, the last moment that counts",
  "step.after-mark": "Commit once more after T1, so that there is something to restore up to",
  "step.rename-members": "Rename the instances of {name} to …-old-{id} (they restart)",
  "step.rename-members.undo": "Give the instances of {name} their names back (they restart)",
  "step.still-quiet": "Prove again, after the restart, that nobody is connected",
  "step.rename-source": "Rename {name} to {retired}",
  "step.rename-source.undo": "Rename {retired} back to {name}",
  "step.endpoint-gone": "Wait until the endpoint is gone from DNS",
  "step.final-snapshot": "Take the snapshot {snapshot} of the fenced source",
  "step.first-copy": "Copy the safety snapshot under the new key, as {copy}",
  "step.final-copy": "Copy the final snapshot under the new key, as {copy}",
  "step.fallback-snapshot":
    "Where the source cannot be restored past T1 in time, take the snapshot {snapshot} of it instead",
  "step.restorable": "Wait until the source can be restored past T1",
  "step.restore": "Restore {name} under the new key, behind the fence",
  "step.restore.undo": "Put the replacement aside as {failed}",
  "step.create-writer": "Create the writer instance {member}",
  "step.create-writer.undo": "Put the replacement's writer aside",
  "step.create-readers": "Create the reader instances",
  "step.create-readers.undo": "Put the replacement's readers aside",
  "step.apply-settings": "Apply the settings that a restore does not take",
  "step.introduce-replacement": "Tell the replacement who it is",
  "step.verify-key": "Verify the key on the database and on every instance of it",
  "step.verify-settings": "Verify every setting against the source",
  "step.verify-data": "Verify the marker and the catalogue against the source",
  "step.verify-restorable": "Verify that the replacement can itself be restored",
  "step.open-gate": "Approve the opening",
  "step.last-look": "Prove, as the last thing before opening, that the source is unchanged",
  "step.open": "Open {name} to its clients",
  "step.open.undo": "Close {name} again and count the writes since it was opened",
  "step.endpoint-answers": "Check that the endpoints lead to the replacement",
  "step.retire-source": "Tag {retired} as retired; it stays fenced and protected",
  "step.source-answers": "Check that {name} answers again under its name, with TLS",

  // Why a step is not needed.
  "skip.no-readers": "there are no readers",

  // Why something has no way back.
  "keeps.snapshot": "kept as a safety copy",
  "keeps.sessions": "clients connect again by themselves",
  "keeps.marker": "it goes with the schema encrypt_db",
  "keeps.heartbeat": "it changes no table",
  "keeps.replacement": "it goes with the replacement",
  "keeps.retired-tags": "it goes with the tags of the source",

  // What was seen.
  "saw.approved": "Approved by {person}",
  "saw.opening-agreed": "{person} agreed with the cutover to open when every check passes",
  "saw.protected": "Deletion protection is on and the tags are set",
  "saw.unprotected": "Deletion protection is {protection} and the bot's tags are off",
  "saw.snapshot": "The safety snapshot {snapshot} is complete",
  "saw.stalled": "The restorable time has not passed T1 in {after:duration}: it goes on by a snapshot",
  "saw.no-fallback": "The source can be restored past T1, so that no snapshot is needed",
  "saw.snapshot-after": "{snapshot} was taken at {at:instant}, after T1 ({t1:instant})",
  "saw.copy": "{copy} is complete and encrypted under {key}",
  "saw.probe-in": "The probe logs in over TLS at {host}",
  "saw.introduced": "The database says that it is {resourceId}",
  "saw.schema-gone": "The schema encrypt_db is gone",
  "saw.groups": "The only security group is {groups}, and it is active",
  "saw.groups-back": "The security groups are {groups}, as before",
  "saw.no-sessions": "No session but the probe's on {member} in {samples} looks over {over:duration}",
  "saw.no-prepared": "No prepared transaction",
  "saw.counters-still": "The tuple counters of {databases} stand still",
  "saw.marker": "T1: the marker {token} is committed, and the source's clock shows {t1:instant}",
  "saw.unchanged-since-quiet": "Not one tuple changed since every session had ended",
  "saw.committed-after": "A commit after {restoreAt:instant} is on the source",
  "saw.member-renamed": "{resourceId} is named {name} and available",
  "saw.cluster-renamed": "{resourceId} is named {name} and available",
  "saw.endpoint-gone": "{host} does not resolve",
  "saw.restorable": "The source can be restored up to {latest:instant}",
  "saw.restored": "{resourceId} is available as {name}",
  "saw.endpoint-kept": "Its endpoint is {endpoint}, as before",
  "saw.put-aside": "The replacement is out of the way; if it was made, it is named {name}",
  "saw.member-available": "{name} is available",
  "saw.settings-applied": "Maintenance window {window}, Database Insights {insights}",
  "saw.key": "{name} is encrypted under {key}",
  "saw.settings-equal": "{count} settings of {name} equal the source's",
  "saw.marker-there": "The marker {token} is in the replacement",
  "saw.catalogue-equal": "{relations} relations and every definition in {databases} equal the source's",
  "saw.sequences": "{count} sequences stand at or after the source's",
  "saw.can-be-restored": "It can be restored up to {latest:instant}",
  "saw.answers":
    "{endpoint} answers as {resourceId}: DNS {dns} ms, TCP {tcp} ms, TLS {tls} ms, login {login} ms",
  "saw.source-answers": "{host} answers and takes writes; TLS fits the name",
  "saw.retired": "{name} is tagged as retired, protected and fenced",
  "saw.closed": "{name} is behind the fence again",
  "saw.writes-since-opening": "{writes} writes since opening",
  "saw.discard-signed": "{people} signed that {writes} writes are discarded",

  // What is waited for.
  "wait.approval": "an approval of {gate}",
  "wait.halted": "`/encrypt-db unhalt`: {person} halted everything ({reason})",
  "wait.halt-unknown": "the kill switch to be readable, which is taken as halted until then",
  "wait.effect": "AWS to show what was started",
  "wait.last-call": "the last call to settle, so that nothing is undone under it",
  "wait.not-yet": "this to come true",
  "wait.service": "AWS, which answers {code} to {operation}",
  "wait.database": "the database, which does not answer ({layer}: {code})",
  "wait.status": "{name}, which is {status}",
  "wait.visible": "{name} to be seen under its name",
  "wait.groups": "the security groups to be active",
  "wait.sessions": "{count} sessions to end",
  "wait.counters": "the tuple counters to stand still",
  "wait.clock": "the source's clock to pass {until:instant}",
  "wait.dns": "{host} to go out of DNS",
  "wait.answer": "{host} to answer ({layer}: {reason})",
  "wait.other-database": "{host} to answer as the right database",
  "wait.restorable": "the restorable time, {latest:instant}, to pass {until:instant}",
  "wait.restorable-time": "AWS to give the replacement a restorable time",
  "wait.discard": "two signatures: {writes} writes would be discarded",

  // What happened: the journal, and most of the thread.
  "event.created": "{person} asked to move {name} to the key {key}.",
  "event.approved": "{person} approved {gate}.",
  "event.approval-expired":
    "The approval of {gate} has expired before its first step had begun; it is asked for again.",
  "event.approval-needed": "{name} waits for the approval of {gate}.",
  "event.rejected": "{person} rejected {gate}.",
  "event.downtime-began": "The downtime of {name} begins: the fence goes up.",
  "event.fenced": "{name} is fenced: no new connection but the probe's.",
  "event.marked":
    "T1 is {t1:instant} on the source's own clock: no session was left, and nothing is written after it. The replacement will be restored to {restoreAt:instant}.",
  "event.marked-to-copy":
    "T1 is {t1:instant} on the source's own clock: no session was left, and nothing is written after it. The replacement will be made of a snapshot that is taken now.",
  "event.copied": "What was written up to T1 is in {copy}, under the new key.",
  "event.unreachable":
    "The {endpoint} endpoint is unreachable ({sight}) since {by:instant}; the look before, {after:instant}, was answered.",
  "event.answers":
    "The {endpoint} endpoint answers as {sight} since {by:instant}; it did not at the look before, {after:instant}.",
  "event.restored": "The replacement ({resourceId}) is restored and still behind the fence.",
  "event.verified":
    "Every check passed: the key, the settings, the marker, the catalogue, and that it can itself be restored.",
  "event.opened": "{name} is open. Restart or recycle connection pools that still hold the old address.",
  "event.stuck": "{why} {fix}",
  "event.retried": "{person} asked to try {name} again.",
  "event.paused": "{person} paused {name}: no further step starts.",
  "event.halted": "{person} halted everything: {reason}. No further step begins; rolling back still works.",
  "event.resumed": "{person} resumed {name}.",
  "event.plan-changed":
    "The database is no longer what was approved ({differences}). Every approval is void; here is the new plan.",
  "event.rollback": "{person} rolls {name} back. It takes about {price:duration} and loses 0 writes.",
  "event.discard-signed": "{person} signed that the writes since opening are discarded.",
  "event.forward-again": "{person} goes forward again: the replacement is opened once more.",
  "event.closed":
    "{person} closed the migration of {name}: people brought it to its end by hand. Nothing was undone, and the bot vouches for nothing of it.",
  "event.rolled-back":
    "{name} is back: the source answers under its name, unfenced. It took {took:duration}.",
  "event.finished": "{name} is under the new key. The downtime was {downtime:duration}.",
  "step.done": "{step} is done.",

  // What is checked before anything is planned.
  "check.enrolled": "The cluster and its members are enrolled by their owner",
  "check.available": "The cluster is available",
  "check.nothing-pending": "No change and no maintenance is pending",
  "check.names": "Every name the migration makes fits within RDS's limit",
  "check.key": "The key is enabled, symmetric, customer-managed, in this Region and account",
  "check.source-key": "The present key can be read through, also on the way back",
  "check.quotas": "The account has room for a second cluster",
  "check.not-attached": "{what}",
  "check.login": "The probe's login can prove that nobody writes",
  "check.writer": "It has a writer",
  "check.restorable": "It has a restorable time",
  "check.fence": "The fence group is not in use",

  // What an approver should know and the plan says.
  "remark.expected-from":
    "Times are planning figures from AWS's pages; a restore or a copy depends on the size and can take hours.",
  "remark.full-copy":
    "The copy inside the downtime holds only what has changed since the first; AWS does not promise that, and a full copy of a large database takes hours.",
  "remark.lazy-storage":
    "A restored instance fetches its storage when it is first read: the first reads are slow for a while.",
  "remark.schema": "A schema encrypt_db with two small tables is made in {database} and stays there.",
  "remark.restart": "Renaming an instance restarts it; inside the downtime nobody is connected.",
  "remark.protection": "Deletion protection will be on, which it is not now.",
  "remark.resource-id":
    "The resource id changes: IAM policies for rds-db:connect that name {resourceId} must be changed.",
  "remark.performance-insights":
    "The history of Performance Insights belongs to the old cluster and does not come along.",
  "remark.restorable":
    "The replacement can be restored only to times after its own creation; older times stay with the source.",

  // Answers to commands.
  "said.started": "The plan for {name} is in the channel; somebody else must approve it.",
  "said.paused": "{name} is paused. Go on with `/encrypt-db resume {name}`.",
  "said.halted":
    "Halted: no step of any migration begins from now on. What AWS was asked for already goes on there. Rolling back works; go on with `/encrypt-db unhalt`.",
  "said.unhalted": "Steps may begin again.",
  "said.resumed": "{name} goes on.",
  "said.retried": "{name} is tried again.",
  "said.rolling-back": "{name} is rolling back; it takes about {price:duration}.",
  "said.closed":
    "The migration of {name} is closed. Nothing was undone: look whether a fence, a tag or a copy is left.",
  "said.withdrawn": "{name} is as it was: nothing had been made, and the migration is withdrawn.",
  "said.approved": "Your approval of {gate} is recorded.",
  "said.forward-again": "{name} goes forward again.",
  "said.already-done": "That has been done already.",
  "said.rejected": "You rejected {gate}.",
  "said.signed": "You signed. Signatures still needed: {missing}.",
  "said.none-open":
    "No migration is under way. Start one with `/encrypt-db start NAME`; `/encrypt-db list` shows every database.",
} as const satisfies Record<string, string>;

export type NoteCode = keyof typeof sentences;

export function note<C extends NoteCode>(code: C, params: ParamsOf<(typeof sentences)[C]>): Note {
  return { code, params: params as Note["params"] };
}

/** The sentence. A code that a newer version wrote shows as itself. */
export function say(of: Note, format: Format): string {
  const template: string | undefined = Object.hasOwn(sentences, of.code)
    ? sentences[of.code as NoteCode]
    : undefined;
  return template === undefined ? format.text(of.code) : fill(template, of.params, format);
}
