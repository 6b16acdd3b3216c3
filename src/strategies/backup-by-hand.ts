import type { ByHand, OnPaper } from "../core/by-hand.ts";
import type { ClusterFacts, InstanceFacts } from "../core/cloud.ts";
import type { StandaloneFacts } from "../core/instance.ts";
import type { BackupLearned } from "./backup-steps.ts";
import type { BackupPinned } from "./cross-account-backup.ts";
import { unknownBackups } from "./facts-on-paper.ts";
import { backupFacts, backupGuides } from "./guides-backup.ts";

/** A run looks at nothing of the database but which one it is. */
function onPaper(
  { source, endpoint }: BackupPinned,
  learned: Readonly<Partial<BackupLearned>>,
): OnPaper<BackupLearned> {
  const untroubled = { ...source, endpoint: endpoint.host, status: "available", members: [] };
  const standalone: Partial<StandaloneFacts> = {};
  return {
    clusters: source.kind === "cluster" ? [untroubled as Partial<ClusterFacts> as ClusterFacts] : [],
    instances:
      source.kind === "instance"
        ? [{ ...untroubled, standalone } as Partial<InstanceFacts> as InstanceFacts]
        : [],
    customEndpoints: [],
    proxies: [],
    learned: { ...unknownBackups, ...learned },
    replacementId: "",
  };
}

export const crossAccountBackupByHand: ByHand<BackupPinned, BackupLearned> = {
  facts: (cx) => [
    ["Database", `${cx.pinned.source.resourceId}, named ${cx.pinned.source.name}`],
    ["  its key", cx.pinned.keyArn],
    ...backupFacts(cx),
  ],
  onPaper,
  guides: backupGuides,
};
