import * as z from "zod";
import type { Origin } from "./signed-call.ts";

const answered = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  Token: z.string(),
});

/**
 * The credentials of the role of the task that this process runs in, good for some hours. `relativeUri` is what ECS puts into the
 * environment. Source: Amazon ECS Developer Guide, Task IAM role.
 */
export async function containerCredentials(
  relativeUri: string,
  endpoint = "http://169.254.170.2",
): Promise<Origin["credentials"]> {
  const response = await fetch(new URL(relativeUri, endpoint), {
    redirect: "error",
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`the task's credentials were answered with ${response.status}`);
  const { AccessKeyId, SecretAccessKey, Token } = answered.parse(await response.json());
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}
