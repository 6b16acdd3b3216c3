import { GetKeyPolicyCommand, GetKeyRotationStatusCommand, type KMSClient } from "@aws-sdk/client-kms";
import { calling, incomplete } from "./faults.ts";
import { type PolicyStatement, readPolicy } from "./policy-document.ts";

/** @public for whoever may look over a deployment */
export const actions = ["kms:GetKeyPolicy", "kms:GetKeyRotationStatus"] as const;

/** The policy of a key. Throws a `CloudFault`. */
export async function keyPolicyOf(client: KMSClient, keyArn: string): Promise<readonly PolicyStatement[]> {
  const operation = "GetKeyPolicy";
  const { Policy } = await calling(operation, () => client.send(new GetKeyPolicyCommand({ KeyId: keyArn })));
  if (!Policy) throw incomplete(operation, "Policy");
  return readPolicy(operation, Policy);
}

/** True if AWS replaces the key's material from time to time, which changes nothing for what uses it. Throws a `CloudFault`. */
export async function rotates(client: KMSClient, keyArn: string): Promise<boolean> {
  const { KeyRotationEnabled } = await calling("GetKeyRotationStatus", () =>
    client.send(new GetKeyRotationStatusCommand({ KeyId: keyArn })),
  );
  return KeyRotationEnabled === true;
}
