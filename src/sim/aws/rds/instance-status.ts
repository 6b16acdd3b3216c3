import type { Instance } from "../state.ts";
import { after, put, type Turn } from "../turn.ts";

/** What an instance outside Aurora is while nothing is done to it, and it can be used. */
export type StorageStatus = "storage-initialization" | "storage-optimization";

/** Takes a modification, a reboot, a rename: usable, if slower than it will be (RDS User Guide, DB instance status). */
export const ready: ReadonlySet<string> = new Set([
  "available",
  "storage-initialization",
  "storage-optimization",
]);

/** The storage goes on working for a long time in the background, whatever is done to the instance meanwhile. */
export function beginStorageWork(turn: Turn, instance: Instance, status: StorageStatus): void {
  put(turn, "instances", { ...instance, status });
  const { initializeStorage, optimizeStorage } = turn.durations;
  after(turn, status === "storage-initialization" ? initializeStorage : optimizeStorage, {
    do: "finish storage work",
    instance: instance.resourceId,
    status,
  });
}

export function finishStorageWork(
  turn: Turn,
  event: { readonly instance: string; readonly status: StorageStatus },
): void {
  const instance = turn.state.instances[event.instance];
  if (instance?.status === event.status) put(turn, "instances", { ...instance, status: "available" });
}

/** To what an instance returns when something has been done to it. */
export function restingStatus({ state }: Turn, { resourceId }: Instance): string {
  for (const { event } of state.schedule) {
    if (event.do === "finish storage work" && event.instance === resourceId) return event.status;
  }
  return "available";
}
