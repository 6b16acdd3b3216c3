import type { Catalogue } from "../core/database.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import { minutes, seconds } from "../core/time.ts";
import { known, type SharedStep } from "./facts.ts";
import { wholeSecondAfter } from "./fence-steps.ts";
import { nothingToSilence, silent } from "./inside-steps.ts";
import { blockedBy, evidence, findSource, isResult, replacementEndpoint, sourceWriter } from "./looks.ts";
import { serversOf } from "./subject.ts";

/**
 * A marker in a source that serves. It says that the copy holds what was committed before, and not that nothing came after.
 * The source goes on under its own name for itself: its copy has another endpoint.
 */
export const markRunning: SharedStep = {
  id: "mark-running",
  effect: "creates",
  settlesPlan: true,
  expect: seconds(2),
  deadline: minutes(5),
  settle: seconds(1),
  title: ({ pinned }) => note("step.mark-running", { name: pinned.source.name }),
  keeps: note("keeps.marker", {}),
  check: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return source;
    const at = await sourceWriter(cx);
    if ("status" in at) return at;
    const marker = await cx.database.findMarker(at, cx.names.migration);
    if (!marker) return { status: "todo" };
    const writer = (await serversOf(cx, source)).find((server) => server.writer);
    if (!writer) return blockedBy(problem("target.no-writer", { name: source.name }));
    const { token, clock } = marker;
    const claim = note("saw.marker-running", { token, at: clock });
    return {
      status: "done",
      evidence: [evidence(claim, new Date(clock).toISOString(), "probe: clock_timestamp() of the source")],
      learned: {
        writer: writer.name,
        t1: clock,
        restoreAt: wholeSecondAfter(clock),
        definitions: definitionsOf(await cx.database.catalogue(at)),
      },
    };
  },
  run: async (cx) => {
    const at = await sourceWriter(cx);
    if (!("status" in at)) await cx.database.mark(at, cx.names.migration);
  },
};

/** As soon as its server answers: until then nobody can. */
export const silenceCopy: SharedStep = {
  id: "silence-copy",
  effect: "creates",
  expect: seconds(20),
  deadline: minutes(30),
  settle: seconds(2),
  skip: nothingToSilence,
  title: ({ pinned, names }) => note("step.silence-copy", { copy: names.replacement(pinned.source.name) }),
  keeps: note("keeps.replacement", {}),
  check: (cx) => silent(cx, replacementEndpoint(cx)),
  run: (cx) => cx.database.silence(replacementEndpoint(cx)),
};

/**
 * Against a source that goes on, rows and sequences say nothing. Its definitions must be those of the marker's moment; where
 * somebody changed them right then, those of now may tell that the copy is whole all the same.
 */
export const verifyCopy: SharedStep = {
  id: "verify-copy",
  effect: "reads",
  verifies: true,
  expect: seconds(5),
  deadline: minutes(15),
  title: ({ pinned, names }) => note("step.verify-copy", { copy: names.replacement(pinned.source.name) }),
  check: async (cx) => {
    const source = await sourceWriter(cx);
    if ("status" in source) return source;
    const { name } = cx.pinned.source;
    const copy = replacementEndpoint(cx);
    const token = cx.names.migration;
    if (!(await cx.database.findMarker(copy, token)))
      return blockedBy(problem("proof.marker-missing", { name }));
    const [there, found] = await Promise.all([cx.database.catalogue(source), cx.database.catalogue(copy)]);
    const [then, now, here] = [known(cx, "definitions"), definitionsOf(there), definitionsOf(found)];
    const differing = differences(then, here).filter((kind) => now[kind] !== here[kind]);
    if (differing.length > 0) {
      return blockedBy(problem("rehearsal.definitions-differ", { differences: differing.join(", "), name }));
    }
    const relations = found.databases.reduce((sum, database) => sum + database.relations, 0);
    const databases = found.databases.map((database) => database.name).join(", ");
    return {
      status: "done",
      evidence: [
        evidence(note("saw.marker-there", { token }), token, "probe: encrypt_db.marker of the replacement"),
        evidence(
          note("saw.definitions-equal", { relations, databases }),
          Object.values(here).join(" "),
          "probe: pg_catalog",
        ),
      ],
    };
  },
};

type Definitions = Readonly<Record<string, string>>;

/** A hash for each kind of definition in each database: `indexes in orders`. */
function definitionsOf({ databases }: Catalogue): Record<string, string> {
  return Object.fromEntries(
    databases.flatMap(({ name, definitions }) =>
      Object.entries(definitions).map(([kind, hash]) => [`${kind} in ${name}`, hash]),
    ),
  );
}

/** Those that differ, also those that only one of them has. */
function differences(there: Definitions, here: Definitions): string[] {
  const names = new Set([...Object.keys(there), ...Object.keys(here)]);
  return [...names].filter((name) => there[name] !== here[name]);
}
