import { discardGate } from "../core/approval.ts";
import type { Look } from "../core/database.ts";
import { isOurs, ownTags, roleTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Evidence, StepResult } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import type { Context, Learned, SharedStep } from "./facts.ts";
import { known, sourceRef } from "./facts.ts";
import { unproven } from "./fence-steps.ts";
import {
  blockedBy,
  compareCounters,
  evidence,
  findSource,
  isResult,
  missingReplacement,
  readerEndpoint,
  sameGroups,
  sourceWriter,
  totalChanges,
  waitingFor,
  writerEndpoint,
} from "./looks.ts";
import { takeOverDue } from "./ownership.ts";
import { change, subjectById, toldBy } from "./subject.ts";

/** Taken right before opening: between the first proof and this moment hours may have passed at a gate. */
export const lastLook: SharedStep = {
  id: "last-look",
  effect: "reads",
  verifies: true,
  expect: seconds(3),
  deadline: minutes(15),
  title: () => note("step.last-look", {}),
  check: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return source;
    if (!sameGroups(source.settings.securityGroups, [cx.pinned.fenceGroup])) {
      return blockedBy(problem("proof.fence-lifted", { name: source.name }));
    }
    const at = await sourceWriter(cx);
    if ("status" in at) return at;
    const now = await cx.database.counters(at);
    const since = compareCounters(known(cx, "stillQuiet"), now);
    if (since.verdict !== "unchanged") return unproven(cx, since);
    const atOpening = await cx.database.counters(writerEndpoint(cx.pinned));
    const claim = note("saw.unchanged-since-quiet", {});
    return {
      status: "done",
      evidence: [evidence(claim, JSON.stringify(now.databases), "probe: pg_stat_user_tables of the source")],
      learned: { atOpening },
    };
  },
};

function replacementRef(cx: Context) {
  return { ...sourceRef(cx.pinned), resourceId: known(cx, "replacement").resourceId };
}

export const open: SharedStep = {
  id: "open",
  effect: "interrupts",
  downtime: "ends",
  watch: "now and then",
  expect: seconds(45),
  deadline: minutes(15),
  title: ({ pinned }) => note("step.open", { name: pinned.source.name }),
  tells: ({ pinned }) => note("event.opened", { name: pinned.source.name }),
  check: (cx) => replacementHasGroups(cx, cx.pinned.settings.securityGroups),
  run: (cx) => change(cx.cloud, replacementRef(cx), { securityGroups: cx.pinned.settings.securityGroups }),
  undo: {
    mirrors: true,
    expect: seconds(55),
    title: ({ pinned }) => note("step.open.undo", { name: pinned.source.name }),
    settle: seconds(30),
    check: closedAgain,
    run: async (cx) => {
      await change(cx.cloud, replacementRef(cx), { securityGroups: [cx.pinned.fenceGroup] });
      await cx.database.endSessions(writerEndpoint(cx.pinned));
    },
  },
};

async function replacementHasGroups(cx: Context, wanted: readonly string[]): Promise<StepResult<Learned>> {
  const found = await subjectById(cx, known(cx, "replacement").resourceId);
  if (!found) return missingReplacement(cx);
  if (!sameGroups(found.settings.securityGroups, wanted)) return { status: "todo" };
  if (!found.securityGroupsActive) return waitingFor(note("wait.groups", {}));
  const groups = wanted.join(", ");
  return {
    status: "done",
    evidence: [evidence(note("saw.groups-back", { groups }), `${groups}: active`, toldBy(found))],
  };
}

async function closedAgain(cx: Context): Promise<StepResult<Learned>> {
  const fenced = await replacementHasGroups(cx, [cx.pinned.fenceGroup]);
  if (fenced.status !== "done") return fenced;
  const at = writerEndpoint(cx.pinned);
  const quiet = await cx.database.watchQuiet(at, { during: seconds(3) });
  if (quiet.sessions.length > 0) return { status: "todo" };
  const writes = await writesSinceOpening(cx);
  const closed = evidence(
    note("saw.closed", { name: cx.pinned.source.name }),
    cx.pinned.fenceGroup,
    toldBy(cx.pinned.source),
  );
  if (writes === 0) {
    return {
      status: "done",
      evidence: [
        closed,
        evidence(note("saw.writes-since-opening", { writes }), "0", "probe: pg_stat_user_tables"),
      ],
    };
  }
  const signed = [
    ...new Map(
      cx.approvals.filter(({ gate }) => gate === discardGate).map(({ person }) => [person.id, person]),
    ).values(),
  ];
  if (signed.length < 2) {
    return { ...waitingFor(note("wait.discard", { writes: sayWrites(writes) })), forPeople: true };
  }
  const people = signed.map(({ name }) => name).join(" and ");
  const claim = note("saw.discard-signed", { people, writes: sayWrites(writes) });
  return {
    status: "done",
    evidence: [closed, evidence(claim, sayWrites(writes), "Slack; probe: pg_stat_user_tables")],
  };
}

