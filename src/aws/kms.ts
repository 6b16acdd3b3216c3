import { DescribeKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import type { KeyFacts } from "../core/cloud.ts";
import { finding, incomplete } from "./faults.ts";

export const actions = ["kms:DescribeKey"] as const;

/** A key by ARN, id or `alias/…`. Throws a `CloudFault`, also where its policy does not let us look. */
export async function findKey(client: KMSClient, key: string): Promise<KeyFacts | undefined> {
  const operation = "DescribeKey";
  const answer = await finding(operation, "NotFoundException", () =>
    client.send(new DescribeKeyCommand({ KeyId: key })),
  );
  if (!answer) return undefined;
  const found = answer.KeyMetadata;
  const [, , , region, account] = found?.Arn?.split(":") ?? [];
  if (!found?.Arn || !found.KeyManager || !found.KeyState || !region || !account) {
    throw incomplete(operation, "KeyMetadata");
  }
  return {
    arn: found.Arn,
    account,
    region,
    manager: found.KeyManager,
    state: found.KeyState,
    spec: found.KeySpec ?? "",
    usage: found.KeyUsage ?? "",
    origin: found.Origin ?? "",
    validUntil: found.ValidTo?.getTime() ?? null,
  };
}
