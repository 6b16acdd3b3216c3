import {
  type Approval,
  type Clicker,
  cutoverGate,
  discardGate,
  expiryOf,
  isSamePerson,
  judgeApproval,
  judgeTerms,
} from "../core/approval.ts";
import { databaseKey } from "../core/cloud.ts";
import { isPlanSettled } from "../core/course.ts";
import type { Event } from "../core/events.ts";
import { termsParams } from "../core/gate-names.ts";
import type { Migration } from "../core/migration.ts";
import type { Note } from "../core/note.ts";
import { expectedDowntime } from "../core/plan.ts";
import { rollbackPrice } from "../core/price.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Duration } from "../core/time.ts";
import { findStrategy } from "../strategies/index.ts";
import type { Deps } from "./deps.ts";
import { drift } from "./drift.ts";
import { problemsNotice } from "./intake.ts";
import { hasBegunAnything, saveEvent, waitsAtGate } from "./reconcile.ts";
import type { AskedPress, Notice, Press } from "./request.ts";
import { decideAndSave, hasBegunOpening, isSigned, steer } from "./steering.ts";

/**
 * Serves the press of a button. What the button says is compared with what is stored: a button that was edited, belongs
 * to an older plan or to a migration that has ended does nothing but explain itself.
 */
export async function servePress(deps: Deps, request: AskedPress, clicker: Clicker): Promise<Notice> {
  const migration = await deps.store.loadOpen(request.database);
  if (!migration || migration.id !== request.migration)
    return problemsNotice(problem("approval.other-migration", {}));
  const isElsewhere = request.channel !== null && request.channel !== migration.channel;
  if (isElsewhere) return problemsNotice(problem("approval.other-migration", {}));
  const { press } = request;
  switch (press.does) {
    case "approve":
      return approve(deps, migration, request, press, clicker);
    case "reject":
      return reject(deps, migration, press.gate, clicker);
    case "discard":
      return signDiscard(deps, migration, request, clicker);
    case "rollback":
    case "retry":
    case "pause":
    case "resume":
      return steer(deps, migration, press.does, clicker);
  }
}

async function approve(
  deps: Deps,
  first: Migration,
  request: AskedPress,
  press: Extract<Press, { does: "approve" }>,
  clicker: Clicker,
): Promise<Notice> {
  const { gate } = press;
  const terms = gate === cutoverGate ? press.terms : null;
  const click = { gate, planHash: request.planHash, migration: request.migration, clicker };
  const changed = await driftAtClick(deps, first, gate);
  if (changed) return changed;
  return decideAndSave(deps, first, async (migration) => {
    const refused = judgeApproval(click, migration, deps.environment.team);
    if (refused) return { notice: problemsNotice(refused) };
    if (migration.status !== "open" || migration.direction !== "forward" || !waitsAtGate(migration, gate)) {
      return { notice: problemsNotice(problem("approval.not-waiting", {})) };
    }
    const now = deps.clock.now();
    const unsigned = gate === cutoverGate && judgeTerms(terms, await expectedOf(deps, migration), now);
    if (unsigned) return { notice: problemsNotice(unsigned) };
    const approval: Approval = {
      gate,
      planHash: migration.planHash,
      person: clicker.person,
      at: now,
      expiresAt: expiryOf(terms?.notBefore ?? null, now, deps.environment.approvalLifetime),
      terms,
    };
    return { event: { type: "approved", approval }, notice: { kind: "said", note: saidApproved(approval) } };
  });
}

function saidApproved({ gate, terms }: Approval): Note {
  return terms ? { code: "said.terms", params: termsParams(terms) } : note("said.approved", { gate });
}

/** The downtime that the plan expects. */
async function expectedOf({ store }: Deps, { target, planHash }: Migration): Promise<Duration> {
  const plan = await store.findPlan(databaseKey(target), planHash);
  return plan ? expectedDowntime(plan.steps) : 0;
}

/**
 * An approval is for the database as it is: what changed since the plan was made voids the click. A warning that its approver
 * cannot have read is told first; a second click takes it with it.
 */
async function driftAtClick(deps: Deps, migration: Migration, gate: string): Promise<Notice | undefined> {
  const strategy = findStrategy(migration.strategy.id);
  if (!strategy || isPlanSettled(strategy, migration) || !waitsAtGate(migration, gate)) return undefined;
  const found = await drift(deps, strategy, migration);
  if (!found) return undefined;
  if (found.is === "blocked") return problemsNotice(...found.problems);
  if (found.is === "replaced") {
    await saveEvent(deps, migration, { type: "blocked", problem: found.problem });
    return problemsNotice(found.problem);
  }
  const { name } = migration.target;
  if (found.is === "another") {
    await deps.store.savePlan(databaseKey(migration.target), found.plan);
    await saveEvent(deps, migration, found.event);
    return problemsNotice(problem("plan.changed", { name, differences: found.event.differences }));
  }
  await saveEvent(deps, migration, found.event);
  if (found.fresh.length === 0) return undefined;
  return problemsNotice(problem("plan.new-warnings", { name }), ...found.fresh);
}

function reject(deps: Deps, first: Migration, gate: string, clicker: Clicker): Promise<Notice> {
  return decideAndSave(deps, first, (migration) => {
    const { person, approver } = clicker;
    if (!approver && !isSamePerson(person, migration.requester)) {
      return { notice: problemsNotice(problem("command.not-allowed", { name: migration.target.name })) };
    }
    if (migration.direction !== "forward" || !waitsAtGate(migration, gate)) {
      return { notice: problemsNotice(problem("approval.not-waiting", {})) };
    }
    const strategy = findStrategy(migration.strategy.id);
    const now = deps.clock.now();
    const price = strategy ? rollbackPrice(strategy, { ...migration, direction: "back" }, now) : 0;
    const event: Event = { type: "rejected", gate, person, begun: hasBegunAnything(migration), price };
    return { event, notice: { kind: "said", note: note("said.rejected", { gate }) } };
  });
}

/** One of the two signatures that a rollback after the opening needs where clients have written. */
function signDiscard(deps: Deps, first: Migration, request: AskedPress, clicker: Clicker): Promise<Notice> {
  return decideAndSave(deps, first, (migration) => {
    const { person, approver } = clicker;
    if (!approver)
      return { notice: problemsNotice(problem("approval.not-an-approver", { name: person.name })) };
    if (request.planHash !== migration.planHash)
      return { notice: problemsNotice(problem("approval.stale-plan", {})) };
    if (!hasBegunOpening(migration)) return { notice: problemsNotice(problem("approval.not-waiting", {})) };
    const already = migration.approvals.some(
      (given) => given.gate === discardGate && isSamePerson(given.person, person),
    );
    if (already) return { notice: problemsNotice(problem("approval.already-signed", { name: person.name })) };
    const now = deps.clock.now();
    const approval: Approval = {
      gate: discardGate,
      planHash: migration.planHash,
      person,
      at: now,
      expiresAt: now + deps.environment.approvalLifetime,
      terms: null,
    };
    const complete = isSigned({ ...migration, approvals: [...migration.approvals, approval] });
    const notice: Notice = { kind: "said", note: note("said.signed", { missing: complete ? 0 : 1 }) };
    return { event: { type: "approved", approval }, notice };
  });
}