/** Null where the server's statistics began anew, so that nobody can say; that counts as some. */
export async function writesSinceOpening(cx: Context): Promise<number | null> {
  const before = known(cx, "atOpening");
  const now = await cx.database.counters(writerEndpoint(cx.pinned));
  const since = compareCounters(before, now);
  if (since.verdict === "incomparable") return null;
  return since.verdict === "unchanged" ? 0 : totalChanges(now) - totalChanges(before);
}

function sayWrites(writes: number | null): string {
  return writes === null ? "an unknown number of" : String(writes);
}

export const endpointAnswers: SharedStep = {
  id: "endpoint-answers",
  effect: "reads",
  verifies: true,
  expect: seconds(5),
  deadline: minutes(15),
  title: () => note("step.endpoint-answers", {}),
  check: async (cx) => {
    const { resourceId } = known(cx, "replacement");
    const reader = readerEndpoint(cx.pinned);
    const claims: Evidence[] = [];
    for (const endpoint of [writerEndpoint(cx.pinned), ...(reader ? [reader] : [])]) {
      const looked = await cx.database.look(endpoint);
      const { sight } = looked;
      if (sight.state === "unreachable") {
        return waitingFor(
          note("wait.answer", { host: endpoint.host, layer: sight.layer, reason: sight.reason }),
        );
      }
      if (sight.answersAs !== resourceId)
        return waitingFor(note("wait.other-database", { host: endpoint.host }));
      claims.push(answered(endpoint.host, resourceId, looked));
    }
    const [first, ...rest] = claims;
    return first ? { status: "done", evidence: [first, ...rest] } : waitingFor(note("wait.not-yet", {}));
  },
};

function answered(endpoint: string, resourceId: string, { timings }: Look): Evidence {
  const { dns, tcp, tls, login } = timings;
  const claim = note("saw.answers", {
    endpoint,
    resourceId,
    dns: dns ?? 0,
    tcp: tcp ?? 0,
    tls: tls ?? 0,
    login: login ?? 0,
  });
  return evidence(claim, resourceId, "probe: DNS, TCP, TLS with hostname, login, encrypt_db.identity");
}

export const retireSource: SharedStep = {
  id: "retire-source",
  effect: "creates",
  expect: seconds(10),
  title: ({ pinned, names }) => note("step.retire-source", { retired: names.retired(pinned.source.name) }),
  tells: ({ pinned }) => takeOverDue(pinned),
  keeps: note("keeps.retired-tags", {}),
  check: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return source;
    const { settings, name } = source;
    const retired = isOurs(settings.tags, cx.names) && settings.tags[roleTag] === "retired";
    if (!retired) return { status: "todo" };
    if (!settings.deletionProtection || !sameGroups(settings.securityGroups, [cx.pinned.fenceGroup])) {
      return blockedBy(problem("proof.fence-lifted", { name }));
    }
    return {
      status: "done",
      evidence: [evidence(note("saw.retired", { name }), source.arn, toldBy(source))],
    };
  },
  run: (cx) => {
    const source = sourceRef(cx.pinned);
    return cx.cloud.addTags({ ...source, name: cx.names.retired(source.name) }, ownTags(cx.names, "retired"));
  },
};

/** The proof after a rollback: the source under its own name, unfenced, taking writes, with a certificate that fits. */
export const sourceAnswers: SharedStep = {
  id: "source-answers",
  effect: "reads",
  verifies: true,
  expect: seconds(5),
  deadline: minutes(30),
  title: ({ pinned }) => note("step.source-answers", { name: pinned.source.name }),
  check: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return source;
    const { name } = cx.pinned.source;
    const atHome =
      source.name === name && sameGroups(source.settings.securityGroups, cx.pinned.settings.securityGroups);
    if (!atHome || source.endpoint !== cx.pinned.endpoints.writer)
      return waitingFor(note("wait.visible", { name }));
    const { host } = writerEndpoint(cx.pinned);
    const { sight } = await cx.database.look(writerEndpoint(cx.pinned));
    if (sight.state === "unreachable") {
      if (sight.layer === "tls") return blockedBy(problem("rollback.certificate", { name }));
      return waitingFor(note("wait.answer", { host, layer: sight.layer, reason: sight.reason }));
    }
    if (!sight.writable) return waitingFor(note("wait.other-database", { host }));
    return {
      status: "done",
      evidence: [
        evidence(note("saw.source-answers", { host }), source.resourceId, `probe; ${toldBy(source)}`),
      ],
    };
  },
};
