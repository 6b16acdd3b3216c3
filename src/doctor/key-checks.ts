import { rightByPolicy } from "../aws/key-policy.ts";
import { neededOnKey } from "../aws/key-rights.ts";
import type { PolicyStatement } from "../aws/policy-document.ts";
import type { KeyFacts } from "../core/cloud.ts";
import { explain } from "../core/problem.ts";
import { terminal } from "../operate/text/terminal.ts";
import { keyProblem } from "../strategies/preconditions.ts";
import type { Check, Finding } from "./check.ts";
import type { Deployment } from "./deployment.ts";

const hasKey = ({ config }: Deployment) => config.KMS_KEY !== undefined;

export const keyChecks: readonly Check[] = [
  {
    claim: "A key is configured for those who name none",
    look: async (of) => (hasKey(of) ? [] : [noDefault]),
  },
  {
    claim: "The key is one that a database can be put under",
    concerns: hasKey,
    look: async (of) => {
      const key = await configuredKey(of);
      if (!key) return [absent(of)];
      const { AWS_ACCOUNT_ID: account, AWS_REGION: region } = of.config;
      const problem = keyProblem(key, { account, region });
      if (!problem) return [];
      return [
        {
          severity: "error",
          what: explain(problem, terminal).why,
          why: "No database is put under it: every plan is refused.",
          remedy: `aws kms enable-key --key-id ${key.arn} (or cancel-key-deletion before) if it is this key that is meant; else set KMS_KEY to a symmetric customer-managed key of ${region} in ${account}.`,
        },
      ];
    },
  },
  {
    claim: "The key's policy lets the roles have grants made through RDS",
    concerns: hasKey,
    look: async (of) => {
      const key = await configuredKey(of);
      // Only its own account may read a policy, and only of such a key is a grant needed.
      if (key?.manager !== "CUSTOMER" || key.account !== of.config.AWS_ACCOUNT_ID) return [];
      return policyFindings(of, key, await of.account.keyPolicyOf(key.arn));
    },
  },
  {
    claim: "The key's material is replaced every year",
    concerns: hasKey,
    look: async (of) => {
      const key = await configuredKey(of);
      // Imported material, and that of another store of keys, is replaced by its owner.
      if (key?.manager !== "CUSTOMER" || key.origin !== "AWS_KMS" || key.state !== "Enabled") return [];
      return (await of.account.rotates(key.arn)) ? [] : [notRotating(key.arn)];
    },
  },
];

function configuredKey({ cloud, config }: Deployment): Promise<KeyFacts | undefined> {
  return cloud.findKey(config.KMS_KEY ?? "");
}

const noDefault: Finding = {
  severity: "note",
  what: "KMS_KEY is not set.",
  why: "Whoever starts a migration has to name a key, and may name the wrong one.",
  remedy: "Set KMS_KEY to the ARN of the key.",
};

function absent({ config }: Deployment): Finding {
  return {
    severity: "error",
    what: `KMS knows no key ${config.KMS_KEY} in ${config.AWS_REGION}.`,
    why: "Every plan that names no other key is refused.",
    remedy: "aws kms list-aliases shows those that there are; set KMS_KEY to an ARN, an id or alias/NAME.",
  };
}

function notRotating(key: string): Finding {
  return {
    severity: "note",
    what: `${key} is not rotated.`,
    why: "Many auditors ask for it; what is encrypted under the key notices nothing of it.",
    remedy: `aws kms enable-key-rotation --key-id ${key}`,
  };
}

function policyFindings(
  { config }: Deployment,
  key: KeyFacts,
  policy: readonly PolicyStatement[],
): readonly Finding[] {
  const caller = {
    account: config.AWS_ACCOUNT_ID,
    region: config.AWS_REGION,
    roleArn: config.CHANGE_ROLE_ARN,
  };
  const judged = (as: ReturnType<typeof rightByPolicy>) =>
    neededOnKey.filter((action) => rightByPolicy(policy, action, caller) === as);
  const refused = judged("refused");
  const unclear = judged("unclear");
  return [
    ...(refused.length > 0 ? [shut(key.arn, refused)] : []),
    ...(unclear.length > 0 ? [undecided(key.arn, unclear)] : []),
  ];
}

function shut(key: string, actions: readonly string[]): Finding {
  return {
    severity: "error",
    what: `The policy of ${key} does not allow ${actions.join(" and ")} through RDS.`,
    why: "RDS makes itself a grant with the rights of whoever restores: the restore would fail inside the downtime.",
    remedy: `aws kms put-key-policy --key-id ${key} --policy-name default with a statement that allows kms:CreateGrant and kms:DescribeKey to the role in CHANGE_ROLE_ARN, under kms:ViaService rds.REGION.amazonaws.com and kms:GrantIsForAWSResource true.`,
  };
}

function undecided(key: string, actions: readonly string[]): Finding {
  return {
    severity: "warning",
    what: `Whether the policy of ${key} allows ${actions.join(" and ")} depends on conditions that were not judged.`,
    why: "If it does not, the restore fails inside the downtime.",
    remedy: `aws kms get-key-policy --key-id ${key} --policy-name default shows them; restore any snapshot under the key once with the role in CHANGE_ROLE_ARN to be sure.`,
  };
}
