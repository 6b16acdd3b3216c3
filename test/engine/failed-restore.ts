import { put, unschedule } from "../../src/sim/aws/turn.ts";
import type { FastWorld } from "../../src/sim/fast-world.ts";

/** From now on the restore that is under way has failed, as AWS reports it. False while none is under way. */
export function failRestore(
  { account }: FastWorld,
  status: "restore-error" | "incompatible-restore",
): boolean {
  return account.alter((turn) => {
    const cluster = Object.values(turn.state.clusters).find(({ status: now }) =>
      // A restore to a time shows the one, of a snapshot the other.
      ["creating", "migrating"].includes(now),
    );
    if (!cluster) return false;
    put(turn, "clusters", { ...cluster, status });
    unschedule(turn, (event) => event.do === "finish restore" && event.cluster === cluster.resourceId);
    return true;
  });
}
