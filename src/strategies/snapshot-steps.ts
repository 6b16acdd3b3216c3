import type { SnapshotFacts } from "../core/cloud.ts";
import { isOurs, type Names, ownTags } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { type Duration, minutes } from "../core/time.ts";
import { type Context, known, type Learned, type SharedStep, sourceRef } from "./facts.ts";
import { unproven } from "./fence-steps.ts";
import { blockedBy, compareCounters, evidence, hasFailed, sourceWriter, waitingFor } from "./looks.ts";

/** Insurance, whatever happens. Of an instance it also makes the later ones quick: they hold only what changed since. */
export const safetySnapshot: SharedStep = {
  id: "safety-snapshot",
  effect: "creates",
  expect: minutes(3),
  deadline: minutes(720),
  title: ({ names }) => note("step.safety-snapshot", { snapshot: names.safetySnapshot }),
  keeps: note("keeps.snapshot", {}),
  check: async (cx) => {
    const found = await findComplete(cx, cx.names.safetySnapshot);
    if (!("arn" in found)) return found;
    return { status: "done", evidence: [taken(found)] };
  },
  run: (cx) =>
    cx.cloud.takeSnapshot(
      sourceRef(cx.pinned),
      cx.names.safetySnapshot,
      ownTags(cx.names, cx.names.snapshotsAre),
    ),
};

/**
 * What the replacement is made of: the fenced source, after T1. Taken under the source's own name, so that going back needs
 * no rename while it is being taken. That it is later than T1 is asserted twice: by its time here, and by the marker in it.
 */
export const finalSnapshot = finalSnapshotStep(unchangedSinceQuiet);

/** Of a source that serves: it goes on being written to, and what comes later is in no copy. */
export const runningSnapshot: SharedStep = {
  ...finalSnapshotStep(async () => undefined),
  title: ({ names }) => note("step.running-snapshot", { snapshot: names.finalSnapshot }),
};

function finalSnapshotStep(prove: (cx: Context) => Promise<StepResult<Learned> | undefined>): SharedStep {
  return {
    id: "final-snapshot",
    effect: "creates",
    expect: minutes(3),
    deadline: minutes(720),
    title: ({ names }) => note("step.final-snapshot", { snapshot: names.finalSnapshot }),
    keeps: note("keeps.snapshot", {}),
    check: async (cx) => {
      const taken = await isTakenAfterT1(cx);
      if (taken.status !== "done") return taken;
      const proved = await prove(cx);
      if (!proved) return taken;
      if (proved.status !== "done") return proved;
      return { status: "done", evidence: [...taken.evidence, ...proved.evidence] };
    },
    run: (cx) =>
      cx.cloud.takeSnapshot(
        sourceRef(cx.pinned),
        cx.names.finalSnapshot,
        ownTags(cx.names, cx.names.snapshotsAre),
      ),
  };
}

async function isTakenAfterT1(cx: Context): Promise<StepResult<Learned>> {
  const found = await findComplete(cx, cx.names.finalSnapshot);
  if (!("arn" in found)) return found;
  const t1 = known(cx, "t1");
  const { name } = cx.pinned.source;
  if (found.createdAt === null) return waitingFor(note("wait.visible", { name: found.name }));
  if (found.createdAt < t1) {
    return blockedBy(problem("snapshot.before-t1", { snapshot: found.name, at: found.createdAt, t1, name }));
  }
  const claim = note("saw.snapshot-after", { snapshot: found.name, at: found.createdAt, t1 });
  return { status: "done", evidence: [evidence(claim, found.arn, toldBySnapshots(found))] };
}

/** AWS changes nothing of an instance while a snapshot of it is being taken, so that the way back waits for it. */
function waitedFor(step: SharedStep, which: (names: Names) => string): SharedStep {
  return {
    ...step,
    undo: {
      expect: 0,
      title: ({ names }) => note("step.snapshot.undo", { snapshot: which(names) }),
      check: async (cx) => {
        const name = which(cx.names);
        const found = await cx.cloud.findSnapshot(cx.pinned.source.kind, name);
        if (found?.status === "creating") {
          return waitingFor(note("wait.status", { name, status: found.status }), found.percent);
        }
        const claim = note("saw.no-snapshot-under-way", { snapshot: name });
        return {
          status: "done",
          evidence: [evidence(claim, found?.status ?? "absent", "rds:DescribeDBSnapshots")],
        };
      },
    },
  };
}

export const instanceSafetySnapshot = waitedFor(safetySnapshot, (names) => names.safetySnapshot);
export const instanceFinalSnapshot = waitedFor(finalSnapshot, (names) => names.finalSnapshot);

