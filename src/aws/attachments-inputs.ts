import type { RegisterScalableTargetCommandInput } from "@aws-sdk/client-application-auto-scaling";
import type {
  AddRoleToDBClusterMessage,
  CreateDBClusterEndpointMessage,
  DeregisterDBProxyTargetsRequest,
  ModifyDBClusterMessage,
  StartActivityStreamRequest,
} from "@aws-sdk/client-rds";
import type { ActivityStream, ClusterRole, CustomEndpoint, Suspension } from "../core/attachments.ts";
import { tagList } from "./facts.ts";

/* As in rds-inputs.ts: the gateway sends it, and the sheet for carrying on by hand prints it. */

export function roleInput(cluster: string, { arn, feature }: ClusterRole): AddRoleToDBClusterMessage {
  return { DBClusterIdentifier: cluster, RoleArn: arn, ...(feature !== "" && { FeatureName: feature }) };
}

export function endpointInput(cluster: string, endpoint: CustomEndpoint): CreateDBClusterEndpointMessage {
  const { name, type, staticMembers, excludedMembers, tags } = endpoint;
  return {
    DBClusterIdentifier: cluster,
    DBClusterEndpointIdentifier: name,
    EndpointType: type,
    ...(staticMembers.length > 0 && { StaticMembers: staticMembers }),
    ...(excludedMembers.length > 0 && { ExcludedMembers: excludedMembers }),
    Tags: tagList(tags),
  };
}

export function proxyInput(cluster: string, proxy: string): DeregisterDBProxyTargetsRequest {
  return { DBProxyName: proxy, DBClusterIdentifiers: [cluster] };
}

/** Capacities that are not named stay. Source: Application Auto Scaling API, RegisterScalableTarget. */
export function scalingInput(cluster: string, suspended: Suspension): RegisterScalableTargetCommandInput {
  return {
    ServiceNamespace: "rds",
    ResourceId: `cluster:${cluster}`,
    ScalableDimension: "rds:cluster:ReadReplicaCount",
    SuspendedState: {
      DynamicScalingInSuspended: suspended.in,
      DynamicScalingOutSuspended: suspended.out,
      ScheduledScalingSuspended: suspended.scheduled,
    },
  };
}

export function streamInput(
  clusterArn: string,
  { mode, keyArn }: ActivityStream,
): StartActivityStreamRequest {
  // Otherwise it would begin in the maintenance window, days later.
  return { ResourceArn: clusterArn, Mode: mode, KmsKeyId: keyArn, ApplyImmediately: true };
}

export function passwordInput(cluster: string, keyArn: string | null): ModifyDBClusterMessage {
  return {
    DBClusterIdentifier: cluster,
    ApplyImmediately: true,
    ManageMasterUserPassword: true,
    ...(keyArn !== null && { MasterUserSecretKmsKeyId: keyArn }),
  };
}
