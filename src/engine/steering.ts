import { type Clicker, discardGate, isSamePerson, type Person } from "../core/approval.ts";
import { databaseKey } from "../core/cloud.ts";
import { currentOf, hasBegun, isBeyondReturn } from "../core/course.ts";
import type { Event } from "../core/events.ts";
import { inDowntime, type Migration } from "../core/migration.ts";
import { rollbackPrice } from "../core/price.ts";
import { problem } from "../core/problem.ts";
import { condemnedName, purposeOf } from "../core/purpose.ts";
import { namesBy } from "../core/rehearsal.ts";
import { note } from "../core/sentences.ts";
import { findStrategy } from "../strategies/index.ts";
import type { Deps } from "./deps.ts";
import { problemsNotice } from "./intake.ts";
import { hasBegunAnything, saveEvent } from "./reconcile.ts";
import type { Notice } from "./request.ts";
import { contextForReading } from "./turn.ts";

type Steering = "pause" | "resume" | "retry" | "rollback" | "close";

/** How often a decision is made again because another executor saved in between. */
const mostTries = 8;

/**
 * Decides on the newest state and saves; where somebody else saved in between, decides again on that. `decide` gives the
 * event and what to say, or only what to say.
 */
export async function decideAndSave(
  deps: Deps,
  first: Migration,
  decide: (
    migration: Migration,
  ) => Promise<{ event?: Event; notice: Notice }> | { event?: Event; notice: Notice },
): Promise<Notice> {
  let migration: Migration | undefined = first;
  for (let tries = 0; tries < mostTries && migration; tries++) {
    const { event, notice } = await decide(migration);
    if (!event || (await saveEvent(deps, migration, event)) !== "lost") return notice;
    const newest: Migration | undefined = await deps.store.loadOpen(databaseKey(first.target));
    migration = newest?.id === first.id ? newest : undefined;
  }
  return problemsNotice(problem("command.failed", { what: "the store", code: "busy" }));
}

export function steer(deps: Deps, migration: Migration, verb: Steering, clicker: Clicker): Promise<Notice> {
  const { name } = migration.target;
  if (!mayRollBack(migration, clicker)) {
    return Promise.resolve(problemsNotice(problem("command.not-allowed", { name })));
  }
  return decideAndSave(deps, migration, (newest) => {
    const { person } = clicker;
    switch (verb) {
      case "pause":
        return pause(newest, person);
      case "resume":
        return resume(newest, person);
      case "retry":
        return retry(newest, person);
      case "rollback":
        return rollback(deps, newest, person);
      case "close":
        return close(newest, clicker);
    }
  });
}

function mayRollBack(migration: Migration, { person, approver }: Clicker): boolean {
  return approver || isSamePerson(person, migration.requester);
}

function pause(migration: Migration, person: Person) {
  const { name } = migration.target;
  if (migration.direction === "back")
    return { notice: problemsNotice(problem("command.rolling-back", { name })) };
  if (inDowntime(migration)) return { notice: problemsNotice(problem("pause.in-downtime", { name })) };
  if (migration.status !== "open") return { notice: said("said.already-done") };
  return { event: { type: "pause", person, key: null } as const, notice: said("said.paused", name) };
}

function resume(migration: Migration, person: Person) {
  const { name } = migration.target;
  const opening = openingStep(migration);
  const closed = migration.steps[`undo:${opening}`];
  if (migration.direction === "back" && closed && closed.doneAt === null) {
    const event: Event = { type: "forward-again", person, reopen: opening };
    return { event, notice: said("said.forward-again", name) };
  }
  if (migration.status !== "paused")
    return { notice: problemsNotice(problem("command.not-paused", { name })) };
  return { event: resuming(migration, person), notice: said("said.resumed", name) };
}

export function resuming(migration: Migration, person: Person): Event {
  return { type: "resume", person, key: currentKey(migration) };
}

