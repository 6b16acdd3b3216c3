import type { Approval, Person } from "./approval.ts";
import type { Budget } from "./budget.ts";
import type { Event } from "./events.ts";
import { newWarnings } from "./finding.ts";
import { termsParams } from "./gate-names.ts";
import { record } from "./journal.ts";
import { type Migration, withStep } from "./migration.ts";
import { type Note, plain } from "./note.ts";
import { explain } from "./problem.ts";
import { subjectName } from "./purpose.ts";
import { backEvent } from "./purpose-events.ts";
import { note } from "./sentences.ts";
import type { Duration, Instant } from "./time.ts";

type BudgetEvent = Extract<Event, { type: "budget" }>;

/** What people's decisions, and a plan that changed under them, make of a migration. */

export function approved(m: Migration, given: Approval, now: Instant): Migration {
  const { gate, person, terms } = given;
  const kept = m.steps[gate];
  const heard = { ...m, approvals: [...m.approvals, given] };
  // A newer approval may say another time: what was waited for under the last one is no longer so.
  const next = kept?.doneAt === null ? withStep(heard, gate, { ...kept, waitingFor: null }) : heard;
  const params = { person: person.name, gate, ...(terms && termsParams(terms)) };
  return record(next, note("event.approved", params), now);
}

export function rejected(m: Migration, event: Extract<Event, { type: "rejected" }>, now: Instant): Migration {
  const { person, gate, begun, price } = event;
  const told = record(m, note("event.rejected", { person: person.name, gate }), now);
  return begun
    ? back(told, { person, begun, price }, now)
    : { ...told, status: "rejected", problem: null, endedAt: now };
}

/** The plan is another one now: what was done stays done, and every gate must be passed anew. */
export function replanned(
  m: Migration,
  event: Extract<Event, { type: "replanned" }>,
  now: Instant,
): Migration {
  const steps = { ...m.steps };
  for (const gate of event.gates) delete steps[gate];
  const { planHash, pinned, expected, findings } = event;
  const next = { ...m, planHash, pinned, expected, findings: [...findings], steps };
  return record(next, note("event.plan-changed", { differences: event.differences }), now);
}

/** The approvals hold, and whoever gave them is told of what has come up since. */
export function found(
  m: Migration,
  { findings }: Extract<Event, { type: "found" }>,
  now: Instant,
): Migration {
  return newWarnings(m.findings, findings).reduce(
    (told, warning) => record(told, note("event.warning", explain(warning, plain)), now),
    { ...m, findings: [...findings] },
  );
}

export function back(
  m: Migration,
  event: { readonly person: Person; readonly begun: boolean; readonly price: Duration },
  now: Instant,
): Migration {
  const { person, price } = event;
  return record(turned(m, price, now), backEvent(m, person, price), now);
}

/** The approver of the cutover signed that it goes back by itself; nobody else does it. */
export function backAsSigned(m: Migration, { budget }: BudgetEvent, now: Instant): Migration {
  const { price, longest, signer, forecast } = budget;
  const params = { person: signer.name, name: m.target.name, price, longest };
  const because =
    forecast === null
      ? note("event.rollback-signed-waiting", params)
      : note("event.rollback-signed", { ...params, forecast });
  return record(turned(m, price, now), because, now);
}

function turned(m: Migration, price: Duration, now: Instant): Migration {
  return { ...m, direction: "back", status: "open", problem: null, rollback: { at: now, price } };
}

/** Said once: that going back still fits into what was signed, and that it no longer does. */
export function budgetSaid(m: Migration, { call, budget }: BudgetEvent, now: Instant): Migration {
  return call === "offer"
    ? record({ ...m, budgetSaid: "offered" }, offer(m, budget), now)
    : record({ ...m, budgetSaid: "passed" }, passed(m, budget), now);
}

function offer({ target }: Migration, { signer, longest, forecast, price, backUntil }: Budget): Note {
  const params = { name: target.name, person: signer.name, longest, price, until: backUntil };
  return forecast === null
    ? note("event.budget-offer-waiting", params)
    : note("event.budget-offer", { ...params, forecast });
}

function passed({ target }: Migration, { signer, longest, used, forecast, price, isOpening }: Budget): Note {
  const signed = { name: target.name, person: signer.name, longest };
  if (forecast === null)
    return isOpening
      ? note("event.budget-opening-waiting", signed)
      : note("event.budget-waiting", { ...signed, price });
  const rest = forecast - used;
  if (isOpening) return note("event.budget-opening", { ...signed, rest });
  const params = { ...signed, price, rest };
  return rest <= price ? note("event.budget-forward", params) : note("event.budget-back", params);
}

/** Out of a rollback that two people did not sign: the step that opens runs again, and the way back is forgotten. */
export function forwardAgain(
  m: Migration,
  event: Extract<Event, { type: "forward-again" }>,
  now: Instant,
): Migration {
  const steps = Object.fromEntries(
    Object.entries(m.steps).filter(
      ([key]) => key !== event.reopen && !key.startsWith("undo:") && !key.startsWith("after:"),
    ),
  );
  const next: Migration = {
    ...m,
    direction: "forward",
    status: "open",
    problem: null,
    rollback: null,
    steps,
  };
  return record(next, note("event.forward-again", { person: event.person.name }), now);
}

/** People have brought it to an end that nothing here can vouch for. */
export function closed(
  m: Migration,
  { person }: Extract<Event, { type: "closed" }>,
  now: Instant,
): Migration {
  const params = { person: person.name, name: subjectName(m) };
  return record({ ...m, status: "closed", problem: null, endedAt: now }, note("event.closed", params), now);
}

export function steered(
  m: Migration,
  event: Extract<Event, { type: "pause" | "resume" | "retry" }>,
  now: Instant,
): Migration {
  const params = { person: event.person.name, name: subjectName(m) };
  if (event.type === "pause") return record({ ...m, status: "paused" }, note("event.paused", params), now);
  const kept = event.key === null ? undefined : m.steps[event.key];
  if (event.type === "resume") {
    const open: Migration = { ...m, status: "open" };
    // Its deadline is for the world; while nothing was begun nobody was late.
    const anew =
      event.key !== null && kept
        ? withStep(open, event.key, { ...kept, since: now, waitingFor: null })
        : open;
    return record(anew, note("event.resumed", params), now);
  }
  const next: Migration = { ...m, status: "open", problem: null };
  const anew: Migration =
    event.key !== null && kept
      ? withStep(next, event.key, { ...kept, since: now, lastRun: null, notBefore: null, waitingFor: null })
      : next;
  return record(anew, note("event.retried", params), now);
}
