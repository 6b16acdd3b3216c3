import type { BackupTarget } from "../core/backup.ts";
import { enrolledTag, migrationTag, type Role, roleTag } from "../core/names.ts";
import { attachmentStatements, deleteEndpointStatements } from "./attachments-permissions.ts";
import { backupStatements, deletePlanStatements } from "./backup-permissions.ts";
import { looks } from "./looks.ts";
import { actions as assuming, ofSecretsManager } from "./session.ts";

/**
 * What the product may do in an account, as statements of IAM policies. Three roles: the worker's own looks; one that it
 * assumes for a change creates and changes; a third deletes. Every assumed session is narrowed further, to one act
 * (session.ts).
 *
 * Which resources and condition keys an action knows: Service Authorization Reference, Amazon RDS.
 */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: readonly string[];
  readonly Resource: readonly string[];
  readonly Condition?: Conditions;
}

/** By operator, by key. */
export type Conditions = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** Where a policy holds, and for what. */
export interface Scope {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** The keys that databases are put under, those that they are under now, and those of Performance Insights, by ARN. */
  readonly keyArns: readonly string[];
  /** The roles of Enhanced Monitoring that members have. */
  readonly monitoringRoleArns: readonly string[];
  /** The roles that clusters have themselves, such as for imports from S3. */
  readonly clusterRoleArns: readonly string[];
  /** The vault of this account and the role of AWS Backup; null where no other account is configured. */
  readonly backup: Pick<BackupTarget, "vault" | "roleArn"> | null;
}

/** Looking cannot be narrowed to resources: "there is none" is an answer, too. */
export function lookStatements(): readonly Statement[] {
  return [
    {
      Sid: "Look",
      Effect: "Allow",
      Action: looks,
      Resource: ["*"],
    },
  ];
}

/** To assume a role for one act, in the name of whoever approved it. */
export function assumeStatements(roleArns: readonly string[]): readonly Statement[] {
  return [
    {
      Sid: "ActByRoles",
      Effect: "Allow",
      Action: [...assuming, "sts:SetSourceIdentity"],
      Resource: roleArns,
    },
  ];
}

/** To look at what has arrived in the other account, by the role that is for that there. */
export function lookElsewhereStatements(verificationRoleArn: string): readonly Statement[] {
  return [{ Sid: "LookElsewhere", Effect: "Allow", Action: assuming, Resource: [verificationRoleArn] }];
}

export const resourceTag = (key: string) => `aws:ResourceTag/${key}`;
export const requestTag = (key: string) => `aws:RequestTag/${key}`;
export const enrolled = { [resourceTag(enrolledTag)]: "true" };
export const ownKeys = [migrationTag, roleTag];

/**
 * Creations only with the product's own tags; changes only to databases that somebody enrolled by a tag, which the product may
 * not set itself except on the copy that takes an enrolled one's place.
 */
