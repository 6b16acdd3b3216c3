import * as z from "zod/mini";
import { type Instant, seconds } from "../core/time.ts";
import type { AccountClients } from "./clients.ts";
import { calling } from "./faults.ts";
import { signedCall } from "./signed-call.ts";

export const actions = ["ram:ListResources"] as const;

const listed = z.object({
  resources: z.optional(z.array(z.object({ resourceShareArn: z.string() }))),
  nextToken: z.optional(z.string()),
});

/**
 * The resource shares that a resource of this account is in, by ARN. One call of Resource Access Manager is not worth a client of
 * the SDK. Throws a `CloudFault`. Source: RAM API, ListResources.
 */
export async function sharesOf(
  { origin, answer }: Pick<AccountClients, "origin" | "answer">,
  now: () => Instant,
  resourceArn: string,
): Promise<readonly string[]> {
  const operation = "ListResources";
  const ask = async (input: object): Promise<unknown> => {
    if (answer) return calling(operation, () => answer("ram", operation, input));
    const { body } = await signedCall(
      { ...(await origin()), now },
      {
        service: "ram",
        operation,
        path: "/listresources",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(input),
        patience: seconds(10),
      },
    );
    return JSON.parse(body);
  };
  const shares: string[] = [];
  for (let nextToken: string | undefined; ; ) {
    const input = { resourceOwner: "SELF", resourceArns: [resourceArn] };
    const page = listed.parse(await ask({ ...input, ...(nextToken !== undefined && { nextToken }) }));
    shares.push(...(page.resources ?? []).map(({ resourceShareArn }) => resourceShareArn));
    if (page.nextToken === undefined) return shares;
    nextToken = page.nextToken;
  }
}
