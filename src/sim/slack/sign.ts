import { createHmac } from "node:crypto";

/** An HTTP request as Slack sends it to an app: raw body and the headers that prove where it comes from. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Signs a body the way Slack does (https://docs.slack.dev/authentication/verifying-requests-from-slack):
 * HMAC-SHA256 over `v0:<timestamp>:<body>`. `timestamp` is in seconds and taken as it comes, so that a test
 * can send what Slack never would: old, future, or cut at another colon.
 */
export function sign(options: {
  readonly secret: string;
  readonly timestamp: number | string;
  readonly body: string;
}): SignedRequest {
  const base = `v0:${options.timestamp}:${options.body}`;
  const signature = createHmac("sha256", options.secret).update(base).digest("hex");
  return {
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
      "x-slack-request-timestamp": String(options.timestamp),
      "x-slack-signature": `v0=${signature}`,
    },
    body: options.body,
  };
}
