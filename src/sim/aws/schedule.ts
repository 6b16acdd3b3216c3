import { beginBackup, finishBackup } from "./backup/backing-up.ts";
import { beginCopy, finishCopy } from "./backup/copying.ts";
import { runBackupRule } from "./backup/plan-runs.ts";
import { expireRecoveryPoint } from "./backup/recovery-points.ts";
import { noticeKey } from "./keys.ts";
import { forgetAutomatedBackup } from "./rds/automated-backups.ts";
import { finishAddingRoles, finishStartingActivityStream } from "./rds/cluster-attachments.ts";
import { beginModifyingCluster, finishModifyingCluster } from "./rds/cluster-changes.ts";
import {
  cutSessions,
  finishDeletingCluster,
  finishFailover,
  finishStarting,
  finishStopping,
  startByItself,
} from "./rds/cluster-lifecycle.ts";
import { finishCreatingEndpoint, finishDeletingEndpoint } from "./rds/custom-endpoints.ts";
import {
  beginModifyingInstance,
  finishModifyingInstance,
  finishReboot,
  reboot,
  restartRenamedInstance,
} from "./rds/instance-changes.ts";
import { finishCreatingInstance, finishDeletingInstance } from "./rds/instance-lifecycle.ts";
import { copyRestoredInstanceData, finishRestoringInstance } from "./rds/instance-restore.ts";
import { finishCopyingSnapshot } from "./rds/instance-snapshot-copies.ts";
import {
  copyInstanceSnapshotData,
  finishDeletingInstanceSnapshot,
  finishInstanceSnapshot,
} from "./rds/instance-snapshots.ts";
import { finishStorageWork, type StorageStatus } from "./rds/instance-status.ts";
import {
  finishStartingInstance,
  finishStoppingInstance,
  startInstanceByItself,
} from "./rds/instance-stops.ts";
import { finishMaintenance, openMaintenanceWindow } from "./rds/maintenance.ts";
import { finishRegisteringTarget } from "./rds/proxies.ts";
import { copyRestoredData, finishRestore } from "./rds/restore.ts";
import { copySnapshotData, finishDeletingSnapshot, finishSnapshot } from "./rds/snapshots.ts";
import { scaleReaders } from "./scaling.ts";
import type { Instant } from "./state.ts";
import type { Turn } from "./turn.ts";

type OfCluster = { readonly cluster: string };
type OfInstance = { readonly instance: string };
type OfSnapshot = { readonly snapshot: string };
type OfJob = { readonly job: string };

/** A moment of a volume, what a volume holds now (a clone), or a snapshot. */
export type RestoredFrom =
  | { readonly volume: string; readonly at: Instant }
  | { readonly volume: string }
  | { readonly snapshot: string };

