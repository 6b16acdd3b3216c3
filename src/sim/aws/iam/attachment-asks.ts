import type { Tag } from "@aws-sdk/client-rds";
import { arn, nameIn } from "../names.ts";
import { keyNamed } from "../rds/encryption.ts";
import { targetArn } from "../scaling.ts";
import type { AccountState } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { Ask } from "./evaluate.ts";
import { inTheirName } from "./instance-asks.ts";

/** As much of the inputs as IAM looks at where something hangs on a cluster. */
export interface AttachmentInput {
  readonly DBClusterIdentifier?: string;
  readonly DBClusterIdentifiers?: readonly string[];
  readonly DBClusterEndpointIdentifier?: string;
  readonly DBProxyName?: string;
  readonly ResourceArn?: string;
  readonly RoleArn?: string;
  readonly ManageMasterUserPassword?: boolean;
  readonly MasterUserSecretKmsKeyId?: string;
  readonly ServiceNamespace?: string;
  readonly ResourceId?: string;
  readonly ScalableDimension?: string;
  readonly Tags?: readonly Tag[];
}

/**
 * The resources of a call about something attached; nothing for any other. AWS documents the target group for proxies' targets;
 * that it asks about the proxy and the cluster as well is assumed, since a policy that allows all three is safe either way.
 * Source: Service Authorization Reference, Amazon RDS.
 */
export function attachedResources(
  { state }: Turn,
  operation: string,
  input: AttachmentInput,
): readonly string[] | undefined {
  const endpoint = arn(state, "cluster-endpoint", nameIn(input.DBClusterEndpointIdentifier ?? ""));
  const cluster = (name = "") => arn(state, "cluster", nameIn(name));
  switch (operation) {
    case "CreateDBClusterEndpoint":
      return [cluster(input.DBClusterIdentifier), endpoint];
    case "DeleteDBClusterEndpoint":
      return [endpoint];
    case "EnableHttpEndpoint":
    case "DisableHttpEndpoint":
    case "StartActivityStream":
      return [input.ResourceArn ?? "*"];
    case "RegisterDBProxyTargets":
    case "DeregisterDBProxyTargets": {
      const found = state.attachments.proxies.find(({ proxy }) => proxy.DBProxyName === input.DBProxyName);
      const own = found === undefined ? ["*"] : [found.targetGroupArn, found.proxy.DBProxyArn ?? "*"];
      return [...own, ...(input.DBClusterIdentifiers ?? []).map(cluster)];
    }
    default:
      return undefined;
  }
}

/**
 * What RDS does with the caller's rights besides: passes a role on, makes a secret. Sources: Service Authorization Reference,
 * AddRoleToDBCluster; Aurora User Guide, rds-secrets-manager, Permissions required.
 */
export function attachedDependents(turn: Turn, operation: string, input: AttachmentInput): readonly Ask[] {
  const { region, accountId } = turn.state;
  if (operation === "AddRoleToDBCluster") {
    const context = { "iam:PassedToService": "rds.amazonaws.com" };
    return [{ action: "iam:PassRole", resource: input.RoleArn ?? "*", context }];
  }
  if (operation !== "ModifyDBCluster" || !input.ManageMasterUserPassword) return [];
  const secret = `arn:aws:secretsmanager:${region}:${accountId}:secret:rds!cluster-new`;
  const inSecretsManager = (action: string) => ({ action, resource: secret, context: inTheirName });
  const makes = ["secretsmanager:CreateSecret", "secretsmanager:TagResource"].map(inSecretsManager);
  const key = keyNamed(turn, input.MasterUserSecretKmsKeyId ?? "alias/aws/secretsmanager");
  if (key?.manager !== "CUSTOMER") {
    const context = { "kms:ResourceAliases": "alias/aws/secretsmanager" };
    return [...makes, { action: "kms:DescribeKey", resource: key?.arn ?? "*", context }];
  }
  const through = { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` };
  const onKey = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"];
  return [...makes, ...onKey.map((action) => ({ action, resource: key.arn, context: through }))];
}

/** Tags of proxies and custom endpoints, by ARN. */
export function attachedTags(state: AccountState, resource: string): readonly Tag[] {
  const { proxies, customEndpoints } = state.attachments;
  const proxy = proxies.find((one) => one.proxy.DBProxyArn === resource);
  const endpoint = customEndpoints.find(({ id }) => arn(state, "cluster-endpoint", id) === resource);
  return proxy?.tags ?? endpoint?.tags ?? [];
}

/** Source: Service Authorization Reference, AWS Application Auto Scaling. */
export function askedOfScaling(turn: Turn, operation: string, input: AttachmentInput): readonly Ask[] {
  const action = `application-autoscaling:${operation}`;
  if (operation.startsWith("Describe")) return [{ action, resource: "*", context: {} }];
  const name = input.ResourceId?.replace(/^cluster:/, "");
  const found = turn.state.attachments.autoscaling.find(({ clusterName }) => clusterName === name);
  const context = {
    "application-autoscaling:service-namespace": input.ServiceNamespace ?? "",
    "application-autoscaling:scalable-dimension": input.ScalableDimension ?? "",
  };
  return [{ action, resource: found === undefined ? "*" : targetArn(turn.state, found.id), context }];
}
