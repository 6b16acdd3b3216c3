import * as z from "zod";
import { CloudFault } from "../core/cloud.ts";
import type { SecretReads } from "../core/leftover.ts";
import type { Instant } from "../core/time.ts";
import type { AccountClients } from "./clients.ts";
import { jsonCall } from "./json-call.ts";

export const actions = ["secretsmanager:DescribeSecret"] as const;

/** Epoch seconds. */
const date = z.number().optional();
const described = z.object({ LastAccessedDate: date, LastRotatedDate: date });

/**
 * When a secret was last read and last rotated; never what is in it. Undefined where there is none. Throws a `CloudFault`.
 * Source: Secrets Manager API, DescribeSecret: the date of the last access is that of a day, and absent where there was none.
 */
export async function findSecretReads(
  { origin, describeSecret }: Pick<AccountClients, "origin" | "describeSecret">,
  now: () => Instant,
  arn: string,
): Promise<SecretReads | undefined> {
  try {
    const answer = await (describeSecret?.(arn) ??
      jsonCall({ ...(await origin()), now }, "secretsmanager", "DescribeSecret", { SecretId: arn }));
    const { LastAccessedDate, LastRotatedDate } = described.parse(answer);
    return { lastRead: instant(LastAccessedDate), lastRotated: instant(LastRotatedDate) };
  } catch (fault) {
    if (fault instanceof CloudFault && fault.code === "ResourceNotFoundException") return undefined;
    throw fault;
  }
}

function instant(seconds: number | undefined): Instant | null {
  return seconds === undefined ? null : seconds * 1_000;
}
