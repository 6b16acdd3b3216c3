import { addParameterGroup } from "../../src/sim/aws/seeds/furniture.ts";
import type { Cluster, Instance } from "../../src/sim/aws/state.ts";
import { FastWorld } from "../../src/sim/fast-world.ts";
import { type Life, lifeIn, name } from "../engine/life.ts";

/** A database in which no setting is what AWS would give it by itself. */
export function aPeculiarLife(of: string): Life {
  const world = new FastWorld({ hurry: 60_000 });
  const make = peculiar[of];
  if (!make) throw new Error(`no peculiar database for ${of}`);
  return lifeIn(world, make(world), of);
}

const peculiar: Readonly<Record<string, (world: FastWorld) => Cluster | Instance>> = {
  "aurora-point-in-time": (world) => peculiarCluster(world, "sse-kms"),
  "aurora-snapshot": (world) => peculiarCluster(world, "none"),
  // The seed differs from AWS's defaults in nearly everything by itself.
  "rds-snapshot-copy": peculiarInstance,
  "rds-dump-restore": peculiarInstance,
};

function peculiarInstance(world: FastWorld): Instance {
  return world.addInstance({
    id: name,
    storageKey: { type: "none" },
    settings: {
      DbInstancePort: 6543,
      PubliclyAccessible: true,
      NetworkType: "DUAL",
      PerformanceInsightsKMSKeyId: world.key.arn,
      PerformanceInsightsRetentionPeriod: 465,
      DatabaseInsightsMode: "advanced",
    },
  });
}

function peculiarCluster(world: FastWorld, encryption: "none" | "sse-kms"): Cluster {
  const group = "orders-settings";
  world.account.alter((turn) => addParameterGroup(turn, { name: group, family: "aurora-postgresql16" }));
  const key = world.account.state.keys;
  const managed = Object.values(key).find(({ manager }) => manager === "AWS");
  return world.addCluster({
    id: name,
    storageKey: encryption === "none" ? { type: "none" } : { type: "sse-kms", arn: managed?.arn ?? "" },
    members: [member(world, 1, "db.serverless"), member(world, 2, "db.r6g.xlarge")],
    settings: {
      Port: 6543,
      DBClusterParameterGroup: group,
      EnabledCloudwatchLogsExports: ["postgresql"],
      IAMDatabaseAuthenticationEnabled: true,
      BackupRetentionPeriod: 21,
      CopyTagsToSnapshot: true,
      StorageType: "aurora-iopt1",
      NetworkType: "DUAL",
      DatabaseInsightsMode: "advanced",
      PerformanceInsightsEnabled: true,
      PerformanceInsightsRetentionPeriod: 465,
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 24, SecondsUntilAutoPause: 600 },
    },
  });
}

function member(world: FastWorld, serial: number, DBInstanceClass: string) {
  return {
    id: `${name}-${serial}`,
    settings: {
      DBInstanceClass,
      PromotionTier: serial + 5,
      DBParameterGroups: [{ DBParameterGroupName: "orders-settings", ParameterApplyStatus: "in-sync" }],
      MonitoringInterval: 15,
      PerformanceInsightsEnabled: true,
      PerformanceInsightsKMSKeyId: world.key.arn,
      PerformanceInsightsRetentionPeriod: 465,
      CACertificateIdentifier: "rds-ca-ecc384-g1",
      PubliclyAccessible: true,
      AutoMinorVersionUpgrade: false,
    },
  };
}
