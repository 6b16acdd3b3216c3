import type { ClusterFacts } from "../core/cloud.ts";
import { isEnrolled } from "../core/names.ts";
import type { Deployment } from "./deployment.ts";

export interface EnrolledCluster {
  readonly cluster: ClusterFacts;
  readonly vpc: string | undefined;
}

/** The clusters that can be moved as far as their owner and their engine are concerned, by name. */
export async function enrolledClusters({ cloud }: Deployment): Promise<readonly EnrolledCluster[]> {
  const databases = await cloud.listDatabases();
  const names = databases
    .filter(
      ({ kind, engine, tags }) => kind === "cluster" && engine === "aurora-postgresql" && isEnrolled(tags),
    )
    .map(({ name }) => name)
    .toSorted();
  const found = await Promise.all(
    names.map(async (name) => {
      const cluster = await cloud.findCluster(name);
      if (!cluster) return [];
      const subnets = await cloud.findSubnetGroup(cluster.settings.subnetGroup);
      return [{ cluster, vpc: subnets?.vpc }];
    }),
  );
  return found.flat();
}
