import type { Counters, Endpoint, Quiet } from "../core/database.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import type { Context, Learned, SharedStep } from "./facts.ts";
import { known, sourceRef } from "./facts.ts";
import { provedSilent } from "./inside-steps.ts";
import {
  blockedBy,
  compareCounters,
  evidence,
  findSource,
  isResult,
  sameGroups,
  sourceWriter,
  waitingFor,
} from "./looks.ts";
import { change, endpointOf, sees, serversOf, toldBy } from "./subject.ts";

/** How long nobody may be seen before it counts as quiet. */
const quietFor = seconds(3);

/**
 * New connections are kept out by the group; the ones that stand go on, since EC2 tracks connections: the next step
 * ends those. Source: EC2 User Guide, security group connection tracking.
 */
export const fenceNetwork: SharedStep = {
  id: "fence-network",
  effect: "interrupts",
  downtime: "begins",
  expect: seconds(45),
  deadline: minutes(15),
  title: ({ pinned }) => note("step.fence-network", { name: pinned.source.name, group: pinned.fenceGroup }),
  tells: ({ pinned }) => note("event.fenced", { name: pinned.source.name }),
  check: async (cx) => {
    const found = await groupsOfSource(cx, [cx.pinned.fenceGroup]);
    if (found.status !== "done") return found;
    const source = await findSource(cx);
    if (isResult(source)) return source;
    const writer = (await serversOf(cx, source)).find((server) => server.writer);
    if (!writer) return blockedBy(problem("target.no-writer", { name: source.name }));
    return { ...found, learned: { writer: writer.name } };
  },
  run: (cx) => change(cx.cloud, sourceRef(cx.pinned), { securityGroups: [cx.pinned.fenceGroup] }),
  undo: {
    mirrors: true,
    expect: seconds(45),
    title: ({ pinned }) => note("step.fence-network.undo", { name: pinned.source.name }),
    check: (cx) => groupsOfSource(cx, cx.pinned.settings.securityGroups),
    run: (cx) =>
      change(cx.cloud, sourceRef(cx.pinned), { securityGroups: cx.pinned.settings.securityGroups }),
  },
};

async function groupsOfSource(cx: Context, wanted: readonly string[]): Promise<StepResult<Learned>> {
  const source = await findSource(cx);
  if (isResult(source)) return source;
  const { securityGroups } = source.settings;
  if (!sameGroups(securityGroups, wanted)) return { status: "todo" };
  if (!source.securityGroupsActive) return waitingFor(note("wait.groups", {}));
  const groups = securityGroups.join(", ");
  const isFence = sameGroups(wanted, [cx.pinned.fenceGroup]);
  const claim = isFence ? note("saw.groups", { groups }) : note("saw.groups-back", { groups });
  return { status: "done", evidence: [evidence(claim, `${groups}: active`, toldBy(source))] };
}

export const endSessions: SharedStep = {
  id: "end-sessions",
  effect: "interrupts",
  expect: seconds(8),
  deadline: minutes(10),
  // SQL answers at once, and whoever is still there must be told again soon.
  settle: seconds(1),
  repeats: true,
  title: () => note("step.end-sessions", {}),
  keeps: note("keeps.sessions", {}),
  check: async (cx) => {
    const looked = await watchEveryServer(cx);
    if ("status" in looked) return looked;
    const { claims, counters } = looked;
    return { status: "done", evidence: claims, learned: { quiet: counters } };
  },
  run: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return;
    for (const server of await serversOf(cx, source)) {
      const at = endpointOf(server, cx.pinned);
      if (at) await cx.database.endSessions(at);
    }
  },
};

/**
 * After what was asked was renamed, which restarts it: who is in now, and the counters from which it is compared from
 * here on, since a restart may start them anew.
 */
