import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { type Duration, minutes, seconds } from "../core/time.ts";
import { type Context, type Learned, type SharedStep, sourceRef } from "./facts.ts";
import {
  blockedBy,
  evidence,
  findSource,
  isResult,
  isUsable,
  onItsWay,
  waitingFor,
  writerEndpoint,
} from "./looks.ts";
import { change, toldBy } from "./subject.ts";

/**
 * It only frees the name. A cluster's sessions survive it; an instance restarts, and whoever knows its address is back.
 * Source: Aurora User Guide, Modifying; RDS User Guide, Renaming.
 */
function renameSource(expect: Duration): SharedStep {
  return {
    id: "rename-source",
    effect: "interrupts",
    watch: "closely",
    expect,
    deadline: minutes(60),
    title: ({ pinned, names }) =>
      note("step.rename-source", { name: pinned.source.name, retired: names.retired(pinned.source.name) }),
    check: (cx) => sourceIsNamed(cx, cx.names.retired(cx.pinned.source.name), cx.pinned.source.name),
    run: (cx) => nameSource(cx, cx.pinned.source.name, cx.names.retired(cx.pinned.source.name)),
    undo: {
      mirrors: true,
      expect,
      title: ({ pinned, names }) =>
        note("step.rename-source.undo", {
          name: pinned.source.name,
          retired: names.retired(pinned.source.name),
        }),
      check: (cx) => sourceIsNamed(cx, cx.pinned.source.name, cx.names.retired(cx.pinned.source.name)),
      run: (cx) => nameSource(cx, cx.names.retired(cx.pinned.source.name), cx.pinned.source.name),
    },
  };
}

export const renameCluster = renameSource(seconds(90));
/** "About ten minutes". Source: RDS User Guide, Renaming a DB instance. */
export const renameInstance = renameSource(minutes(10));

async function sourceIsNamed(cx: Context, wanted: string, otherwise: string): Promise<StepResult<Learned>> {
  const source = await findSource(cx);
  if (isResult(source)) return source;
  if (source.name === wanted && isUsable(source.status) && source.endpoint?.startsWith(`${wanted}.`)) {
    const claim = note("saw.cluster-renamed", { resourceId: source.resourceId, name: wanted });
    return {
      status: "done",
      evidence: [evidence(claim, source.arn, `${toldBy(source)} by resource id`)],
    };
  }
  if (source.name === otherwise && isUsable(source.status)) return { status: "todo" };
  if (source.name === wanted || source.name === otherwise) return onItsWay(source);
  const params = { resourceId: source.resourceId, found: source.name, wanted, name: cx.pinned.source.name };
  return blockedBy(problem("source.renamed", params));
}

async function nameSource({ cloud, pinned }: Context, from: string, to: string): Promise<void> {
  await change(cloud, { ...sourceRef(pinned), name: from }, { newName: to });
}

export const endpointGone: SharedStep = {
  id: "endpoint-gone",
  effect: "reads",
  watch: "closely",
  expect: seconds(10),
  deadline: minutes(15),
  title: () => note("step.endpoint-gone", {}),
  check: async (cx) => {
    const { host } = writerEndpoint(cx.pinned);
    const { sight } = await cx.database.look(writerEndpoint(cx.pinned));
    if (sight.state !== "unreachable" || sight.layer !== "dns") return waitingFor(note("wait.dns", { host }));
    return {
      status: "done",
      evidence: [evidence(note("saw.endpoint-gone", { host }), sight.reason, "probe: DNS")],
    };
  },
};
