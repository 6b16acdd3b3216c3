import type { Intent, Outcome } from "./ledger.ts";

const round = ["insert", "insert", "update", "insert", "delete"] as const;

export interface OwnRows {
  next(): Intent;
  learn(intent: Intent, outcome: Outcome): void;
}

/**
 * The rows of one writer, and what it does to them next. A row whose last write has an unknown outcome is never
 * touched again: a late commit must not undo something that was acknowledged after it.
 */
export function ownRows(first: { readonly seq: number; readonly id: number }): OwnRows {
  let { seq, id: newId } = first;
  const known: number[] = [];
  return {
    next() {
      const op = round[seq % round.length];
      const old = op === "insert" ? undefined : known.shift();
      const value = `write ${seq}`;
      if (old === undefined) return { seq: seq++, op: "insert", id: newId++, value };
      return op === "update" ? { seq: seq++, op, id: old, value } : { seq: seq++, op: "delete", id: old };
    },
    learn({ op, id }, outcome) {
      const changed = outcome.outcome === "acknowledged" && outcome.rows > 0;
      const unchanged = outcome.outcome === "refused";
      const isThere = op === "insert" ? changed : op === "update" ? changed || unchanged : unchanged;
      if (isThere) known.push(id);
    },
  };
}
