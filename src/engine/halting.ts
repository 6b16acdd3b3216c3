import type { Clicker } from "../core/approval.ts";
import { databaseKey } from "../core/cloud.ts";
import type { CourseStep } from "../core/course.ts";
import type { Event } from "../core/events.ts";
import type { Halt } from "../core/halt.ts";
import type { Migration } from "../core/migration.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Agenda, Clock, Deps, Store } from "./deps.ts";
import type { Notice } from "./request.ts";
import { decideAndSave, resuming } from "./steering.ts";
import { about } from "./told.ts";

/**
 * What a look comes to while everything is halted: whatever would begin waits for people instead. Looks go on, and so does the
 * way back. A switch that cannot be read counts as thrown.
 */
export async function heldBack(
  deps: Deps,
  migration: Migration,
  current: CourseStep | undefined,
  event: Event,
): Promise<Event> {
  const begins = event.type === "checked" && event.result.status === "todo" && current?.way.run !== undefined;
  if (!begins || migration.direction === "back" || current.effect === "reads") return event;
  const result = await reasonToWait(deps, migration);
  return result ? { ...event, result } : event;
}

async function reasonToWait(deps: Deps, migration: Migration) {
  try {
    const halt = await deps.store.findHalt();
    if (!halt) return undefined;
    const because = note("wait.halted", { person: halt.by.name, reason: halt.reason });
    return { status: "waiting", because, forPeople: true } as const;
  } catch (fault) {
    deps.log.error("halt-unreadable", { ...about(migration), fault });
    return { status: "waiting", because: note("wait.halt-unknown", {}) } as const;
  }
}

export async function halt(
  deps: { readonly clock: Pick<Clock, "now">; readonly store: Pick<Store, "setHalt"> },
  reason: string,
  { person, approver }: Clicker,
): Promise<Notice> {
  if (!approver) return { kind: "problems", problems: [problem("command.not-approver", {})] };
  await deps.store.setHalt({ at: deps.clock.now(), by: person, reason });
  return { kind: "said", note: note("said.halted", {}) };
}

export async function unhalt(deps: Deps, { person, approver }: Clicker): Promise<Notice> {
  if (!approver) return { kind: "problems", problems: [problem("command.not-approver", {})] };
  await deps.store.setHalt(null);
  for (const open of await deps.store.listOpen()) {
    await decideAndSave(deps, open, (migration) =>
      isHeldBack(migration) ? { event: resuming(migration, person), notice: unhalted } : { notice: unhalted },
    );
  }
  return unhalted;
}

const unhalted: Notice = { kind: "said", note: note("said.unhalted", {}) };

function isHeldBack({ steps, status }: Migration): boolean {
  const waits = Object.values(steps).filter(({ doneAt }) => doneAt === null);
  return status === "open" && waits.some(({ waitingFor }) => waitingFor?.code === "wait.halted");
}

/** Every open migration may have been held back. */
export async function everyOpen({ store }: Deps): Promise<Agenda["migrations"]> {
  const open = await store.listOpen();
  return open.map(({ id, target }) => ({ database: databaseKey(target), migration: id }));
}

/** Why nothing new may be started, if anything. */
export function halted({ by, reason }: Halt) {
  return problem("command.halted", { person: by.name, reason });
}
