import { cutoverGate, type Person, passedWith } from "./approval.ts";
import { inDowntime, isEnded, type Migration } from "./migration.ts";
import type { Terms } from "./terms.ts";
import { type Duration, type Instant, minutes } from "./time.ts";

/** The downtime that was signed, and what is expected of it. */
export interface Budget {
  readonly longest: Duration;
  readonly signer: Person;
  readonly whenLate: Terms["whenLate"];
  readonly used: Duration;
  /** Below zero once it is past. */
  readonly left: Duration;
  /**
   * From fence to open, at the least: a step that is late counts as if it ended now. Null while it waits for people, of whom
   * nobody can say how long they take.
   */
  readonly forecast: Duration | null;
  /** What going back takes, begun now. */
  readonly price: Duration;
  /** Begun until then, it ends within what was signed. */
  readonly backUntil: Instant;
  /** Clients may have written to the replacement: going back is no way out any more. */
  readonly isOpening: boolean;
}

/** How things stand with a migration at a moment. */
export interface Standing {
  readonly now: Instant;
  readonly remaining: Duration;
  readonly rollbackPrice: Duration;
  readonly waitsForPeople: boolean;
  readonly isOpening: boolean;
}

/** Undefined outside of the downtime. On the way back it is about when the source serves again. */
export function budgetOf(migration: Migration, standing: Standing): Budget | undefined {
  const { downtimeBegan } = migration;
  const signed = passedWith(migration, cutoverGate);
  if (!inDowntime(migration) || downtimeBegan === null || isEnded(migration)) return undefined;
  if (!signed?.terms) return undefined;
  const { now, remaining, rollbackPrice: price, waitsForPeople, isOpening } = standing;
  const { longestDowntime: longest, whenLate } = signed.terms;
  const used = now - downtimeBegan;
  return {
    longest,
    signer: signed.person,
    whenLate,
    used,
    left: longest - used,
    forecast: waitsForPeople ? null : used + remaining,
    price,
    backUntil: downtimeBegan + longest - price,
    isOpening,
  };
}

/** Whether going back is still a way to keep to what was signed. */
export function mayStillFit({ isOpening, left }: Budget, { direction }: Migration): boolean {
  return direction === "forward" && !isOpening && left >= 0;
}

/** `offer`: say that going back still fits. `roll-back`: do it. `passed`: say that it can no longer be kept. */
export type BudgetCall = "offer" | "roll-back" | "passed";

/** Two runs of the schedule: what only people can end is looked at once a minute. */
export const lastCall: Duration = minutes(2);

/**
 * What the signed terms call for now. While it waits for people there is no forecast: nothing is called for until going back
 * is about to fit no longer. A rollback that is taken here always ends before going on would: it fits, and going on does not.
 */
export function callOf(budget: Budget, said: Migration["budgetSaid"]): BudgetCall | undefined {
  const { longest, used, left, forecast, price, isOpening, whenLate } = budget;
  const fits = !isOpening && used + price <= longest;
  const passes = forecast === null ? left - price < lastCall : forecast > longest;
  if (!passes) return undefined;
  if (!fits) return said === "passed" ? undefined : "passed";
  if (whenLate === "roll-back") return "roll-back";
  return said === "nothing" ? "offer" : undefined;
}

const cells = 20;

/** The budget as a bar: used, still expected, and free; `!` at the end of one that is past or expected to be. */
export function bar({ longest, used, forecast }: Budget): string {
  const cellsOf = (duration: Duration) =>
    Math.min(cells, Math.max(0, Math.round((duration / longest) * cells)));
  const full = cellsOf(used);
  const expected = Math.max(full, cellsOf(forecast ?? used));
  const past = Math.max(used, forecast ?? 0) > longest ? "!" : "";
  return `${"█".repeat(full)}${"▒".repeat(expected - full)}${"░".repeat(cells - expected)}${past}`;
}
