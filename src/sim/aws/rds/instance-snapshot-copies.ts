import type { CopyDBSnapshotMessage, DBSnapshot } from "@aws-sdk/client-rds";
import { rdsFault } from "../fault.ts";
import { refuseUncovered } from "../parameters.ts";
import type { InstanceSnapshot, StorageKey } from "../state.ts";
import {
  after,
  announce,
  instanceSnapshotNamed,
  jittered,
  made,
  newResourceId,
  put,
  type Turn,
} from "../turn.ts";
import { assertReadable, usableKey } from "./encryption.ts";
import { freeSnapshotName, instanceSnapshotView } from "./instance-snapshots.ts";
import { refuseReservedTags } from "./restored-settings.ts";

/** The only way to another key outside Aurora: what is restored has the key of its snapshot. */
export function copyDBSnapshot(turn: Turn, input: CopyDBSnapshotMessage): { DBSnapshot: DBSnapshot } {
  refuseUncovered("CopyDBSnapshot", input, [
    "SourceDBSnapshotIdentifier",
    "TargetDBSnapshotIdentifier",
    "KmsKeyId",
    "Tags",
    "CopyTags",
  ]);
  const source = instanceSnapshotNamed(turn, input.SourceDBSnapshotIdentifier ?? "");
  if (source.status !== "available") {
    throw rdsFault(
      "InvalidDBSnapshotStateFault",
      `Cannot copy the snapshot ${source.id} because it is ${source.status}.`,
    );
  }
  const id = freeSnapshotName(turn, input.TargetDBSnapshotIdentifier ?? "", "TargetDBSnapshotIdentifier");
  const tags = input.Tags ?? [];
  refuseReservedTags(tags);
  const inherited = input.CopyTags ? source.tags : [];
  assertReadable(turn, source.storageKey);
  const storageKey: StorageKey =
    input.KmsKeyId === undefined
      ? source.storageKey
      : { type: "sse-kms", arn: usableKey(turn, input.KmsKeyId) };
  const { managedBy: _, ...copied } = source;
  const copy: InstanceSnapshot = {
    ...copied,
    resourceId: newResourceId(turn, "dbsnapshot"),
    id,
    status: "copying",
    createdAt: turn.now,
    visibleAt: turn.now + jittered(turn, turn.durations.untilVisible),
    storageKey,
    tags: [...inherited.filter((tag) => !tags.some(({ Key }) => Key === tag.Key)), ...tags],
    copiedFrom: source.resourceId,
  };
  made(turn, "instanceSnapshots", copy);
  const { copySnapshot, copySnapshotChanges } = turn.durations;
  after(turn, isIncremental(turn, source, storageKey) ? copySnapshotChanges : copySnapshot, {
    do: "finish copying snapshot",
    snapshot: copy.resourceId,
  });
  announce(turn, "RDS-EVENT-0196", copy, "Copying snapshot in the Region", "notification");
  return { DBSnapshot: instanceSnapshotView(turn, copy) };
}

/** Copies that share what they hold: of one instance and under one key. */
const seriesOf = ({ instance }: InstanceSnapshot, key: StorageKey) =>
  `${instance.resourceId} ${key.type === "sse-kms" ? key.arn : key.type}`;

/**
 * Under its own key only what differs is copied. Under a new key the first copy of an instance is full, and later ones
 * are not as long as the last completed copy exists; a copy of a copy always is (RDS User Guide, USER_CopySnapshot).
 */
function isIncremental(turn: Turn, source: InstanceSnapshot, key: StorageKey): boolean {
  if (source.copiedFrom !== undefined) return false;
  if (seriesOf(source, key) === seriesOf(source, source.storageKey)) return true;
  const last = turn.state.lastCopies[seriesOf(source, key)];
  return turn.state.instanceSnapshots[last ?? ""]?.status === "available";
}

export function finishCopyingSnapshot(turn: Turn, event: { readonly snapshot: string }): void {
  const copy = turn.state.instanceSnapshots[event.snapshot];
  if (copy?.status !== "copying") return;
  put(turn, "instanceSnapshots", { ...copy, status: "available" });
  const lastCopies = { ...turn.state.lastCopies, [seriesOf(copy, copy.storageKey)]: copy.resourceId };
  turn.state = { ...turn.state, lastCopies };
  announce(turn, "RDS-EVENT-0197", copy, "Finished copying snapshot in the Region", "notification");
}
