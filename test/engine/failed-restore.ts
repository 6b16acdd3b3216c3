import { put, unschedule } from "../../src/sim/aws/turn.ts";
import type { FastWorld } from "../../src/sim/fast-world.ts";

/** From now on the restore that is under way has failed, as AWS reports it. False while none is under way. */
export function failRestore(
  { account }: FastWorld,
  status: "restore-error" | "incompatible-restore",
): boolean {
  return account.alter((turn) => {
    const cluster = Object.values(turn.state.clusters).find((found) => found.status === "creating");
    if (!cluster) return false;
    put(turn, "clusters", { ...cluster, status });
    unschedule(turn, (event) => event.do === "finish restore" && event.cluster === cluster.resourceId);
    return true;
  });
}
