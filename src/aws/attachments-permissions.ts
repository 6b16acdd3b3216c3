import { migrationTag, roleTag } from "../core/names.ts";
import {
  arnsOf,
  enrolled,
  ownKeys,
  requestTag,
  resourceTag,
  roles,
  type Scope,
  type Statement,
} from "./permissions.ts";

/** What may be changed of what hangs on a cluster: only where the cluster is enrolled and marked, and what hangs on it enrolled. */
export function attachmentStatements(scope: Scope): readonly Statement[] {
  const arn = arnsOf(scope);
  const { partition, account, region } = scope;
  const isMarked = { ...enrolled, [resourceTag(roleTag)]: roles("source", "replacement", "retired") };
  return [
    {
      Sid: "AttachToMarked",
      Effect: "Allow",
      Action: ["rds:AddRoleToDBCluster", "rds:StartActivityStream"],
      Resource: [arn("cluster:*")],
      Condition: { StringEquals: { ...enrolled, [resourceTag(roleTag)]: roles("replacement") } },
    },
    {
      Sid: "SwitchMarked",
      Effect: "Allow",
      Action: [
        "rds:EnableHttpEndpoint",
        "rds:DisableHttpEndpoint",
        "rds:CreateDBClusterEndpoint",
        "rds:RegisterDBProxyTargets",
        "rds:DeregisterDBProxyTargets",
      ],
      Resource: [arn("cluster:*")],
      Condition: { StringEquals: isMarked },
    },
    {
      Sid: "MakeEndpoints",
      Effect: "Allow",
      Action: ["rds:CreateDBClusterEndpoint", "rds:AddTagsToResource"],
      Resource: [arn("cluster-endpoint:*")],
      Condition: {
        StringEquals: { [requestTag(roleTag)]: roles("replacement", "source") },
        Null: { [requestTag(migrationTag)]: "false" },
      },
    },
    {
      Sid: "UnmarkEndpoints",
      Effect: "Allow",
      Action: ["rds:RemoveTagsFromResource"],
      Resource: [arn("cluster-endpoint:*")],
      Condition: { StringEquals: enrolled, "ForAllValues:StringEquals": { "aws:TagKeys": ownKeys } },
    },
    {
      Sid: "LeadEnrolledProxies",
      Effect: "Allow",
      Action: ["rds:RegisterDBProxyTargets", "rds:DeregisterDBProxyTargets"],
      Resource: [arn("db-proxy:*")],
      Condition: { StringEquals: enrolled },
    },
    {
      // It has no tags that stand for it: the proxy's and the cluster's do, and the session names the one that is meant.
      Sid: "LeadTargetGroups",
      Effect: "Allow",
      Action: ["rds:RegisterDBProxyTargets", "rds:DeregisterDBProxyTargets"],
      Resource: [arn("target-group:*")],
      Condition: { StringEquals: { "aws:RequestedRegion": region } },
    },
    {
      Sid: "SuspendScaling",
      Effect: "Allow",
      Action: ["application-autoscaling:RegisterScalableTarget"],
      Resource: [`arn:${partition}:application-autoscaling:${region}:${account}:scalable-target/*`],
      Condition: {
        StringEquals: {
          "application-autoscaling:service-namespace": "rds",
          "application-autoscaling:scalable-dimension": "rds:cluster:ReadReplicaCount",
        },
      },
    },
  ];
}

/** An endpoint holds no data, and is made anew under its name on whichever cluster serves. */
export function deleteEndpointStatements(scope: Scope): readonly Statement[] {
  const arn = arnsOf(scope);
  return [
    {
      Sid: "DeleteEnrolledEndpoints",
      Effect: "Allow",
      Action: ["rds:DeleteDBClusterEndpoint"],
      Resource: [arn("cluster-endpoint:*")],
      Condition: { StringEquals: enrolled },
    },
  ];
}
