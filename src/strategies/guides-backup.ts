import type { Guide, GuideContext, Sign } from "../core/by-hand.ts";
import {
  type BackedUpPinned,
  type BackupLearned,
  destinationOf,
  targetOf,
  vaultArnOf,
} from "./backup-steps.ts";
import { planNameOf } from "./schedule-steps.ts";

type BackupCx = GuideContext<BackedUpPinned, BackupLearned>;

export const recoveryPointVariable = "$RECOVERY_POINT";
export const copyVariable = "$COPY";
export const planVariable = "$BACKUP_PLAN";

/** The ARN holds the name, under which the replacement serves as the source did. */
const arnOf = ({ pinned }: BackupCx) => pinned.source.arn;
const pointOf = ({ learned }: BackupCx) => learned.recoveryPoint?.arn ?? recoveryPointVariable;
const copyOf = ({ learned }: BackupCx) => learned.copy?.arn ?? copyVariable;
const planOf = ({ learned }: BackupCx) => learned.backupPlan?.planId ?? planVariable;

const planIsKept = ({ pinned }: BackupCx): Sign => ({
  look: { of: "backup-plan", name: planNameOf(pinned) },
  must: { beKeptAs: planVariable.slice(1) },
});

const copyIsKept = (cx: BackupCx): Sign => ({
  look: { of: "copy-jobs", vaultArn: targetOf(cx).destinationVaultArn, point: pointOf(cx) },
  must: { beKeptAs: copyVariable.slice(1) },
});

function isSound(cx: BackupCx): Sign {
  const { vault } = targetOf(cx);
  return {
    look: { of: "recovery-point", vault, point: pointOf(cx) },
    must: { be: [`${arnOf(cx)} ${cx.pinned.keyArn}`] },
  };
}

/** By key of the course: from the first backup to that they go on. */
export const backupGuides: Readonly<Record<string, Guide<BackedUpPinned, BackupLearned>>> = {
  "back-up": {
    careful:
      "Not within an hour of a backup or maintenance window. If several are printed, keep the one that was made last. A job that " +
      "is COMPLETED with a message (`aws backup list-backup-jobs`) does not count.",
    done: (cx) => [
      {
        look: { of: "backup-jobs", arn: arnOf(cx), vault: targetOf(cx).vault },
        must: { beKeptAs: recoveryPointVariable.slice(1) },
      },
      isSound(cx),
    ],
  },
  "copy-backup": {
    careful: "It takes an hour and can take several. A job that is COMPLETED with a message does not count.",
    first: (cx) => [isSound(cx)],
    done: (cx) => [copyIsKept(cx)],
  },
  "verify-backup-copy": {
    careful:
      "Asked from the other account, and from nowhere else: first export OTHER_ACCOUNT, the name of a profile of the CLI with " +
      "credentials for it. What this account says of the copy proves nothing.",
    done: (cx) => {
      const { destinationVaultArn: vaultArn, vault } = targetOf(cx);
      const point = copyOf(cx);
      return [
        copyIsKept(cx),
        {
          look: { of: "copy", vaultArn, point },
          must: { be: [`${arnOf(cx)} ${vaultArnOf(cx.pinned, vault)} True`] },
        },
        {
          look: { of: "copy-key", vaultArn, point },
          must: { equal: { of: "vault-key", vaultArn } },
        },
      ];
    },
  },
  "schedule-backups": { done: (cx) => [planIsKept(cx)] },
  "assign-backups": {
    first: (cx) => [planIsKept(cx)],
    done: (cx) => [
      {
        look: { of: "backup-selections", plan: planOf(cx), shows: "name" },
        must: { be: [planNameOf(cx.pinned)] },
      },
    ],
  },
  "undo:schedule-backups": {
    careful:
      "Only the plan that this migration made. One that was there before stays: it goes by the name, which is the source's again. " +
      "Where nothing was assigned to it yet, leave out what names SELECTION.",
    first: (cx) => [
      planIsKept(cx),
      {
        look: { of: "backup-selections", plan: planOf(cx), shows: "id" },
        must: { beKeptAs: "SELECTION" },
      },
    ],
    done: (cx) => [{ look: { of: "backup-plan", name: planNameOf(cx.pinned) }, must: { be: [] } }],
  },
};

/** For the head of the sheet. */
export function backupFacts({ pinned }: BackupCx): readonly (readonly [what: string, is: string])[] {
  const { backup } = pinned;
  if (!backup) return [];
  return [
    ["Backups go to", `${backup.vault}, and copies to ${backup.destinationVaultArn}`],
    ["  looked at from", `account ${destinationOf(pinned).account} (${backup.verificationRoleArn})`],
  ];
}
