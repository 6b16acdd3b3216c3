import type { BackupLearned } from "./backup-steps.ts";
import type { Learned, Pinned } from "./facts.ts";
import { backupFacts, copyVariable, planVariable, recoveryPointVariable } from "./guides-backup.ts";
import { type Cx, likelyWriter, replacementVariable, restoreTime } from "./signs.ts";

/** What is called what, for the head of the sheet. */
export function factsOf(cx: Cx): readonly (readonly [string, string])[] {
  const { pinned, learned, names } = cx;
  const { source, settings, members, endpoints } = pinned;
  const { writer: chosen, replacement, t1, restoreAt } = learned;
  return [
    ["Source", `${source.resourceId}, at first named ${source.name}`],
    ["  once renamed", names.retired(source.name)],
    ...members.map(
      ({ resourceId, settings: { name } }) => ["  member", `${resourceId}, at first ${name}`] as const,
    ),
    ["  its key", source.keyArn ?? "none"],
    ["  its groups", settings.securityGroups.join(", ")],
    ["  its writer", chosen ?? "known when the fence is up"],
    ["Replacement", replacement?.resourceId ?? "not made yet, or not seen yet"],
    ["  its key", pinned.keyArn],
    ["  put aside", names.failed(source.name)],
    ["Endpoint", endpoints.writer],
    ["Fence group", `${pinned.fenceGroup} in ${pinned.vpc}`],
    ["Safety copy", names.safetySnapshot],
    ["T1", t1 === undefined ? "not yet" : new Date(t1).toISOString()],
    ["Restore time", restoreAt === undefined ? "not yet" : restoreTime(cx)],
    ...backupFacts(cx),
  ];
}

const unknownPoint = (arn: string): Learned["recoveryPoint"] => ({
  arn,
  status: "",
  vaultArn: "",
  resourceArn: "",
  encrypted: false,
  keyArn: null,
  createdAt: Number.NaN,
  expiresAt: null,
  sourceVaultArn: null,
});

/** The same of what is backed up. */
export const unknownBackups = {
  recoveryPoint: unknownPoint(recoveryPointVariable),
  copy: unknownPoint(copyVariable),
  backupPlan: { planId: planVariable, name: "" },
} satisfies BackupLearned;

/** What a step that is still to come will find out: variables of the shell, and a time that no clock can show. */
export function blanks(pinned: Pinned): Learned {
  const unknown = { startedAt: "", databases: [] };
  return {
    writer: likelyWriter(pinned),
    quiet: unknown,
    t1: Number.NaN,
    restoreAt: Number.NaN,
    definitions: {},
    stalled: false,
    stillQuiet: unknown,
    secret: "",
    kinesis: "",
    replacement: { resourceId: replacementVariable, arn: pinned.source.arn },
    prepared: { bytes: 0, differs: [] },
    atOpening: unknown,
    ...unknownBackups,
    tagsTakenOff: {},
    selectedStill: [],
  };
}
