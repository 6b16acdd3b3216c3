import {
  AddTagsToResourceCommand,
  CreateDBClusterSnapshotCommand,
  CreateDBInstanceCommand,
  DeleteDBClusterCommand,
  DeleteDBInstanceCommand,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  type RDSClient,
  RemoveTagsFromResourceCommand,
  RestoreDBClusterToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import type { Cloud, ClusterChange, MemberSettings, Ref, RestoreToTime, Tags } from "../core/cloud.ts";
import type { Mandate } from "../core/mandate.ts";
import type { Authority } from "./authority.ts";
import { type Permit, permitFor } from "./permit.ts";
import {
  changeInput,
  deleteClusterInput,
  deleteInstanceInput,
  memberInput,
  renameInput,
  restoreInput,
  snapshotInput,
  tagInput,
  untagInput,
} from "./rds-inputs.ts";

export const actions = [
  "rds:ModifyDBCluster",
  "rds:ModifyDBInstance",
  "rds:AddTagsToResource",
  "rds:RemoveTagsFromResource",
  "rds:CreateDBClusterSnapshot",
  "rds:RestoreDBClusterToPointInTime",
  "rds:CreateDBInstance",
  "rds:DeleteDBCluster",
  "rds:DeleteDBInstance",
] as const;

/**
 * What RDS does with the caller's rights: grants on the keys, and Enhanced Monitoring's role for new members.
 * @public for whoever writes the policies
 */
export const passedOn = ["kms:CreateGrant", "kms:DescribeKey", "iam:PassRole"] as const;

export type RdsChanges = Pick<
  Cloud,
  | "changeCluster"
  | "renameInstance"
  | "addTags"
  | "removeTags"
  | "snapshotCluster"
  | "restoreClusterToTime"
  | "createMember"
  | "deleteCluster"
  | "deleteInstance"
>;

/** The changes, each of them only to the resource that is meant, and none to a step that reads. */
export function createRdsChanges(reads: RDSClient, authority: Authority, mandate: Mandate): RdsChanges {
  const permit = permitFor(reads, authority, mandate);
  return {
    changeCluster: (cluster, change) => changeCluster(permit, cluster, change),
    renameInstance: (instance, newName) => renameInstance(permit, instance, newName),
    addTags: (to, add) => addTags(permit, to, add),
    removeTags: (from, keys) => removeTags(permit, from, keys),
    snapshotCluster: (cluster, snapshot, add) => snapshotCluster(permit, cluster, snapshot, add),
    restoreClusterToTime: (restore) => restoreClusterToTime(permit, restore),
    createMember: (cluster, settings) => createMember(permit, cluster, settings),
    deleteCluster: (cluster) => deleteCluster(permit, cluster),
    deleteInstance: (instance) => deleteInstance(permit, instance),
  };
}

function changeCluster(permit: Permit, cluster: Ref, change: ClusterChange) {
  const command = new ModifyDBClusterCommand(changeInput(cluster.name, change));
  return permit("ModifyDBCluster", cluster, ({ client }) => client.send(command));
}

function renameInstance(permit: Permit, instance: Ref, newName: string) {
  const command = new ModifyDBInstanceCommand(renameInput(instance.name, newName));
  return permit("ModifyDBInstance", instance, ({ client }) => client.send(command));
}

function addTags(permit: Permit, to: Ref, add: Tags) {
  return permit("AddTagsToResource", to, ({ client, arn }) =>
    client.send(new AddTagsToResourceCommand(tagInput(arn, add))),
  );
}

function removeTags(permit: Permit, from: Ref, keys: readonly string[]) {
  return permit("RemoveTagsFromResource", from, ({ client, arn }) =>
    client.send(new RemoveTagsFromResourceCommand(untagInput(arn, keys))),
  );
}

function snapshotCluster(permit: Permit, cluster: Ref, snapshot: string, add: Tags) {
  const command = new CreateDBClusterSnapshotCommand(snapshotInput(cluster.name, snapshot, add));
  return permit("CreateDBClusterSnapshot", cluster, ({ client }) => client.send(command), {
    makes: beside(`cluster-snapshot:${snapshot}`),
  });
}

function restoreClusterToTime(permit: Permit, restore: RestoreToTime) {
  const { name, keyArn, settings } = restore;
  const command = new RestoreDBClusterToPointInTimeCommand(restoreInput(restore));
  return permit("RestoreDBClusterToPointInTime", restore.source, ({ client }) => client.send(command), {
    makes: beside(
      `cluster:${name}`,
      `subgrp:${settings.subnetGroup}`,
      `cluster-pg:${settings.parameterGroup}`,
      "og:*",
    ),
    passes: [keyArn],
  });
}

function createMember(permit: Permit, cluster: Ref, settings: MemberSettings) {
  const { name, parameterGroup, monitoring, performanceInsights } = settings;
  const passes = [monitoring?.roleArn ?? "", performanceInsights?.keyArn ?? ""].filter((arn) => arn !== "");
  return permit(
    "CreateDBInstance",
    cluster,
    ({ client, engine }) =>
      client.send(new CreateDBInstanceCommand(memberInput(cluster.name, engine, settings))),
    { makes: beside(`db:${name}`, `pg:${parameterGroup}`, "subgrp:*", "og:*"), passes },
  );
}

function deleteCluster(permit: Permit, cluster: Ref) {
  const command = new DeleteDBClusterCommand(deleteClusterInput(cluster.name));
  return permit("DeleteDBCluster", cluster, ({ client }) => client.send(command));
}

function deleteInstance(permit: Permit, instance: Ref) {
  const command = new DeleteDBInstanceCommand(deleteInstanceInput(instance.name));
  return permit("DeleteDBInstance", instance, ({ client }) => client.send(command));
}

/** ARNs of the same account and Region. */
function beside(...resources: readonly string[]) {
  return (arn: string): readonly string[] => {
    const place = arn.split(":").slice(0, 5).join(":");
    return resources.map((resource) => `${place}:${resource}`);
  };
}
