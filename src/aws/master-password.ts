import * as z from "zod";
import { jsonCall } from "./json-call.ts";
import type { Origin } from "./signed-call.ts";

const answered = z.object({ SecretString: z.string() });
const kept = z.object({ password: z.string() });

/**
 * The password of a master user that RDS manages itself, as it is now. Throws a `CloudFault`, and a `ZodError` where the secret is
 * none of RDS's. Source: Secrets Manager API, GetSecretValue; Amazon RDS User Guide, Password management with Secrets Manager.
 */
export async function masterPassword(origin: Origin, secretArn: string): Promise<string> {
  const answer = await jsonCall(origin, "secretsmanager", "GetSecretValue", { SecretId: secretArn });
  const { SecretString: text } = answered.parse(answer);
  return kept.parse(JSON.parse(text)).password;
}

export const actions = ["secretsmanager:GetSecretValue"] as const;
