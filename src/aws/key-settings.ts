import { GetKeyRotationStatusCommand, type KMSClient } from "@aws-sdk/client-kms";
import { calling } from "./faults.ts";

/** @public for whoever may look over a deployment */
export const actions = ["kms:GetKeyRotationStatus"] as const;

/** True if AWS replaces the key's material from time to time, which changes nothing for what uses it. Throws a `CloudFault`. */
export async function rotates(client: KMSClient, keyArn: string): Promise<boolean> {
  const { KeyRotationEnabled } = await calling("GetKeyRotationStatus", () =>
    client.send(new GetKeyRotationStatusCommand({ KeyId: keyArn })),
  );
  return KeyRotationEnabled === true;
}
