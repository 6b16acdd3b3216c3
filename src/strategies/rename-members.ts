import type { InstanceFacts } from "../core/cloud.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { minutes } from "../core/time.ts";
import type { AuroraContext, AuroraStep, Learned } from "./facts.ts";
import { blockedBy, evidence, hasFailed, onItsWay, waitingFor } from "./looks.ts";

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

async function membersAreNamed(cx: AuroraContext, rename: Renaming): Promise<StepResult<Learned>> {
  const members = await membersOfSource(cx);
  for (const { wanted, facts } of members) {
    // Between its two names an instance is sometimes under neither. Source: boto3 issues 609 and 2613.
    if (!facts) return waitingFor(note("wait.visible", { name: rename(wanted) }));
    if (hasFailed(facts.status)) {
      return blockedBy(
        problem("member.failed", { member: facts.name, status: facts.status, name: cx.pinned.source.name }),
      );
    }
  }
  const seen = members.flatMap(({ wanted, facts }) => (facts ? [{ wanted, facts }] : []));
  // All of them at once: one that is renamed alone keeps the next one waiting until it has settled.
  const busy = seen.find(({ facts }) => facts.status !== "available");
  if (busy) return onItsWay(busy.facts);
  if (seen.some(({ wanted, facts }) => facts.name !== rename(wanted))) return { status: "todo" };
  const claims = seen.map(({ facts: { resourceId, name, arn } }) =>
    evidence(note("saw.member-renamed", { resourceId, name }), arn, "rds:DescribeDBInstances"),
  );
  const [first, ...rest] = claims;
  if (!first) return blockedBy(problem("target.no-writer", { name: cx.pinned.source.name }));
  return { status: "done", evidence: [first, ...rest] };
}

async function nameMembers(cx: AuroraContext, rename: Renaming): Promise<void> {
  for (const { wanted, facts } of await membersOfSource(cx)) {
    if (!facts || facts.name === rename(wanted) || facts.status !== "available") continue;
    const ref = { kind: "instance", name: facts.name, resourceId: facts.resourceId } as const;
    await cx.cloud.changeInstance(ref, { newName: rename(wanted) });
  }
}
