import type { InstanceSnapshot, Snapshot } from "../state.ts";
import type { Turn } from "../turn.ts";

/** What the data plane calls what a snapshot holds. */
export const dataOf = ({ data, resourceId }: Snapshot | InstanceSnapshot): string => data ?? resourceId;

/** Deletes what a snapshot held, unless a copy of it is still there: in this account or in another one. */
export async function deleteUnshared(turn: Turn, gone: Snapshot | InstanceSnapshot): Promise<void> {
  const others = turn.neighbours.states().filter(({ accountId }) => accountId !== turn.state.accountId);
  const isHeld = [turn.state, ...others].some(({ snapshots, instanceSnapshots }) =>
    [...Object.values(snapshots), ...Object.values(instanceSnapshots)].some(
      (one) => one.resourceId !== gone.resourceId && dataOf(one) === dataOf(gone),
    ),
  );
  if (!isHeld) await turn.data.deleteSnapshot(dataOf(gone));
}
