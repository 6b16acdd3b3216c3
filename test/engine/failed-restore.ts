import { isInstance } from "../../src/sim/aws/named.ts";
import { put, unschedule } from "../../src/sim/aws/turn.ts";
import type { FastWorld } from "../../src/sim/fast-world.ts";

/** From now on the restore that is under way has failed, as AWS reports it. False while none is under way. */
export function failRestore(
  { account }: FastWorld,
  status: "restore-error" | "incompatible-restore",
): boolean {
  return account.alter((turn) => {
    const { clusters, instances } = turn.state;
    const found = [...Object.values(clusters), ...Object.values(instances)].find(({ status: now }) =>
      // A restore to a time shows the one, of a cluster's snapshot the other.
      ["creating", "migrating"].includes(now),
    );
    if (!found) return false;
    const { resourceId } = found;
    if (isInstance(found)) put(turn, "instances", { ...found, status });
    else put(turn, "clusters", { ...found, status });
    unschedule(
      turn,
      (event) =>
        (event.do === "finish restore" && event.cluster === resourceId) ||
        (event.do === "finish restoring instance" && event.instance === resourceId) ||
        (event.do === "finish creating instance" && event.instance === resourceId),
    );
    return true;
  });
}
