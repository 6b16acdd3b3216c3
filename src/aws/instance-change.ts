import {
  CopyDBSnapshotCommand,
  CreateDBInstanceCommand,
  CreateDBInstanceReadReplicaCommand,
  CreateDBSnapshotCommand,
  DeleteDBInstanceCommand,
  DeleteDBSnapshotCommand,
  ModifyDBInstanceCommand,
  RestoreDBInstanceFromDBSnapshotCommand,
} from "@aws-sdk/client-rds";
import type {
  CopySnapshot,
  CreateInstance,
  CreateReplica,
  InstanceChange,
  RestoreInstanceFromSnapshot,
} from "../core/changes.ts";
import type { MemberSettings, Ref, Tags } from "../core/cloud.ts";
import type { InstanceSettings } from "../core/instance.ts";
import {
  changeInstanceInput,
  copySnapshotInput,
  createInstanceInput,
  deleteInstanceInput,
  deleteInstanceSnapshotInput,
  instanceSnapshotInput,
  memberInput,
  replicaInput,
  restoreInstanceInput,
} from "./instance-inputs.ts";
import { group, type Permit } from "./permit.ts";

/** What is changed about instances, those of clusters among them, and about their snapshots. */
export const actions = [
  "rds:ModifyDBInstance",
  "rds:CreateDBInstance",
  "rds:CreateDBInstanceReadReplica",
  "rds:CreateDBSnapshot",
  "rds:CopyDBSnapshot",
  "rds:RestoreDBInstanceFromDBSnapshot",
  "rds:DeleteDBInstance",
  "rds:DeleteDBSnapshot",
] as const;

export function changeInstance(permit: Permit, instance: Ref, change: InstanceChange) {
  const command = new ModifyDBInstanceCommand(changeInstanceInput(instance.name, change));
  const passes = watchedBy(change);
  return permit("ModifyDBInstance", instance, ({ client }) => client.send(command), { passes });
}

export function createMember(permit: Permit, cluster: Ref, settings: MemberSettings) {
  const { name, parameterGroup } = settings;
  return permit(
    "CreateDBInstance",
    cluster,
    ({ client, engine }) =>
      client.send(new CreateDBInstanceCommand(memberInput(cluster.name, engine, settings))),
    {
      makes: [`db:${name}`, group("pg", parameterGroup), group("subgrp"), group("og")],
      passes: watchedBy(settings),
    },
  );
}

export function createInstance(permit: Permit, instance: CreateInstance) {
  const { source, name, keyArn, settings } = instance;
  const command = new CreateDBInstanceCommand(createInstanceInput(instance));
  return permit("CreateDBInstance", source, ({ client }) => client.send(command), {
    makes: [`db:${name}`, ...groupsOf(settings)],
    passes: [keyArn, ...watchedBy(settings)],
    leavesIt: true,
    keepsPassword: true,
  });
}

export function createReplica(permit: Permit, replica: CreateReplica) {
  const { source, name, settings } = replica;
  const command = new CreateDBInstanceReadReplicaCommand(replicaInput(replica));
  return permit("CreateDBInstanceReadReplica", source, ({ client }) => client.send(command), {
    makes: [`db:${name}`, ...groupsOf(settings)],
    passes: watchedBy(settings),
    usesItsKey: true,
  });
}

export function restoreInstanceFromSnapshot(permit: Permit, restore: RestoreInstanceFromSnapshot) {
  const { snapshot, name, settings } = restore;
  const of = { kind: "instance", snapshot, as: ["safety-copy", "copy"] } as const;
  const command = new RestoreDBInstanceFromDBSnapshotCommand(restoreInstanceInput(restore));
  return permit("RestoreDBInstanceFromDBSnapshot", of, ({ client }) => client.send(command), {
    makes: [`db:${name}`, ...groupsOf(settings)],
    usesItsKey: true,
  });
}

export function takeInstanceSnapshot(permit: Permit, instance: Ref, snapshot: string, add: Tags) {
  const command = new CreateDBSnapshotCommand(instanceSnapshotInput(instance.name, snapshot, add));
  return permit("CreateDBSnapshot", instance, ({ client }) => client.send(command), {
    makes: [`snapshot:${snapshot}`],
  });
}

export function copySnapshot(permit: Permit, copy: CopySnapshot) {
  const of = { kind: "instance", snapshot: copy.snapshot, as: ["safety-copy", "copy"] } as const;
  const command = new CopyDBSnapshotCommand(copySnapshotInput(copy));
  return permit("CopyDBSnapshot", of, ({ client }) => client.send(command), {
    makes: [`snapshot:${copy.name}`],
    passes: [copy.keyArn],
    usesItsKey: true,
  });
}

export function deleteInstance(permit: Permit, instance: Ref) {
  const command = new DeleteDBInstanceCommand(deleteInstanceInput(instance.name));
  return permit("DeleteDBInstance", instance, ({ client }) => client.send(command));
}

export function deleteInstanceSnapshot(permit: Permit, snapshot: string) {
  const of = { kind: "instance", snapshot, as: ["copy"] } as const;
  const command = new DeleteDBSnapshotCommand(deleteInstanceSnapshotInput(snapshot));
  return permit("DeleteDBSnapshot", of, ({ client }) => client.send(command));
}

/** Every group that the call names. */
function groupsOf({ subnetGroup, parameterGroup, optionGroup }: InstanceSettings): readonly string[] {
  return [group("subgrp", subnetGroup), group("pg", parameterGroup), group("og", optionGroup)];
}

/** What Enhanced Monitoring and Performance Insights are given the use of. */
function watchedBy({
  monitoring,
  performanceInsights,
}: Pick<InstanceChange, "monitoring" | "performanceInsights">): readonly string[] {
  return [monitoring?.roleArn, performanceInsights?.keyArn].flatMap((arn) => arn || []);
}
