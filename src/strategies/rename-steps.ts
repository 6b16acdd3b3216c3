import type { ClusterFacts, InstanceFacts } from "../core/cloud.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import type { AuroraContext, AuroraLearned, AuroraStep } from "./facts.ts";
import {
  blockedBy,
  clusterEndpoint,
  evidence,
  findSource,
  hasFailed,
  isResult,
  waitingFor,
} from "./looks.ts";

/**
 * The members first and the cluster after: the way back then gives the cluster its name before the members restart, and
 * the restart gives them a certificate with the right names. Source: Aurora User Guide, Modifying (SSL endpoints).
 */
export const renameMembers: AuroraStep = {
  id: "rename-members",
  effect: "interrupts",
  expect: minutes(3),
  deadline: minutes(45),
  title: ({ pinned, names }) =>
    note("step.rename-members", { name: pinned.source.name, id: names.migration }),
  check: (cx) => membersAreNamed(cx, cx.names.retired),
  run: (cx) => nameMembers(cx, cx.names.retired),
  undo: {
    mirrors: true,
    expect: minutes(3),
    title: ({ pinned }) => note("step.rename-members.undo", { name: pinned.source.name }),
    check: (cx) => membersAreNamed(cx, (name) => name),
    run: (cx) => nameMembers(cx, (name) => name),
  },
};

type Renaming = (name: string) => string;

async function membersOfSource(
  cx: AuroraContext,
): Promise<{ wanted: string; facts: InstanceFacts | undefined }[]> {
  return Promise.all(
    cx.pinned.members.map(async ({ resourceId, settings }) => ({
      wanted: settings.name,
      facts: await cx.cloud.findInstanceById(resourceId),
    })),
  );
}

async function membersAreNamed(cx: AuroraContext, rename: Renaming): Promise<StepResult<AuroraLearned>> {
  const members = await membersOfSource(cx);
  for (const { wanted, facts } of members) {
    // Between its two names an instance is sometimes under neither. Source: boto3 issues 609 and 2613.
    if (!facts) return waitingFor(note("wait.visible", { name: rename(wanted) }));
    if (hasFailed(facts.status)) {
      return blockedBy(
        problem("member.failed", { member: facts.name, status: facts.status, name: cx.pinned.source.name }),
      );
    }
    if (facts.name === rename(wanted) && facts.status !== "available") return statusOf(facts);
    if (facts.name !== rename(wanted))
      return facts.status === "available" ? { status: "todo" } : statusOf(facts);
  }
  const claims = members.flatMap(({ facts }) =>
    facts
      ? [
          evidence(
            note("saw.member-renamed", { resourceId: facts.resourceId, name: facts.name }),
            facts.arn,
            "rds:DescribeDBInstances",
          ),
        ]
      : [],
  );
  const [first, ...rest] = claims;
  if (!first) return blockedBy(problem("target.no-writer", { name: cx.pinned.source.name }));
  return { status: "done", evidence: [first, ...rest] };
}

async function nameMembers(cx: AuroraContext, rename: Renaming): Promise<void> {
  for (const { wanted, facts } of await membersOfSource(cx)) {
    if (!facts || facts.name === rename(wanted) || facts.status !== "available") continue;
    await cx.cloud.renameInstance(
      { kind: "instance", name: facts.name, resourceId: facts.resourceId },
      rename(wanted),
    );
  }
}

function statusOf(facts: ClusterFacts | InstanceFacts) {
  return waitingFor(note("wait.status", { name: facts.name, status: facts.status }));
}

/** No outage, so no fence: sessions survive it. It only frees the name. Source: Aurora User Guide, Modifying. */
export const renameSource: AuroraStep = {
  id: "rename-source",
  effect: "interrupts",
  watch: "closely",
  expect: seconds(90),
  deadline: minutes(30),
  title: ({ pinned, names }) =>
    note("step.rename-source", { name: pinned.source.name, retired: names.retired(pinned.source.name) }),
  check: (cx) => sourceIsNamed(cx, cx.names.retired(cx.pinned.source.name), cx.pinned.source.name),
  run: (cx) => nameSource(cx, cx.pinned.source.name, cx.names.retired(cx.pinned.source.name)),
  undo: {
    mirrors: true,
    expect: seconds(90),
    title: ({ pinned, names }) =>
      note("step.rename-source.undo", {
        name: pinned.source.name,
        retired: names.retired(pinned.source.name),
      }),
    check: (cx) => sourceIsNamed(cx, cx.pinned.source.name, cx.names.retired(cx.pinned.source.name)),
    run: (cx) => nameSource(cx, cx.names.retired(cx.pinned.source.name), cx.pinned.source.name),
  },
};

async function sourceIsNamed(
  cx: AuroraContext,
  wanted: string,
  otherwise: string,
): Promise<StepResult<AuroraLearned>> {
  const source = await findSource(cx);
  if (isResult(source)) return source;
  if (source.name === wanted && source.status === "available" && source.endpoint?.startsWith(`${wanted}.`)) {
    const claim = note("saw.cluster-renamed", { resourceId: source.resourceId, name: wanted });
    return {
      status: "done",
      evidence: [evidence(claim, source.arn, "rds:DescribeDBClusters by resource id")],
    };
  }
  if (source.name === otherwise && source.status === "available") return { status: "todo" };
  if (source.name === wanted || source.name === otherwise) return statusOf(source);
  const params = { resourceId: source.resourceId, found: source.name, wanted, name: cx.pinned.source.name };
  return blockedBy(problem("source.renamed", params));
}

async function nameSource(cx: AuroraContext, from: string, to: string): Promise<void> {
  await cx.cloud.changeCluster(
    { kind: "cluster", name: from, resourceId: cx.pinned.source.resourceId },
    { newName: to },
  );
}

export const endpointGone: AuroraStep = {
  id: "endpoint-gone",
  effect: "reads",
  watch: "closely",
  expect: seconds(10),
  deadline: minutes(15),
  title: () => note("step.endpoint-gone", {}),
  check: async (cx) => {
    const { host } = clusterEndpoint(cx.pinned);
    const { sight } = await cx.database.look(clusterEndpoint(cx.pinned));
    if (sight.state !== "unreachable" || sight.layer !== "dns") return waitingFor(note("wait.dns", { host }));
    return {
      status: "done",
      evidence: [evidence(note("saw.endpoint-gone", { host }), sight.reason, "probe: DNS")],
    };
  },
};
