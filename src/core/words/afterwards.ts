/** What is said of a backup and of a decommission, which move nothing, and of what a finished move leaves to be done. */
export const afterwardsProblems = {} as const satisfies Record<string, { why: string; fix: string }>;

export const afterwardsSentences = {
  "cost.cluster-a-day": "{instances} ({perDay} instance-hours a day) and the storage of its volume",
  "cost.instance-a-day": "{instances} ({perDay} instance-hours a day) and {gibibytes} GiB of storage",
} as const satisfies Record<string, string>;
