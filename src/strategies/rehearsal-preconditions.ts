import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Pinned } from "./facts.ts";
import { sayWriters } from "./inside-steps.ts";
import type { Condition } from "./preconditions.ts";

/**
 * What a copy wakes up with, it does before anybody can reach it, and on the source it must go on. A subscription would take
 * what is meant for the source, as its slot follows whoever connects: there a rehearsal is refused. A job can only be told of,
 * and turned off as soon as the copy is reached. Source: PostgreSQL, Logical replication; pg_cron runs where its database runs.
 */
export const whatWakes: readonly Condition[] = [
  {
    claim: note("check.no-subscription-wakes", {}),
    check: ({ pinned }) => {
      const writers = ofKind(pinned, "subscription");
      const { name } = pinned.source;
      return writers === "" ? undefined : problem("rehearsal.subscription-wakes", { name, writers });
    },
  },
  {
    claim: note("check.no-job-wakes", {}),
    weighs: () => "warns",
    check: ({ pinned }) => {
      const writers = ofKind(pinned, "pg_cron");
      const { name } = pinned.source;
      return writers === "" ? undefined : problem("rehearsal.job-wakes", { name, writers });
    },
  },
];

function ofKind({ writers }: Pinned, wanted: Pinned["writers"][number]["kind"]): string {
  return sayWriters(writers.filter(({ kind }) => kind === wanted));
}
