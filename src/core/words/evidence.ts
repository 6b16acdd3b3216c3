/** Where the evidence pack of a migration cannot be had. */
export const evidenceProblems = {
  "evidence.no-migration": {
    why: "No migration of {name} is on record, so that there is no evidence of one.",
    fix: "Check the spelling with `/encrypt-db list`.",
  },
  "evidence.no-thread": {
    why: "The thread of {name} is not in the channel yet, so that there is nowhere to post its evidence.",
    fix: "Ask again once its message is there. `npm run operate -- evidence {name}` prints it meanwhile.",
  },
  "evidence.not-posted": {
    why: "Slack did not take the evidence of {name}.",
    fix: "Look into its thread, for the answer may only have been lost, and ask again. `npm run operate -- evidence {name}` prints it.",
  },
  "evidence.plan-gone": {
    why: "The plan of the migration {migration} of {name} is not in the store, so that nothing can be said of what was approved.",
    fix: "Look at the table: the plan is the item plan#… of {name}. Restore it from the table's backup, and ask again.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const evidenceSentences = {
  "said.evidence": "The evidence of {name} is in its thread. Its seal is {seal}.",

  // The message in the thread.
  "evidence.posted":
    "The evidence of migration {migration} of {name}, complete up to entry {seq} of its journal. Its seal: {seal}. To check the file: `npm run verify-evidence -- FILE {seal}`.",

  "verify.holds": "{path} holds.",
  "verify.broken": "{path} does not hold: do not rely on it.",
  "verify.leaves": "What it does not prove:",
  "verify.no-file": "There is no file {path}, or it may not be read.",
  "verify.no-seal": "A seal is 64 hexadecimal digits, as they stand in the migration's thread.",

  // What is wrong with a file.
  "fault.not-json":
    "The file is no JSON: {reason}. What is checked is the file whose name ends in .json; the page is for reading.",
  "fault.not-a-pack":
    "The file is no evidence pack of this product: it does not say that it is an “{format}”.",
  "fault.other-version":
    "The pack is of format version {version}, and this program knows {known}: check it with the version of encrypt-db that made it, or a newer one.",
  "fault.shape": "The pack is not whole, or holds what no pack holds: {where}: {what}.",
  "fault.form":
    "The file is not byte for byte what was made: from byte {at} on it is written differently, although it may say the same.",
  "fault.chain": "The section “{section}” was changed after it was sealed.",
  "fault.seal": "The seal in the file is not the head of its chain.",
  "fault.other-seal": "The seal of the file is {seal}, which is not the one that was given.",
  "fault.journal":
    "Entry {seq} of the journal does not follow from the one before: it was changed, or one was taken out or put in.",
  "fault.journal-end":
    "The journal ends with entry {seq}, and the migration's last one is {last}: entries are missing.",
  "fault.plan-hash":
    "The hash of the plan is {actual}, and not {hash}: it is not the plan that was approved.",
  "fault.other-plan": "The plan is one of {plan}, and the pack one of {migration}.",
  "fault.own-approval": "{gate} was approved by {person}, who had asked for it.",
  "fault.no-approval": "{gate} was passed without an approval of this plan.",
  "fault.uncovered": "“{step}” was begun at {at:instant}, before {gate} was approved.",
  "fault.approval-unheard":
    "The journal knows nothing of the approval of {gate} by {person} at {at:instant}.",
  "fault.approvals-missing": "The journal holds {told} approvals, and the pack {kept}.",
  "fault.one-signature": "Writes were discarded with the signature of {count} person, where two are needed.",
  "fault.no-evidence": "“{step}” is done, and nothing was seen of it.",
  "fault.not-done": "The migration is finished, and “{step}” is not done.",
  "fault.not-undone": "The migration is rolled back, and “{step}” was not undone.",
  "fault.no-key": "The migration is finished, and nothing shows that anything is under the key {key}.",
  "fault.step-unheard": "The journal knows nothing of the end of “{step}” at {at:instant}.",
  "fault.requester-unheard": "The journal does not begin with the request of {person} at {at:instant}.",
  "fault.end-unheard": "The journal knows nothing of an end at {at:instant}.",
  "fault.downtime-unheard":
    "Nothing in the journal and the steps is at {at:instant}, where the downtime is said to {what}.",
  "fault.backwards": "{later} is at {at:instant}, before {earlier} at {before:instant}.",

  // What times are compared.
  "time.entry": "entry {seq} of the journal",
  "time.begin": "the beginning of “{step}”",
  "time.end": "the end of “{step}”",
  "time.request": "the request {id} of “{step}”",
  "time.asked": "the request for the migration",
  "time.approval": "the approval of {gate}",

  // What a file without a fault proves.
  "proves.whole": "The file is whole and has exactly the form in which it was made. Its seal is {seal}.",
  "proves.unchanged": "It was not changed since that seal was given: it is the one that you named.",
  "proves.journal":
    "The journal is complete from entry 1 to {last}: none of its entries was changed, taken out or put in.",
  "proves.plan": "The plan is the one whose hash was approved: {hash}.",
  "proves.approved":
    "{gate}: approved by {person} ({user}) at {at:instant}; {requester} ({asker}) had asked for it.",
  "proves.discarded": "{people} signed that writes are discarded.",
  "proves.order":
    "Nothing that creates, interrupts or destroys was begun before its gate was approved, and no time runs backwards.",
  "proves.steps": "{count} steps are done, each with what was seen and who said so.",
  "proves.ended": "The migration {migration} of {name} ended at {at:instant}: {status}.",

  // What it does not.
  "unproved.truth":
    "It does not prove that whoever made it told the truth. {count} changes carry the request ids that AWS gave them: look them up in CloudTrail of account {account}. Changes whose answer was lost have none here; CloudTrail has them under the role sessions {migration}.STEP.",
  "unproved.seal":
    "No seal was given to compare. Whoever can write a file can seal it anew: take the seal from the migration's thread, or from the table.",
  "unproved.redacted-entry":
    "Something was taken out of entry {seq} of the journal because it looked like a secret: its hash is as it was stored and cannot be computed.",
  "unproved.redacted-plan":
    "Something was taken out of the plan because it looked like a secret: its hash cannot be computed from what is left.",
  "unproved.earlier":
    "Plans that were approved before this one and replaced are not in the file, only their hashes: {hashes}.",
  "unproved.open": "The migration had not ended when the pack was made: what came afterwards is not in it.",
  "unproved.closed": "People brought it to its end by hand: nothing shows how.",
} as const satisfies Record<string, string>;
