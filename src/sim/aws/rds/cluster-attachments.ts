import type {
  AddRoleToDBClusterMessage,
  DisableHttpEndpointRequest,
  EnableHttpEndpointRequest,
  ModifyDBClusterMessage,
  StartActivityStreamRequest,
} from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { nameIn } from "../names.ts";
import { refuseUncovered } from "../parameters.ts";
import type { Cluster, ClusterSettings } from "../state.ts";
import { after, clusterNamed, newResourceId, put, type Turn } from "../turn.ts";
import { usableKey } from "./encryption.ts";

/** What AWS tells with the cluster itself and a restore does not bring along. */

type OfCluster = { readonly cluster: string };

function set(turn: Turn, cluster: Cluster, settings: Partial<ClusterSettings>): void {
  put(turn, "clusters", { ...cluster, settings: { ...cluster.settings, ...settings } });
}

function assertAvailable({ id, status }: Cluster): void {
  if (status !== "available") throw rdsFault("InvalidDBClusterStateFault", `DBCluster ${id} is ${status}.`);
}

/** It is PENDING for a moment, and the functions that need it fail meanwhile. */
export function addRoleToDBCluster(turn: Turn, input: AddRoleToDBClusterMessage): object {
  refuseUncovered("AddRoleToDBCluster", input, ["DBClusterIdentifier", "RoleArn", "FeatureName"]);
  const cluster = clusterNamed(turn, input.DBClusterIdentifier ?? "");
  assertAvailable(cluster);
  const { RoleArn, FeatureName } = input;
  const roles = cluster.settings.AssociatedRoles ?? [];
  if (roles.some((role) => role.RoleArn === RoleArn && role.FeatureName === FeatureName)) {
    throw rdsFault("DBClusterRoleAlreadyExistsFault", `${RoleArn} is associated with ${cluster.id} already.`);
  }
  if (roles.length >= turn.state.quotas.DBClusterRoles) {
    throw rdsFault("DBClusterRoleQuotaExceededFault", `${cluster.id} has no room for another role.`);
  }
  set(turn, cluster, { AssociatedRoles: [...roles, { RoleArn, FeatureName, Status: "PENDING" }] });
  after(turn, turn.durations.addRole, { do: "finish adding roles", cluster: cluster.resourceId });
  return {};
}

export function finishAddingRoles(turn: Turn, event: OfCluster): void {
  const cluster = turn.state.clusters[event.cluster];
  if (cluster === undefined) return;
  const roles = (cluster.settings.AssociatedRoles ?? []).map((role) => ({ ...role, Status: "ACTIVE" }));
  set(turn, cluster, { AssociatedRoles: roles });
}

function switchDataApi(turn: Turn, resourceArn: string | undefined, on: boolean) {
  const cluster = Object.values(turn.state.clusters).find(({ id }) => id === nameIn(resourceArn ?? ""));
  if (cluster === undefined || !resourceArn?.startsWith("arn:")) {
    throw rdsFault("ResourceNotFoundFault", `${resourceArn} not found.`);
  }
  clusterNamed(turn, resourceArn);
  if (cluster.status !== "available") {
    throw rdsFault("InvalidResourceStateFault", `${cluster.id} is ${cluster.status}.`);
  }
  set(turn, cluster, { HttpEndpointEnabled: on });
  return { ResourceArn: resourceArn, HttpEndpointEnabled: on };
}

/** For provisioned clusters and Serverless v2, which ModifyDBCluster cannot switch ([API] EnableHttpEndpoint). */
export function enableHttpEndpoint(turn: Turn, { ResourceArn }: EnableHttpEndpointRequest) {
  return switchDataApi(turn, ResourceArn, true);
}

export function disableHttpEndpoint(turn: Turn, { ResourceArn }: DisableHttpEndpointRequest) {
  return switchDataApi(turn, ResourceArn, false);
}

const coveredOfStream = ["ResourceArn", "Mode", "KmsKeyId", "ApplyImmediately"] as const;

/** Each start makes a Kinesis stream of its own, named after the cluster's resource id. */
export function startActivityStream(turn: Turn, input: StartActivityStreamRequest) {
  refuseUncovered("StartActivityStream", input, coveredOfStream);
  const cluster = clusterNamed(turn, input.ResourceArn ?? "");
  assertAvailable(cluster);
  if (input.ApplyImmediately !== true) {
    throw new Error("the simulated account starts activity streams at once only");
  }
  const key = usableKey(turn, input.KmsKeyId ?? "");
  if (cluster.settings.ActivityStreamStatus !== "stopped") {
    throw rdsFault(
      "InvalidDBClusterStateFault",
      `The activity stream of ${cluster.id} is ${cluster.settings.ActivityStreamStatus}.`,
    );
  }
  const stream = {
    ActivityStreamStatus: "starting",
    ActivityStreamMode: input.Mode,
    ActivityStreamKmsKeyId: key,
    ActivityStreamKinesisStreamName: `aws-rds-das-${cluster.resourceId}`,
  } as const;
  set(turn, cluster, stream as Partial<ClusterSettings>);
  after(turn, turn.durations.startActivityStream, {
    do: "finish starting activity stream",
    cluster: cluster.resourceId,
  });
  return {
    Status: stream.ActivityStreamStatus,
    Mode: input.Mode,
    KmsKeyId: key,
    KinesisStreamName: stream.ActivityStreamKinesisStreamName,
    ApplyImmediately: true,
  };
}

export function finishStartingActivityStream(turn: Turn, event: OfCluster): void {
  const cluster = turn.state.clusters[event.cluster];
  if (cluster !== undefined) set(turn, cluster, { ActivityStreamStatus: "started" });
}

/** A new secret with a new password; under the account's key for Secrets Manager where none is given. */
export function managedSecret(turn: Turn, cluster: Cluster, input: ModifyDBClusterMessage) {
  if (input.ManageMasterUserPassword === false) {
    throw new Error("the simulated account takes no password, so it ends no management of one");
  }
  if (!input.ManageMasterUserPassword) {
    if (input.MasterUserSecretKmsKeyId === undefined) return undefined;
    throw unmodelled("InvalidParameterCombination", "A key for the secret needs ManageMasterUserPassword.");
  }
  if (cluster.settings.MasterUserSecret !== undefined) return cluster.settings.MasterUserSecret;
  const key = input.MasterUserSecretKmsKeyId ?? "alias/aws/secretsmanager";
  return masterSecret(turn, "cluster", usableKey(turn, key));
}

/** Each secret has an ARN that no other ever had. */
export function masterSecret(turn: Turn, of: "cluster" | "db", key: string) {
  const { region, accountId } = turn.state;
  const unique = newResourceId(turn, of).toLowerCase();
  return {
    SecretArn: `arn:aws:secretsmanager:${region}:${accountId}:secret:rds!${unique}`,
    SecretStatus: "active",
    KmsKeyId: key,
  };
}
