import { foreignTags, ownTags, roleTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Step, StepContext, StepResult } from "../core/step.ts";
import { type Duration, minutes, seconds } from "../core/time.ts";
import { type Context, known, type Learned, type Pinned, type SharedStep } from "./facts.ts";
import {
  aside,
  blockedBy,
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
function behindTheFence<P extends Pinned>({ pinned, names }: StepContext<P, Learned>): P["settings"] {
  return {
    ...pinned.settings,
    securityGroups: [pinned.fenceGroup],
    // AWS modifies nothing that is not available.
    deletionProtection: false,
    tags: { ...foreignTags(pinned.settings.tags), ...ownTags(names, "replacement") },
  };
}

async function isRestored(cx: Context): Promise<StepResult<Learned>> {
  const name = cx.names.replacement(cx.pinned.source.name);
  const found = await subjectNamed(cx, name);
  if (!found) return { status: "todo" };
  if (!isReplacement(cx, found)) return blockedBy(problem("name.taken", { taken: name, name }));
  if (hasFailed(found.status)) return blockedBy(problem("restore.failed", { name, status: found.status }));
  if (!isUsable(found.status)) return onItsWay(found);
  if (!sameGroups(found.settings.securityGroups, [cx.pinned.fenceGroup])) {
    return blockedBy(problem("replacement.unfenced", { name }));
  }
  const { host: wanted } = replacementEndpoint(cx);
  if (found.endpoint !== wanted) {
    return blockedBy(problem("endpoint.changed", { found: found.endpoint ?? "none", wanted, name }));
  }
  const { resourceId, arn } = found;
  return {
    status: "done",
    evidence: [
      evidence(note("saw.restored", { resourceId, name }), arn, toldBy(found)),
      evidence(note("saw.endpoint-kept", { endpoint: wanted }), wanted, toldBy(found)),
    ],
    learned: { replacement: { resourceId, arn } },
  };
}

async function putAside(cx: Context): Promise<void> {
  const found = await anyReplacement(cx);
  if (!found) return;
  const ref = refOf(found);
  // Nothing else may be deleted.
  await cx.cloud.addTags(ref, { [roleTag]: "failed" });
  if (hasFailed(found.status)) return remove(cx.cloud, ref);
  await change(cx.cloud, ref, { newName: cx.names.failed(cx.pinned.source.name) });
}

/** The replacement under whichever of its names, also when the restore was never seen done. */
async function anyReplacement(cx: Context): Promise<Subject | undefined> {
  const { name } = cx.pinned.source;
  const learned = cx.learned.replacement;
  if (learned) return subjectById(cx, learned.resourceId);
  const found =
    (await subjectNamed(cx, cx.names.replacement(name))) ?? (await subjectNamed(cx, cx.names.failed(name)));
  return found && isReplacement(cx, found) ? found : undefined;
}

async function isAside(cx: Context): Promise<StepResult<Learned>> {
  const opened = await openedByOthers(cx);
  if (opened) return opened;
  const failed = cx.names.failed(cx.pinned.source.name);
  const found = await anyReplacement(cx);
  if (!found) return aside(failed, "absent");
  if (found.name === failed) return isUsable(found.status) ? aside(failed, found.arn) : onItsWay(found);
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
