import { webApi } from "@slack/bolt";
import { ChannelFault } from "../engine/deps.ts";
import type { SlackAddresses } from "./addresses.ts";

/** Milliseconds. The library itself would wait for ever. */
export const patience = 2_500;

/**
 * The library would repeat a post whose reply was lost, and so post twice; and it would sleep through a rate limit.
 * Whoever calls decides both.
 */
export function clientOptions(addresses: SlackAddresses): webApi.WebClientOptions {
  return {
    slackApiUrl: addresses.api,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: patience,
    logger: silent,
  };
}

export function createWebClient(token: string, addresses: SlackAddresses): webApi.WebClient {
  return new webApi.WebClient(token, clientOptions(addresses));
}

/** The library's logger writes whole requests at its lower levels; errors reach us as errors. */
const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => webApi.LogLevel.ERROR,
  setName() {},
};

/** Slack's own trouble, under which a call may or may not have taken effect. */
const ownTrouble: ReadonlySet<string> = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
]);

/** Calls Slack; what goes wrong there is a `ChannelFault`, and everything else a bug that is thrown as it is. */
export async function calling<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw faultOf(error) ?? error;
  }
}

function faultOf(error: unknown): ChannelFault | undefined {
  if (error instanceof webApi.WebAPIRateLimitedError) {
    return new ChannelFault("throttled", "Slack's rate limit", error.retryAfter * 1_000, error);
  }
  if (error instanceof webApi.WebAPIRequestError) {
    return new ChannelFault("unanswered", "Slack did not answer", null, error);
  }
  if (error instanceof webApi.WebAPIHTTPError) return httpFault(error.statusCode, null, error);
  if (error instanceof webApi.WebAPIPlatformError) {
    const code = String(error.data.error);
    if (code === "ratelimited" || code === "rate_limited") {
      return new ChannelFault("throttled", "Slack's rate limit", null, error);
    }
    const kind = ownTrouble.has(code) ? "unanswered" : "refused";
    return new ChannelFault(kind, `Slack answers ${code}`, null, error);
  }
  return undefined;
}

/** What an HTTP status other than success says. `retryAfter` in milliseconds. */
export function httpFault(status: number, retryAfter: number | null, cause?: unknown): ChannelFault {
  if (status === 429) return new ChannelFault("throttled", "Slack's rate limit", retryAfter, cause);
  const kind = status >= 500 ? "unanswered" : "refused";
  return new ChannelFault(kind, `Slack answers with HTTP status ${status}`, null, cause);
}
