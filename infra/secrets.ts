import { SecretValue } from "aws-cdk-lib";
import type { Settings } from "./settings.ts";

/**
 * A person puts one secret, a JSON object with these names, and CloudFormation copies each value into the environment of the one
 * function that needs it; the template has only the reference, and the environment is encrypted with the bot's own key. The
 * functions may not read the secret. Reading it at run time would cost the front part of the three seconds that Slack waits, and
 * the probe cannot: it reaches nothing but databases. The price: whoever may read a function's configuration and use the bot's
 * key sees them, and a new value needs a deployment.
 *
 * The version is part of the reference, since CloudFormation looks again only at what has changed.
 */
export function secretNamed(
  name: "SLACK_SIGNING_SECRET" | "SLACK_BOT_TOKEN" | "DATABASE_PASSWORD",
  { arn, version }: Settings["secret"],
): string {
  return SecretValue.secretsManager(arn, { jsonField: name, versionId: version }).unsafeUnwrap();
}
