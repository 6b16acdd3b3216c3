import { DatabaseFault, type Endpoint, type Look, type Sight, type Sighting } from "../core/database.ts";
import type { Clock } from "../engine/deps.ts";
import { type Access, attempt, type Connection } from "./connect.ts";
import { whoAnswers } from "./own-schema.ts";

/** One look: what every layer says, and who answers. `at` is the time before it. */
export async function look(to: Endpoint, access: Access, clock: Clock): Promise<Look> {
  const at = clock.now();
  // A server that stalls after the login would otherwise hold up the look for as long as a statement may take.
  const hasty = { ...access, timeOuts: { ...access.timeOuts, query: access.timeOuts.login } };
  const { timings, outcome } = await attempt(to, hasty);
  if (outcome instanceof DatabaseFault) return { at, sight: unreachable(outcome), timings };
  try {
    return { at, sight: await ask(outcome), timings };
  } catch (error) {
    if (!(error instanceof DatabaseFault)) throw error;
    return { at, sight: unreachable(error), timings };
  } finally {
    await outcome.close();
  }
}

export const takesWrites =
  "select not pg_is_in_recovery() and not current_setting('default_transaction_read_only')::boolean as writable";

async function ask(connection: Connection): Promise<Sight> {
  const [state] = await connection.query<{ writable: boolean }>(takesWrites);
  return { state: "answers", answersAs: await whoAnswers(connection), writable: state?.writable === true };
}

function unreachable(fault: DatabaseFault): Sight {
  // A server that lets us in and then says nothing is one that cannot be entered.
  return {
    state: "unreachable",
    layer: fault.layer === "query" ? "login" : fault.layer,
    reason: fault.message,
  };
}

/**
 * Looks again and again, beginning at once. A change is bracketed by the beginning of the last look that did not
 * see it and the end of the first one that did.
 */
export async function watch(
  lookOnce: () => Promise<Look>,
  clock: Clock,
  options: { known: Look | null; during: number; every: number },
): Promise<{ sightings: Sighting[]; last: Look }> {
  const sightings: Sighting[] = [];
  const end = clock.now() + options.during;
  for (let before = options.known; ; ) {
    const next = await lookOnce();
    if (before === null || !isSameSight(before.sight, next.sight)) {
      sightings.push({ sight: next.sight, after: before?.at ?? null, by: clock.now() });
    }
    const due = Math.max(next.at + options.every, clock.now());
    if (due >= end) {
      // Whoever watches waits for something else meanwhile, and would look again at once.
      await clock.sleep(Math.max(0, end - clock.now()));
      return { sightings, last: next };
    }
    await clock.sleep(due - clock.now());
    before = next;
  }
}

/** Reasons and times are noise: a refused connection that begins to time out is the same sight. */
function isSameSight(a: Sight, b: Sight): boolean {
  if (a.state === "answers") {
    return b.state === "answers" && a.answersAs === b.answersAs && a.writable === b.writable;
  }
  return b.state === "unreachable" && a.layer === b.layer;
}
