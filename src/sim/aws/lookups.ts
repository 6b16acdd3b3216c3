import type { ListResourcesRequest } from "@aws-sdk/client-ram";
import { fault } from "./fault.ts";
import { arn } from "./names.ts";
import type { Turn } from "./turn.ts";

/** The account is the caller's, who may belong to another one than what they look at. */
export function getCallerIdentity({ caller }: Turn): object {
  const [, , , , account] = caller.arn.split(":");
  return { UserId: "AROASIMULATED:encrypt-db", Account: account, Arn: caller.arn };
}

export function listResources(turn: Turn, input: ListResourcesRequest) {
  if (input.resourceOwner !== "SELF") {
    throw fault("ram", "InvalidParameterException", "The simulated account shares its own resources only.");
  }
  const { state } = turn;
  const resources = state.attachments.shares
    .map(({ cluster, shareArn }) => ({
      arn: arn(state, "cluster", state.clusters[cluster]?.id ?? cluster),
      type: "rds:Cluster",
      resourceShareArn: shareArn,
      status: "AVAILABLE" as const,
    }))
    .filter((resource) => input.resourceArns === undefined || input.resourceArns.includes(resource.arn))
    .filter(({ type }) => input.resourceType === undefined || input.resourceType === type);
  return { resources };
}
