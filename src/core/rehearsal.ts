import type { Migration } from "./migration.ts";
import { type Names, namesFor, rehearsalNames } from "./names.ts";
import { note } from "./sentences.ts";
import type { MoveStrategy, Strategy } from "./strategy.ts";

/**
 * A rehearsal is a migration by a strategy of its own: the same steps with throw-away names, nothing that interrupts, and at
 * its end everything that it made is deleted.
 */

/** Persisted with the strategy's id: never changed. */
const suffix = "-rehearsal";

/** The gate after which what was made is deleted. */
export const takeDownGate = "take-down";

type By = { readonly strategy: { readonly id: string } };

/** True of a migration, or a plan, by a strategy that only tries. */
export function isRehearsal({ strategy }: By): boolean {
  return strategy.id.endsWith(suffix);
}

/** The id of the strategy itself, whether it was tried or carried out. */
export function withoutRehearsal({ strategy: { id } }: By): string {
  return id.endsWith(suffix) ? id.slice(0, -suffix.length) : id;
}

/** What a migration by this strategy calls the things that it makes. */
export function namesBy({ id: strategy }: Pick<Strategy, "id">, migration: string, source: string): Names {
  return isRehearsal({ strategy: { id: strategy } })
    ? rehearsalNames(migration, source)
    : namesFor(migration, source);
}

/** The strategy that tries this one out. It is told by hand what both share, and what only the rehearsal has. */
export function rehearsalOf<P, O, L>(strategy: MoveStrategy<P, O, L>): Strategy<P, O, L> {
  const { rehearsal, byHand, preconditions, survey } = strategy;
  const { steps, title } = rehearsal;
  const guides = { ...byHand.guides, ...rehearsal.guides };
  const keys = steps.flatMap(({ id, undo }) => (undo ? [id, `undo:${id}`] : [id]));
  const remarksOn = (name: string, pinned: P) => [
    note("remark.rehearsal", { name }),
    note("remark.rehearsal-proves", {}),
    ...rehearsal.remarks(pinned),
  ];
  return {
    ...strategy,
    id: `${strategy.id}${suffix}`,
    title,
    survey: async (cx) => {
      const found = await survey(cx);
      return "problem" in found ? found : { ...found, remarks: remarksOn(cx.target.name, found.pinned) };
    },
    preconditions: [...preconditions, ...rehearsal.preconditions],
    steps,
    byHand: {
      ...byHand,
      guides: Object.fromEntries(Object.entries(guides).filter(([key]) => keys.includes(key))),
    },
    // Nothing took its name or its clients.
    afterRollback: [],
  };
}

/** Past which nothing of the copy was left to be proved. */
const lastProof = "verify-restorable";

/**
 * The strategies that were rehearsed with this key on this database and held, to the last proof. How the rehearsal ended
 * then does not matter. `key` is an ARN.
 */
export function provedBy(pasts: readonly Migration[], key: string): readonly string[] {
  const held = pasts.filter(
    (past) =>
      isRehearsal(past) && past.pinned.keyArn === key && typeof past.steps[lastProof]?.doneAt === "number",
  );
  return [...new Set(held.map(withoutRehearsal))];
}
