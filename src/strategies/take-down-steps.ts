import type { InstanceFacts } from "../core/cloud.ts";
import { isOurs, type Names, roleTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Step, StepResult, Way } from "../core/step.ts";
import { minutes, seconds } from "../core/time.ts";
import type {
  AuroraContext,
  AuroraPinned,
  AuroraStep,
  Context,
  Learned,
  Pinned,
  SharedStep,
} from "./facts.ts";
import { blockedBy, evidence, hasFailed, isReplacement, isUsable, onItsWay, sameGroups } from "./looks.ts";
import { isOursInstance } from "./member-steps.ts";
import { prepareDatabase, protectSource } from "./prepare-steps.ts";
import { change, refOf, remove, type Subject, subjectById, subjectNamed, toldBy } from "./subject.ts";

/**
 * What takes down what a rehearsal has made: after an approval in the order below, and on the way back as the undo of what
 * made it. Nothing is deleted but what carries this rehearsal's tags.
 */

function gone(name: string, source: string): StepResult<Learned> {
  return { status: "done", evidence: [evidence(note("saw.deleted", { name }), "absent", source)] };
}

const copyName = ({ pinned, names }: { readonly pinned: Pinned; readonly names: Names }) =>
  names.replacement(pinned.source.name);

/** Wherever it is, once it was learned which one; before, what has its name and this rehearsal's tags. */
async function findCopy(cx: Context): Promise<Subject | undefined> {
  const learned = cx.learned.replacement;
  const found = learned ? await subjectById(cx, learned.resourceId) : await subjectNamed(cx, copyName(cx));
  return found && isReplacement(cx, found) ? found : undefined;
}

/** Somebody may have found a use for it; then it is theirs to say. */
async function openedCopy(cx: Context) {
  const found = await findCopy(cx);
  if (!found || found.status === "deleting") return undefined;
  if (sameGroups(found.settings.securityGroups, [cx.pinned.fenceGroup])) return undefined;
  return blockedBy(problem("rehearsal.copy-opened", { copy: found.name, name: cx.pinned.source.name }));
}

/** AWS deletes no cluster that has instances. */
const membersDeleted: Way<AuroraPinned, Learned> = {
  expect: minutes(6),
  title: (cx) => note("step.delete-members", { copy: copyName(cx) }),
  check: async (cx) => {
    const opened = await openedCopy(cx);
    if (opened) return opened;
    const members = await membersOfCopy(cx);
    if (members.some(isDeletable)) return { status: "todo" };
    const [busy] = members;
    return busy
      ? onItsWay(busy)
      : gone(`every instance of ${copyName(cx)}`, "rds:DescribeDBClusters, DescribeDBInstances");
  },
  run: async (cx) => {
    for (const { name, resourceId } of (await membersOfCopy(cx)).filter(isDeletable)) {
      const ref = { kind: "instance", name, resourceId } as const;
      // Nothing else may be deleted.
      await cx.cloud.addTags(ref, { [roleTag]: "failed" });
      await cx.cloud.deleteInstance(ref);
    }
  },
};

async function membersOfCopy(cx: AuroraContext): Promise<readonly InstanceFacts[]> {
  const copy = await findCopy(cx);
  const members = copy ? await cx.cloud.membersOf(copy.name) : [];
  return members.filter((member) => isOursInstance(cx, member));
}

function isDeletable({ status }: { readonly status: string }): boolean {
  return isUsable(status) || hasFailed(status);
}

const copyDeleted: Way<Pinned, Learned> = {
  expect: minutes(3),
  title: (cx) => note("step.delete-copy", { copy: copyName(cx) }),
  check: async (cx) => {
    const opened = await openedCopy(cx);
    if (opened) return opened;
    const found = await findCopy(cx);
    if (!found) return gone(copyName(cx), toldBy(cx.pinned.source));
    return isDeletable(found) ? { status: "todo" } : onItsWay(found);
  },
  run: async (cx) => {
    const found = await findCopy(cx);
    if (!found) return;
    const ref = refOf(found);
    // Nothing else may be deleted.
    await cx.cloud.addTags(ref, { [roleTag]: "failed" });
    // What has failed AWS does not change, and it was never protected.
    if (found.settings.deletionProtection && !hasFailed(found.status)) {
      await change(cx.cloud, ref, { deletionProtection: false });
    }
    await remove(cx.cloud, ref);
  },
};

type NameOf = (names: Names) => string;

function snapshotDeleted(nameOf: NameOf): Way<Pinned, Learned> {
  return {
    expect: seconds(30),
    title: ({ names }) => note("step.delete-snapshot", { snapshot: nameOf(names) }),
    check: async (cx) => {
      const { kind } = cx.pinned.source;
      const name = nameOf(cx.names);
      const found = await cx.cloud.findSnapshot(kind, name);
      if (!found || !isOurs(found.tags, cx.names)) {
        return gone(name, kind === "cluster" ? "rds:DescribeDBClusterSnapshots" : "rds:DescribeDBSnapshots");
      }
      return isDeletable(found) ? { status: "todo" } : onItsWay(found);
    },
    run: (cx) => cx.cloud.deleteSnapshot(cx.pinned.source.kind, nameOf(cx.names)),
  };
}

/** The same step of a rehearsal: what it makes is deleted, where a migration would keep it or put it aside. */
function undoneBy<P extends Pinned>(step: Step<P, Learned>, undo: Way<P, Learned>): Step<P, Learned> {
  const { keeps: _nothing, undo: _aside, ...made } = step;
  return { ...made, undo };
}

export const triedCopy = <P extends Pinned>(step: Step<P, Learned>) => undoneBy<P>(step, copyDeleted);
export const triedMembers = (step: AuroraStep): AuroraStep => undoneBy(step, membersDeleted);
export const triedSnapshot = (step: SharedStep, nameOf: NameOf): SharedStep =>
  undoneBy(step, snapshotDeleted(nameOf));

function destroying<P extends Pinned>(id: string, way: Way<P, Learned>): Step<P, Learned> {
  return { ...way, id, effect: "destroys", deadline: minutes(120), keeps: note("keeps.thrown-away", {}) };
}

export const deleteMembers: AuroraStep = destroying("delete-members", membersDeleted);
export const deleteCopy: SharedStep = destroying("delete-copy", copyDeleted);
export const deleteSnapshot = (
  id: "delete-safety-snapshot" | "delete-final-snapshot" | "delete-first-copy" | "delete-final-copy",
  nameOf: NameOf,
): SharedStep => destroying(id, snapshotDeleted(nameOf));

/** The source as it was before: without the bot's schema, its tags, and a protection that it had not. */
export const leaveSource: readonly SharedStep[] = [
  asBefore("forget-database", prepareDatabase),
  asBefore("unprotect-source", protectSource),
];

function asBefore(id: string, { undo }: SharedStep): SharedStep {
  if (!undo) throw new Error(`${id} is the undo of a step that has none`);
  return { ...undo, id, effect: "creates", keeps: note("keeps.as-before", {}) };
}
