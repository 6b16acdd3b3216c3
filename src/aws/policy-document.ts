import * as z from "zod";
import { incomplete } from "./faults.ts";

/** A policy as IAM and KMS tell it: every list may also be a single value. Source: IAM User Guide, Grammar of the policy language. */
const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

const everybody = z.literal("*").transform(() => ({ AWS: ["*"] }));

const statement = z.object({
  Sid: z.string().optional(),
  Effect: z.enum(["Allow", "Deny"]),
  Principal: z.union([everybody, z.record(z.string(), oneOrMore)]).optional(),
  NotPrincipal: z.unknown().optional(),
  Action: oneOrMore.optional(),
  NotAction: oneOrMore.optional(),
  Condition: z.record(z.string(), z.record(z.string(), oneOrMore)).default({}),
});
export type PolicyStatement = z.infer<typeof statement>;

const policy = z.object({ Statement: z.union([statement.transform((one) => [one]), z.array(statement)]) });

/** Throws a `CloudFault` where the text is no policy. */
export function readPolicy(operation: string, text: string): readonly PolicyStatement[] {
  try {
    return policy.parse(JSON.parse(text)).Statement;
  } catch {
    throw incomplete(operation, "policy that can be read");
  }
}

/** True if the statement is about that action, which is named in full. Case does not matter, `*` and `?` are wild. */
export function isAbout({ Action, NotAction }: PolicyStatement, action: string): boolean {
  const matches = (pattern: string) =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".")}$`,
      "i",
    ).test(action);
  return Action ? Action.some(matches) : NotAction !== undefined && !NotAction.some(matches);
}
