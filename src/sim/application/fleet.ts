import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Counts, type Endpoint, habits, nothingYet, type WriterSettings } from "./settings.ts";

/** The writers of one database, each a process of its own. */
export interface Fleet {
  /** Where the writers keep what they know; complete once `stop` has returned. */
  readonly ledgers: readonly string[];
  /** What all writers have reported so far, a fifth of a second old at most. */
  counts(): Counts;
  /** Lets every writer finish the write it is at, and ends it. Throws where one has died before. */
  stop(): Promise<void>;
}

/**
 * Starts `count` writers that hammer the table `orders` through the world's network; their habits differ (see
 * settings.ts), so with four of them there is one of each. Ledgers that are in `directory` are continued.
 */
export async function startFleet(options: {
  directory: string;
  count: number;
  resolverUrl: string;
  ca: string;
  endpoint: Endpoint;
  readerEndpoint: Endpoint;
  user: string;
  password: string;
}): Promise<Fleet> {
  const { directory, count, ...shared } = options;
  await mkdir(directory, { recursive: true });
  const writers = await Promise.all(
    Array.from({ length: count }, (_, index) => {
      const habit = habits[index % habits.length] ?? "fresh";
      const ledger = join(directory, `writer-${index + 1}.jsonl`);
      return startWriter({ ...shared, number: index + 1, habit, ledger });
    }),
  );
  return {
    ledgers: writers.map((writer) => writer.ledger),
    counts: () => writers.map((writer) => writer.counts()).reduce(add),
    stop: async () => {
      await Promise.all(writers.map((writer) => writer.stop()));
    },
  };
}

interface Writer {
  readonly ledger: string;
  counts(): Counts;
  stop(): Promise<void>;
}

async function startWriter(settings: WriterSettings): Promise<Writer> {
  let counts = nothingYet;
  const loader = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const child = fork(join(import.meta.dirname, "writer.ts"), { execArgv: ["--import", loader] });
  const died = once(child, "exit").then(([code, signal]) => {
    throw new Error(`writer ${settings.number} died at its start (${signal ?? code})`);
  });
  await Promise.race([once(child, "message"), died]);
  died.catch(() => {});
  child.on("message", (message: Counts) => {
    counts = message;
  });
  child.send(settings);
  return { ledger: settings.ledger, counts: () => counts, stop: () => stopWriter(child, settings) };
}

async function stopWriter(child: ChildProcess, { number }: WriterSettings): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    // The last report comes before the end of the channel, but perhaps after the end of the process.
    const ends = [once(child, "exit"), child.connected && once(child, "disconnect")];
    child.kill("SIGTERM");
    await Promise.all(ends);
  }
  if (child.exitCode !== 0) throw new Error(`writer ${number} died (${child.signalCode ?? child.exitCode})`);
}

function add(a: Counts, b: Counts): Counts {
  return {
    acknowledged: a.acknowledged + b.acknowledged,
    refused: a.refused + b.refused,
    unknown: a.unknown + b.unknown,
    reads: a.reads + b.reads,
  };
}
