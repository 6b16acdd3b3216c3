import { code } from "../text.ts";

/** A key by its id where it lies beside the database, and by its whole ARN anywhere else. */
export function keyName(arn: string, beside: { readonly account: string; readonly region: string }): string {
  const [, , service, region, account, resource = ""] = arn.split(":");
  const isBeside = service === "kms" && region === beside.region && account === beside.account;
  return code(isBeside && resource.startsWith("key/") ? resource.slice("key/".length) : arn);
}
