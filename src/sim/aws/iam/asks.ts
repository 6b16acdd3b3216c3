import type { Tag } from "@aws-sdk/client-rds";
import type { Service } from "../fault.ts";
import { type ArnType, arn, nameIn } from "../names.ts";
import { keyNamed } from "../rds/encryption.ts";
import type { Cluster, Instance, InstanceSnapshot, Snapshot } from "../state.ts";
import type { Turn } from "../turn.ts";
import {
  type AttachmentInput,
  askedOfScaling,
  attachedDependents,
  attachedResources,
  attachedTags,
} from "./attachment-asks.ts";
import { askedOfBackup } from "./backup-asks.ts";
import type { Ask } from "./evaluate.ts";
import {
  type InstanceInput,
  instanceMade,
  instanceResources,
  keyOfSource,
  secretOfInstance,
} from "./instance-asks.ts";

/**
 * What a call must be allowed: which actions, on which resources, in which context. Source: Service Authorization Reference,
 * Amazon RDS (resource types, dependent actions, condition keys) and AWS KMS; RDS User Guide, Overview.Encryption.Keys.
 */
export function asksOf(turn: Turn, service: Service, operation: string, input: object): readonly Ask[] {
  const at = {
    "aws:CurrentTime": new Date(turn.now).toISOString(),
    "aws:RequestedRegion": turn.state.region,
  };
  return asked(turn, service, operation, input as Input).map(({ context, ...rest }) => ({
    ...rest,
    context: { ...at, ...context },
  }));
}

/** As much of the inputs as IAM looks at. */
interface Input extends AttachmentInput, InstanceInput {
  readonly SourceDBClusterIdentifier?: string;
  readonly DBClusterSnapshotIdentifier?: string;
  readonly FinalDBSnapshotIdentifier?: string;
  readonly DBClusterParameterGroupName?: string;
  readonly ResourceName?: string;
  readonly TagKeys?: readonly string[];
  readonly KmsKeyId?: string;
  readonly PerformanceInsightsKMSKeyId?: string;
  readonly MonitoringRoleArn?: string;
  readonly KeyId?: string;
  readonly SourceIdentity?: string;
  readonly FunctionName?: string;
}

type Context = Ask["context"];

function asked(turn: Turn, service: Service, operation: string, input: Input): readonly Ask[] {
  switch (service) {
    case "rds":
      return askedOfRds(turn, operation, input);
    case "backup":
      return askedOfBackup(turn, operation, input);
    case "kms":
      return [ask(`kms:${operation}`, keyNamed(turn, input.KeyId ?? "")?.arn ?? "*")];
    case "lambda":
      return [
        ask(
          operation === "Invoke" ? "lambda:InvokeFunction" : `lambda:${operation}`,
          `arn:aws:lambda:${turn.state.region}:${turn.state.accountId}:function:${input.FunctionName}`,
        ),
      ];
    case "sts":
      return askedOfSts(operation, input);
    case "application-autoscaling":
      return askedOfScaling(turn, operation, input);
    default:
      return [ask(`${service}:${operation}`, "*")];
  }
}

function askedOfSts(operation: string, { RoleArn = "*", SourceIdentity }: Input): readonly Ask[] {
  // Nobody can be denied to ask who they are (STS API, GetCallerIdentity).
  if (operation === "GetCallerIdentity") return [];
  const identity = { "sts:SourceIdentity": SourceIdentity ?? "" };
  return [
    ask(`sts:${operation}`, RoleArn, identity),
    ...(SourceIdentity === undefined ? [] : [ask("sts:SetSourceIdentity", RoleArn, identity)]),
  ];
}

function askedOfRds(turn: Turn, operation: string, input: Input): readonly Ask[] {
  const action = `rds:${operation}`;
  const resources =
    attachedResources(turn, operation, input) ??
    instanceResources(turn, operation, input) ??
    resourcesOf(turn, operation, input);
  if (resources.length === 0) return [ask(action, "*")];
  const request = requestContext(input);
  return [
    ...resources.map((resource) => ask(action, resource, { ...request, ...tagsOn(turn, resource) })),
    ...dependent(turn, operation, input, request),
  ];
}

