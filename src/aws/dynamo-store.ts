import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import * as z from "zod";
import { databaseKey } from "../core/cloud.ts";
import { halt } from "../core/halt.ts";
import { isEnded, journalEntry, type Migration, migrationSchema } from "../core/migration.ts";
import { type Plan, planSchema } from "../core/plan.ts";
import type { Instant } from "../core/time.ts";
import type { Reading, Store, ThreadState } from "../engine/deps.ts";
import { request } from "../engine/request.ts";
import { evidence } from "./dynamo-evidence.ts";
import {
  agendaIndex,
  due,
  inbox,
  type Key,
  keys,
  requestItem,
  resting,
  restingUntil,
  sinceIndex,
  stuck,
} from "./dynamo-items.ts";
import { absent, type Condition, type Item, openTable, present, type Table } from "./dynamo-table.ts";
import { parsed, readable, unlessReadable } from "./stored-item.ts";
import { dropped, journalKept, pastsRead, trimmed } from "./stored-migration.ts";

const threadState = z.object({
  revision: z.number(),
  channel: z.string(),
  ts: z.string().nullable(),
  rendered: z.string().nullable(),
  editedAt: z.number(),
  posted: z.number(),
  sending: z.number().nullable(),
  notBefore: z.number(),
  evidence: z.object({ posted: z.boolean(), notBefore: z.number() }),
}) satisfies z.ZodType<ThreadState>;

/** The store in one DynamoDB table, made of conditional writes of single items. */
export function createDynamoStore(client: DynamoDBClient, tableName: string): Store {
  const table = openTable(client, tableName);
  return {
    ...migrations(table),
    ...plans(table),
    ...work(table),
    ...journal(table),
    ...requests(table),
    ...threads(table),
    ...evidence(table),
    ...epochs(table),
    ...switches(table),
  };
}

/**
 * What can be read by somebody who may not write. A migration whose end was saved, and that nobody has moved to the past yet,
 * is found where it stands.
 */
export function createDynamoReader(client: DynamoDBClient, tableName: string): Reading["store"] {
  const table = openTable(client, tableName);
  const { findPast, lastPast } = migrations(table);
  const { findPlan } = plans(table);
  const { findHalt, lastBeat } = switches(table);
  const loadOpen = (database: string) => findHead(table, database);
  const open = { loadOpen, listOpen: () => listOpen(table, loadOpen) };
  return { ...open, findPast, lastPast, findPlan, ...journal(table), findHalt, lastBeat };
}

function migrations(
  table: Table,
): Pick<Store, "create" | "loadOpen" | "save" | "savePast" | "findPast" | "lastPast" | "lastPasts"> {
  return {
    loadOpen: (database) => loadOpen(table, database),
    create: async (migration, plan) => {
      const database = databaseKey(migration.target);
      await savePlan(table, database, plan);
      const put = () => table.write(head(migration), absent);
      if (await put()) return true;
      // What stands there may have ended; then it is out of the way now.
      return (await loadOpen(table, database)) === undefined && put();
    },
    save: async (next) => {
      if (next.journal.length > journalKept) await copyOut(table, next, keys.open(databaseKey(next.target)));
      const kept = trimmed(next);
      const saved = await table.write(head(kept), isStill(next.id, next.revision - 1));
      if (saved && isEnded(next)) await moveToPast(table, kept);
      return saved;
    },
    savePast: async (next) => {
      const database = databaseKey(next.target);
      if (next.journal.length > journalKept) await copyOut(table, next, keys.past(database, next.id));
      return table.write(past(trimmed(next)), isStill(next.id, next.revision - 1));
    },
    findPast: async (database, migration) => {
      const item = await table.read(keys.past(database, migration));
      return item && parsed(item, migrationSchema);
    },
    lastPast: async (database) => {
      const [item] = await table.last(endedOf(database), 1);
      return item && parsed(item, migrationSchema);
    },
    // What another version wrote tells this one no times.
    lastPasts: async (database) => readable(await table.last(endedOf(database), pastsRead), migrationSchema),
  };
}

