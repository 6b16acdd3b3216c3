import * as z from "zod";
import { type BackupTarget, backupTarget, type RecoveryPoint, recoveryPoint } from "./backup.ts";

/** What a stored plan or migration tells of copies in another account, whatever strategy it is by. */

/** Null where none is configured, undefined where the strategy does not ask. */
export function backupIn({ pinned }: { readonly pinned: unknown }): BackupTarget | null | undefined {
  return z.object({ backup: backupTarget.nullable() }).safeParse(pinned).data?.backup;
}

/** The copy that was verified from there; undefined until then. */
export function copyIn({ learned }: { readonly learned: unknown }): RecoveryPoint | undefined {
  return z.object({ copy: recoveryPoint }).safeParse(learned).data?.copy;
}

/** The plan by which backups go on; undefined until it is made. */
export function backupPlanIn({ learned }: { readonly learned: unknown }): string | undefined {
  const read = z.object({ backupPlan: z.object({ name: z.string() }) }).safeParse(learned);
  return read.data?.backupPlan.name;
}

/** Where a vault is, by its ARN. */
export function placeOf(vaultArn: string): {
  readonly account: string;
  readonly region: string;
  readonly vault: string;
} {
  const [, , , region = "?", account = "?", , vault = "?"] = vaultArn.split(":");
  return { account, region, vault };
}