function currentKey(migration: Migration): string | null {
  const strategy = findStrategy(migration.strategy.id);
  return strategy ? (currentOf(strategy, migration)?.key ?? null) : null;
}

function retry(migration: Migration, person: Person) {
  const { name } = migration.target;
  if (migration.status !== "stuck")
    return { notice: problemsNotice(problem("command.nothing-stuck", { name })) };
  const event: Event = { type: "retry", person, key: currentKey(migration) };
  return { event, notice: said("said.retried", name) };
}

/** The bot could not see how it ended, so that nobody but an approver may say that it has. */
function close(migration: Migration, { person, approver }: Clicker) {
  const { name } = migration.target;
  if (!approver) return { notice: problemsNotice(problem("command.not-approver", {})) };
  if (migration.status !== "stuck")
    return { notice: problemsNotice(problem("command.not-closable", { name })) };
  return { event: { type: "closed", person } as const, notice: said("said.closed", name) };
}

/**
 * Before the opening it is free of loss. After it the writes of clients are counted, on the open replacement, before
 * anything is touched: some, and it is refused until two people have signed that they are discarded.
 */
async function rollback(deps: Deps, migration: Migration, person: Person) {
  const { name } = migration.target;
  if (migration.direction === "back")
    return { notice: problemsNotice(problem("rollback.already", { name })) };
  const strategy = findStrategy(migration.strategy.id);
  if (!strategy || strategy.version !== migration.strategy.version) {
    const { id, version } = migration.strategy;
    const params = { strategy: id, stored: version, known: strategy?.version ?? "none" };
    return { notice: problemsNotice(problem("plan.code-changed", params)) };
  }
  if (!hasBegunAnything(migration)) {
    const gate = strategy.steps.find((step) => step.gate)?.id ?? "";
    const event: Event = { type: "rejected", gate, person, begun: false, price: 0 };
    return { event, notice: said("said.withdrawn", name) };
  }
  if (hasBegunOpening(migration) && !isSigned(migration)) {
    const writes = await strategy.writesSinceOpening(contextForReading(deps, migration));
    if (writes !== 0) {
      return {
        notice: problemsNotice(
          problem("rollback.writes", { name, writes: writes ?? "An unknown number of" }),
        ),
      };
    }
  }
  if (isBeyondReturn(strategy, migration)) {
    const { lastSnapshot: snapshot } = namesBy(strategy, migration.id, name);
    const params = { name, retired: condemnedName(migration), snapshot };
    return { notice: problemsNotice(problem("retired.being-deleted", params)) };
  }
  const price = rollbackPrice(strategy, { ...migration, direction: "back" }, deps.clock.now());
  const event: Event = { type: "rollback", person, price, begun: true };
  return { event, notice: { kind: "said", note: note(saidBack(migration), { name, price }) } as Notice };
}

function saidBack(migration: Migration): "said.rolling-back" | "said.calling-off" {
  return purposeOf(migration) === "move" ? "said.rolling-back" : "said.calling-off";
}

/** From here on clients may have written to the replacement. */
export function hasBegunOpening(migration: Migration): boolean {
  return hasBegun(migration.steps[openingStep(migration)]);
}

function openingStep(migration: Migration): string {
  return findStrategy(migration.strategy.id)?.steps.find(({ downtime }) => downtime === "ends")?.id ?? "";
}

/** Two different people, of the current plan. */
export function isSigned(migration: Migration): boolean {
  const signers = migration.approvals
    .filter(({ gate, planHash }) => gate === discardGate && planHash === migration.planHash)
    .map(({ person }) => person);
  return signers.some((one) => signers.some((other) => !isSamePerson(one, other)));
}

function said(
  code:
    | "said.paused"
    | "said.resumed"
    | "said.retried"
    | "said.forward-again"
    | "said.withdrawn"
    | "said.closed",
  name: string,
): Notice;
function said(code: "said.already-done"): Notice;
function said(code: string, name?: string): Notice {
  return { kind: "said", note: { code, params: name === undefined ? {} : { name } } };
}
