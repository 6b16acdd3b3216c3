import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { type Intent, type Ledger, type Outcome, openLedger } from "./ledger.ts";
import { ownRows } from "./own-rows.ts";
import { holdSession } from "./session.ts";
import { type Counts, idsPerWriter, nothingYet, type WriterSettings } from "./settings.ts";

// One writer of the application, in a process of its own. It is told its settings by its parent, and writes
// until it is told to stop or its parent is gone.

type Tally = { -readonly [K in keyof Counts]: Counts[K] };

const writePauseMs = 12;
const readPauseMs = 200;
const firstRetryMs = 50;
const slowestRetryMs = 1_000;
const reportEveryMs = 200;

const stopping = new AbortController();
for (const reason of ["SIGTERM", "SIGINT", "disconnect"]) process.on(reason, () => stopping.abort());
process.once("message", async (settings: WriterSettings) => {
  await run(settings, stopping.signal);
  process.exit(0);
});
// Only now: a message that comes before the listener may be lost.
process.send?.("ready");

async function run(settings: WriterSettings, stopping: AbortSignal): Promise<void> {
  const ledger = await openLedger(settings.ledger, settings.number * idsPerWriter);
  const counts: Tally = { ...nothingYet };
  const reporting = setInterval(() => report(counts), reportEveryMs);
  const reads = settings.habit === "reading" ? read(settings, counts, stopping) : undefined;
  await Promise.all([write(settings, ledger, counts, stopping), reads]);
  clearInterval(reporting);
  await ledger.close();
  await report(counts);
}

async function write(
  settings: WriterSettings,
  ledger: Ledger,
  counts: Tally,
  stopping: AbortSignal,
): Promise<void> {
  const rows = ownRows(ledger.next);
  const holder = holdSession(settings, settings.endpoint);
  let retryMs = firstRetryMs;
  // The world's clock is ahead of the wall's by what the database said last.
  let ahead = 0;
  const circumstances = () => ({ at: Date.now() + ahead, endpoint: settings.endpoint.host });
  while (!stopping.aborted) {
    const session = await holder.use().catch(reasonOf);
    if (typeof session === "string") {
      counts.refused++;
      await ledger.unreachable({ unreachable: session, ...circumstances() });
      await pause(retryMs, stopping);
      retryMs = Math.min(retryMs * 2, slowestRetryMs);
      continue;
    }
    retryMs = firstRetryMs;
    const intent = rows.next();
    await ledger.intend({ ...intent, ...circumstances() });
    const { outcome, clock } = await attempt(session, intent);
    if (clock) ahead = clock.getTime() - Date.now();
    await ledger.settle({ ...outcome, ...circumstances() });
    rows.learn(intent, outcome);
    counts[outcome.outcome]++;
    if (outcome.outcome === "unknown") await holder.drop();
    await pause(writePauseMs, stopping);
  }
  await holder.drop();
}

const statements = {
  insert: "insert into orders (id, value) values ($1, $2) returning clock_timestamp() as clock",
  update:
    "update orders set value = $2, changed_at = clock_timestamp() where id = $1 returning clock_timestamp() as clock",
  delete: "delete from orders where id = $1 returning clock_timestamp() as clock",
};

async function attempt(session: pg.Client, intent: Intent): Promise<{ outcome: Outcome; clock?: Date }> {
  const { seq, op, id, value } = intent;
  try {
    const parameters = value === undefined ? [id] : [id, value];
    const { rows } = await session.query<{ clock: Date }>(statements[op], parameters);
    return { outcome: { seq, outcome: "acknowledged", rows: rows.length }, ...rows[0] };
  } catch (error) {
    return { outcome: { seq, outcome: wasRefused(error) ? "refused" : "unknown", reason: reasonOf(error) } };
  }
}

/** A fatal error ends the session, and can do so between the commit and its acknowledgement. */
function wasRefused(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity === "ERROR";
}

async function read(settings: WriterSettings, counts: Tally, stopping: AbortSignal): Promise<void> {
  const holder = holdSession(settings, settings.readerEndpoint);
  while (!stopping.aborted) {
    try {
      await (await holder.use()).query("select max(changed_at) from orders");
      counts.reads++;
    } catch {
      // Reading is no evidence of anything: the ledger is about writes.
      await holder.drop();
    }
    await pause(readPauseMs, stopping);
  }
  await holder.drop();
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.message;
}

async function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: stopping }).catch(() => {});
}

async function report(counts: Counts): Promise<void> {
  if (process.connected) await new Promise((sent) => process.send?.(counts, sent));
}
