import { type Contents, compareContents } from "../core/contents.ts";
import type { Endpoint } from "../core/database.ts";
import { compareTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Evidence, StepResult } from "../core/step.ts";
import { hours, minutes, seconds } from "../core/time.ts";
import type { Context, Learned, Pinned, SharedStep } from "./facts.ts";
import { blockedBy, evidence, replacementEndpoint, sourceWriter } from "./looks.ts";

/** How long each side is read at one go; the run of the worker, and of the probe, must not end meanwhile. */
const readFor = seconds(20);
/** As many as a message has room for. */
const mostDifferences = 5;

/**
 * The marker proves that nothing is missing at the end; this looks for what is missing or different in the middle. Both
 * sides are fenced, so that they can be compared.
 */
export const verifyContents: SharedStep = {
  id: "verify-contents",
  effect: "reads",
  verifies: true,
  expect: seconds(15),
  deadline: minutes(15),
  title: () => note("step.verify-contents", {}),
  check: async (cx) => {
    const source = await sourceWriter(cx);
    if ("status" in source) return source;
    const sampled = (at: Endpoint) =>
      cx.database.contents(at, { depth: "sample", budget: readFor, from: null });
    const [there, here] = await Promise.all([sampled(source), sampled(replacementEndpoint(cx))]);
    return judged(cx, there, here);
  },
};

function isAskedFor({ settings }: Pinned): boolean {
  return settings.tags[compareTag] === "whole";
}

/** On request only: the downtime grows with the database. It goes on where it stopped, whoever dies meanwhile. */
export const verifyWhole: SharedStep = {
  id: "verify-whole",
  effect: "creates",
  expect: minutes(10),
  deadline: hours(12),
  // What was read is in the database as soon as it is told; a part is read at each run until nothing is left.
  settle: 0,
  repeats: true,
  skip: (pinned) => (isAskedFor(pinned) ? undefined : note("skip.not-asked-for", { tag: compareTag })),
  title: () => note("step.verify-whole", {}),
  keeps: note("keeps.marker", {}),
  check: async (cx) => {
    const sides = await bothSides(cx);
    if ("status" in sides) return sides;
    const [there, here] = await Promise.all(sides.map((at) => cx.database.readSoFar(at, cx.names.migration)));
    if (!there || !here || there.next !== null || here.next !== null) return { status: "todo" };
    return judged(cx, there, here);
  },
  run: async (cx) => {
    const sides = await bothSides(cx);
    if ("status" in sides) return;
    await Promise.all(sides.map((at) => cx.database.readOn(at, cx.names.migration, { budget: readFor })));
  },
};

async function bothSides(cx: Context) {
  const source = await sourceWriter(cx);
  return "status" in source ? source : [source, replacementEndpoint(cx)];
}

function judged(cx: Context, there: Contents, here: Contents): StepResult<Learned> {
  const { compared, passedOver, rows, differences } = compareContents(there, here);
  if (differences.length > 0) {
    const { name } = cx.pinned.source;
    return blockedBy(problem("verify.contents-differ", { name, differences: theFirst(differences) }));
  }
  const equal = evidence(
    sampled(there)
      ? note("saw.sample-equal", { rows, compared })
      : note("saw.contents-equal", { rows, compared }),
    `${compared} tables`,
    "probe: sums of the hashes of rows, source and replacement",
  );
  return { status: "done", evidence: [equal, ...unread(passedOver, there, here)] };
}

function theFirst(differences: readonly string[]): string {
  const named = differences.slice(0, mostDifferences).join("; ");
  const more = differences.length - mostDifferences;
  return more > 0 ? `${named}; ${more} more` : named;
}

function sampled({ tables }: Contents): boolean {
  return tables.some(({ percent }) => percent > 0 && percent < 100);
}

function unread(tables: number, ...read: readonly Contents[]): Evidence[] {
  if (tables === 0) return [];
  const claim = note("saw.contents-unread", { tables, why: whyUnread(read) });
  return [evidence(claim, `${tables} tables`, "probe: pg_relation_size")];
}

function whyUnread(read: readonly Contents[]): string {
  if (read.some(({ next }) => next !== null)) return "the time allowed for it was over";
  const denied = read.some(({ unreadable }) => unreadable.length > 0);
  return denied ? "the login may not read them" : "reading them would have taken too long";
}
