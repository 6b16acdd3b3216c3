import { putRequest } from "../aws/inbox.ts";
import { call, wake } from "../aws/invoke.ts";
import type { Origin } from "../aws/signed-call.ts";
import type { FrontConfig, LambdaCredentials, WorkerConfig } from "../config.ts";
import type { Database } from "../core/database.ts";
import { remoteDatabase } from "../database/remote.ts";
import type { SlackHandlerOptions } from "../slack/app.ts";
import { realClock } from "./surroundings.ts";

/** How one function of a deployment reaches what is beside it. */

/** The worker as the front sees it: the table that it reads, and its wake. */
export function composeInbox(
  config: FrontConfig,
  credentials: LambdaCredentials,
): Pick<SlackHandlerOptions, "putRequest" | "wake"> {
  const origin = originOf(config, credentials);
  return {
    putRequest: (request) => putRequest(origin, config.TABLE_NAME, request),
    wake: () => wake(origin, config.WORKER_FUNCTION),
  };
}

/** The databases as the worker sees them: the probe asks them. */
export function composeProbeCall(config: WorkerConfig, credentials: LambdaCredentials): Database {
  const origin = originOf(config, credentials);
  return remoteDatabase((payload) => call(origin, config.PROBE_FUNCTION, payload));
}

function originOf(
  config: Pick<FrontConfig, "AWS_REGION" | "AWS_ENDPOINT_URL">,
  credentials: LambdaCredentials,
): Origin {
  return {
    region: config.AWS_REGION,
    endpoint: config.AWS_ENDPOINT_URL,
    credentials: {
      accessKeyId: credentials.AWS_ACCESS_KEY_ID,
      secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
      sessionToken: credentials.AWS_SESSION_TOKEN,
    },
    now: realClock.now,
  };
}
