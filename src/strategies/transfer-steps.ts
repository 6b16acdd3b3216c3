import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { hours, minutes, seconds } from "../core/time.ts";
import { phases, type TransferJob, type TransferReport, type TransferState } from "../core/transfer.ts";
import { type DumpContext, type DumpStep, known, type Learned, type SharedStep } from "./facts.ts";
import { unproven } from "./fence-steps.ts";
import { blockedBy, compareCounters, evidence, sourceWriter, waitingFor } from "./looks.ts";
import { jobOf, targetEndpoint } from "./target-steps.ts";

/** A task needs half a minute to show. Until then what an earlier one came to says nothing. */
const showsAfter = seconds(30);

/** By day: everything that would stop the dump at night, and what will not be the same, for people to weigh. */
export const prepareTransfer: DumpStep = {
  id: "prepare-transfer",
  effect: "creates",
  expect: minutes(5),
  deadline: hours(4),
  settle: showsAfter,
  title: ({ pinned, names }) => note("step.prepare-transfer", { target: names.target(pinned.source.name) }),
  tells: ({ pinned, learned, names }) =>
    note("event.prepared", {
      target: names.target(pinned.source.name),
      gibibytes: gibibytes(learned.prepared?.bytes ?? 0),
      differs: learned.prepared?.differs.join("; ") || "nothing",
    }),
  check: (cx) =>
    lookAt(cx, "prepare", (report) => {
      const bytes = report.databases.reduce((sum, database) => sum + database.bytes, 0);
      const [databases, logins] = [report.databases.length, report.logins.length];
      const claim = note("saw.prepared", { databases, logins, gibibytes: gibibytes(bytes) });
      const observed = report.logins.map(({ role, assurance }) => `${role}: ${assurance}`).join(", ");
      return {
        status: "done",
        evidence: [evidence(claim, observed, "pg_dump and pg_restore of the schemas")],
        learned: { prepared: { bytes, differs: differing(report) } },
      };
    }),
  run: (cx) => start(cx, "prepare"),
  undo: stopping("prepare"),
};

/** The whole of it, of a source that nobody writes to. It ends with the marker in the target, and not before. */
export const transferData: DumpStep = {
  id: "transfer",
  effect: "creates",
  expect: minutes(30),
  deadline: hours(24),
  settle: showsAfter,
  title: ({ pinned, names }) => note("step.transfer", { target: names.target(pinned.source.name) }),
  tells: ({ pinned, names }) => note("event.transferred", { target: names.target(pinned.source.name) }),
  check: (cx) =>
    lookAt(cx, "move", (report) => {
      const rows = report.databases.reduce((sum, database) => sum + (database.rows ?? 0), 0);
      const claim = note("saw.transferred", { databases: report.databases.length, rows });
      const observed = report.databases.map(({ name, rows: of }) => `${name}: ${of}`).join(", ");
      return {
        status: "done",
        evidence: [evidence(claim, observed, "sums of the hashes of rows, both sides")],
      };
    }),
  run: (cx) => start(cx, "move"),
  undo: stopping("move"),
};

type Done = Extract<StepResult<Learned>, { status: "done" }>;

async function lookAt(
  cx: DumpContext,
  work: TransferJob["work"],
  done: (report: TransferReport) => Done,
): Promise<StepResult<Learned>> {
  const job = await jobOf(cx, work);
  if (!job) return waitingFor(note("wait.master-secret", {}));
  const state = await cx.transfer.look(job);
  switch (state.state) {
    case "done":
      return done(state.report);
    case "not-started":
      return { status: "todo" };
    case "running":
      return underWay(state);
    case "failed":
      // Somebody asks for another try, or has done so a moment ago and it does not show yet.
      return cx.lastRun === null || cx.now < cx.lastRun + showsAfter
        ? { status: "todo" }
        : blockedBy(state.problem);
  }
}

function underWay(state: Extract<TransferState, { state: "running" }>) {
  const { phase, done, total, databasesDone, databases } = state;
  const params = { phase, database: state.database ?? "the server", done, total, databasesDone, databases };
  const ofThisOne = (phases.indexOf(phase) + (total > 0 ? done / total : 0)) / phases.length;
  const share = databases > 0 ? (databasesDone + ofThisOne) / databases : 0;
  return waitingFor(note("wait.transfer", params), Math.min(99, Math.floor(100 * share)));
}

async function start(cx: DumpContext, work: TransferJob["work"]): Promise<void> {
  const job = await jobOf(cx, work);
  if (job) await cx.transfer.start(job);
}

/** What is on the target goes with it; only what still reads the source, or writes to the target, must end. */
function stopping(work: TransferJob["work"]): NonNullable<DumpStep["undo"]> {
  return {
    stops: true,
    expect: seconds(10),
    settle: showsAfter,
    title: () => note(work === "move" ? "step.transfer.undo" : "step.prepare-transfer.undo", {}),
    check: async (cx) => {
      const job = await jobOf(cx, work);
      const state = job && (await cx.transfer.look(job));
      if (state?.state === "running") return { status: "todo" };
      const claim = note("saw.nothing-transfers", {});
      return { status: "done", evidence: [evidence(claim, state?.state ?? "no target", "transfer")] };
    },
    run: async (cx) => {
      const job = await jobOf(cx, work);
      if (job) await cx.transfer.stop(job);
    },
  };
}

/** On purpose, or because a new server cannot have it. */
function differing({ notCarried, databases, logins }: TransferReport): string[] {
  const owners = logins.filter(({ assurance }) => assurance === "owner").map(({ role }) => role);
  return [
    ...notCarried,
    ...databases.flatMap(({ name, otherExtensionVersions: versions }) =>
      versions.map((version) => `${version} in ${name}`),
    ),
    ...(owners.length === 0 ? [] : [`the passwords of ${owners.join(", ")}, which their owners set`]),
  ];
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}

/**
 * The restore compared every row with a source that nobody was to write to. That nobody did is proved by the source's own counters
 * since it was quiet; that all of it is there, by the marker, which the target got last.
 */
export const verifyTransfer: SharedStep = {
  id: "verify-transfer",
  effect: "reads",
  verifies: true,
  expect: seconds(5),
  deadline: minutes(15),
  title: ({ pinned, names }) => note("step.verify-transfer", { target: names.target(pinned.source.name) }),
  check: async (cx) => {
    const source = await sourceWriter(cx);
    if ("status" in source) return source;
    const token = cx.names.migration;
    const marker = await cx.database.findMarker(targetEndpoint(cx), token);
    if (!marker) return blockedBy(problem("transfer.marker-missing", { name: cx.pinned.source.name }));
    const now = await cx.database.counters(source);
    const since = compareCounters(known(cx, "quiet"), now);
    if (since.verdict !== "unchanged") return unproven(cx, since);
    return {
      status: "done",
      evidence: [
        evidence(note("saw.marker-there", { token }), token, "probe: encrypt_db.marker of the target"),
        evidence(
          note("saw.unchanged-since-quiet", {}),
          JSON.stringify(now.databases),
          "probe: pg_stat_user_tables",
        ),
      ],
    };
  },
};
