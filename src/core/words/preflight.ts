/** What may spoil a night and is looked for before anything is touched. */
export const preflightProblems = {
  "plan.new-warnings": {
    why: "Something has come up since the plan for {name} was shown; your approval was not counted.",
    fix: "Read it. If it may stay so, approve again.",
  },
} as const satisfies Record<string, { why: string; fix: string }>;

export const preflightSentences = {
  "event.warning": "New since the plan was shown: {why} {fix}",
} as const satisfies Record<string, string>;
