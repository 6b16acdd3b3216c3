import type { Observed, Pinned } from "./facts.ts";
import type { Need } from "./preconditions.ts";

/** A second cluster with as many instances, and snapshots, of which the first may be there already. */
export function clusterNeeds(snapshots: number) {
  return ({ quotas, safetySnapshotExists }: Observed, { members }: Pinned): readonly Need[] => [
    { what: "clusters", quota: quotas.clusters, needed: 1 },
    { what: "instances", quota: quotas.instances, needed: members.length },
    {
      what: "manual cluster snapshots",
      quota: quotas.manualClusterSnapshots,
      needed: snapshots - (safetySnapshotExists ? 1 : 0),
    },
  ];
}