/** Only what has ended has a time in this index. */
function endedOf(database: string) {
  return { where: "pk = :pk", values: { pk: database }, index: sinceIndex };
}

async function loadOpen(table: Table, database: string): Promise<Migration | undefined> {
  const migration = await findHead(table, database);
  if (!migration || !isEnded(migration)) return migration;
  // Whoever saved its end was stopped before it was moved.
  await moveToPast(table, migration);
  return undefined;
}

async function findHead(table: Table, database: string): Promise<Migration | undefined> {
  const item = await table.read(keys.open(database));
  return item && parsed(item, migrationSchema);
}

function head(migration: Migration): Item {
  return { ...keys.open(databaseKey(migration.target)), ...due, ...bodyOf(migration) };
}

function bodyOf(migration: Migration) {
  return { migration: migration.id, revision: migration.revision, body: JSON.stringify(migration) };
}

function past(ended: Migration): Item {
  const since = ended.endedAt ?? 0;
  return { ...keys.past(databaseKey(ended.target), ended.id), ...due, ...bodyOf(ended), since };
}

/** The id too: a later migration of the same database comes past the same revisions. */
function isStill(migration: string, revision: number): Condition {
  return { text: "migration = :migration AND revision = :revision", values: { migration, revision } };
}

/** Safe to repeat, and by several at once. */
async function moveToPast(table: Table, ended: Migration): Promise<void> {
  await table.write(past(ended), absent);
  await table.remove(keys.open(databaseKey(ended.target)), isStill(ended.id, ended.revision));
}

/** `stored` is the item that `next` is going to be written over. */
async function copyOut(table: Table, next: Migration, stored: Key): Promise<void> {
  const database = databaseKey(next.target);
  const item = await table.read(stored);
  if (!item) return;
  const entries = dropped(next, parsed(item, migrationSchema));
  await Promise.all(
    entries.map((entry) =>
      table.write({ ...keys.entry(database, next.id, entry.seq), body: JSON.stringify(entry) }, absent),
    ),
  );
}

function plans(table: Table): Pick<Store, "savePlan" | "findPlan"> {
  return {
    savePlan: (database, plan) => savePlan(table, database, plan),
    findPlan: async (database, hash) => {
      const item = await table.read(keys.plan(database, hash));
      return item && parsed(item, planSchema);
    },
  };
}

async function savePlan(table: Table, database: string, plan: Plan): Promise<void> {
  await table.write({ ...keys.plan(database, plan.hash), body: JSON.stringify(plan) }, absent);
}

function work(table: Table): Pick<Store, "agenda" | "rest" | "listOpen"> {
  return {
    agenda: async (now) => {
      const items = await table.glance(standingUpTo(now));
      const ofMigrations = items.filter(({ pk }) => pk !== inbox);
      return {
        migrations: ofMigrations
          .filter(({ standing }) => standing !== resting.standing && standing !== stuck.standing)
          .map(({ pk, migration }) => ({ database: pk, migration: String(migration) })),
        requests: items.some(({ pk }) => pk === inbox),
        open: ofMigrations.filter(isHead).length,
        stuck: ofMigrations
          .filter(({ standing }) => standing === stuck.standing)
          .map(({ migration }) => String(migration)),
      };
    },
    rest: async (migration) => {
      const database = databaseKey(migration.target);
      const condition = isStill(migration.id, migration.revision);
      if (isEnded(migration)) {
        const { update, values } = atRestInThePast(migration);
        await table.update(keys.past(database, migration.id), update, { values, condition });
      } else {
        const { standing } = migration.status === "stuck" ? stuck : resting;
        const options = { values: { standing }, condition };
        await table.update(keys.open(database), "SET standing = :standing", options);
      }
    },
    listOpen: () => listOpen(table, (database) => loadOpen(table, database)),
  };
}

