import type { AccountState } from "../state.ts";
import type { Turn } from "../turn.ts";

interface Answer {
  readonly stamp: string;
  readonly view: object;
}

const remembered = new WeakMap<AccountState, Map<string, Answer>>();

/**
 * The view of a resource, built once per state and stamp: building it costs more than all the rest of a
 * Describe. It is frozen, because later answers share it.
 */
export function rememberedView<T extends object>(turn: Turn, id: string, stamp: string, build: () => T): T {
  if (turn.seen !== turn.state) return build();
  let answers = remembered.get(turn.state);
  if (answers === undefined) {
    answers = new Map();
    remembered.set(turn.state, answers);
  }
  const known = answers.get(id);
  if (known?.stamp === stamp) return known.view as T;
  const view = Object.freeze(build());
  answers.set(id, { stamp, view });
  return view;
}
