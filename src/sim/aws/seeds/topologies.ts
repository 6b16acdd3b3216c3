import type { Cluster, ClusterSettings, Instance, StorageKey } from "../state.ts";
import { schedule, type Turn } from "../turn.ts";
import { addCluster } from "./databases.ts";
import { addInstance } from "./instances.ts";

/** Databases of every kind that is not a plain Aurora cluster under `aws/rds`; one function each. */

const cluster = (turn: Turn, id: string, settings: Partial<ClusterSettings>) =>
  addCluster(turn, { id, settings });

export const multiAzDbCluster = (turn: Turn, id: string): Cluster =>
  addCluster(turn, {
    id,
    members: [{ id: `${id}-1` }, { id: `${id}-2` }, { id: `${id}-3` }],
    settings: { Engine: "postgres", DBClusterInstanceClass: "db.m6gd.large", StorageType: "io1", Iops: 1000 },
  });

export function globalDatabaseMember(turn: Turn, id: string, writer = true): Cluster {
  const globalId = `${id}-global`;
  const member = cluster(turn, id, { GlobalClusterIdentifier: globalId });
  const { attachments } = turn.state;
  const globals = [...attachments.globals, { cluster: member.resourceId, id: globalId, writer }];
  turn.state = { ...turn.state, attachments: { ...attachments, globals } };
  return member;
}

export const crossRegionReplica = (turn: Turn, id: string): Cluster =>
  cluster(turn, id, {
    ReplicationSourceIdentifier: `arn:aws:rds:us-east-1:${turn.state.accountId}:cluster:${id}-source`,
  });

export const replicatingCluster = (turn: Turn, id: string): Cluster =>
  cluster(turn, id, {
    ReadReplicaIdentifiers: [`arn:aws:rds:us-east-1:${turn.state.accountId}:cluster:${id}-replica`],
  });

export const serverlessV1 = (turn: Turn, id: string): Cluster =>
  addCluster(turn, {
    id,
    members: [],
    settings: {
      EngineMode: "serverless",
      Capacity: 2,
      ScalingConfigurationInfo: { MinCapacity: 2, MaxCapacity: 8, AutoPause: false },
    },
  });

export const serverlessV2 = (turn: Turn, id: string): Cluster =>
  addCluster(turn, {
    id,
    members: [1, 2].map((n) => ({ id: `${id}-${n}`, settings: { DBInstanceClass: "db.serverless" } })),
    settings: { ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 16 } },
  });

export const limitless = (turn: Turn, id: string): Cluster =>
  cluster(turn, id, {
    ClusterScalabilityType: "limitless",
    StorageType: "aurora-iopt1",
    LimitlessDatabase: { Status: "enabled", MinRequiredACU: 96 },
  });

export function sharedCluster(turn: Turn, id: string): Cluster {
  const shared = cluster(turn, id, {});
  const { attachments, region, accountId } = turn.state;
  const shareArn = `arn:aws:ram:${region}:${accountId}:resource-share/${id}`;
  const shares = [...attachments.shares, { cluster: shared.resourceId, shareArn }];
  turn.state = { ...turn.state, attachments: { ...attachments, shares } };
  return shared;
}

/** It will start by itself when its seven days are over. */
export function stoppedCluster(turn: Turn, id: string): Cluster {
  const stopped = addCluster(turn, { id, status: "stopped" });
  const restartAt = turn.now + turn.durations.autoStart;
  turn.state = {
    ...turn.state,
    clusters: { ...turn.state.clusters, [stopped.resourceId]: { ...stopped, restartAt } },
  };
  schedule(turn, { at: restartAt, event: { do: "start by itself", cluster: stopped.resourceId } });
  return { ...stopped, restartAt };
}

export const neptune = (turn: Turn, id: string): Cluster => cluster(turn, id, { Engine: "neptune" });

export const documentDb = (turn: Turn, id: string): Cluster => cluster(turn, id, { Engine: "docdb" });

export const unencryptedAurora = (turn: Turn, id: string): Cluster =>
  addCluster(turn, { id, storageKey: { type: "none" } });

/** Under the key that AWS owns, as every new cluster since February 2026 to which no key was given. */
export const auroraUnderRdsKey = (turn: Turn, id: string): Cluster =>
  addCluster(turn, { id, storageKey: { type: "sse-rds" } });

export const auroraUnder = (turn: Turn, id: string, keyArn: string): Cluster =>
  addCluster(turn, { id, storageKey: { type: "sse-kms", arn: keyArn } });

/** Of a class whose hosts cannot encrypt, with the last version that it can be ordered with. */
export const instanceOfOldClass = (turn: Turn, id: string): Instance =>
  addInstance(turn, {
    id,
    storageKey: { type: "none" },
    settings: {
      EngineVersion: "13.20",
      DBInstanceClass: "db.t2.micro",
      PerformanceInsightsEnabled: false,
      PerformanceInsightsKMSKeyId: undefined,
      PerformanceInsightsRetentionPeriod: undefined,
      StorageType: "gp2",
      AllocatedStorage: 20,
      Iops: undefined,
      StorageThroughput: undefined,
    },
  });

/** A DB instance outside Aurora; under `aws/rds` unless told otherwise. */
export const rdsInstance = (turn: Turn, id: string, storageKey?: StorageKey): Instance =>
  addInstance(turn, { id, ...(storageKey && { storageKey }) });
