import { open, readFile } from "node:fs/promises";

export interface Intent {
  readonly seq: number;
  readonly op: "insert" | "update" | "delete";
  readonly id: number;
  readonly value?: string;
}

/** How an intent ended; `rows` is the number of rows that the database says it changed. */
export type Outcome =
  | { readonly seq: number; readonly outcome: "acknowledged"; readonly rows: number }
  | { readonly seq: number; readonly outcome: "refused" | "unknown"; readonly reason: string };

/** Milliseconds of the world's clock, and the endpoint name that was used. */
interface Circumstances {
  readonly at: number;
  readonly endpoint: string;
}

/** What a writer remembers, one JSON value a line, whatever happens to it or to the database. */
export interface Ledger {
  /** The lowest sequence number and id that no earlier run of the writer has used. */
  readonly next: { readonly seq: number; readonly id: number };
  /** On the disk when it returns: a write must not be sent before. */
  intend(intent: Intent & Circumstances): Promise<void>;
  /** On the disk with the next intent; until then a power cut would turn it into an unknown outcome. */
  settle(outcome: Outcome & Circumstances): Promise<void>;
  /** No connection was to be had, so nothing was sent. */
  unreachable(reason: { readonly unreachable: string } & Circumstances): Promise<void>;
  close(): Promise<void>;
}

/** Opens the ledger at `path`, or goes on with it; a writer that has none yet starts with `firstId`. */
export async function openLedger(path: string, firstId: number): Promise<Ledger> {
  const next = { seq: 1, id: firstId };
  for (const line of (await readFile(path, "utf8").catch(() => "")).split("\n")) {
    const { seq = 0, id = 0 } = parse(line);
    next.seq = Math.max(next.seq, seq + 1);
    next.id = Math.max(next.id, id + 1);
  }
  const file = await open(path, "a");
  // A run that was killed may have left half a line.
  await file.appendFile("\n");
  const append = (entry: object) => file.appendFile(`${JSON.stringify(entry)}\n`);
  return {
    next,
    async intend(intent) {
      await append(intent);
      await file.datasync();
    },
    settle: append,
    unreachable: append,
    async close() {
      await file.sync();
      await file.close();
    },
  };
}

/** Half a line says nothing: what it was to tell was not sent, or has an unknown outcome. */
function parse(line: string): Partial<Intent> {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
