import { isAbout, type PolicyStatement } from "./policy-document.ts";

/** Whose call is judged: a role of the account, or, where none is known, somebody of it. */
export interface Caller {
  readonly account: string;
  /** Of the RDS through which the call comes; undefined where it is not known through which service it does. */
  readonly region: string | undefined;
  readonly roleArn: string | undefined;
}

type Holds = "always" | "never" | "perhaps";

/**
 * What a resource's own policy says of a caller's action, mostly of one that RDS asks a key for in the caller's name. `unclear` where it depends on something that is not
 * judged here: whoever guesses would be wrong in the downtime. Source: KMS Developer Guide, Key policies and Condition keys.
 */
export function rightByPolicy(
  policy: readonly PolicyStatement[],
  action: string,
  caller: Caller,
): "allowed" | "refused" | "unclear" {
  const held = (effect: PolicyStatement["Effect"]) =>
    policy
      .filter((one) => one.Effect === effect && isAbout(one, action))
      .map((one) => both(isMeant(one, caller), isMet(one, action, caller)));
  const allows = held("Allow");
  const denies = held("Deny");
  if (denies.includes("always") || allows.every((how) => how === "never")) return "refused";
  return allows.includes("always") && !denies.includes("perhaps") ? "allowed" : "unclear";
}

function both(...holds: readonly Holds[]): Holds {
  if (holds.includes("never")) return "never";
  return holds.includes("perhaps") ? "perhaps" : "always";
}

/** The account as a whole is meant with everybody in it, to whom IAM must then allow it as well. */
function isMeant({ Principal, NotPrincipal }: PolicyStatement, { account, roleArn }: Caller): Holds {
  if (!Principal) return NotPrincipal === undefined ? "never" : "perhaps";
  const named = Principal.AWS ?? [];
  const us = ["*", account, roleArn];
  if (named.some((one) => us.includes(one) || one.endsWith(`:iam::${account}:root`))) return "always";
  const isOfAccount = named.some((one) => one.split(":")[4] === account);
  return roleArn === undefined && isOfAccount ? "perhaps" : "never";
}

function isMet({ Condition }: PolicyStatement, action: string, { account, region }: Caller): Holds {
  const known: Readonly<Record<string, string | undefined>> = {
    "kms:viaservice": region && `rds.${region}.amazonaws.com`,
    "kms:calleraccount": account,
    "aws:principalaccount": account,
    // Only a grant can be one for a service; of any other call the key is absent.
    "kms:grantisforawsresource": action === "kms:CreateGrant" ? "true" : "",
  };
  return both(
    ...Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]): Holds => {
        const value = known[key.toLowerCase()];
        if (value === undefined) return "perhaps";
        const isOne = wanted.includes(value);
        if (operator === "StringEquals" || operator === "Bool") return isOne ? "always" : "never";
        if (operator === "StringNotEquals") return isOne ? "never" : "always";
        return "perhaps";
      }),
    ),
  );
}