function atRestInThePast({ aftercare }: Migration) {
  if (!aftercare) return { update: "REMOVE queue, standing", values: {} };
  const { standing } = restingUntil(aftercare.nextLook);
  return { update: "SET standing = :standing", values: { standing } };
}

/** All but what rests until a later time. */
function standingUpTo(time: Instant) {
  const { queue, standing } = restingUntil(time);
  return {
    where: "queue = :queue AND standing <= :standing",
    values: { queue, standing },
    index: agendaIndex,
  };
}

async function listOpen(table: Table, load: Store["loadOpen"]): Promise<readonly Migration[]> {
  const items = await table.glance(standingUpTo(0));
  const open = await Promise.all(items.filter(isHead).map(({ pk }) => load(pk).catch(unlessReadable)));
  return open.filter((migration) => migration !== undefined);
}

function isHead({ pk, sk }: Item): boolean {
  return sk === keys.open(pk).sk;
}

function journal(table: Table): Pick<Store, "journalAfter"> {
  return {
    journalAfter: async (migration, seq) => {
      const kept = migration.journal.filter((entry) => entry.seq > seq);
      const oldest = migration.journal[0]?.seq ?? migration.journalHead.seq + 1;
      if (oldest <= seq + 1) return kept;
      const database = databaseKey(migration.target);
      const { pk, sk: from } = keys.entry(database, migration.id, seq + 1);
      const { sk: to } = keys.entry(database, migration.id, oldest - 1);
      const items = await table.query({
        where: "pk = :pk AND sk BETWEEN :from AND :to",
        values: { pk, from, to },
      });
      return [...items.map((item) => parsed(item, journalEntry)), ...kept];
    },
  };
}

function requests(
  table: Table,
): Pick<Store, "putRequest" | "pendingRequests" | "removeRequest" | "claimRequest"> {
  return {
    putRequest: (put) => table.write(requestItem(put), absent),
    pendingRequests: async () => {
      const items = await table.query({ where: "pk = :pk", values: { pk: inbox }, index: sinceIndex });
      return readable(items, request);
    },
    // The key stays: Slack's second delivery may come after the answer to the first.
    removeRequest: async (id) => {
      const condition = present;
      await table.update(keys.request(id), "REMOVE queue, standing, since, body", { condition });
    },
    claimRequest: (id) => table.write({ ...keys.request(id) }, absent),
  };
}

function threads(table: Table): Pick<Store, "loadThread" | "saveThread"> {
  return {
    loadThread: async (database, migration) => {
      const item = await table.read(keys.thread(database, migration));
      return item && parsed(item, threadState);
    },
    saveThread: (database, migration, state) => {
      const { revision } = state;
      const condition =
        revision === 1 ? absent : { text: "revision = :revision", values: { revision: revision - 1 } };
      const item = { ...keys.thread(database, migration), revision, body: JSON.stringify(state) };
      return table.write(item, condition);
    },
  };
}

function epochs(table: Table): Pick<Store, "takeEpoch" | "currentEpoch"> {
  return {
    takeEpoch: async () => {
      const raised = await table.update(keys.epoch, "ADD epoch :one", { values: { one: 1 } });
      return Number(raised?.epoch);
    },
    currentEpoch: async () => Number((await table.read(keys.epoch))?.epoch ?? 0),
  };
}

function switches(table: Table): Pick<Store, "findHalt" | "setHalt" | "lastBeat" | "beat"> {
  return {
    findHalt: async () => {
      const item = await table.read(keys.halt);
      return item ? parsed(item, halt.nullable()) : null;
    },
    setHalt: async (given) => {
      await table.update(keys.halt, "SET body = :body", { values: { body: JSON.stringify(given) } });
    },
    lastBeat: async () => {
      const item = await table.read(keys.beat);
      return item ? Number(item.beat) : null;
    },
    beat: async (at) => {
      await table.update(keys.beat, "SET beat = :at", { values: { at } });
    },
  };
}
