/** What is said of a backup and of a decommission, which move nothing, and of what a finished move leaves to be done. */
export const afterwardsProblems = {
  "target.no-key": {
    why: "{name} is under no key of KMS; AWS Backup cannot copy it to another account.",
    fix: "Move it to a key first: `/encrypt-db start {name}`.",
  },
  "retired.unknown": {
    why: "The bot knows of no finished move of {name} that has left {typed} behind.",
    fix: "See what there is: `/encrypt-db list`, `/encrypt-db status {name}`. Only the source of a finished move is deleted by the bot.",
  },
  "retired.other-name": {
    why: "{typed} is not the source that the last move of {name} has retired. Nothing is deleted under any other than its own name.",
    fix: "If that source is meant, type its name in full: `/encrypt-db decommission {retired}`. What an older move has left is deleted by hand, after a look at what it is.",
  },
  "retired.being-deleted": {
    why: "The deletion of {retired} has begun, and what is deleted does not come back.",
    fix: "Let it come to its end; if it is stuck, `/encrypt-db retry {name}`. What is in the snapshot {snapshot} can be restored.",
  },
  "ownership.stack": {
    why: "The stack {stack} of CloudFormation or the CDK made {name}, and goes on meaning whatever has that name. AWS's own tags, by which this is known, are not on the replacement, for nobody may set them. An update that touches `KmsKeyId` or `StorageEncrypted` replaces it, and deleting the stack deletes it.",
    fix: "Freeze the stack until it has taken the replacement over, and set beforehand what the plan shows.",
  },
  "ownership.terraform": {
    why: "Terraform manages {name} ({address}). Its next apply finds another `kms_key_id` and another resource id under that name; where the code says otherwise it plans `forces replacement`, which deletes the replacement with everything in it.",
    fix: "Freeze applies until the state has taken the replacement over, and change the code beforehand as the plan shows.",
  },
  "ownership.terraform-guessed": {
    why: "Tags of {name} ({tags}) let one guess that Terraform manages it; nobody has said so. If it does, its next apply may plan `forces replacement`, which deletes the replacement with everything in it.",
    fix: "Ask its owner. If it is so, freeze applies and change the code as the plan shows; the tag `{tag}` with the resource's address fills the commands in.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const afterwardsSentences = {
  "event.backup-created": "{person} asked to back {name} up to the other account, under the key {key}.",
  "event.decommission-created": "{person} asked to delete {retired}, the retired source of {name}.",
  "event.backed-up":
    "{name} is backed up: its copy was seen in the other account, and backups go on by a schedule.",
  "event.decommissioned": "{retired} is deleted. {name} serves as before and was not touched.",
  "event.backup-ends":
    "{person} calls the backup of {name} off: its schedule is taken back, which takes about {price:duration}. {name} serves as before.",
  "event.backup-off":
    "The backup of {name} is called off. What was made until then stays until AWS Backup deletes it.",
  "event.decommission-ends":
    "{person} calls the deletion of {retired} off: it is put back as it was kept, which takes about {price:duration}.",
  "event.decommission-off": "{retired} is not deleted; it is kept as before.",
  "said.backing-up": "The plan of {name}'s backup is in the channel; somebody else must approve it.",
  "said.decommissioning":
    "The plan to delete the retired source of {name} is in the channel; somebody else must approve it.",
  "said.calling-off": "What was begun for {name} is taken back; it takes about {price:duration}.",

  "check.no-stack": "No stack of CloudFormation made it",
  "check.no-terraform": "No tag says that Terraform manages it",
  "event.take-over":
    "{name} is made by code ({owners}), which knows nothing of the replacement yet: take it over as below before anything is applied.",

  "phase.finishing": "being finished",
  "phase.back-up": "its backup is being made",
  "phase.copy-backup": "its backup is being copied to the other account",
  "phase.verify-backup-copy": "the copy is being looked at from the other account",
  "phase.schedule-backups": "its daily backups are being set up",

  "cost.cluster-a-day": "{instances} ({perDay} instance-hours a day) and the storage of its volume",
  "cost.instance-a-day": "{instances} ({perDay} instance-hours a day) and {gibibytes} GiB of storage",
} as const satisfies Record<string, string>;
