import { GetKeyPolicyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { CloudFault, type KeyRight } from "../core/cloud.ts";
import { calling, incomplete } from "./faults.ts";
import { rightByPolicy } from "./key-policy.ts";
import { type PolicyStatement, readPolicy } from "./policy-document.ts";

export const actions = ["kms:GetKeyPolicy"] as const;

/** What RDS needs of whoever makes a database. Source: Aurora User Guide, Overview.Encryption.Keys. */
export const neededOnKey = ["kms:CreateGrant", "kms:DescribeKey"] as const;

/** The policy of a key. Throws a `CloudFault`. */
export async function keyPolicyOf(client: KMSClient, keyArn: string): Promise<readonly PolicyStatement[]> {
  const operation = "GetKeyPolicy";
  const { Policy } = await calling(operation, () => client.send(new GetKeyPolicyCommand({ KeyId: keyArn })));
  if (!Policy) throw incomplete(operation, "Policy");
  return readPolicy(operation, Policy);
}

/**
 * Whether a key's policy lets RDS use it in the name of a role of the key's own account, or of anybody there who may where no
 * role is given. A dry run of CreateGrant would not tell: it does not come through RDS, which such policies demand.
 */
export async function rightOnKey(
  client: KMSClient,
  keyArn: string,
  roleArn: string | undefined,
): Promise<KeyRight> {
  const [, , , region = "", account = ""] = keyArn.split(":");
  try {
    const policy = await keyPolicyOf(client, keyArn);
    const rights = neededOnKey.map((action) => rightByPolicy(policy, action, { account, region, roleArn }));
    return (
      rights.find((right) => right === "refused") ?? rights.find((right) => right === "unclear") ?? "allowed"
    );
  } catch (fault) {
    // Not to be allowed to read a policy says nothing about what it allows.
    if (fault instanceof CloudFault && fault.kind === "refused") return "unread";
    throw fault;
  }
}
