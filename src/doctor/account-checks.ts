import type { Check } from "./check.ts";

export const accountChecks: readonly Check[] = [
  {
    claim: "These AWS credentials are of the account of the databases",
    look: async ({ account, config }) => {
      const caller = await account.caller();
      if (caller.account === config.AWS_ACCOUNT_ID) return [];
      return [
        {
          severity: "error",
          what: `AWS_ACCOUNT_ID is ${config.AWS_ACCOUNT_ID}, and these credentials are of ${caller.account} (${caller.arn}).`,
          why: "Whatever was found below was found in the other account.",
          remedy: "Set AWS_PROFILE to a profile of the right account, or mend AWS_ACCOUNT_ID.",
        },
      ];
    },
  },
];