export const stillQuiet: SharedStep = {
  id: "still-quiet",
  effect: "reads",
  verifies: true,
  expect: seconds(5),
  deadline: minutes(15),
  title: () => note("step.still-quiet", {}),
  check: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return source;
    if (!sameGroups(source.settings.securityGroups, [cx.pinned.fenceGroup])) {
      return blockedBy(problem("proof.fence-lifted", { name: source.name }));
    }
    const looked = await watchEveryServer(cx);
    if ("status" in looked) return looked.status === "todo" ? intruded(cx) : looked;
    const kept = compareCounters(known(cx, "quiet"), {
      ...looked.counters,
      startedAt: known(cx, "quiet").startedAt,
    });
    if (kept.verdict === "changed") {
      return blockedBy(
        problem("proof.written-after-quiet", { changes: kept.changes, name: cx.pinned.source.name }),
      );
    }
    return { status: "done", evidence: looked.claims, learned: { stillQuiet: looked.counters } };
  },
};

function intruded(cx: Context) {
  return blockedBy(problem("proof.session-after-quiet", { name: cx.pinned.source.name }));
}

type Looked = {
  claims: readonly [ReturnType<typeof evidence>, ...ReturnType<typeof evidence>[]];
  counters: Counters;
};

/** Watches all servers at once: a session that moves from one to another must not slip through. */
async function watchEveryServer(
  cx: Context,
): Promise<Looked | Exclude<StepResult<Learned>, { status: "done" }>> {
  const source = await findSource(cx);
  if (isResult(source)) return source;
  const servers = await serversOf(cx, source);
  const asked = servers.flatMap((server) => {
    const at = endpointOf(server, cx.pinned);
    return at ? [{ name: server.name, writer: server.writer, at }] : [];
  });
  if (!sees(servers, source) || asked.length < servers.length) {
    return waitingFor(note("wait.visible", { name: source.name }));
  }
  const quiets = await Promise.all(
    asked.map(async (server) => ({
      ...server,
      quiet: await cx.database.watchQuiet(server.at, { during: quietFor }),
    })),
  );
  if (quiets.some(({ quiet }) => quiet.sessions.length > 0)) return { status: "todo" };
  const prepared = [...new Set(quiets.flatMap(({ quiet }) => quiet.preparedTransactions))];
  if (prepared.length > 0) {
    const params = { name: source.name, attached: prepared.join(", ") };
    return blockedBy(problem("attached.prepared-transactions", params));
  }
  const writer = quiets.find((server) => server.writer);
  const counters = writer?.quiet.counters ?? null;
  if (!writer || counters === null) return waitingFor(note("wait.counters", {}));
  const silence = await provedSilent(cx, writer.at);
  if ("status" in silence) return silence;
  const databases = counters.databases.map(({ name }) => name).join(", ");
  return {
    claims: [
      evidence(
        note("saw.counters-still", { databases }),
        JSON.stringify(counters.databases),
        "probe: pg_stat_user_tables",
      ),
      evidence(note("saw.no-prepared", {}), "none", "probe: pg_prepared_xacts"),
      silence,
      ...quiets.map(({ name, quiet }) => nobodyOn(name, quiet)),
    ],
    counters,
  };
}

function nobodyOn(member: string, quiet: Quiet) {
  const claim = note("saw.no-sessions", { member, samples: quiet.samples, over: quiet.to - quiet.from });
  return evidence(claim, "none", "probe: pg_stat_activity");
}

