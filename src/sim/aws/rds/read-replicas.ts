import type { CreateDBInstanceReadReplicaMessage, DBInstance } from "@aws-sdk/client-rds";
import { rdsFault, unmodelled } from "../fault.ts";
import { refuseUncovered } from "../parameters.ts";
import type { Instance } from "../state.ts";
import { after, instanceNamed, put, replicasOf, type Turn } from "../turn.ts";
import { assertReadable } from "./encryption.ts";
import { assertClass } from "./instance-classes.ts";
import { freeInstanceName, makeInstance } from "./instance-making.ts";
import { newSettings } from "./instance-settings.ts";
import { ready } from "./instance-status.ts";
import { monitoring, performanceInsights } from "./instance-watching.ts";
import { instanceView } from "./instances.ts";

const covered = [
  "DBInstanceIdentifier",
  "SourceDBInstanceIdentifier",
  "DBInstanceClass",
  "AvailabilityZone",
  "Port",
  "MultiAZ",
  "AutoMinorVersionUpgrade",
  "Iops",
  "StorageThroughput",
  "StorageType",
  "AllocatedStorage",
  "MaxAllocatedStorage",
  "DedicatedLogVolume",
  "OptionGroupName",
  "DBParameterGroupName",
  "PubliclyAccessible",
  "DBSubnetGroupName",
  "VpcSecurityGroupIds",
  "CopyTagsToSnapshot",
  "MonitoringInterval",
  "MonitoringRoleArn",
  "EnablePerformanceInsights",
  "PerformanceInsightsKMSKeyId",
  "PerformanceInsightsRetentionPeriod",
  "EnableIAMDatabaseAuthentication",
  "EnableCloudwatchLogsExports",
  "DeletionProtection",
  "NetworkType",
  "CACertificateIdentifier",
  "KmsKeyId",
  "Tags",
] as const;

/** Within the Region only: under the source's key, with its port and groups, without backups of its own. */
export function createDBInstanceReadReplica(
  turn: Turn,
  input: CreateDBInstanceReadReplicaMessage,
): { DBInstance: DBInstance } {
  refuseUncovered("CreateDBInstanceReadReplica", input, covered);
  const source = replicable(turn, input);
  const id = freeInstanceName(turn, input.DBInstanceIdentifier);
  const { storageKey, settings: of } = source;
  const DBInstanceClass = input.DBInstanceClass ?? of.DBInstanceClass;
  assertReadable(turn, storageKey);
  assertClass(turn, DBInstanceClass, { ...of, storageKey });
  const options = of.OptionGroupMemberships?.[0]?.OptionGroupName;
  const settings = newSettings(
    turn,
    {
      ...input,
      DBSubnetGroupName: input.DBSubnetGroupName ?? of.SubnetGroup,
      DBParameterGroupName: of.DBParameterGroups[0]?.DBParameterGroupName,
      OptionGroupName: input.OptionGroupName ?? options,
      LicenseModel: of.LicenseModel,
      EngineLifecycleSupport: of.EngineLifecycleSupport,
    },
    {
      ...of,
      DBInstanceClass,
      Port: input.Port ?? of.DbInstancePort,
      AllocatedStorage: input.AllocatedStorage ?? of.AllocatedStorage ?? 0,
      BackupRetentionPeriod: 0,
      MasterUsername: of.MasterUsername ?? "",
      DBName: of.DBName,
      Tags: input.Tags ?? [],
    },
  );
  const watched = { ...monitoring(input), ...performanceInsights(turn, input) };
  const { MaxAllocatedStorage } = input;
  const replica = makeInstance(turn, {
    id,
    storageKey,
    replicaOf: source.resourceId,
    settings: { ...settings, ...watched, ...(MaxAllocatedStorage !== undefined && { MaxAllocatedStorage }) },
  });
  after(turn, turn.durations.createReplica, { do: "finish creating instance", instance: replica.resourceId });
  return { DBInstance: instanceView(turn, replica) };
}

function replicable(turn: Turn, input: CreateDBInstanceReadReplicaMessage): Instance {
  const source = instanceNamed(turn, input.SourceDBInstanceIdentifier ?? "");
  if (source.cluster !== undefined) {
    throw unmodelled("InvalidParameterCombination", "Aurora doesn't support CreateDBInstanceReadReplica.");
  }
  if (!ready.has(source.status)) {
    throw rdsFault("InvalidDBInstanceStateFault", `DB instance ${source.id} is ${source.status}.`);
  }
  if (!source.settings.BackupRetentionPeriod) {
    throw rdsFault(
      "InvalidDBInstanceStateFault",
      `Automated backups are not enabled for the database instance ${source.id}.`,
    );
  }
  if (replicasOf(turn.state, source.resourceId).length >= turn.state.quotas.ReadReplicasPerMaster) {
    throw unmodelled("InvalidParameterCombination", `${source.id} has as many read replicas as it can have.`);
  }
  // AWS's own texts differ on whether a replica in the Region may have another key than its source. What relies on it fails here.
  if (input.KmsKeyId !== undefined) {
    throw unmodelled(
      "InvalidParameterCombination",
      "KmsKeyId can't be specified for a read replica in the Region of its source.",
    );
  }
  if (input.DBParameterGroupName !== undefined) {
    throw unmodelled(
      "InvalidParameterCombination",
      "A parameter group can't be specified for a read replica of postgres in the Region of its source.",
    );
  }
  return source;
}

/** Without its source a replica goes on by itself, with what it has (RDS User Guide, USER_ReadRepl). */
export async function promoteReplicasOf(turn: Turn, source: string): Promise<void> {
  for (const replica of replicasOf(turn.state, source)) {
    const { replicaOf: _, ...promoted } = replica;
    const passing = `promoted-${replica.resourceId}`;
    await turn.data.takeSnapshot(source, passing);
    await turn.data.restoreSnapshot(passing, replica.resourceId);
    await turn.data.deleteSnapshot(passing);
    await turn.data.stopInstance(replica.resourceId);
    await turn.data.startInstance({ id: replica.resourceId, volume: replica.resourceId, writer: true });
    put(turn, "instances", { ...promoted, writer: true });
  }
}
