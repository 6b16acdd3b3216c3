import type {
  DescribeScalableTargetsRequest,
  DescribeScalingPoliciesRequest,
} from "@aws-sdk/client-application-auto-scaling";
import type { ListResourcesRequest } from "@aws-sdk/client-ram";
import { fault } from "./fault.ts";
import { arn } from "./names.ts";
import type { Turn } from "./turn.ts";

/** The account is the caller's, who may belong to another one than what they look at. */
export function getCallerIdentity({ caller }: Turn): object {
  const [, , , , account] = caller.arn.split(":");
  return { UserId: "AROASIMULATED:encrypt-db", Account: account, Arn: caller.arn };
}

const dimension = "rds:cluster:ReadReplicaCount" as const;

function scalable(turn: Turn, resourceIds: readonly string[] | undefined) {
  return turn.state.attachments.autoscaling
    .map((target) => ({ ...target, resourceId: `cluster:${target.clusterName}` }))
    .filter(({ resourceId }) => resourceIds === undefined || resourceIds.includes(resourceId));
}

/** A target is a name: after a swap it acts on whatever cluster bears it. */
export function describeScalableTargets(turn: Turn, input: DescribeScalableTargetsRequest) {
  assertRds(input.ServiceNamespace);
  const targets = scalable(turn, input.ResourceIds).map(({ resourceId, min, max }) => ({
    ServiceNamespace: "rds" as const,
    ResourceId: resourceId,
    ScalableDimension: dimension,
    MinCapacity: min,
    MaxCapacity: max,
    RoleARN: `arn:aws:iam::${turn.state.accountId}:role/aws-service-role/rds.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_RDSCluster`,
    CreationTime: new Date(0),
    SuspendedState: {
      DynamicScalingInSuspended: false,
      DynamicScalingOutSuspended: false,
      ScheduledScalingSuspended: false,
    },
  }));
  return { ScalableTargets: targets };
}

export function describeScalingPolicies(turn: Turn, input: DescribeScalingPoliciesRequest) {
  assertRds(input.ServiceNamespace);
  const only = input.ResourceId === undefined ? undefined : [input.ResourceId];
  const policies = scalable(turn, only).map(({ resourceId, clusterName }) => ({
    PolicyARN: `arn:aws:autoscaling:${turn.state.region}:${turn.state.accountId}:scalingPolicy:${clusterName}`,
    PolicyName: `${clusterName}-cpu`,
    ServiceNamespace: "rds" as const,
    ResourceId: resourceId,
    ScalableDimension: dimension,
    PolicyType: "TargetTrackingScaling" as const,
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType: "RDSReaderAverageCPUUtilization" as const },
    },
    CreationTime: new Date(0),
  }));
  return { ScalingPolicies: policies };
}

function assertRds(namespace: string | undefined): void {
  if (namespace === "rds") return;
  throw fault(
    "application-autoscaling",
    "ValidationException",
    `Unsupported service namespace: ${namespace}`,
  );
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
