/** What is said of a backup and of a decommission, which move nothing, and of what a finished move leaves to be done. */
export const afterwardsProblems = {
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
  "check.no-stack": "No stack of CloudFormation made it",
  "check.no-terraform": "No tag says that Terraform manages it",
  "event.take-over":
    "{name} is made by code ({owners}), which knows nothing of the replacement yet: take it over as below before anything is applied.",

  "cost.cluster-a-day": "{instances} ({perDay} instance-hours a day) and the storage of its volume",
  "cost.instance-a-day": "{instances} ({perDay} instance-hours a day) and {gibibytes} GiB of storage",
} as const satisfies Record<string, string>;
