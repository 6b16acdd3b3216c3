import type { ClientOptions } from "../aws/clients.ts";
import type { DatabaseOptions } from "../database/database.ts";
import type { Clock, Log } from "../engine/deps.ts";
import { type SlackAddresses, slackItself } from "../slack/addresses.ts";

/** The one place where configuration becomes clients, and clients become what the engine needs. */

/** The machine's own time: outside of tests and the embedded world there is no other. */
export const realClock: Clock = {
  now: Date.now,
  sleep: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
};

/** One line of JSON per event, which is what CloudWatch Logs can search. */
export const jsonLog: Log = {
  info: (event, fields) => console.log(line("info", event, fields)),
  error: (event, fields) => console.error(line("error", event, fields)),
};

function line(level: string, event: string, fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ level, event, ...fields }, (_key, value) =>
    value instanceof Error ? { name: value.name, message: value.message, stack: value.stack } : value,
  );
}

/** What stands in the place of the machine and the network, where something does. */
export interface Surroundings {
  readonly clock?: Clock;
  readonly log?: Log;
  /** In the place of AWS's addresses; a plugin answers without any network. */
  readonly aws?: Omit<ClientOptions, "region">;
  /** Where a database host is; the default asks DNS. */
  readonly resolve?: NonNullable<DatabaseOptions["resolve"]>;
}

export function clientOptions(
  config: { AWS_REGION: string; AWS_ENDPOINT_URL?: string | undefined },
  { aws }: Surroundings,
): ClientOptions {
  const endpoint = config.AWS_ENDPOINT_URL;
  return { region: config.AWS_REGION, ...(endpoint !== undefined && { endpoint }), ...aws };
}

export function addressesOf({ SLACK_URL }: { SLACK_URL?: string | undefined }): SlackAddresses {
  return SLACK_URL === undefined ? slackItself : { api: `${SLACK_URL}/api/`, answers: SLACK_URL };
}
