import { GetKeyPolicyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { CloudFault, type KeyRight } from "../core/cloud.ts";
import { calling, incomplete } from "./faults.ts";
import { type Caller, rightByPolicy } from "./key-policy.ts";
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
export function rightOnKey(
  client: KMSClient,
  keyArn: string,
  roleArn: string | undefined,
): Promise<KeyRight> {
  const [, , , region, account = ""] = keyArn.split(":");
  return rightTo(client, keyArn, neededOnKey, { account, region, roleArn });
}

/** What AWS Backup of another account needs of a key to copy what is under it. Source: AWS Backup Developer Guide, Encryption. */
const neededByDestination = [
  "kms:DescribeKey",
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:GenerateDataKey",
  "kms:GenerateDataKeyWithoutPlaintext",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
] as const;

/** Whether a key's policy lets AWS Backup of another account copy what is under it. Its service-linked role does that there. */
export function rightOfDestination(client: KMSClient, keyArn: string, account: string): Promise<KeyRight> {
  const partition = keyArn.split(":")[1];
  const roleArn = `arn:${partition}:iam::${account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup`;
  return rightTo(client, keyArn, neededByDestination, { account, region: undefined, roleArn });
}

async function rightTo(
  client: KMSClient,
  keyArn: string,
  needed: readonly string[],
  caller: Caller,
): Promise<KeyRight> {
  try {
    const policy = await keyPolicyOf(client, keyArn);
    const rights = needed.map((action) => rightByPolicy(policy, action, caller));
    return (
      rights.find((right) => right === "refused") ?? rights.find((right) => right === "unclear") ?? "allowed"
    );
  } catch (fault) {
    // Not to be allowed to read a policy says nothing about what it allows.
    if (fault instanceof CloudFault && fault.kind === "refused") return "unread";
    throw fault;
  }
}
