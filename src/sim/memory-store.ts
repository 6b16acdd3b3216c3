import { dropped, pastsRead, trimmed } from "../aws/stored-migration.ts";
import { databaseKey } from "../core/cloud.ts";
import type { Halt } from "../core/halt.ts";
import { isEnded, type JournalEntry, type Migration } from "../core/migration.ts";
import type { Plan } from "../core/plan.ts";
import type { Instant } from "../core/time.ts";
import type { Store, ThreadState } from "../engine/deps.ts";
import type { Request } from "../engine/request.ts";

/**
 * The store in memory, for tests that live through thousands of migrations. Values are kept as they are given:
 * migrations are never changed in place.
 */
export function createMemoryStore(): Store {
  const open = new Map<string, Migration>();
  /** In the order of their ends. */
  const past = new Map<string, Migration>();
  /** Ids of migrations. */
  const due = new Set<string>();
  const plans = new Map<string, Plan>();
  const entries = new Map<string, JournalEntry[]>();
  const requests = new Map<string, Request | "answered">();
  const threads = new Map<string, ThreadState>();
  const evidence = new Map<string, string>();
  let epoch = 0;
  let halted: Halt | null = null;
  let beaten: Instant | null = null;

  const pending = () => [...requests.values()].filter((held) => held !== "answered");

  return {
    async create(migration, plan) {
      const database = databaseKey(migration.target);
      plans.set(`${database}#${plan.hash}`, plan);
      if (open.has(database)) return false;
      open.set(database, migration);
      due.add(migration.id);
      return true;
    },
    async loadOpen(database) {
      return open.get(database);
    },
    async save(next) {
      const database = databaseKey(next.target);
      const stored = open.get(database);
      if (stored?.id !== next.id || stored.revision !== next.revision - 1) return false;
      entries.set(next.id, [...(entries.get(next.id) ?? []), ...dropped(next, stored)]);
      due.add(next.id);
      if (isEnded(next)) {
        past.set(next.id, trimmed(next));
        open.delete(database);
      } else {
        open.set(database, trimmed(next));
      }
      return true;
    },
    async savePast(next) {
      const stored = past.get(next.id);
      if (stored?.revision !== next.revision - 1) return false;
      entries.set(next.id, [...(entries.get(next.id) ?? []), ...dropped(next, stored)]);
      due.add(next.id);
      past.set(next.id, trimmed(next));
      return true;
    },
    async rest(migration) {
      const { id, target, revision } = migration;
      const stored = past.get(id) ?? open.get(databaseKey(target));
      if (stored?.id === id && stored.revision === revision) due.delete(id);
    },
    async findPast(database, migration) {
      const found = past.get(migration);
      return found && databaseKey(found.target) === database ? found : undefined;
    },
    async lastPast(database) {
      return [...past.values()].findLast(({ target }) => databaseKey(target) === database);
    },
    async lastPasts(database) {
      const ended = [...past.values()].filter(({ target }) => databaseKey(target) === database);
      return ended.reverse().slice(0, pastsRead);
    },
    async agenda(now) {
      const isToBeLookedAt = ({ aftercare, endedAt }: Migration) =>
        endedAt !== null && aftercare !== null && aftercare.nextLook <= now;
      return {
        migrations: [...open.values(), ...past.values()]
          .filter((migration) => due.has(migration.id) || isToBeLookedAt(migration))
          .map(({ id, target }) => ({ database: databaseKey(target), migration: id })),
        requests: pending().length > 0,
        open: open.size,
        stuck: [...open.values()]
          .filter(({ id, status }) => status === "stuck" && !due.has(id))
          .map(({ id }) => id),
      };
    },
    async listOpen() {
      return [...open.values()];
    },
    async savePlan(database, plan) {
      plans.set(`${database}#${plan.hash}`, plan);
    },
    async findPlan(database, hash) {
      return plans.get(`${database}#${hash}`);
    },
    async journalAfter(migration, seq) {
      const oldest = migration.journal[0]?.seq ?? migration.journalHead.seq + 1;
      const copied = (entries.get(migration.id) ?? []).filter((entry) => entry.seq < oldest);
      return [...copied, ...migration.journal].filter((entry) => entry.seq > seq);
    },
    async putRequest(request) {
      if (requests.has(request.id)) return false;
      requests.set(request.id, request);
      return true;
    },
    async pendingRequests() {
      return pending().sort((a, b) => a.at - b.at);
    },
    async removeRequest(id) {
      if (requests.has(id)) requests.set(id, "answered");
    },
    async claimRequest(id) {
      if (requests.has(id)) return false;
      requests.set(id, "answered");
      return true;
    },
    async loadThread(database, migration) {
      return threads.get(`${database}#${migration}`);
    },
    async saveThread(database, migration, state) {
      const stored = threads.get(`${database}#${migration}`)?.revision ?? 0;
      if (state.revision !== stored + 1) return false;
      threads.set(`${database}#${migration}`, state);
      return true;
    },
    async keepEvidence(database, migration, text) {
      const key = `${database}#${migration}`;
      if (evidence.has(key)) return false;
      evidence.set(key, text);
      return true;
    },
    async findEvidence(database, migration) {
      return evidence.get(`${database}#${migration}`);
    },
    async findHalt() {
      return halted;
    },
    async setHalt(halt) {
      halted = halt;
    },
    async lastBeat() {
      return beaten;
    },
    async beat(at) {
      beaten = at;
    },
    async takeEpoch() {
      epoch += 1;
      return epoch;
    },
    async currentEpoch() {
      return epoch;
    },
  };
}
