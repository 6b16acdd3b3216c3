import * as z from "zod";
import type { Migration } from "./migration.ts";
import { isRehearsal, namesBy } from "./rehearsal.ts";

/** What a migration is there for. `backup` and `decommission` move nothing: nobody's clients are interrupted by them. */
export type Purpose = "move" | "rehearsal" | "backup" | "decommission";

/** Persisted as ids of strategies: never changed. */
export const backupStrategy = "cross-account-backup";
export const decommissionStrategy = "decommission";

/** The gate before a source is deleted. */
export const decommissionGate = "decommission";

/** Of a migration or a plan, by its strategy. */
export function purposeOf(of: { readonly strategy: { readonly id: string } }): Purpose {
  if (isRehearsal(of)) return "rehearsal";
  if (of.strategy.id === backupStrategy) return "backup";
  return of.strategy.id === decommissionStrategy ? "decommission" : "move";
}

/** Otherwise no database is made that could serve or be thrown away. */
export function movesOrTries(of: { readonly strategy: { readonly id: string } }): boolean {
  const purpose = purposeOf(of);
  return purpose === "move" || purpose === "rehearsal";
}

/** The move from which the database serves now, if one is on record: what may be decommissioned is its source. */
export function lastMove(pasts: readonly Migration[]): Migration | undefined {
  return pasts.find((past) => past.status === "finished" && purposeOf(past) === "move");
}

/** The move of whose source a decommission is, by its id; undefined of anything else. */
export function moveIn({ pinned }: { readonly pinned: unknown }): string | undefined {
  return z.object({ move: z.string() }).safeParse(pinned).data?.move;
}

/** What the source of a finished move is called since. */
export function retiredName({ strategy, id, target: { name } }: Migration): string {
  return namesBy(strategy, id, name).retired(name);
}

/** What it is about: not what serves, where something else is deleted. */
export function subjectName(m: Pick<Migration, "strategy" | "target" | "pinned">): string {
  return purposeOf(m) === "decommission" ? condemnedName(m) : m.target.name;
}

/** What a decommission deletes, by the name that it was planned under. */
export function condemnedName({ pinned }: { readonly pinned: unknown }): string {
  const read = z.object({ source: z.object({ name: z.string() }) }).safeParse(pinned);
  return read.success ? read.data.source.name : "?";
}