/** What happens by itself later. Saved by name, so that a killed account goes on where it was. */
export type DueEvent =
  | ({ readonly do: "begin modifying cluster" } & OfCluster)
  | ({ readonly do: "finish modifying cluster" } & OfCluster)
  | ({ readonly do: "begin modifying instance" } & OfInstance)
  | ({ readonly do: "restart renamed instance" } & OfInstance)
  | ({ readonly do: "finish modifying instance" } & OfInstance)
  | ({ readonly do: "open maintenance window" } & { readonly resource: string })
  | ({ readonly do: "finish maintenance" } & { readonly resource: string })
  | ({ readonly do: "reboot" } & OfInstance)
  | ({ readonly do: "finish reboot" } & OfInstance)
  | ({ readonly do: "finish failover"; readonly to: string } & OfCluster)
  | ({ readonly do: "cut sessions" } & OfInstance)
  | ({ readonly do: "finish stopping" } & OfCluster)
  | ({ readonly do: "start by itself" } & OfCluster)
  | ({ readonly do: "finish starting" } & OfCluster)
  | ({ readonly do: "copy restored data"; readonly from: RestoredFrom } & OfCluster)
  | ({ readonly do: "finish restore" } & OfCluster)
  | ({ readonly do: "finish creating instance" } & OfInstance)
  | ({ readonly do: "finish deleting instance" } & OfInstance)
  | ({ readonly do: "finish deleting cluster" } & OfCluster)
  | ({ readonly do: "copy snapshot data" } & OfSnapshot)
  | ({ readonly do: "finish snapshot" } & OfSnapshot)
  | ({ readonly do: "finish deleting snapshot" } & OfSnapshot)
  | ({ readonly do: "copy restored instance data"; readonly from: string } & OfInstance)
  | ({ readonly do: "finish restoring instance" } & OfInstance)
  | ({ readonly do: "finish storage work"; readonly status: StorageStatus } & OfInstance)
  | ({ readonly do: "finish stopping instance" } & OfInstance)
  | ({ readonly do: "start instance by itself" } & OfInstance)
  | ({ readonly do: "finish starting instance" } & OfInstance)
  | ({ readonly do: "copy instance snapshot data"; readonly from: string } & OfSnapshot)
  | ({ readonly do: "finish instance snapshot" } & OfSnapshot)
  | ({ readonly do: "finish copying snapshot" } & OfSnapshot)
  | ({ readonly do: "finish deleting instance snapshot" } & OfSnapshot)
  | ({ readonly do: "finish adding roles" } & OfCluster)
  | ({ readonly do: "finish starting activity stream" } & OfCluster)
  | ({ readonly do: "begin backup" } & OfJob)
  | ({ readonly do: "finish backup" } & OfJob)
  | ({ readonly do: "begin copy" } & OfJob)
  | ({ readonly do: "finish copy" } & OfJob)
  | { readonly do: "expire recovery point"; readonly recoveryPoint: string }
  | { readonly do: "run backup rule"; readonly plan: string; readonly rule: string }
  | { readonly do: "forget automated backup"; readonly resource: string }
  | { readonly do: "finish creating endpoint"; readonly endpoint: string }
  | { readonly do: "finish deleting endpoint"; readonly endpoint: string }
  | { readonly do: "finish registering target"; readonly proxy: string }
  | { readonly do: "scale readers"; readonly clusterName: string }
  | { readonly do: "notice key"; readonly key: string };

type Happening<E> = (turn: Turn, event: E) => void | Promise<void>;

const happenings: { readonly [D in DueEvent["do"]]: Happening<Extract<DueEvent, { do: D }>> } = {
  "begin modifying cluster": beginModifyingCluster,
  "finish modifying cluster": finishModifyingCluster,
  "begin modifying instance": beginModifyingInstance,
  "restart renamed instance": restartRenamedInstance,
  "finish modifying instance": finishModifyingInstance,
  "open maintenance window": openMaintenanceWindow,
  "finish maintenance": finishMaintenance,
  reboot,
  "finish reboot": finishReboot,
  "finish failover": finishFailover,
  "cut sessions": cutSessions,
  "finish stopping": finishStopping,
  "start by itself": startByItself,
  "finish starting": finishStarting,
  "copy restored data": copyRestoredData,
  "finish restore": finishRestore,
  "finish creating instance": finishCreatingInstance,
  "finish deleting instance": finishDeletingInstance,
  "finish deleting cluster": finishDeletingCluster,
  "copy snapshot data": copySnapshotData,
  "finish snapshot": finishSnapshot,
  "finish deleting snapshot": finishDeletingSnapshot,
  "copy restored instance data": copyRestoredInstanceData,
  "finish restoring instance": finishRestoringInstance,
  "finish storage work": finishStorageWork,
  "finish stopping instance": finishStoppingInstance,
  "start instance by itself": startInstanceByItself,
  "finish starting instance": finishStartingInstance,
  "copy instance snapshot data": copyInstanceSnapshotData,
  "finish instance snapshot": finishInstanceSnapshot,
  "finish copying snapshot": finishCopyingSnapshot,
  "finish deleting instance snapshot": finishDeletingInstanceSnapshot,
  "begin backup": beginBackup,
  "finish backup": finishBackup,
  "begin copy": beginCopy,
  "finish copy": finishCopy,
  "expire recovery point": expireRecoveryPoint,
  "run backup rule": runBackupRule,
  "forget automated backup": forgetAutomatedBackup,
  "finish adding roles": finishAddingRoles,
  "finish starting activity stream": finishStartingActivityStream,
  "finish creating endpoint": finishCreatingEndpoint,
  "finish deleting endpoint": finishDeletingEndpoint,
  "finish registering target": finishRegisteringTarget,
  "scale readers": scaleReaders,
  "notice key": noticeKey,
};

/** Lets one due event happen. */
export async function happen(turn: Turn, event: DueEvent): Promise<void> {
  await (happenings[event.do] as Happening<DueEvent>)(turn, event);
}
