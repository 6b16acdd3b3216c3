import type { InstanceFacts, Ref } from "../core/cloud.ts";
import { isOurs, migrationTag, ownTags, type Role, roleTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult, Way } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import type { DecommissionContext, DecommissionLearned, DecommissionStep } from "./decommission-facts.ts";
import { countersOf } from "./decommission-looks.ts";
import { writerOf } from "./decommission-survey.ts";
import { blockedBy, evidence, hasFailed, isUsable, onItsWay, sameGroups, waitingFor } from "./looks.ts";
import { change, refOf, type Subject, subjectById, subjectNamed, toldBy } from "./subject.ts";

type Result = StepResult<DecommissionLearned>;

const condemned: Role = "condemned";
const retired: Role = "retired";

/**
 * What is deleted, wherever it is by now. Undefined once it is gone, which two answers say: a list that misses it for once would
 * pass for its end, and the last look would be none.
 */
export async function findCondemned(cx: DecommissionContext): Promise<Subject | undefined> {
  const { name, resourceId } = cx.pinned.source;
  const found = await subjectById(cx, resourceId);
  if (found) return found;
  const named = await subjectNamed(cx, name);
  return named?.resourceId === resourceId ? named : undefined;
}

export function gone({ pinned: { source } }: DecommissionContext): Result {
  const claim = note("saw.source-deleted", { retired: source.name, resourceId: source.resourceId });
  return { status: "done", evidence: [evidence(claim, "absent", toldBy(source))] };
}

/** From the condemnation to the deletion it must stay what was approved: nobody's but this migration's, behind the fence. */
export function noLonger(cx: DecommissionContext, found: Subject): Result | undefined {
  const { pinned, names } = cx;
  const { securityGroups, tags } = found.settings;
  if (!sameGroups(securityGroups, [pinned.fenceGroup])) {
    const groups = securityGroups.join(", ");
    return blockedBy(
      problem("decommission.opened", { retired: found.name, groups, fence: pinned.fenceGroup }),
    );
  }
  if (isOurs(tags, names) && tags[roleTag] === condemned) return undefined;
  return blockedBy(
    problem("decommission.other-marks", {
      retired: found.name,
      move: pinned.move,
      role: tags[roleTag] ?? "nothing",
      migration: tags[migrationTag] ?? "nobody",
    }),
  );
}

interface Marked {
  readonly ref: Ref;
  readonly migration: string | undefined;
  readonly role: string | undefined;
}

/** The database and its instances, with the bot's tags on them. */
async function marksOf(cx: DecommissionContext, found: Subject): Promise<readonly Marked[]> {
  const members = found.kind === "cluster" ? await cx.cloud.membersOf(found.name) : [];
  const marked = (ref: Ref, { tags }: { tags: Readonly<Record<string, string>> }): Marked => ({
    ref,
    migration: tags[migrationTag],
    role: tags[roleTag],
  });
  return [
    marked(refOf(found), found.settings),
    ...members.map((member) => marked(instanceRef(member), member.settings)),
  ];
}

function instanceRef({ name, resourceId }: Pick<InstanceFacts, "name" | "resourceId">): Ref {
  return { kind: "instance", name, resourceId };
}

/** What was approved, by name and resource id: the members first, so that nothing of it is left behind by its cluster. */
function approvedRefs({ pinned: { source, servers } }: DecommissionContext): readonly Ref[] {
  const { kind, name, resourceId } = source;
  const whole = { kind, name, resourceId };
  return kind === "cluster" ? [...servers.map(instanceRef), whole] : [whole];
}

/**
 * From here on only what is approved here can delete it: the rights to delete are for what carries this role, and the
 * session's for what carries this migration's id.
 */
