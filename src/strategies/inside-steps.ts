import type { Endpoint, Writer } from "../core/database.ts";
import type { Note } from "../core/note.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import type { Context, Learned, Pinned, SharedStep } from "./facts.ts";
import { blockedBy, evidence, waitingFor, writerEndpoint } from "./looks.ts";

export function sayWriters(all: readonly Pick<Writer, "kind" | "name" | "database">[]): string {
  return all
    .map(({ kind, name, database }) => `${kind === "pg_cron" ? "job" : kind} ${name} in ${database}`)
    .join(", ");
}

export function nothingToSilence({ writers }: Pinned): Note | undefined {
  return writers.length === 0 ? note("skip.no-writers", {}) : undefined;
}

/**
 * Before the fence: what writes without a client comes through no network. What is turned off is written down in the
 * database, so that the copy knows it too.
 */
export const silenceWriters: SharedStep = {
  id: "silence-writers",
  effect: "interrupts",
  expect: seconds(2),
  deadline: minutes(10),
  settle: seconds(2),
  skip: nothingToSilence,
  title: ({ pinned }) => note("step.silence-writers", { name: pinned.source.name }),
  check: (cx) => silent(cx, writerEndpoint(cx.pinned)),
  run: (cx) => cx.database.silence(writerEndpoint(cx.pinned)),
  undo: {
    expect: seconds(2),
    settle: seconds(2),
    title: ({ pinned }) => note("step.silence-writers.undo", { name: pinned.source.name }),
    check: (cx) => restored(cx),
    run: (cx) => cx.database.restoreWriters(writerEndpoint(cx.pinned)),
  },
};

/** After the opening: before it, what they write would be lost on the way back without being counted. */
export const restoreWriters: SharedStep = {
  id: "restore-writers",
  effect: "interrupts",
  expect: seconds(2),
  deadline: minutes(15),
  settle: seconds(2),
  skip: nothingToSilence,
  title: () => note("step.restore-writers", {}),
  check: (cx) => restored(cx),
  run: (cx) => cx.database.restoreWriters(writerEndpoint(cx.pinned)),
  undo: {
    expect: seconds(2),
    settle: seconds(2),
    title: () => note("step.restore-writers.undo", {}),
    check: (cx) => silent(cx, writerEndpoint(cx.pinned)),
    run: (cx) => cx.database.silence(writerEndpoint(cx.pinned)),
  },
};

/** Done where nothing is on there that writes without a client. */
export async function silent(cx: Context, at: Endpoint): Promise<StepResult<Learned>> {
  const on = (await cx.database.writers(at)).filter((one) => one.on);
  if (on.some(({ silenceable }) => silenceable)) return { status: "todo" };
  return on.length > 0 ? stillOn(cx, on) : { status: "done", evidence: [nothingIsOn()] };
}

/** Under whatever name the database is reached now: of the source on the way back, else of the replacement. */
async function restored(cx: Context): Promise<StepResult<Learned>> {
  const all = await cx.database.writers(writerEndpoint(cx.pinned));
  if (all.some(({ silenced }) => silenced)) return { status: "todo" };
  const on = all.filter((one) => one.on);
  const missing = cx.pinned.writers.some((was) => !on.some((is) => is.kind === was.kind && is.id === was.id));
  if (missing) return waitingFor(note("wait.writers", {}));
  const claim = note("saw.writers-on", { writers: sayWriters(cx.pinned.writers) });
  return { status: "done", evidence: [evidence(claim, sayWriters(on), "probe: cron.job, pg_subscription")] };
}

function stillOn(cx: Context, on: readonly Writer[]) {
  return blockedBy(problem("proof.writer-on", { name: cx.pinned.source.name, writers: sayWriters(on) }));
}

function nothingIsOn() {
  return evidence(note("saw.silent", {}), "none", "probe: cron.job, pg_subscription");
}

/** For the proof that nobody writes: the evidence, or what is on. One that is due at three does not show at two. */
export async function provedSilent(cx: Context, at: Endpoint) {
  const on = (await cx.database.writers(at)).filter((one) => one.on);
  return on.length > 0 ? stillOn(cx, on) : nothingIsOn();
}
