import type { Lifecycle } from "@aws-sdk/client-backup";
import type { Vault } from "./state.ts";

/** Days until AWS Backup deletes it; null for never. */
export function daysOf({ DeleteAfterDays: days }: Lifecycle): number | null {
  return days === undefined || days === -1 ? null : days;
}

/** Whether a vault's lock takes such a lifetime. Source: AWS Backup Developer Guide, Vault Lock. */
export function isWithinLock({ lock }: Vault, lifecycle: Lifecycle): boolean {
  const days = daysOf(lifecycle) ?? Number.POSITIVE_INFINITY;
  return days >= (lock?.minDays ?? 0) && days <= (lock?.maxDays ?? Number.POSITIVE_INFINITY);
}
