import { type RdsFault, rdsFault } from "../fault.ts";
import type { AccountState } from "../state.ts";
import type { Turn } from "../turn.ts";

type Counted =
  | "DBClusters"
  | "DBInstances"
  | "ManualClusterSnapshots"
  | "ManualSnapshots"
  | "AllocatedStorage";

/** Those of AWS Backup don't count toward the quota (RDS and Aurora User Guides, Quotas). */
const manual = (snapshots: Readonly<Record<string, { readonly managedBy?: string }>>) =>
  Object.values(snapshots).filter(({ managedBy }) => managedBy === undefined).length;

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
    used: ({ snapshots }) => manual(snapshots),
    shape: "SnapshotQuotaExceededFault",
  },
  ManualSnapshots: {
    used: ({ instanceSnapshots }) => manual(instanceSnapshots),
    shape: "SnapshotQuotaExceededFault",
  },
  AllocatedStorage: {
    used: ({ instances }) =>
      // A member of a cluster has none of its own.
      Object.values(instances).reduce((sum, { settings }) => sum + (settings.AllocatedStorage ?? 0), 0),
    shape: "StorageQuotaExceededFault",
  },
};

/** Throws the quota's fault where one more does not fit. */
export function assertQuota(turn: Turn, quota: Exclude<Counted, "AllocatedStorage">): void {
  assertRoom(turn, quota, 1);
}

/** Throws StorageQuotaExceededFault where an instance outside Aurora with so many gibibytes does not fit. */
export function assertStorageQuota(turn: Turn, gibibytes: number): void {
  assertRoom(turn, "AllocatedStorage", gibibytes);
}

function assertRoom(turn: Turn, quota: Counted, more: number): void {
  const { used, shape } = counted[quota];
  if (used(turn.state) + more > turn.state.quotas[quota])
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
