import type { Cloud, ClusterFacts } from "../core/cloud.ts";
import { type Problem, problem } from "../core/problem.ts";
import type { Strategy } from "../core/strategy.ts";
import { auroraPointInTime } from "./aurora-point-in-time.ts";

/** Which strategy a database needs, or why there is none for it and what to do instead. */
export async function chooseStrategy(
  name: string,
  where: { readonly region: string; readonly key: string },
  cloud: Cloud,
): Promise<{ strategy: Strategy } | { problem: Problem }> {
  const cluster = await cloud.findCluster(name);
  if (cluster) return chooseForCluster(cluster, where.key, cloud);
  const instance = await cloud.findInstance(name);
  if (!instance) return { problem: problem("target.not-found", { name, region: where.region }) };
  if (instance.clusterName !== null) {
    return { problem: problem("target.is-member", { name, cluster: instance.clusterName }) };
  }
  if (instance.engine !== "postgres") return otherEngine(name, instance.engine);
  return { problem: problem("target.rds-instance", { name }) };
}

async function chooseForCluster(
  cluster: ClusterFacts,
  key: string,
  cloud: Cloud,
): Promise<{ strategy: Strategy } | { problem: Problem }> {
  const refused = refuseTopology(cluster);
  if (refused) return { problem: refused };
  const { name } = cluster;
  const [attachments, wanted] = await Promise.all([
    cloud.attachmentsOf(cluster),
    cluster.encryption === "sse-kms" ? cloud.findKey(key) : undefined,
  ]);
  const global = attachments.find(({ kind }) => kind === "global-database");
  if (global) return { problem: problem("target.global-database", { name, global: global.name }) };
  const share = attachments.find(({ kind }) => kind === "ram-share");
  if (share) return { problem: problem("target.ram-shared", { name, share: share.name }) };
  switch (cluster.encryption) {
    case "none":
      return { problem: problem("target.unencrypted-aurora", { name }) };
    case "sse-rds":
      return { problem: problem("target.aws-owned-key", { name }) };
    case "unknown":
      return { problem: problem("target.unknown-encryption", { name }) };
    case "sse-kms":
      if (wanted && wanted.arn === cluster.keyArn) {
        return { problem: problem("target.already-encrypted", { name, key: wanted.arn }) };
      }
      return { strategy: auroraPointInTime };
  }
}

/** What cannot be moved at all, whatever its key. */
function refuseTopology({ name, own, settings, status }: ClusterFacts): Problem | undefined {
  if (own.clusterInstanceClass !== null) return problem("target.multi-az-cluster", { name });
  if (settings.engine !== "aurora-postgresql") return otherEngine(name, settings.engine).problem;
  if (settings.engineMode === "serverless") return problem("target.serverless-v1", { name });
  if (settings.engineMode !== "provisioned")
    return problem("target.engine-mode", { name, mode: settings.engineMode });
  if (own.scalability === "limitless") return problem("target.limitless", { name });
  if (own.replicationSource !== null)
    return problem("target.replica", { name, source: own.replicationSource });
  if (own.readReplicas.length > 0) {
    return problem("target.has-replicas", { name, replicas: own.readReplicas.join(", ") });
  }
  if (status === "stopped") return problem("target.stopped", { name });
  return undefined;
}

function otherEngine(name: string, engine: string): { problem: Problem } {
  return { problem: problem("target.other-engine", { name, engine }) };
}
