import type {
  DescribeScalableTargetsRequest,
  DescribeScalingPoliciesRequest,
  RegisterScalableTargetRequest,
} from "@aws-sdk/client-application-auto-scaling";
import type { ScalableTarget } from "./attachments.ts";
import { fault } from "./fault.ts";
import { refuseUncovered } from "./parameters.ts";
import { createDBInstance } from "./rds/instance-lifecycle.ts";
import { watchReaders } from "./readers.ts";
import type { AccountState } from "./state.ts";
import { membersOf, type Turn } from "./turn.ts";

const dimension = "rds:cluster:ReadReplicaCount" as const;

function scalable({ attachments }: AccountState, resourceIds: readonly string[] | undefined) {
  return attachments.autoscaling
    .map((target) => ({ ...target, resourceId: `cluster:${target.clusterName}` }))
    .filter(({ resourceId }) => resourceIds === undefined || resourceIds.includes(resourceId));
}

/** A target is a name: after a swap it acts on whatever cluster bears it. */
export function describeScalableTargets(turn: Turn, input: DescribeScalableTargetsRequest) {
  assertRds(input.ServiceNamespace);
  const targets = scalable(turn.seen, input.ResourceIds).map(({ resourceId, id, min, max, suspended }) => ({
    ServiceNamespace: "rds" as const,
    ResourceId: resourceId,
    ScalableDimension: dimension,
    ScalableTargetARN: targetArn(turn.state, id),
    MinCapacity: min,
    MaxCapacity: max,
    RoleARN: `arn:aws:iam::${turn.state.accountId}:role/aws-service-role/rds.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_RDSCluster`,
    CreationTime: new Date(0),
    SuspendedState: {
      DynamicScalingInSuspended: suspended.in,
      DynamicScalingOutSuspended: suspended.out,
      ScheduledScalingSuspended: suspended.scheduled,
    },
  }));
  return { ScalableTargets: targets };
}

export function targetArn({ region, accountId }: AccountState, id: string): string {
  return `arn:aws:application-autoscaling:${region}:${accountId}:scalable-target/${id}`;
}

export function describeScalingPolicies(turn: Turn, input: DescribeScalingPoliciesRequest) {
  assertRds(input.ServiceNamespace);
  const only = input.ResourceId === undefined ? undefined : [input.ResourceId];
  const policies = scalable(turn.seen, only).map(({ resourceId, clusterName }) => ({
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
  if (namespace !== "rds") throw invalid(`Unsupported service namespace: ${namespace}`);
}

const invalid = (message: string) => fault("application-autoscaling", "ValidationException", message);

const covered = [
  "ServiceNamespace",
  "ResourceId",
  "ScalableDimension",
  "MinCapacity",
  "MaxCapacity",
  "SuspendedState",
] as const;

/** Of a target that there is: what the call does not name stays (Application Auto Scaling API, RegisterScalableTarget). */
export function registerScalableTarget(turn: Turn, input: RegisterScalableTargetRequest) {
  assertRds(input.ServiceNamespace);
  refuseUncovered("RegisterScalableTarget", input, covered);
  const [found] = scalable(turn.state, [input.ResourceId ?? ""]);
  if (found === undefined) throw invalid("A new target needs a minimum and a maximum capacity.");
  const { SuspendedState: given } = input;
  const { resourceId: _, ...target } = found;
  const changed: ScalableTarget = {
    ...target,
    min: input.MinCapacity ?? target.min,
    max: input.MaxCapacity ?? target.max,
    suspended: {
      in: given?.DynamicScalingInSuspended ?? target.suspended.in,
      out: given?.DynamicScalingOutSuspended ?? target.suspended.out,
      scheduled: given?.ScheduledScalingSuspended ?? target.suspended.scheduled,
    },
  };
  const autoscaling = turn.state.attachments.autoscaling.map((one) => (one.id === target.id ? changed : one));
  turn.state = { ...turn.state, attachments: { ...turn.state.attachments, autoscaling } };
  watchReaders(turn, target.clusterName);
  return { ScalableTargetARN: targetArn(turn.state, target.id) };
}

/** Keeps the least number of readers, as soon as there is a writer. */
export function scaleReaders(turn: Turn, { clusterName }: { readonly clusterName: string }): void {
  const target = turn.state.attachments.autoscaling.find((one) => one.clusterName === clusterName);
  const cluster = Object.values(turn.state.clusters).find(({ id }) => id === clusterName);
  if (target === undefined || target.suspended.out || cluster?.status !== "available") return;
  const members = membersOf(turn.state, cluster.resourceId);
  const readers = members.filter(({ writer }) => !writer).length;
  const writer = members.find((member) => member.writer && member.status === "available");
  if (writer === undefined || readers >= target.min) return;
  createDBInstance(turn, {
    DBInstanceIdentifier: `application-autoscaling-${turn.state.serial + 1}`,
    DBClusterIdentifier: clusterName,
    DBInstanceClass: writer.settings.DBInstanceClass,
    Engine: cluster.settings.Engine,
    Tags: [{ Key: "application-autoscaling:resourceId", Value: `cluster:${clusterName}` }],
  });
}
