import type { Writer } from "../core/database.ts";
import type { MemoryServers, Volume } from "./memory-servers.ts";

/** A job that writes without a client. `silenced`: the bot has turned it off, and written that down. */
type WriterState = "on" | "off" | "silenced";
export type Writers = ReadonlyMap<string, WriterState>;

/** `schedule` and `unschedule` are their owners' doing. */
export type WriterChange =
  | { readonly kind: "schedule"; readonly job: string; readonly on: boolean }
  | { readonly kind: "unschedule" }
  | { readonly kind: "silence" }
  | { readonly kind: "wake" };

export function afterChange(writers: Writers, change: WriterChange): Writers {
  if (change.kind === "schedule") return new Map([...writers, [change.job, change.on ? "on" : "off"]]);
  if (change.kind === "unschedule") return new Map();
  const [from, to] =
    change.kind === "silence" ? (["on", "silenced"] as const) : (["silenced", "on"] as const);
  return new Map([...writers].map(([job, state]) => [job, state === from ? to : state]));
}

/** Without its own schema the bot no longer knows what it has turned off. */
export function afterForgetting(writers: Writers): Writers {
  return new Map([...writers].map(([job, state]) => [job, state === "silenced" ? "off" : state]));
}

export function writersOf({ database, writers }: Volume): Writer[] {
  return [...writers].map(([job, state]) => ({
    kind: "pg_cron",
    database,
    id: job,
    name: job,
    on: state === "on",
    silenced: state === "silenced",
    silenceable: true,
  }));
}

/** What the scheduler of every server does once a minute: each job that is on writes a row, whatever the network says. */
export function runJobs(servers: MemoryServers, at: number): void {
  for (const instance of servers.instances()) {
    if (!instance.writer) continue;
    for (const [job, state] of servers.volume(instance.volume).writers) {
      if (state === "on")
        servers.commit(instance.id, { kind: "put", key: `${job} at ${at}`, value: "by itself" });
    }
  }
}
