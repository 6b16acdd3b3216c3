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
import type { Effect } from "../core/step.ts";
import type { AccountClients } from "./clients.ts";
import { calling } from "./faults.ts";
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
export function createRdsChanges({ reads, changes }: AccountClients, effect: Effect): RdsChanges {
  const permit = permitFor(reads, effect);
  return {
    changeCluster: (cluster, change) => changeCluster(changes, permit, cluster, change),
    renameInstance: (instance, newName) => renameInstance(changes, permit, instance, newName),
    addTags: (to, add) => addTags(changes, permit, to, add),
    removeTags: (from, keys) => removeTags(changes, permit, from, keys),
    snapshotCluster: (cluster, snapshot, add) => snapshotCluster(changes, permit, cluster, snapshot, add),
    restoreClusterToTime: (restore) => restoreClusterToTime(changes, permit, restore),
    createMember: (cluster, settings) => createMember(changes, permit, cluster, settings),
    deleteCluster: (cluster) => deleteCluster(changes, permit, cluster),
    deleteInstance: (instance) => deleteInstance(changes, permit, instance),
  };
}

async function changeCluster(client: RDSClient, permit: Permit, cluster: Ref, change: ClusterChange) {
  const operation = "ModifyDBCluster";
  await permit(operation, cluster);
  const command = new ModifyDBClusterCommand(changeInput(cluster.name, change));
  await calling(operation, () => client.send(command));
}

async function renameInstance(client: RDSClient, permit: Permit, instance: Ref, newName: string) {
  const operation = "ModifyDBInstance";
  await permit(operation, instance);
  const command = new ModifyDBInstanceCommand(renameInput(instance.name, newName));
  await calling(operation, () => client.send(command));
}

async function addTags(client: RDSClient, permit: Permit, to: Ref, add: Tags) {
  const operation = "AddTagsToResource";
  const { arn } = await permit(operation, to);
  const command = new AddTagsToResourceCommand(tagInput(arn, add));
  await calling(operation, () => client.send(command));
}

async function removeTags(client: RDSClient, permit: Permit, from: Ref, keys: readonly string[]) {
  const operation = "RemoveTagsFromResource";
  const { arn } = await permit(operation, from);
  const command = new RemoveTagsFromResourceCommand(untagInput(arn, keys));
  await calling(operation, () => client.send(command));
}

async function snapshotCluster(client: RDSClient, permit: Permit, cluster: Ref, snapshot: string, add: Tags) {
  const operation = "CreateDBClusterSnapshot";
  await permit(operation, cluster);
  const command = new CreateDBClusterSnapshotCommand(snapshotInput(cluster.name, snapshot, add));
  await calling(operation, () => client.send(command));
}

async function restoreClusterToTime(client: RDSClient, permit: Permit, restore: RestoreToTime) {
  const operation = "RestoreDBClusterToPointInTime";
  await permit(operation, restore.source);
  const command = new RestoreDBClusterToPointInTimeCommand(restoreInput(restore));
  await calling(operation, () => client.send(command));
}

async function createMember(client: RDSClient, permit: Permit, cluster: Ref, settings: MemberSettings) {
  const operation = "CreateDBInstance";
  const { engine } = await permit(operation, cluster);
  const command = new CreateDBInstanceCommand(memberInput(cluster.name, engine, settings));
  await calling(operation, () => client.send(command));
}

async function deleteCluster(client: RDSClient, permit: Permit, cluster: Ref) {
  const operation = "DeleteDBCluster";
  await permit(operation, cluster);
  const command = new DeleteDBClusterCommand(deleteClusterInput(cluster.name));
  await calling(operation, () => client.send(command));
}

async function deleteInstance(client: RDSClient, permit: Permit, instance: Ref) {
  const operation = "DeleteDBInstance";
  await permit(operation, instance);
  const command = new DeleteDBInstanceCommand(deleteInstanceInput(instance.name));
  await calling(operation, () => client.send(command));
}
