import { type ArnType, arn, nameIn } from "../names.ts";
import { keyNamed } from "../rds/encryption.ts";
import type { StorageKey } from "../state.ts";
import type { Turn } from "../turn.ts";
import type { Ask } from "./evaluate.ts";

/** As much of the inputs as IAM looks at where an instance or a snapshot is made of another one. */
export interface InstanceInput {
  readonly DBInstanceIdentifier?: string;
  readonly DBClusterIdentifier?: string;
  readonly SourceDBInstanceIdentifier?: string;
  readonly DBSnapshotIdentifier?: string;
  readonly SourceDBSnapshotIdentifier?: string;
  readonly TargetDBSnapshotIdentifier?: string;
  readonly SnapshotIdentifier?: string;
  readonly SourceDbClusterResourceId?: string;
  readonly DBSubnetGroupName?: string;
  readonly DBParameterGroupName?: string;
  readonly OptionGroupName?: string;
  readonly ManageMasterUserPassword?: boolean;
  readonly MasterUserSecretKmsKeyId?: string;
}

/**
 * The resources of a call that makes an instance or a snapshot of one; nothing for any other. Of a copy AWS documents
 * "snapshot" once: that both are asked about is assumed, since a policy that allows both is safe either way.
 * Source: Service Authorization Reference, Amazon RDS.
 */
export function instanceResources(
  { state }: Turn,
  operation: string,
  input: InstanceInput,
): readonly string[] | undefined {
  const of = (type: ArnType, name: string | undefined) =>
    name === undefined ? [] : [arn(state, type, type === "og" ? name : nameIn(name))];
  const groups = [
    ...of("subgrp", input.DBSubnetGroupName),
    ...of("pg", input.DBParameterGroupName),
    ...of("og", input.OptionGroupName),
  ];
  switch (operation) {
    case "CreateDBInstance":
      return [
        ...of("db", input.DBInstanceIdentifier),
        ...of("cluster", input.DBClusterIdentifier),
        ...groups,
      ];
    case "CreateDBInstanceReadReplica":
      return [
        ...of("db", input.DBInstanceIdentifier),
        ...of("db", input.SourceDBInstanceIdentifier),
        ...groups,
      ];
    case "RestoreDBInstanceFromDBSnapshot":
      return [
        ...of("db", input.DBInstanceIdentifier),
        ...of("snapshot", input.DBSnapshotIdentifier),
        ...groups,
      ];
    case "CreateDBSnapshot":
      return [...of("db", input.DBInstanceIdentifier), ...of("snapshot", input.DBSnapshotIdentifier)];
    case "CopyDBSnapshot":
      return [
        ...of("snapshot", input.SourceDBSnapshotIdentifier),
        ...of("snapshot", input.TargetDBSnapshotIdentifier),
      ];
    case "DeleteDBSnapshot":
      return of("snapshot", input.DBSnapshotIdentifier);
    default:
      return undefined;
  }
}

/** What is made and so tagged, by ARN. */
export function instanceMade({ state }: Turn, operation: string, input: InstanceInput): string | undefined {
  switch (operation) {
    case "CreateDBInstance":
    case "CreateDBInstanceReadReplica":
    case "RestoreDBInstanceFromDBSnapshot":
      return arn(state, "db", nameIn(input.DBInstanceIdentifier ?? ""));
    case "CreateDBSnapshot":
      return arn(state, "snapshot", nameIn(input.DBSnapshotIdentifier ?? ""));
    case "CopyDBSnapshot":
      return arn(state, "snapshot", nameIn(input.TargetDBSnapshotIdentifier ?? ""));
    default:
      return undefined;
  }
}

/**
 * The key of what a call reads: whoever copies or restores must be let use it as well as the new one.
 * Source: RDS User Guide, Copying a DB snapshot and Overview.Encryption.Keys.
 */
export function keyOfSource(turn: Turn, operation: string, input: InstanceInput): string | undefined {
  const storageKey = sourceKey(turn, operation, input);
  return storageKey?.type === "sse-kms" ? storageKey.arn : undefined;
}

function sourceKey({ state }: Turn, operation: string, input: InstanceInput): StorageKey | undefined {
  const under = <T extends { id: string; storageKey: StorageKey }>(
    all: Readonly<Record<string, T>>,
    name: string | undefined,
  ) => Object.values(all).find(({ id }) => id === nameIn(name ?? ""))?.storageKey;
  switch (operation) {
    case "CopyDBSnapshot":
      return under(state.instanceSnapshots, input.SourceDBSnapshotIdentifier);
    case "RestoreDBInstanceFromDBSnapshot":
      return under(state.instanceSnapshots, input.DBSnapshotIdentifier);
    case "CreateDBInstanceReadReplica":
      return under(state.instances, input.SourceDBInstanceIdentifier);
    case "RestoreDBClusterFromSnapshot":
      return under(state.snapshots, input.SnapshotIdentifier);
    case "RestoreDBClusterToPointInTime":
      return state.clusters[input.SourceDbClusterResourceId ?? ""]?.storageKey;
    default:
      return undefined;
  }
}

/** With the caller's rights, and not with a role of its own. Source: IAM User Guide, Global condition keys. */
export const inTheirName = { "aws:ViaAWSService": "true" };

/** A secret for the master password. Source: RDS User Guide, rds-secrets-manager, Permissions required. */
export function secretOfInstance(turn: Turn, operation: string, input: InstanceInput): readonly Ask[] {
  if (operation !== "CreateDBInstance" || !input.ManageMasterUserPassword) return [];
  const { region, accountId } = turn.state;
  const secret = `arn:aws:secretsmanager:${region}:${accountId}:secret:rds!db-new`;
  const key = keyNamed(turn, input.MasterUserSecretKmsKeyId ?? "alias/aws/secretsmanager");
  return [
    { action: "secretsmanager:CreateSecret", resource: secret, context: inTheirName },
    { action: "secretsmanager:TagResource", resource: secret, context: inTheirName },
    {
      action: "kms:DescribeKey",
      resource: key?.arn ?? `arn:aws:kms:${region}:${accountId}:key/aws-secretsmanager`,
      context: { "kms:ResourceAliases": "alias/aws/secretsmanager" },
    },
  ];
}