export const condemn: DecommissionStep = {
  id: "condemn",
  effect: "creates",
  expect: seconds(15),
  title: ({ pinned }) => note("step.condemn", { retired: pinned.source.name }),
  check: async (cx) => {
    const found = await findCondemned(cx);
    if (!found) return blockedBy(goneEarly(cx));
    const marks = await marksOf(cx, found);
    const isDone = marks.every(
      ({ migration, role }) => migration === cx.names.migration && role === condemned,
    );
    if (!isDone) return { status: "todo" };
    const writer = writerOf(found);
    const counters = await countersOf(cx, cx.pinned, writer);
    if (!counters) return waitingFor(note("wait.visible", { name: writer ?? found.name }));
    const claim = note("saw.condemned", { retired: found.name });
    return {
      status: "done",
      evidence: [evidence(claim, found.arn, toldBy(found))],
      learned: { condemned: counters },
    };
  },
  run: async (cx) => {
    for (const ref of approvedRefs(cx)) await cx.cloud.addTags(ref, ownTags(cx.names, condemned));
  },
  undo: {
    expect: seconds(15),
    title: ({ pinned }) => note("step.condemn.undo", { retired: pinned.source.name }),
    check: async (cx) => {
      const found = await findCondemned(cx);
      if (!found) return gone(cx);
      const { move } = cx.pinned;
      const marks = await marksOf(cx, found);
      if (!marks.every(({ migration, role }) => migration === move && role === retired)) {
        return { status: "todo" };
      }
      const claim = note("saw.marked-retired", { retired: found.name, move });
      return { status: "done", evidence: [evidence(claim, found.arn, toldBy(found))] };
    },
    run: async (cx) => {
      const tags = { [migrationTag]: cx.pinned.move, [roleTag]: retired };
      const refs = approvedRefs(cx);
      // Some of them may have been deleted.
      const there = await Promise.all(refs.map((ref) => isThere(cx, ref)));
      for (const ref of refs.filter((_, index) => there[index])) await cx.cloud.addTags(ref, tags);
    },
  },
};

async function isThere({ cloud }: DecommissionContext, { kind, name, resourceId }: Ref): Promise<boolean> {
  const found = await (kind === "cluster" ? cloud.findCluster(name) : cloud.findInstance(name));
  return found?.resourceId === resourceId;
}

function goneEarly({ pinned: { source, replacement } }: DecommissionContext) {
  return problem("decommission.gone", { name: replacement.name, resourceId: source.resourceId });
}

/** A step of its own, and not the final snapshot of the deletion: it is looked at before anything is deleted. */
export const lastSnapshot: DecommissionStep = {
  id: "last-snapshot",
  effect: "creates",
  expect: minutes(5),
  deadline: minutes(720),
  title: ({ names }) => note("step.last-snapshot", { snapshot: names.lastSnapshot }),
  keeps: note("keeps.last-snapshot", {}),
  check: takenWhole,
  run: ({ cloud, pinned: { source }, names }) => {
    const { kind, name, resourceId } = source;
    return cloud.takeSnapshot({ kind, name, resourceId }, names.lastSnapshot, ownTags(names, "safety-copy"));
  },
};

/** Of this very database, complete, and readable as long as its key is there. */
export async function takenWhole(cx: DecommissionContext): Promise<Result> {
  const { source } = cx.pinned;
  const snapshot = cx.names.lastSnapshot;
  const found = await cx.cloud.findSnapshot(source.kind, snapshot);
  if (!found) return { status: "todo" };
  const name = cx.pinned.replacement.name;
  if (!isOurs(found.tags, cx.names) || found.sourceResourceId !== source.resourceId) {
    return blockedBy(problem("name.taken", { taken: snapshot, name }));
  }
  const { status, keyArn, createdAt } = found;
  if (hasFailed(status) || keyArn !== source.keyArn) {
    const key = keyArn ?? "no key";
    const params = { snapshot, status, key, retired: source.name, name };
    return blockedBy(problem("decommission.snapshot-unfit", params));
  }
  if (status !== "available" || createdAt === null) {
    return waitingFor(note("wait.status", { name: snapshot, status }), found.percent);
  }
  const claim = note("saw.last-snapshot", { snapshot, at: createdAt, key: keyArn ?? "no key" });
  const told = source.kind === "cluster" ? "rds:DescribeDBClusterSnapshots" : "rds:DescribeDBSnapshots";
  return {
    status: "done",
    evidence: [evidence(claim, found.arn, told)],
    learned: { lastSnapshot: { name: snapshot, arn: found.arn, createdAt } },
  };
}

