import type { Cluster, Instance } from "../state.ts";
import type { Turn } from "../turn.ts";

const day = 24 * 3_600_000;

export interface Restorable {
  readonly earliest: number;
  readonly latest: number;
}

/**
 * The times to which a cluster can be restored; undefined where there is none yet, which is until some
 * minutes after a creation or restore. Logs are shipped in steps, and an idle database ships none: the
 * latest time stands just before the last commit until another commit follows.
 */
export async function restorable(turn: Turn, cluster: Cluster): Promise<Restorable | undefined> {
  const { restorableFrom } = cluster;
  if (restorableFrom === undefined || restorableFrom > turn.now) return undefined;
  const latest = await lastShipped(turn, cluster);
  if (latest === undefined) return undefined;
  const retained = shippedAt(turn, cluster) - cluster.settings.BackupRetentionPeriod * day;
  return { earliest: Math.max(restorableFrom, retained), latest: Math.max(restorableFrom, latest) };
}

/** The latest restorable time of an instance outside Aurora; undefined before its first backup, and without backups. */
export async function restorableInstance(turn: Turn, instance: Instance): Promise<number | undefined> {
  const { restorableFrom } = instance;
  if (restorableFrom === undefined || restorableFrom > turn.now) return undefined;
  const latest = await lastShipped(turn, instance);
  return latest === undefined ? undefined : Math.max(restorableFrom, latest);
}

async function lastShipped(turn: Turn, of: Cluster | Instance): Promise<number | undefined> {
  const lastCommit = await turn.data.lastCommit(of.resourceId);
  if (lastCommit === undefined) return undefined;
  return Math.min(shippedAt(turn, of), lastCommit - 1);
}

function shippedAt(turn: Turn, { createdAt }: Cluster | Instance): number {
  return turn.now - ((turn.now - createdAt) % turn.durations.logShipping);
}
