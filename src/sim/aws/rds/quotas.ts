import { type RdsFault, rdsFault } from "../fault.ts";
import type { AccountState } from "../state.ts";
import type { Turn } from "../turn.ts";

type Counted = "DBClusters" | "DBInstances" | "ManualClusterSnapshots" | "ManualSnapshots";

const counted: Readonly<
  Record<Counted, { readonly used: (state: AccountState) => number; readonly shape: RdsFault }>
> = {
  DBClusters: {
    used: ({ clusters }) => Object.keys(clusters).length,
    shape: "DBClusterQuotaExceededFault",
  },
  DBInstances: {
    used: ({ instances }) => Object.keys(instances).length,
    shape: "InstanceQuotaExceededFault",
  },
  ManualClusterSnapshots: {
    used: ({ snapshots }) => Object.keys(snapshots).length,
    shape: "SnapshotQuotaExceededFault",
  },
  ManualSnapshots: {
    used: ({ instanceSnapshots }) => Object.keys(instanceSnapshots).length,
    shape: "SnapshotQuotaExceededFault",
  },
};

/** Throws the quota's fault where one more does not fit. */
export function assertQuota(turn: Turn, quota: Counted): void {
  const { used, shape } = counted[quota];
  if (used(turn.state) >= turn.state.quotas[quota])
    throw rdsFault(shape, `The quota for ${quota} is exceeded.`);
}

export function describeAccountAttributes(turn: Turn) {
  const { quotas } = turn.state;
  const used = (Object.keys(counted) as Counted[]).map((quota) => ({
    AccountQuotaName: quota,
    Used: counted[quota].used(turn.state),
    Max: quotas[quota],
  }));
  const endpoints = {
    AccountQuotaName: "CustomEndpointsPerDBCluster",
    Used: 0,
    Max: quotas.CustomEndpointsPerDBCluster,
  };
  return { AccountQuotas: [...used, endpoints] };
}
