import {
  AddTagsToResourceCommand,
  CreateDBClusterSnapshotCommand,
  DeleteDBClusterCommand,
  DeleteDBClusterSnapshotCommand,
  ModifyDBClusterCommand,
  RemoveTagsFromResourceCommand,
  RestoreDBClusterFromSnapshotCommand,
  RestoreDBClusterToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import type { ClusterChange, RestoreClusterFromSnapshot, RestoreToTime } from "../core/changes.ts";
import type { Cloud, ClusterSettings, Ref, Tags } from "../core/cloud.ts";
import * as instances from "./instance-change.ts";
import { group, type Permit } from "./permit.ts";
import {
  changeInput,
  clusterSnapshotInput,
  deleteClusterInput,
  deleteClusterSnapshotInput,
  restoreFromSnapshotInput,
  restoreInput,
  tagInput,
  untagInput,
} from "./rds-inputs.ts";

export const actions = [
  "rds:ModifyDBCluster",
  "rds:AddTagsToResource",
  "rds:RemoveTagsFromResource",
  "rds:CreateDBClusterSnapshot",
  "rds:RestoreDBClusterToPointInTime",
  "rds:RestoreDBClusterFromSnapshot",
  "rds:DeleteDBCluster",
  "rds:DeleteDBClusterSnapshot",
] as const;

/**
 * What RDS does with the caller's rights: grants on the keys, Enhanced Monitoring's role for new instances, and master
 * passwords in Secrets Manager.
 * @public for whoever writes the policies
 */
export const passedOn = [
  "kms:CreateGrant",
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:GenerateDataKey",
  "iam:PassRole",
  "secretsmanager:CreateSecret",
  "secretsmanager:TagResource",
] as const;

export type RdsChanges = Pick<
  Cloud,
  | "changeCluster"
  | "changeInstance"
  | "addTags"
  | "removeTags"
  | "takeSnapshot"
  | "copySnapshot"
  | "restoreClusterToTime"
  | "restoreClusterFromSnapshot"
  | "restoreInstanceFromSnapshot"
  | "createMember"
  | "createInstance"
  | "createReplica"
  | "deleteCluster"
  | "deleteInstance"
  | "deleteSnapshot"
>;

/** The changes, each of them only to the resource that is meant, and none to a step that reads. */
export function createRdsChanges(permit: Permit): RdsChanges {
  return {
    changeCluster: (cluster, change) => changeCluster(permit, cluster, change),
    changeInstance: (instance, change) => instances.changeInstance(permit, instance, change),
    addTags: (to, add) => addTags(permit, to, add),
    removeTags: (from, keys) => removeTags(permit, from, keys),
    takeSnapshot: (of, snapshot, add) =>
      of.kind === "cluster"
        ? takeClusterSnapshot(permit, of, snapshot, add)
        : instances.takeInstanceSnapshot(permit, of, snapshot, add),
    copySnapshot: (copy) => instances.copySnapshot(permit, copy),
    restoreClusterToTime: (restore) => restoreClusterToTime(permit, restore),
    restoreClusterFromSnapshot: (restore) => restoreClusterFromSnapshot(permit, restore),
    restoreInstanceFromSnapshot: (restore) => instances.restoreInstanceFromSnapshot(permit, restore),
    createMember: (cluster, settings) => instances.createMember(permit, cluster, settings),
    createInstance: (instance) => instances.createInstance(permit, instance),
    createReplica: (replica) => instances.createReplica(permit, replica),
    deleteCluster: (cluster) => deleteCluster(permit, cluster),
    deleteInstance: (instance) => instances.deleteInstance(permit, instance),
    deleteSnapshot: (kind, name) =>
      kind === "cluster"
        ? deleteClusterSnapshot(permit, name)
        : instances.deleteInstanceSnapshot(permit, name),
  };
}

function changeCluster(permit: Permit, cluster: Ref, change: ClusterChange) {
  const command = new ModifyDBClusterCommand(changeInput(cluster.name, change));
  return permit("ModifyDBCluster", cluster, ({ client }) => client.send(command));
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

function takeClusterSnapshot(permit: Permit, cluster: Ref, snapshot: string, add: Tags) {
  const command = new CreateDBClusterSnapshotCommand(clusterSnapshotInput(cluster.name, snapshot, add));
  return permit("CreateDBClusterSnapshot", cluster, ({ client }) => client.send(command), {
    makes: [`cluster-snapshot:${snapshot}`],
  });
}

function restoreClusterToTime(permit: Permit, restore: RestoreToTime) {
  const command = new RestoreDBClusterToPointInTimeCommand(restoreInput(restore));
  return permit("RestoreDBClusterToPointInTime", restore.source, ({ client }) => client.send(command), {
    makes: madeBy(restore),
    passes: [restore.keyArn],
    usesItsKey: true,
  });
}

function restoreClusterFromSnapshot(permit: Permit, restore: RestoreClusterFromSnapshot) {
  const of = { kind: "cluster", snapshot: restore.snapshot, as: ["safety-copy", "copy"] } as const;
  const command = new RestoreDBClusterFromSnapshotCommand(restoreFromSnapshotInput(restore));
  return permit("RestoreDBClusterFromSnapshot", of, ({ client }) => client.send(command), {
    makes: madeBy(restore),
    passes: [restore.keyArn],
    usesItsKey: true,
  });
}

function madeBy({ name, settings }: { readonly name: string; readonly settings: ClusterSettings }) {
  const { subnetGroup, parameterGroup } = settings;
  return [`cluster:${name}`, group("subgrp", subnetGroup), group("cluster-pg", parameterGroup), group("og")];
}

function deleteCluster(permit: Permit, cluster: Ref) {
  const command = new DeleteDBClusterCommand(deleteClusterInput(cluster.name));
  return permit("DeleteDBCluster", cluster, ({ client }) => client.send(command));
}

function deleteClusterSnapshot(permit: Permit, snapshot: string) {
  const of = { kind: "cluster", snapshot, as: ["copy"] } as const;
  const command = new DeleteDBClusterSnapshotCommand(deleteClusterSnapshotInput(snapshot));
  return permit("DeleteDBClusterSnapshot", of, ({ client }) => client.send(command));
}