/** Only where the restorable time has stalled. The source is renamed by then, and still fenced. */
export const fallbackSnapshot: SharedStep = {
  ...finalSnapshot,
  id: "fallback-snapshot",
  // Not needed where all goes well; the plan's downtime is without it.
  expect: 0,
  title: ({ names }) => note("step.fallback-snapshot", { snapshot: names.finalSnapshot }),
  check: async (cx) => {
    if (cx.learned.stalled) return isTakenAfterT1(cx);
    return {
      status: "done",
      evidence: [evidence(note("saw.no-fallback", {}), "restorable", "this migration")],
    };
  },
  run: async (cx) => {
    if (!cx.learned.stalled) return;
    const source = sourceRef(cx.pinned);
    await cx.cloud.takeSnapshot(
      { ...source, name: cx.names.retired(source.name) },
      cx.names.finalSnapshot,
      ownTags(cx.names, cx.names.snapshotsAre),
    );
  },
};

export const runningFallback: SharedStep = {
  ...fallbackSnapshot,
  title: ({ names }) => note("step.running-fallback", { snapshot: names.finalSnapshot }),
};

/** The last look before the servers restart, which may start the counters anew. */
async function unchangedSinceQuiet(cx: Context): Promise<StepResult<Learned>> {
  const at = await sourceWriter(cx);
  if ("status" in at) return at;
  const now = await cx.database.counters(at);
  const since = compareCounters(known(cx, "quiet"), now);
  if (since.verdict !== "unchanged") return unproven(cx, since);
  const claim = note("saw.unchanged-since-quiet", {});
  return {
    status: "done",
    evidence: [evidence(claim, JSON.stringify(now.databases), "probe: pg_stat_user_tables")],
  };
}

/**
 * A restore of an instance takes no key, so its snapshot is copied with the key and the copy restored. The first copy is a
 * full one; a later one under the same key holds only what changed, as long as the first is kept.
 * Source: RDS API, CopyDBSnapshot; RDS User Guide, Copying a snapshot.
 */
export const firstCopy = copyStep("first-copy", minutes(60), ({ safetySnapshot, firstCopy }) => ({
  of: safetySnapshot,
  as: firstCopy,
}));

export const finalCopy: SharedStep = {
  ...copyStep("final-copy", minutes(15), ({ finalSnapshot, finalCopy }) => ({
    of: finalSnapshot,
    as: finalCopy,
  })),
  tells: ({ names }) => note("event.copied", { copy: names.finalCopy }),
};

function copyStep(
  id: "first-copy" | "final-copy",
  expect: Duration,
  which: (names: Names) => { readonly of: string; readonly as: string },
): SharedStep {
  return {
    id,
    effect: "creates",
    expect,
    deadline: minutes(1_440),
    title: ({ names }) => note(`step.${id}`, { copy: which(names).as }),
    keeps: note("keeps.snapshot", {}),
    check: async (cx) => {
      const found = await findComplete(cx, which(cx.names).as);
      if (!("arn" in found)) return found;
      const { keyArn, source } = cx.pinned;
      if (found.keyArn !== keyArn) {
        const params = { snapshot: found.name, found: found.keyArn ?? found.encryption, name: source.name };
        return blockedBy(problem("snapshot.wrong-key", params));
      }
      const claim = note("saw.copy", { copy: found.name, key: keyArn });
      return {
        status: "done",
        evidence: [evidence(claim, found.arn, toldBySnapshots(found))],
      };
    },
    run: async (cx) => {
      const { of, as } = which(cx.names);
      await cx.cloud.copySnapshot({
        snapshot: of,
        name: as,
        keyArn: cx.pinned.keyArn,
        tags: ownTags(cx.names, cx.names.snapshotsAre),
      });
    },
  };
}

/** A snapshot of this migration's, complete; or what is to be said of it until then. */
async function findComplete(
  cx: Context,
  name: string,
): Promise<SnapshotFacts | Exclude<StepResult<Learned>, { status: "done" }>> {
  const { kind, resourceId, name: source } = cx.pinned.source;
  const found = await cx.cloud.findSnapshot(kind, name);
  if (!found) return { status: "todo" };
  const ours = isOurs(found.tags, cx.names) && found.sourceResourceId === resourceId;
  if (!ours) return blockedBy(problem("name.taken", { taken: found.name, name: source }));
  if (hasFailed(found.status)) {
    return blockedBy(problem("restore.failed", { name: found.name, status: found.status }));
  }
  if (found.status !== "available") {
    return waitingFor(note("wait.status", { name: found.name, status: found.status }), found.percent);
  }
  return found;
}

function taken(found: SnapshotFacts) {
  return evidence(note("saw.snapshot", { snapshot: found.name }), found.arn, toldBySnapshots(found));
}

function toldBySnapshots({ kind }: SnapshotFacts): string {
  return kind === "cluster" ? "rds:DescribeDBClusterSnapshots" : "rds:DescribeDBSnapshots";
}
