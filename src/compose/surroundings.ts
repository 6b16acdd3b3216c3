import type { ClientOptions } from "../aws/clients.ts";
import type { DatabaseOptions } from "../database/database.ts";
import type { Clock, Log, Meter } from "../engine/deps.ts";
import { type SlackAddresses, slackItself } from "../slack/addresses.ts";

/** The one place where configuration becomes clients, and clients become what the engine needs. */

/** The machine's own time: outside of tests and the embedded world there is no other. */
export const realClock: Clock = {
  now: Date.now,
  sleep: (duration) => new Promise((resolve) => setTimeout(resolve, duration)),
};

/** What stands in the place of the machine and the network, where something does. */
export interface Surroundings {
  readonly clock?: Clock;
  readonly log?: Log;
  /** The default counts nothing: alarms are for a deployment, and one process has its health. */
  readonly meter?: Meter;
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
  return SLACK_URL === undefined
    ? slackItself
    : { api: `${SLACK_URL}/api/`, answers: SLACK_URL, files: SLACK_URL };
}