/** Nothing for what only looks. */
function resourcesOf(turn: Turn, operation: string, input: Input): readonly string[] {
  const { state } = turn;
  const of = (type: ArnType, name: string | undefined) =>
    name === undefined ? [] : [arn(state, type, nameIn(name))];
  switch (operation) {
    case "AddTagsToResource":
    case "RemoveTagsFromResource":
      return [input.ResourceName ?? "*"];
    case "CreateDBClusterSnapshot":
      return [
        ...of("cluster", input.DBClusterIdentifier),
        ...of("cluster-snapshot", input.DBClusterSnapshotIdentifier),
      ];
    case "DeleteDBClusterSnapshot":
      return of("cluster-snapshot", input.DBClusterSnapshotIdentifier);
    case "RestoreDBClusterToPointInTime":
    case "RestoreDBClusterFromSnapshot":
      return [
        ...of("cluster", input.DBClusterIdentifier),
        ...of("cluster", input.SourceDBClusterIdentifier ?? sourceNamed(turn, input)),
        ...of("cluster-snapshot", input.SnapshotIdentifier),
        ...of("subgrp", input.DBSubnetGroupName),
        ...of("cluster-pg", input.DBClusterParameterGroupName),
      ];
    default:
      if (/^(Describe|List)/.test(operation)) return [];
      return [
        ...of("cluster", input.DBClusterIdentifier),
        ...of("db", input.DBInstanceIdentifier),
        ...of("cluster-snapshot", input.FinalDBSnapshotIdentifier),
      ];
  }
}

function sourceNamed({ state }: Turn, { SourceDbClusterResourceId: id }: Input): string | undefined {
  return id === undefined ? undefined : state.clusters[id]?.id;
}

function requestContext({ Tags, TagKeys }: Input): Context {
  const tags = (Tags ?? []).map(({ Key = "", Value = "" }) => [`aws:RequestTag/${Key}`, Value] as const);
  const keys = TagKeys ?? Tags?.map(({ Key = "" }) => Key);
  return { ...Object.fromEntries(tags), ...(keys && { "aws:TagKeys": keys }) };
}

/** What RDS does with the caller's rights besides: tags what it makes, grants itself the key, passes the role on. */
function dependent(turn: Turn, operation: string, input: Input, request: Context): readonly Ask[] {
  const made = madeBy(turn, operation, input);
  const named = [input.KmsKeyId, input.PerformanceInsightsKMSKeyId, keyOfSource(turn, operation, input)];
  const keys = named.flatMap((name) => {
    const key = name === undefined ? undefined : keyNamed(turn, name);
    // The policy of aws/rds itself lets everybody in the account use it through RDS.
    return key?.manager === "CUSTOMER" ? [key.arn] : [];
  });
  const throughRds = { "kms:ViaService": `rds.${turn.state.region}.amazonaws.com` };
  return [
    ...(input.Tags && made !== undefined ? [ask("rds:AddTagsToResource", made, request)] : []),
    ...keys.flatMap((key) => [
      ask("kms:CreateGrant", key, { ...throughRds, "kms:GrantIsForAWSResource": "true" }),
      ask("kms:DescribeKey", key, throughRds),
    ]),
    ...(input.MonitoringRoleArn === undefined
      ? []
      : [
          ask("iam:PassRole", input.MonitoringRoleArn, {
            "iam:PassedToService": "monitoring.rds.amazonaws.com",
          }),
        ]),
    ...attachedDependents(turn, operation, input),
    ...secretOfInstance(turn, operation, input),
  ];
}

function madeBy(turn: Turn, operation: string, input: Input): string | undefined {
  const { state } = turn;
  const instance = instanceMade(turn, operation, input);
  if (instance !== undefined) return instance;
  if (operation === "CreateDBClusterSnapshot") {
    return arn(state, "cluster-snapshot", nameIn(input.DBClusterSnapshotIdentifier ?? ""));
  }
  if (operation === "CreateDBClusterEndpoint") {
    return arn(state, "cluster-endpoint", nameIn(input.DBClusterEndpointIdentifier ?? ""));
  }
  if (!operation.startsWith("Restore")) return undefined;
  return arn(state, "cluster", nameIn(input.DBClusterIdentifier ?? ""));
}

function tagsOn({ state }: Turn, resource: string): Context {
  const type = resource.split(":")[5];
  const found = findNamed(type, nameIn(resource), state);
  const tags = found === undefined ? attachedTags(state, resource) : tagsOf(found);
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [`aws:ResourceTag/${Key}`, Value]));
}

function tagsOf(of: Cluster | Instance | Snapshot | InstanceSnapshot): readonly Tag[] {
  return "settings" in of ? of.settings.TagList : of.tags;
}

function findNamed(
  type: string | undefined,
  name: string | undefined,
  { clusters, instances, snapshots, instanceSnapshots }: Turn["state"],
): Cluster | Instance | Snapshot | InstanceSnapshot | undefined {
  const all: Readonly<Record<string, readonly (Cluster | Instance | Snapshot | InstanceSnapshot)[]>> = {
    cluster: Object.values(clusters),
    db: Object.values(instances),
    "cluster-snapshot": Object.values(snapshots),
    snapshot: Object.values(instanceSnapshots),
  };
  return all[type ?? ""]?.find(({ id }) => id === name);
}

function ask(action: string, resource: string, context: Context = {}): Ask {
  return { action, resource, context };
}
