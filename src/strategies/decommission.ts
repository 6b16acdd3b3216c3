import { decommissionStrategy } from "../core/purpose.ts";
import { note } from "../core/sentences.ts";
import type { Strategy } from "../core/strategy.ts";
import { decommissionByHand } from "./decommission-by-hand.ts";
import {
  type DecommissionLearned,
  type DecommissionObserved,
  type DecommissionPinned,
  decommissionLearned,
  decommissionObserved,
  decommissionPinned,
} from "./decommission-facts.ts";
import { leftovers } from "./decommission-leftovers.ts";
import { decommissionPreconditions } from "./decommission-preconditions.ts";
import {
  condemn,
  deleteRetiredMembers,
  deleteSource,
  lastSnapshot,
  unprotectRetired,
} from "./decommission-steps.ts";
import { surveyDecommission } from "./decommission-survey.ts";
import { verifyLast } from "./decommission-verify-steps.ts";
import { differencesBetween } from "./differences.ts";
import { gate } from "./gates.ts";

/**
 * Deletes the source of the last move, once the time is over for which it is kept. It is a migration of its own: long after
 * the move, over facts that are fresh, approved by somebody else than who asks for it.
 *
 * The order is the safety argument: what is deleted is marked, so that no other right to delete reaches it; what is in it is
 * kept in a snapshot that is looked at; right before the deletion everything that stands in for it is looked at once more.
 */
export const decommission: Strategy<DecommissionPinned, DecommissionObserved, DecommissionLearned> = {
  id: decommissionStrategy,
  version: 1,
  title: note("strategy.decommission", {}),
  pinned: decommissionPinned,
  observed: decommissionObserved,
  learned: decommissionLearned,
  survey: surveyDecommission,
  preconditions: decommissionPreconditions,
  differences: (planned, fresh) => differencesBetween(planned, { ...fresh, copy: sameCopy(planned, fresh) }),
  endpoints: ({ endpoint }) => ({ writer: endpoint, reader: null }),
  // Nothing is opened, so that going back discards nothing.
  writesSinceOpening: async () => 0,
  steps: [
    gate("decommission"),
    condemn,
    lastSnapshot,
    unprotectRetired,
    verifyLast,
    deleteRetiredMembers,
    deleteSource,
    leftovers,
  ],
  afterRollback: [],
  byHand: decommissionByHand,
};

/** Every day brings a newer one, which is as good. */
function sameCopy(planned: DecommissionPinned, { copy }: DecommissionPinned): DecommissionPinned["copy"] {
  const isNewer = planned.copy?.vaultArn === copy?.vaultArn && planned.copy?.keyArn === copy?.keyArn;
  return isNewer ? planned.copy : copy;
}