const protection = (
  on: boolean,
): Pick<Way<DecommissionContext["pinned"], DecommissionLearned>, "check" | "run"> => ({
  check: async (cx) => {
    const found = await findCondemned(cx);
    // On the way back there may be nothing left to protect.
    if (!found) return on ? gone(cx) : blockedBy(goneEarly(cx));
    if (found.settings.deletionProtection !== on) return { status: "todo" };
    const claim = on
      ? note("saw.protection-on", { retired: found.name })
      : note("saw.protection-off", { retired: found.name });
    return { status: "done", evidence: [evidence(claim, found.arn, toldBy(found))] };
  },
  run: ({ cloud, pinned: { source } }) => {
    const { kind, name, resourceId } = source;
    return change(cloud, { kind, name, resourceId }, { deletionProtection: on });
  },
});

export const unprotectRetired: DecommissionStep = {
  ...protection(false),
  id: "unprotect-retired",
  effect: "creates",
  expect: seconds(20),
  title: ({ pinned }) => note("step.unprotect-retired", { retired: pinned.source.name }),
  undo: {
    ...protection(true),
    mirrors: true,
    expect: seconds(20),
    title: ({ pinned }) => note("step.unprotect-retired.undo", { retired: pinned.source.name }),
  },
};

/** Neither can be taken back; what is deleted is what was approved, and everything was looked at right before. */
const deleting = { effect: "destroys", deadline: minutes(180), keeps: note("keeps.deleted", {}) } as const;

/** AWS deletes no cluster that has instances. */
export const deleteRetiredMembers: DecommissionStep = {
  ...deleting,
  id: "delete-retired-members",
  expect: minutes(6),
  title: ({ pinned }) => note("step.delete-retired-members", { retired: pinned.source.name }),
  skip: ({ source }) => (source.kind === "instance" ? note("skip.no-members", {}) : undefined),
  check: async (cx) => {
    const found = await findCondemned(cx);
    if (!found) return gone(cx);
    const changed = noLonger(cx, found);
    if (changed) return changed;
    const members = await cx.cloud.membersOf(found.name);
    const unknown = members.find((member) => !isApproved(cx, member));
    if (unknown) {
      const params = { retired: found.name, member: unknown.name, name: cx.pinned.replacement.name };
      return blockedBy(problem("decommission.new-member", params));
    }
    if (members.some(isDeletable)) return { status: "todo" };
    const [busy] = members;
    if (busy) return onItsWay(busy);
    const claim = note("saw.members-deleted", { retired: found.name });
    return { status: "done", evidence: [evidence(claim, "none", "rds:DescribeDBInstances")] };
  },
  run: async (cx) => {
    const members = await cx.cloud.membersOf(cx.pinned.source.name);
    for (const member of members.filter((one) => isApproved(cx, one) && isDeletable(one))) {
      await cx.cloud.deleteInstance(instanceRef(member));
    }
  },
};

function isApproved({ pinned }: DecommissionContext, { resourceId }: Pick<Ref, "resourceId">): boolean {
  return pinned.servers.some((server) => server.resourceId === resourceId);
}

function isDeletable({ status }: { readonly status: string }): boolean {
  return isUsable(status) || hasFailed(status);
}

export const deleteSource: DecommissionStep = {
  ...deleting,
  id: "delete-source",
  expect: minutes(5),
  title: ({ pinned }) => note("step.delete-source", { retired: pinned.source.name }),
  check: async (cx) => {
    const found = await findCondemned(cx);
    if (!found) return gone(cx);
    const changed = noLonger(cx, found);
    if (changed) return changed;
    return isDeletable(found) ? { status: "todo" } : onItsWay(found);
  },
  run: ({ cloud, pinned: { source } }) => {
    const { kind, name, resourceId } = source;
    return cloud.decommission({ kind, name, resourceId });
  },
};
