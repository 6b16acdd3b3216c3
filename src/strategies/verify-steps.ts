import type { Catalogue } from "../core/database.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import { minutes, seconds } from "../core/time.ts";
import type { SharedStep } from "./facts.ts";
import {
  blockedBy,
  evidence,
  findReplacement,
  isResult,
  replacementEndpoint,
  sourceWriter,
  waitingFor,
} from "./looks.ts";
import { sees, serversOf, toldBy } from "./subject.ts";

/** A restore that was given no key takes the source's silently; so the key is read back from every part. */
export const verifyKey: SharedStep = {
  id: "verify-key",
  effect: "reads",
  verifies: true,
  expect: seconds(2),
  deadline: minutes(10),
  title: () => note("step.verify-key", {}),
  check: async (cx) => {
    const replacement = await findReplacement(cx);
    if (isResult(replacement)) return replacement;
    const servers = await serversOf(cx, replacement);
    const { keyArn, source, members } = cx.pinned;
    const parts = replacement.kind === "cluster" ? [replacement, ...servers] : servers;
    const wrong = parts.find((part) => part.encryption !== "sse-kms" || part.keyArn !== keyArn);
    if (wrong) {
      const found = wrong.keyArn ?? wrong.encryption;
      return blockedBy(problem("verify.wrong-key", { name: wrong.name, found }));
    }
    if (!sees(servers, replacement) || servers.length < members.length)
      return waitingFor(note("wait.visible", { name: source.name }));
    const [first, ...rest] = parts.map((part) =>
      evidence(
        note("saw.key", { name: part.name, key: keyArn }),
        `${part.encryption} ${part.keyArn}`,
        "rds:DescribeDBClusters, DescribeDBInstances",
      ),
    );
    return first ? { status: "done", evidence: [first, ...rest] } : waitingFor(note("wait.not-yet", {}));
  },
};

/**
 * A point-in-time restore gives a prefix of the log in commit order. The marker was committed after every writer was gone,
 * so where it is present, everything acknowledged is.
 */
export const verifyData: SharedStep = {
  id: "verify-data",
  effect: "reads",
  verifies: true,
  expect: seconds(5),
  deadline: minutes(15),
  title: () => note("step.verify-data", {}),
  check: async (cx) => {
    const source = await sourceWriter(cx);
    if ("status" in source) return source;
    const replacement = replacementEndpoint(cx);
    const token = cx.names.migration;
    const marker = await cx.database.findMarker(replacement, token);
    if (!marker) return blockedBy(problem("proof.marker-missing", { name: cx.pinned.source.name }));
    const [there, here] = await Promise.all([
      cx.database.catalogue(source),
      cx.database.catalogue(replacement),
    ]);
    const differences = catalogueDifferences(there, here);
    if (differences.length > 0) {
      const params = { differences: differences.join("; "), name: cx.pinned.source.name };
      return blockedBy(problem("verify.catalogue-differs", params));
    }
    const relations = here.databases.reduce((sum, database) => sum + database.relations, 0);
    const sequences = here.databases.reduce(
      (sum, database) => sum + Object.keys(database.sequences).length,
      0,
    );
    const databases = here.databases.map(({ name }) => name).join(", ");
    return {
      status: "done",
      evidence: [
        evidence(note("saw.marker-there", { token }), token, "probe: encrypt_db.marker of the replacement"),
        evidence(
          note("saw.catalogue-equal", { relations, databases }),
          here.databases.map(({ definitions }) => Object.values(definitions).join(" ")).join(" "),
          "probe: pg_catalog",
        ),
        evidence(note("saw.sequences", { count: sequences }), `${sequences}`, "probe: pg_sequences"),
      ],
    };
  },
};

function catalogueDifferences(there: Catalogue, here: Catalogue): string[] {
  return there.databases.flatMap((wanted) => {
    const found = here.databases.find(({ name }) => name === wanted.name);
    if (!found) return [`database ${wanted.name} is missing`];
    const named = (what: string) => `${what} in ${wanted.name}`;
    const defined = unequal(wanted.definitions, found.definitions).map(named);
    const collated = unequal(wanted.collations, found.collations).map((name) => named(`collation ${name}`));
    const large = wanted.largeObjects === found.largeObjects ? [] : [named("large objects")];
    // A restored sequence may be ahead, since PostgreSQL logs 32 values in advance; never behind.
    const behind = Object.entries(wanted.sequences)
      .filter(([name, value]) => (found.sequences[name] ?? Number.NEGATIVE_INFINITY) < value)
      .map(([name]) => `sequence ${name} in ${wanted.name}`);
    return [...defined, ...collated, ...large, ...behind];
  });
}

type Told = Readonly<Record<string, string>>;

function unequal(there: Told, here: Told): string[] {
  const names = new Set([...Object.keys(there), ...Object.keys(here)]);
  return [...names].filter((name) => there[name] !== here[name]);
}

/** No restorable time, no way to get back anything that goes wrong after the opening. */
export const verifyRestorable: SharedStep = {
  id: "verify-restorable",
  effect: "reads",
  verifies: true,
  expect: minutes(1),
  deadline: minutes(60),
  title: () => note("step.verify-restorable", {}),
  tells: () => note("event.verified", {}),
  check: async (cx) => {
    const replacement = await findReplacement(cx);
    if (isResult(replacement)) return replacement;
    const latest = replacement.latestRestorableTime;
    if (latest === null) return waitingFor(note("wait.restorable-time", {}));
    const claim = note("saw.can-be-restored", { latest });
    return {
      status: "done",
      evidence: [evidence(claim, new Date(latest).toISOString(), toldBy(replacement))],
    };
  },
};
