import { foreignTags, ownTags, roleTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Step, StepContext, StepResult } from "../core/step.ts";
import { type Duration, minutes, seconds } from "../core/time.ts";
import { type Context, known, type Learned, type Pinned, type SharedStep } from "./facts.ts";
import {
  aside,
  blockedBy,
  endpointNamed,
  evidence,
  hasFailed,
  isReplacement,
  isUsable,
  onItsWay,
  openedByOthers,
  replacementEndpoint,
  sameGroups,
  waitingFor,
} from "./looks.ts";
import { change, refOf, remove, type Subject, subjectById, subjectNamed, toldBy } from "./subject.ts";

/** Makes the replacement, behind the fence; the strategies differ in what of. `undoing` is what its rename takes. */
export function restoreStep<P extends Pinned>(
  { expect, undoing }: { readonly expect: Duration; readonly undoing: Duration },
  run: (cx: StepContext<P, Learned>, settings: P["settings"]) => Promise<void>,
): Step<P, Learned> {
  return {
    id: "restore",
    effect: "creates",
    expect,
    deadline: minutes(720),
    title: ({ pinned, names }) => note("step.restore", { name: names.replacement(pinned.source.name) }),
    tells: ({ learned }) => note("event.restored", { resourceId: learned.replacement?.resourceId ?? "" }),
    check: isRestored,
    run: (cx) => run(cx, behindTheFence(cx)),
    undo: {
      expect: undoing,
      title: ({ pinned, names }) => note("step.restore.undo", { failed: names.failed(pinned.source.name) }),
      check: isAside,
      run: putAside,
    },
  };
}

/** Of a cluster: twenty minutes and more, and a rename. */
export const clusterTakes = { expect: minutes(20), undoing: seconds(90) };

/** Every setting of the source but its groups. A failed restore that is protected could not be deleted either. */
export function behindTheFence<P extends Pinned>({ pinned, names }: StepContext<P, Learned>): P["settings"] {
  return {
    ...pinned.settings,
    securityGroups: [pinned.fenceGroup],
    // AWS modifies nothing that is not available.
    deletionProtection: false,
    tags: { ...foreignTags(pinned.settings.tags), ...ownTags(names, "replacement") },
  };
}

async function isRestored(cx: Context): Promise<StepResult<Learned>> {
  const { name } = cx.pinned.source;
  const made = await findMade(cx, cx.names.replacement(name));
  if ("status" in made) return made;
  const { resourceId } = made.learned.replacement;
  const { host: endpoint } = replacementEndpoint(cx);
  return {
    ...{ status: "done", learned: made.learned },
    evidence: [
      evidence(
        note("saw.restored", { resourceId, name: made.found.name }),
        made.found.arn,
        toldBy(made.found),
      ),
      evidence(note("saw.endpoint-kept", { endpoint }), endpoint, toldBy(made.found)),
    ],
  };
}

/** What was made under `name`, once it is available behind the fence with the endpoint of that name; else how it stands with it. */
export async function findMade(
  cx: Context,
  name: string,
): Promise<
  | { readonly found: Subject; readonly learned: Pick<Learned, "replacement"> }
  | Exclude<StepResult<Learned>, { status: "done" }>
> {
  const found = await subjectNamed(cx, name);
  if (!found) return { status: "todo" };
  if (!isReplacement(cx, found)) return blockedBy(problem("name.taken", { taken: name, name }));
  if (hasFailed(found.status)) return blockedBy(problem("restore.failed", { name, status: found.status }));
  if (!isUsable(found.status)) return onItsWay(found);
  if (!sameGroups(found.settings.securityGroups, [cx.pinned.fenceGroup])) {
    return blockedBy(problem("replacement.unfenced", { name }));
  }
  const { host: wanted } = endpointNamed(cx, name);
  if (found.endpoint !== wanted) {
    return blockedBy(problem("endpoint.changed", { found: found.endpoint ?? "none", wanted, name }));
  }
  const { resourceId, arn } = found;
  return { found, learned: { replacement: { resourceId, arn } } };
}

/** Out of the way, and marked as what may be deleted. */
export async function putAside(cx: Context): Promise<void> {
  const found = await anyReplacement(cx);
  if (!found) return;
  const ref = refOf(found);
  // Nothing else may be deleted.
  await cx.cloud.addTags(ref, { [roleTag]: "failed" });
  if (hasFailed(found.status)) return remove(cx.cloud, ref);
  await change(cx.cloud, ref, { newName: cx.names.failed(cx.pinned.source.name) });
}

/** The replacement under whichever of its names, also when the step that makes it was never seen done. */
async function anyReplacement(cx: Context): Promise<Subject | undefined> {
  const { replacement, target, failed } = cx.names;
  const learned = cx.learned.replacement;
  if (learned) return subjectById(cx, learned.resourceId);
  for (const called of [replacement, target, failed]) {
    const found = await subjectNamed(cx, called(cx.pinned.source.name));
    if (found && isReplacement(cx, found)) return found;
  }
  return undefined;
}

export async function isAside(cx: Context): Promise<StepResult<Learned>> {
  const { replacement, target, failed } = cx.names;
  const { name } = cx.pinned.source;
  const opened = await openedByOthers(cx, [replacement(name), target(name)]);
  if (opened) return opened;
  const found = await anyReplacement(cx);
  if (!found) return aside(failed(name), "absent");
  if (found.name === failed(name))
    return isUsable(found.status) ? aside(failed(name), found.arn) : onItsWay(found);
  // Neither rename nor delete is accepted while it is being made: it must be waited for.
  return isUsable(found.status) || hasFailed(found.status) ? { status: "todo" } : onItsWay(found);
}

export const introduceReplacement: SharedStep = {
  id: "introduce-replacement",
  effect: "creates",
  watch: "closely",
  expect: seconds(10),
  deadline: minutes(30),
  settle: seconds(2),
  title: () => note("step.introduce-replacement", {}),
  keeps: note("keeps.replacement", {}),
  check: async (cx) => {
    const { resourceId } = known(cx, "replacement");
    const at = replacementEndpoint(cx);
    const { sight } = await cx.database.look(at);
    if (sight.state === "unreachable") {
      return waitingFor(note("wait.answer", { host: at.host, layer: sight.layer, reason: sight.reason }));
    }
    if (sight.answersAs !== resourceId) return { status: "todo" };
    const claim = note("saw.introduced", { resourceId });
    return { status: "done", evidence: [evidence(claim, resourceId, "probe: encrypt_db.identity")] };
  },
  run: (cx) => cx.database.introduce(replacementEndpoint(cx), known(cx, "replacement").resourceId),
};
