import { identify, signature } from "../aws/caller.ts";
import type { WorkerConfig } from "../config.ts";
import { problem } from "../core/problem.ts";
import type { Deps } from "../engine/deps.ts";
import { createDesk, type Desk } from "../operate/desk.ts";
import { clientOptions, type Surroundings } from "./surroundings.ts";

/** Where operators are served without Slack. */
export function composeDesk(
  config: Pick<
    WorkerConfig,
    "AWS_REGION" | "AWS_ENDPOINT_URL" | "TABLE_NAME" | "OPERATORS" | "OPERATOR_APPROVERS" | "SLACK_APPROVERS"
  >,
  deps: Deps,
  around: Pick<Surroundings, "aws"> = {},
): Desk {
  const clients = clientOptions(config, around);
  return createDesk({
    deps,
    operators: {
      people: config.OPERATORS,
      // Whom a user group holds only Slack knows; then they are named besides.
      approvers: config.OPERATOR_APPROVERS ?? config.SLACK_APPROVERS,
    },
    table: config.TABLE_NAME,
    identify: async (purpose, given) => {
      const read = signature.safeParse(given);
      return read.success
        ? identify(purpose, read.data, clients, deps.clock.now())
        : problem("operator.unreadable", {});
    },
  });
}
