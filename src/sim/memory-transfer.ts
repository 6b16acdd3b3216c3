import { problem } from "../core/problem.ts";
import { type Duration, type Instant, minutes } from "../core/time.ts";
import type { Transfer, TransferJob, TransferState } from "../core/transfer.ts";
import type { Instance, MemoryServers, Network } from "./memory-servers.ts";

/** A run: what it read when it began, since a dump is of one moment, and when it will be through. */
interface Run {
  readonly began: Instant;
  readonly read: ReadonlyMap<string, string>;
  readonly written: number;
  ended: Ended | null;
}

type Ended = Extract<TransferState, { state: "done" | "failed" }>;

const takes: Readonly<Record<TransferJob["work"], Duration>> = { prepare: minutes(2), move: minutes(12) };

/** Every run that is under way dies, and nobody knows why. */
interface Mortal {
  killAll(): void;
}

/**
 * Transfers between databases that are values. As with real ones, nothing of a run is on the target before all of it is, and a run
 * outlives whoever began it.
 */
export function memoryTransfer(
  servers: MemoryServers,
  world: Network & { readonly clock: { now(): Instant } },
): Transfer & Mortal {
  const { clock } = world;
  const runs = new Map<string, Run>();

  /** From where the probe is: what it cannot reach, the transfer cannot. */
  function reach(host: string): Instance | undefined {
    try {
      return servers.reach(world, host, "probe");
    } catch {
      return undefined;
    }
  }

  function endOf(job: TransferJob, run: Run): Ended {
    const { name, token, work } = job;
    const [source, target] = [reach(job.source.host), reach(job.target.endpoint.host)];
    if (!source) return unreachable(name, "source");
    if (!target) return unreachable(name, "target");
    const { database, written } = servers.volume(source.volume);
    const there = servers.volume(target.volume);
    // The roles.
    servers.commit(target.id, { kind: "nothing" });
    if (work === "move" && !there.markers.has(token)) {
      if (there.rows.size > 0) return failed(problem("transfer.target-not-empty", { database }));
      if (written !== run.written) {
        return failed(problem("transfer.content-differs", { database, differences: "public.rows", name }));
      }
      for (const [key, value] of run.read) servers.commit(target.id, { kind: "put", key, value });
      servers.commit(target.id, { kind: "introduce", as: job.target.resourceId });
      servers.commit(target.id, { kind: "mark", token });
    }
    return { state: "done", report: reportOf(job, run) };
  }

  return {
    unready: async () => undefined,
    start: async (job) => {
      const run = runs.get(keyOf(job));
      if (run && run.ended?.state !== "failed") return;
      const began = clock.now();
      const source = reach(job.source.host);
      if (!source) {
        const ended = unreachable(job.name, "source");
        return void runs.set(keyOf(job), { began, read: new Map(), written: 0, ended });
      }
      const { rows, written } = servers.volume(source.volume);
      runs.set(keyOf(job), { began, read: new Map(rows), written, ended: null });
    },
    look: async (job) => {
      const run = runs.get(keyOf(job));
      if (!run) return { state: "not-started" };
      const spent = clock.now() - run.began;
      const total = takes[job.work];
      if (!run.ended && spent < total) {
        const done = Math.floor((10 * spent) / total);
        const where = { phase: "restore", database: job.source.database, done, total: 10 } as const;
        return { state: "running", ...where, databasesDone: 0, databases: 1 };
      }
      run.ended ??= endOf(job, run);
      return run.ended;
    },
    stop: async (job) => {
      if (!runs.get(keyOf(job))?.ended) runs.delete(keyOf(job));
    },
    killAll: () => {
      for (const run of runs.values()) {
        run.ended ??= failed(problem("transfer.ended", { reason: "exit code 137", name: "NAME" }));
      }
    },
  };
}

function keyOf({ id, work, token }: TransferJob): string {
  return [id, work, token].join(" ");
}

function failed(is: ReturnType<typeof problem>) {
  return { state: "failed", problem: is } as const;
}

function unreachable(name: string, side: "source" | "target") {
  return failed(problem("transfer.unreachable", { side, message: "no answer", code: "ETIMEDOUT", name }));
}

function reportOf({ work, source: { database } }: TransferJob, { read }: Run) {
  const moved = work === "move";
  const told = { tables: 1, rows: moved ? read.size : null, largeObjects: moved ? 0 : null };
  return {
    databases: [
      { name: database, bytes: read.size * 100, ...told, materializedViews: [], otherExtensionVersions: [] },
    ],
    roles: 2,
    logins: [{ role: "encrypt_db", assurance: "tested" as const }],
    notCarried: ["REPLICATION of etl"],
    spoolBytesFree: 1e12,
  };
}
