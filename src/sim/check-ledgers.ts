// The independent judge of "no acknowledged write lost". It imports nothing of this project: what it knows is
// what the writers put on disk before and after each write, and what the database answers.

import { readFile } from "node:fs/promises";
import pg from "pg";

export interface Verdict {
  /** Writes that the database acknowledged, and how many of them it still shows. */
  readonly acknowledged: number;
  readonly found: number;
  readonly refused: number;
  /** Writes whose answer never came: either way is right. */
  readonly unknown: number;
  /** Rows that show a state from before an acknowledged write: missing, with an older value, or back again. */
  readonly lost: readonly number[];
  /** Rows that show what no acknowledged or unknown write can have put there. */
  readonly unexpected: readonly number[];
}

interface Write {
  readonly id: number;
  /** The row's value afterwards; undefined where there is no row. */
  readonly leaves: string | undefined;
  /** An intent without an outcome is unknown: the writer was killed before the answer. */
  outcome: "acknowledged" | "refused" | "unknown";
}

/** Writers use ids from here on; below are the rows of the seed, which are nobody's to judge. */
const firstWritersId = 1_000_000_000;

/** Compares what the ledgers say with the table `orders` of the database that `connection` leads to. */
export async function checkLedgers(
  ledgers: readonly string[],
  connection: pg.ClientConfig,
): Promise<Verdict> {
  const writes = (await Promise.all(ledgers.map(readLedger))).flat();
  const rows = await readRows(connection);
  const histories = byRow(writes);
  const lost: number[] = [];
  const unexpected = [...rows.keys()].filter((id) => !histories.has(id));
  let lostWrites = 0;
  for (const [id, history] of histories) {
    const { losses, explained } = judge(history, rows.get(id));
    if (!explained) unexpected.push(id);
    else if (losses > 0) lost.push(id);
    lostWrites += losses;
  }
  const count = (outcome: Write["outcome"]) => writes.filter((write) => write.outcome === outcome).length;
  const acknowledged = count("acknowledged");
  const [refused, unknown] = [count("refused"), count("unknown")];
  return { acknowledged, found: acknowledged - lostWrites, refused, unknown, lost, unexpected };
}

/** How many acknowledged writes `actual` comes too early for, if it is a state that the row can have had at all. */
function judge(
  history: readonly Write[],
  actual: string | undefined,
): { losses: number; explained: boolean } {
  // What the row may hold after each acknowledged write, until the next one.
  const stages: Set<string | undefined>[] = [new Set([undefined])];
  for (const { outcome, leaves } of history) {
    if (outcome === "acknowledged") stages.push(new Set([leaves]));
    if (outcome === "unknown") stages.at(-1)?.add(leaves);
  }
  const stage = stages.findLastIndex((possible) => possible.has(actual));
  const explained = stage !== -1;
  return { losses: stages.length - 1 - (explained ? stage : 0), explained };
}

async function readLedger(path: string): Promise<Write[]> {
  const writes = new Map<number, Write>();
  for (const line of (await readFile(path, "utf8")).split("\n")) {
    const entry = parse(line);
    if (entry?.seq === undefined) continue;
    if (entry.op !== undefined && entry.id !== undefined) {
      writes.set(entry.seq, { id: entry.id, leaves: entry.value, outcome: "unknown" });
    }
    const write = writes.get(entry.seq);
    if (write && entry.outcome) write.outcome = entry.outcome;
    // The row was gone before an acknowledged update or delete: that write changed nothing.
    if (entry.rows === 0) writes.delete(entry.seq);
  }
  return [...writes.values()];
}

interface Entry {
  readonly seq?: number;
  readonly op?: string;
  readonly id?: number;
  readonly value?: string;
  readonly outcome?: Write["outcome"];
  readonly rows?: number;
}

/** A kill can leave half a line: of an intent that was not sent yet, or of an outcome that then is unknown. */
function parse(line: string): Entry | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function byRow(writes: readonly Write[]): Map<number, Write[]> {
  const histories = new Map<number, Write[]>();
  for (const write of writes) histories.set(write.id, [...(histories.get(write.id) ?? []), write]);
  return histories;
}

async function readRows(connection: pg.ClientConfig): Promise<Map<number, string>> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const question = "select id, value from orders where id >= $1";
    const { rows } = await client.query<{ id: string; value: string }>(question, [firstWritersId]);
    return new Map(rows.map(({ id, value }) => [Number(id), value]));
  } finally {
    await client.end();
  }
}
