import { rm } from "node:fs/promises";
import { DatabaseFault } from "../core/database.ts";
import { problem } from "../core/problem.ts";
import type { Transfer, TransferJob, TransferState } from "../core/transfer.ts";
import { beginning } from "./progress.ts";
import { runTransfer } from "./run.ts";
import { Stopped } from "./server.ts";
import { openSpool } from "./spool.ts";
import { chooseTools, installedTools } from "./tools.ts";
import { openWorkshop, type TransferOptions } from "./workshop.ts";

/**
 * Transfers in this process, with the client tools as its children. What they have come to is kept in memory and gone with the
 * process: started again, a transfer goes on with the first database that is not whole.
 */
export function createLocalTransfer(options: TransferOptions): Transfer & { close(): Promise<void> } {
  const states = new Map<string, TransferState>();
  const running = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  const keyOf = ({ id, work, token }: TransferJob) => [id, work, token].join(" ");

  async function start(job: TransferJob): Promise<void> {
    const key = keyOf(job);
    if (running.has(key) || states.get(key)?.state === "done") return;
    const stop = new AbortController();
    const tell = (state: TransferState) => void states.set(key, state);
    tell(beginning);
    const ended = transfer(job, options, { tell, signal: stop.signal }).finally(() => running.delete(key));
    running.set(key, { stop, ended });
  }

  return {
    start,
    look: async (job) => states.get(keyOf(job)) ?? { state: "not-started" },
    stop: async (job) => {
      const run = running.get(keyOf(job));
      run?.stop.abort();
      await run?.ended;
    },
    unready: async (name, major) => {
      const installed = await (options.tools ?? installedTools)();
      try {
        chooseTools(installed, { source: major, target: major, name });
        return undefined;
      } catch (error) {
        if (error instanceof Stopped) return error.problem;
        throw error;
      }
    },
    /** Ends what runs; it can be gone on with by whoever starts it next. */
    close: async () => {
      for (const { stop } of running.values()) stop.abort();
      await Promise.all([...running.values()].map(({ ended }) => ended));
    },
  };
}

/** Does one job and tells of it, until it is done or failed. Throws nothing. */
export async function transfer(
  job: TransferJob,
  options: TransferOptions,
  how: { readonly tell: (state: TransferState) => void; readonly signal: AbortSignal },
): Promise<void> {
  how.tell(await endOf(job, options, how));
}

async function endOf(
  job: TransferJob,
  options: TransferOptions,
  how: { readonly tell: (state: TransferState) => void; readonly signal: AbortSignal },
): Promise<TransferState> {
  let spool: string | undefined;
  try {
    spool = await openSpool(options.spool);
    const shop = await openWorkshop(job, options, { ...how, spool });
    return { state: "done", report: await runTransfer(job, shop, options.passwords) };
  } catch (error) {
    if (how.signal.aborted) return { state: "not-started" };
    options.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { state: "failed", problem: problemIn(error, job.name) };
  } finally {
    if (spool !== undefined) await rm(spool, { recursive: true, force: true });
  }
}

function problemIn(error: unknown, name: string) {
  if (error instanceof Stopped) return error.problem;
  // Of the session that holds the lock: all others say it themselves.
  if (error instanceof DatabaseFault) {
    const { message, code } = error;
    return problem("transfer.unreachable", { side: "target", message, code, name });
  }
  // Its own words can hold a path or a value.
  return problem("transfer.ended", { reason: "its log says why", name });
}