/** T1. Only after every writer is proved gone; a rename alone proves nothing. */
const mark: SharedStep = {
  id: "mark",
  effect: "creates",
  expect: seconds(2),
  deadline: minutes(5),
  settle: seconds(1),
  verifies: true,
  title: () => note("step.mark", {}),
  keeps: note("keeps.marker", {}),
  check: async (cx) => {
    const at = await sourceWriter(cx);
    if ("status" in at) return at;
    const marker = await cx.database.findMarker(at, cx.names.migration);
    if (!marker) return { status: "todo" };
    const now = await cx.database.counters(at);
    const since = compareCounters(known(cx, "quiet"), now);
    if (since.verdict !== "unchanged") return unproven(cx, since);
    const t1 = marker.clock;
    return {
      status: "done",
      evidence: [
        evidence(
          note("saw.marker", { token: marker.token, t1 }),
          new Date(t1).toISOString(),
          "probe: clock_timestamp() of the source",
        ),
        evidence(
          note("saw.unchanged-since-quiet", {}),
          JSON.stringify(now.databases),
          "probe: pg_stat_user_tables",
        ),
      ],
      learned: { t1, restoreAt: wholeSecondAfter(t1) },
    };
  },
  run: async (cx) => {
    const at = await sourceWriter(cx);
    if ("status" in at) return;
    // A copy says of itself what its original said; it must not answer as the source when it comes up.
    await cx.database.introduce(at, `copy-of-${cx.pinned.source.resourceId}`);
    await cx.database.mark(at, cx.names.migration);
  },
};

export const markToRestoreTo: SharedStep = {
  ...mark,
  tells: ({ learned }) => note("event.marked", { t1: learned.t1 ?? 0, restoreAt: learned.restoreAt ?? 0 }),
};

export const markToDumpAfter: SharedStep = {
  ...mark,
  tells: ({ learned }) => note("event.marked-to-dump", { t1: learned.t1 ?? 0 }),
};

export const markToCopyAfter: SharedStep = {
  ...mark,
  tells: ({ learned }) => note("event.marked-to-copy", { t1: learned.t1 ?? 0 }),
};

/** AWS takes restore times by the second; one whole second later is after T1 however it rounds. */
export function wholeSecondAfter(t1: number): number {
  return (Math.ceil(t1 / 1_000) + 1) * 1_000;
}

export function unproven(
  cx: Context,
  since: Exclude<ReturnType<typeof compareCounters>, { verdict: "unchanged" }>,
) {
  const { name } = cx.pinned.source;
  return blockedBy(
    since.verdict === "changed"
      ? problem("proof.written-after-quiet", { changes: since.changes, name })
      : problem("proof.cannot-compare", { reason: since.reason, name }),
  );
}

/**
 * A silent database cannot be restored to a time after its last commit: recovery would end before its target. This second
 * row is committed after the restore time, so it is never in the replacement.
 */
export const afterMark = afterMarkStep(async (cx, at) => {
  // The last look before the instances restart, which may start the counters anew.
  const since = compareCounters(known(cx, "quiet"), await cx.database.counters(at));
  return since.verdict === "unchanged" ? undefined : unproven(cx, since);
});

/** Where the source serves, what others commit meanwhile is no harm. */
export const afterMarkRunning = afterMarkStep(async () => undefined);

function afterMarkStep(
  disproved: (cx: Context, at: Endpoint) => Promise<ReturnType<typeof blockedBy> | undefined>,
): SharedStep {
  return {
    id: "after-mark",
    effect: "creates",
    expect: seconds(3),
    deadline: minutes(5),
    settle: seconds(1),
    title: () => note("step.after-mark", {}),
    keeps: note("keeps.marker", {}),
    check: async (cx) => {
      const at = await sourceWriter(cx);
      if ("status" in at) return at;
      const restoreAt = known(cx, "restoreAt");
      const later = await cx.database.findMarker(at, `${cx.names.migration}-after`);
      if (later) {
        const against = await disproved(cx, at);
        if (against) return against;
        const claim = note("saw.committed-after", { restoreAt });
        return { status: "done", evidence: [evidence(claim, later.token, "probe: encrypt_db.marker")] };
      }
      const first = await cx.database.findMarker(at, cx.names.migration);
      if (!first || first.clock <= restoreAt) return waitingFor(note("wait.clock", { until: restoreAt }));
      return { status: "todo" };
    },
    run: async (cx) => {
      const at = await sourceWriter(cx);
      if (!("status" in at)) await cx.database.mark(at, `${cx.names.migration}-after`);
    },
  };
}