export function changeStatements(scope: Scope): readonly Statement[] {
  const arn = arnsOf(scope);
  return [
    {
      Sid: "MarkEnrolled",
      Effect: "Allow",
      Action: ["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
      Resource: [arn("cluster:*"), arn("db:*")],
      Condition: { StringEquals: enrolled, "ForAllValues:StringEquals": { "aws:TagKeys": ownKeys } },
    },
    {
      // What schedulers go by, on a source that is retired and back. Never what says whose it is.
      Sid: "SetTagsAside",
      Effect: "Allow",
      Action: ["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
      Resource: [arn("cluster:*"), arn("db:*")],
      Condition: {
        StringEquals: { ...enrolled, [resourceTag(roleTag)]: roles("source", "retired") },
        "ForAllValues:StringNotLike": { "aws:TagKeys": ["encrypt-db:*"] },
      },
    },
    {
      Sid: "ChangeMarked",
      Effect: "Allow",
      Action: ["rds:ModifyDBCluster", "rds:ModifyDBInstance"],
      Resource: [arn("cluster:*"), arn("db:*")],
      Condition: {
        StringEquals: {
          ...enrolled,
          [resourceTag(roleTag)]: roles("source", "replacement", "failed", "retired", "condemned"),
        },
      },
    },
    {
      Sid: "SnapshotMarked",
      Effect: "Allow",
      Action: ["rds:CreateDBClusterSnapshot", "rds:CreateDBSnapshot"],
      Resource: [arn("cluster:*"), arn("db:*")],
      Condition: { StringEquals: { ...enrolled, [resourceTag(roleTag)]: roles("source", "condemned") } },
    },
    {
      Sid: "MakeSnapshots",
      Effect: "Allow",
      Action: [
        "rds:CreateDBClusterSnapshot",
        "rds:CreateDBSnapshot",
        "rds:CopyDBSnapshot",
        "rds:AddTagsToResource",
      ],
      Resource: ["cluster-snapshot", "snapshot"].flatMap((kind) =>
        ["before", "after", "last"].map((when) => arn(`${kind}:*-${when}-*`)),
      ),
      Condition: {
        StringEquals: { [requestTag(roleTag)]: roles("safety-copy", "copy") },
        Null: { [requestTag(migrationTag)]: "false" },
      },
    },
    {
      Sid: "UseOwnSnapshots",
      Effect: "Allow",
      Action: [
        "rds:CopyDBSnapshot",
        "rds:RestoreDBClusterFromSnapshot",
        "rds:RestoreDBInstanceFromDBSnapshot",
      ],
      Resource: [arn("cluster-snapshot:*"), arn("snapshot:*")],
      Condition: {
        StringEquals: { [resourceTag(roleTag)]: roles("safety-copy", "copy") },
        Null: { [resourceTag(migrationTag)]: "false" },
      },
    },
    {
      Sid: "MakeReplacements",
      Effect: "Allow",
      Action: [
        "rds:RestoreDBClusterToPointInTime",
        "rds:RestoreDBClusterFromSnapshot",
        "rds:RestoreDBInstanceFromDBSnapshot",
        "rds:CreateDBInstance",
        "rds:CreateDBInstanceReadReplica",
        "rds:AddTagsToResource",
      ],
      Resource: ["cluster:*", "db:*", "subgrp:*", "cluster-pg:*", "pg:*", "og:*"].map(arn),
      Condition: {
        StringEquals: { [requestTag(roleTag)]: roles("replacement") },
        Null: { [requestTag(migrationTag)]: "false" },
      },
    },
    {
      Sid: "NeverEnrol",
      Effect: "Deny",
      Action: ["rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
      Resource: ["*"],
      Condition: {
        "ForAnyValue:StringEquals": { "aws:TagKeys": [enrolledTag] },
        StringNotEquals: { [requestTag(roleTag)]: roles("replacement", "source") },
      },
    },
    ...attachmentStatements(scope),
    ...backupStatements(scope),
    ...passedOnStatements(scope),
  ];
}

/** What RDS does with the caller's rights: grants on keys, Enhanced Monitoring's role, master passwords in Secrets Manager. */
function passedOnStatements(scope: Scope): readonly Statement[] {
  const { partition, account, region, keyArns, monitoringRoleArns, clusterRoleArns } = scope;
  const place = (service: string) => `arn:${partition}:${service}:${region}:${account}`;
  const throughRds = { StringEquals: { "kms:ViaService": `rds.${region}.amazonaws.com` } };
  const forKeys: readonly Statement[] = [
    {
      Sid: "GrantKeysToRds",
      Effect: "Allow",
      Action: ["kms:CreateGrant"],
      Resource: keyArns,
      Condition: { ...throughRds, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
    {
      Sid: "ShowKeysToRds",
      Effect: "Allow",
      Action: ["kms:DescribeKey"],
      Resource: keyArns,
      Condition: throughRds,
    },
    {
      Sid: "KeepMasterPasswords",
      Effect: "Allow",
      Action: ["secretsmanager:CreateSecret", "secretsmanager:TagResource"],
      Resource: ["db", "cluster"].map((kind) => `${place("secretsmanager")}:secret:rds!${kind}-*`),
      // By RDS, and not by whoever has the role.
      Condition: { Bool: { "aws:ViaAWSService": "true" } },
    },
    {
      Sid: "EncryptMasterPasswords",
      Effect: "Allow",
      Action: ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
      Resource: keyArns,
      Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
    },
    {
      Sid: "ShowKeyOfSecrets",
      Effect: "Allow",
      Action: ["kms:DescribeKey"],
      Resource: [`${place("kms")}:key/*`],
      Condition: ofSecretsManager,
    },
  ];
  return [
    ...forKeys,
    ...passRoles("PassMonitoringRoles", monitoringRoleArns, "monitoring.rds.amazonaws.com"),
    ...passRoles("PassClusterRoles", clusterRoleArns, "rds.amazonaws.com"),
  ];
}

export function passRoles(Sid: string, roleArns: readonly string[], to: string): readonly Statement[] {
  if (roleArns.length === 0) return [];
  return [
    {
      Sid,
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: roleArns,
      Condition: { StringEquals: { "iam:PassedToService": to } },
    },
  ];
}

/**
 * Databases only where they are marked as failed, or are enrolled and marked as condemned; snapshots only where they were
 * made as a means. Not by name as well: a restore that failed cannot be renamed (AWS changes nothing that is not available),
 * and the session names the one resource that is meant.
 */
export function destroyStatements(scope: Scope): readonly Statement[] {
  const arn = arnsOf(scope);
  const ofDatabases = {
    Effect: "Allow",
    Action: ["rds:DeleteDBCluster", "rds:DeleteDBInstance"],
    Resource: [arn("cluster:*"), arn("db:*")],
  } as const;
  const ofMigration = { Null: { [resourceTag(migrationTag)]: "false" } };
  const being = (role: Role) => ({ [resourceTag(roleTag)]: roles(role) });
  return [
    {
      Sid: "DeleteFailed",
      ...ofDatabases,
      Condition: { StringEquals: being("failed"), ...ofMigration },
    },
    {
      Sid: "DeleteCondemned",
      ...ofDatabases,
      Condition: { StringEquals: { ...enrolled, ...being("condemned") }, ...ofMigration },
    },
    {
      Sid: "DeleteCopies",
      Effect: "Allow",
      Action: ["rds:DeleteDBClusterSnapshot", "rds:DeleteDBSnapshot"],
      Resource: [arn("cluster-snapshot:*"), arn("snapshot:*")],
      Condition: { StringEquals: being("copy"), ...ofMigration },
    },
    ...deleteEndpointStatements(scope),
    ...deletePlanStatements(scope),
  ];
}

export function roles(...of: readonly Role[]): readonly string[] {
  return of;
}

export function arnsOf({ partition, region, account }: Scope) {
  return (resource: string) => `arn:${partition}:rds:${region}:${account}:${resource}`;
}
