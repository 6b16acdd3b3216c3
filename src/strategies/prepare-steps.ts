import type { ClusterFacts, InstanceFacts } from "../core/cloud.ts";
import { isOurs, migrationTag, ownTags, roleTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import { minutes, seconds } from "../core/time.ts";
import type { AuroraContext, AuroraStep } from "./facts.ts";
import { sourceRef } from "./facts.ts";
import {
  blockedBy,
  clusterEndpoint,
  endpointOf,
  evidence,
  findSource,
  hasFailed,
  isResult,
  refOf,
  waitingFor,
} from "./looks.ts";

/** Deletion protection and the role tags on the source and its members, before anything else is made. */
export const protectSource: AuroraStep = {
  id: "protect-source",
  effect: "creates",
  expect: seconds(20),
  title: ({ pinned }) => note("step.protect-source", { name: pinned.source.name }),
  check: async (cx) => {
    const source = await findSource(cx);
    if (isResult(source)) return source;
    const members = await cx.cloud.membersOf(source.name);
    const tagged = [source, ...members].every(({ settings }) => isOurs(settings.tags, cx.names));
    if (!source.settings.deletionProtection || !tagged) return { status: "todo" };
    return {
      status: "done",
      evidence: [
        evidence(note("saw.protected", {}), source.arn, "rds:DescribeDBClusters, DescribeDBInstances"),
      ],
    };
  },
  run: async (cx) => {
    const source = sourceRef(cx.pinned);
    // First: what carries no role may be tagged and nothing else.
    await cx.cloud.addTags(source, ownTags(cx.names, "source"));
    await cx.cloud.changeCluster(source, { deletionProtection: true });
    for (const { name, resourceId } of await cx.cloud.membersOf(source.name)) {
      await cx.cloud.addTags({ kind: "instance", name, resourceId }, ownTags(cx.names, "source"));
    }
  },
  undo: {
    expect: seconds(5),
    title: ({ pinned }) => note("step.protect-source.undo", { name: pinned.source.name }),
    check: async (cx) => {
      const source = await findSource(cx);
      if (isResult(source)) return source;
      const members = await cx.cloud.membersOf(source.name);
      const wanted = cx.pinned.settings.deletionProtection;
      const tagged = [source, ...members].some(({ settings }) => migrationTag in settings.tags);
      if (source.settings.deletionProtection !== wanted || tagged) return { status: "todo" };
      const claim = note("saw.unprotected", { protection: wanted ? "on" : "off" });
      return { status: "done", evidence: [evidence(claim, source.arn, "rds:DescribeDBClusters")] };
    },
    run: async (cx) => {
      const source = await findSource(cx);
      if (isResult(source)) return;
      const { deletionProtection } = cx.pinned.settings;
      const isMarked = ({ settings }: ClusterFacts | InstanceFacts) => migrationTag in settings.tags;
      // What carries no role any more may not be changed, and need not be.
      if (source.settings.deletionProtection !== deletionProtection) {
        await cx.cloud.changeCluster(refOf("cluster", source), { deletionProtection });
      }
      for (const member of (await cx.cloud.membersOf(source.name)).filter(isMarked)) {
        await cx.cloud.removeTags(refOf("instance", member), [migrationTag, roleTag]);
      }
      if (isMarked(source)) await cx.cloud.removeTags(refOf("cluster", source), [migrationTag, roleTag]);
    },
  },
};

export const safetySnapshot: AuroraStep = {
  id: "safety-snapshot",
  effect: "creates",
  expect: minutes(5),
  deadline: minutes(180),
  title: ({ names }) => note("step.safety-snapshot", { snapshot: names.safetySnapshot }),
  keeps: note("keeps.snapshot", {}),
  check: async (cx) => {
    const snapshot = await cx.cloud.findClusterSnapshot(cx.names.safetySnapshot);
    if (!snapshot) return { status: "todo" };
    const ours = isOurs(snapshot.tags, cx.names) && snapshot.sourceResourceId === cx.pinned.source.resourceId;
    if (!ours) return blockedBy(problem("name.taken", { taken: snapshot.name, name: cx.pinned.source.name }));
    if (hasFailed(snapshot.status)) {
      return blockedBy(problem("restore.failed", { name: snapshot.name, status: snapshot.status }));
    }
    if (snapshot.status !== "available") {
      return waitingFor(
        note("wait.status", { name: snapshot.name, status: snapshot.status }),
        snapshot.percent,
      );
    }
    const claim = note("saw.snapshot", { snapshot: snapshot.name });
    return { status: "done", evidence: [evidence(claim, snapshot.arn, "rds:DescribeDBClusterSnapshots")] };
  },
  run: (cx) =>
    cx.cloud.snapshotCluster(sourceRef(cx.pinned), cx.names.safetySnapshot, ownTags(cx.names, "safety-copy")),
};

/** The probe must get into every member before anything is interrupted: without it there is no proof and no T1. */
export const prepareDatabase: AuroraStep = {
  id: "prepare-database",
  effect: "creates",
  expect: seconds(5),
  settle: seconds(2),
  title: () => note("step.prepare-database", {}),
  check: async (cx) => {
    const { resourceId } = cx.pinned.source;
    const writer = clusterEndpoint(cx.pinned);
    const { sight } = await cx.database.look(writer);
    if (sight.state === "unreachable") return waitingFor(unreached(writer.host, sight.layer, sight.reason));
    if (sight.answersAs !== resourceId) return { status: "todo" };
    const members = await lookAtMembers(cx);
    if (!Array.isArray(members)) return members;
    const introduced = evidence(
      note("saw.introduced", { resourceId }),
      resourceId,
      "probe: encrypt_db.identity",
    );
    return { status: "done", evidence: [introduced, ...members] };
  },
  run: (cx) => cx.database.introduce(clusterEndpoint(cx.pinned), cx.pinned.source.resourceId),
  undo: {
    expect: seconds(2),
    settle: seconds(2),
    title: () => note("step.prepare-database.undo", {}),
    check: async (cx) => {
      const writer = clusterEndpoint(cx.pinned);
      const { sight } = await cx.database.look(writer);
      if (sight.state === "unreachable") return waitingFor(unreached(writer.host, sight.layer, sight.reason));
      if (sight.answersAs !== null) return { status: "todo" };
      return {
        status: "done",
        evidence: [evidence(note("saw.schema-gone", {}), "no schema encrypt_db", "probe: SQL login")],
      };
    },
    run: (cx) => cx.database.forget(clusterEndpoint(cx.pinned)),
  },
};

async function lookAtMembers(cx: AuroraContext) {
  const seen = [];
  for (const member of await cx.cloud.membersOf(cx.pinned.source.name)) {
    const at = endpointOf(member, cx.pinned);
    if (!at) return waitingFor(note("wait.visible", { name: member.name }));
    const { sight, timings } = await cx.database.look(at);
    if (sight.state === "unreachable") return waitingFor(unreached(at.host, sight.layer, sight.reason));
    seen.push(
      evidence(
        note("saw.probe-in", { host: at.host }),
        `login after ${timings.login} ms`,
        "probe: SQL login",
      ),
    );
  }
  return seen;
}

function unreached(host: string, layer: string, reason: string) {
  return note("wait.answer", { host, layer, reason });
}
