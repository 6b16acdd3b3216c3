import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Condition } from "./preconditions.ts";

/** Told, and no blocker: the marker proves the end, and reading the customers' rows is much to ask for. */
export const contentsComparable: Condition = {
  claim: note("check.reads-everything", {}),
  weighs: () => "notes",
  check: ({ observed: { readsEverything, login }, pinned }) =>
    readsEverything
      ? undefined
      : problem("inside.cannot-compare", { name: pinned.source.name, user: login.user }),
};
