import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Precondition } from "../core/strategy.ts";
import type { InstancePinned, Observed } from "./facts.ts";

type Condition = Precondition<InstancePinned, Observed>;

/** One quota for the storage of all instances outside Aurora together. Source: RDS User Guide, Quotas. */
const storageFits: Condition = {
  claim: note("check.storage", {}),
  check: ({ observed, pinned }) => {
    const { used, max } = observed.quotas.allocatedStorage;
    const needed = pinned.settings.allocatedStorage;
    return used + needed <= max
      ? undefined
      : problem("quota.exhausted", { what: "GiB of storage", needed, used, max });
  },
};

const storageGrows: Condition = {
  claim: note("check.storage-grows", {}),
  weighs: () => "notes",
  check: ({ pinned }) => {
    const { allocatedStorage: allocated, maxAllocatedStorage: limit } = pinned.settings;
    if (limit === null || allocated < limit) return undefined;
    return problem("storage.full-grown", { name: pinned.source.name, allocated, limit });
  },
};

/** What is asked of instances outside Aurora besides: their storage is bought beforehand. */
export const instancePreflight: readonly Condition[] = [storageFits, storageGrows];
