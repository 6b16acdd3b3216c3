import type { Endpoint, Quiet, Session } from "../core/database.ts";
import type { Clock } from "../engine/deps.ts";
import { type Access, withConnection } from "./connect.ts";
import { areSameCounters, counters } from "./counters.ts";
import { foreignSessions, preparedTransactions } from "./sessions.ts";

const sampleEvery = 250;

/**
 * Watches one server over an interval. The counters enclose the samples, so that a session too short for any
 * sample still shows by what it wrote.
 */
export async function watchQuiet(at: Endpoint, access: Access, clock: Clock, during: number): Promise<Quiet> {
  const before = await counters(at, access);
  const seen = await withConnection(at, access, async (connection) => {
    const sessions = new Map<number, Session>();
    const prepared = new Set<string>();
    const from = clock.now();
    for (let samples = 1; ; samples++) {
      for (const session of await foreignSessions(connection)) sessions.set(session.pid, session);
      for (const gid of await preparedTransactions(connection)) prepared.add(gid);
      const to = clock.now();
      if (to >= from + during) {
        return { from, to, samples, sessions: [...sessions.values()], preparedTransactions: [...prepared] };
      }
      await clock.sleep(Math.min(sampleEvery, from + during - to));
    }
  });
  const after = await counters(at, access);
  return { ...seen, counters: areSameCounters(before, after) ? after : null };
}
