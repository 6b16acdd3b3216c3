import type { phases, TransferState } from "../core/transfer.ts";

type Phase = (typeof phases)[number];
export type Running = Extract<TransferState, { state: "running" }>;

/** Where a run is, said anew at every step. */
export interface Progress {
  enter(phase: Phase, database?: string, total?: number): void;
  /** One more table of this phase. */
  advance(): void;
  /** One more database is whole. */
  complete(): void;
  expect(databases: number): void;
}

/** Before anything has been looked at. */
export const beginning: Running = {
  state: "running",
  phase: "roles",
  database: null,
  done: 0,
  total: 0,
  databasesDone: 0,
  databases: 0,
};

export function tracked(tell: (state: Running) => void): Progress {
  let now = beginning;
  const change = (changes: Partial<Running>) => {
    now = { ...now, ...changes };
    tell(now);
  };
  return {
    enter: (phase, database, total = 0) => change({ phase, database: database ?? null, done: 0, total }),
    advance: () => change({ done: Math.min(now.done + 1, Math.max(now.total, now.done)) }),
    complete: () => change({ databasesDone: now.databasesDone + 1 }),
    expect: (databases) => change({ databases }),
  };
}
