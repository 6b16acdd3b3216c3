import { ownPasswordsTag } from "../core/names.ts";
import { problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { StepResult } from "../core/step.ts";
import { minutes } from "../core/time.ts";
import type { TransferJob } from "../core/transfer.ts";
import {
  type Context,
  type DumpContext,
  type DumpStep,
  known,
  type Learned,
  type SharedStep,
  sourceRef,
} from "./facts.ts";
import {
  blockedBy,
  endpointNamed,
  evidence,
  findReplacement,
  isResult,
  isUsable,
  onItsWay,
  openedByOthers,
  sourceWriter,
} from "./looks.ts";
import { behindTheFence, findMade, introduceReplacement, isAside, putAside } from "./restore-steps.ts";
import { change, toldBy } from "./subject.ts";

/** The new instance that a dump is restored into: made before the downtime, under a name of its own until it is full. */

const targetName = ({ pinned, names }: Pick<Context, "pinned" | "names">) => names.target(pinned.source.name);

export const targetEndpoint = (cx: Pick<Context, "pinned" | "names">) => endpointNamed(cx, targetName(cx));

export const makeTarget: DumpStep = {
  id: "make-target",
  effect: "creates",
  expect: minutes(10),
  deadline: minutes(240),
  title: (cx) => note("step.make-target", { target: targetName(cx) }),
  check: async (cx) => {
    const made = await findMade(cx, targetName(cx));
    if ("status" in made) return made;
    const { name, resourceId, arn, encryption, keyArn } = made.found;
    // Before anybody waits for it, and not only before the opening.
    if (encryption !== "sse-kms" || keyArn !== cx.pinned.keyArn) {
      return blockedBy(problem("verify.wrong-key", { name, found: keyArn ?? encryption }));
    }
    return {
      ...{ status: "done", learned: made.learned },
      evidence: [
        evidence(note("saw.target-made", { resourceId, target: name }), arn, toldBy(made.found)),
        evidence(note("saw.key", { name, key: keyArn }), `${encryption} ${keyArn}`, toldBy(made.found)),
      ],
    };
  },
  run: (cx) =>
    cx.cloud.createInstance({
      source: sourceRef(cx.pinned),
      name: targetName(cx),
      keyArn: cx.pinned.keyArn,
      masterUser: cx.pinned.master,
      // PostgreSQL has that one by itself.
      databaseName: cx.pinned.database === "postgres" ? null : cx.pinned.database,
      settings: behindTheFence(cx),
    }),
  undo: {
    expect: minutes(10),
    title: ({ pinned, names }) => {
      const { name } = pinned.source;
      return note("step.make-target.undo", { target: names.target(name), failed: names.failed(name) });
    },
    check: isAside,
    run: putAside,
  },
};

/** Last of all the renames: while it has its own name, going back needs nothing but the fence lifted. About ten minutes, as for the source. */
export const nameTarget: DumpStep = {
  id: "name-target",
  effect: "creates",
  watch: "closely",
  expect: minutes(10),
  deadline: minutes(60),
  title: (cx) => note("step.name-target", { target: targetName(cx), name: cx.pinned.source.name }),
  check: (cx) => isNamed(cx, cx.names.replacement(cx.pinned.source.name), targetName(cx)),
  run: (cx) => rename(cx, targetName(cx), cx.names.replacement(cx.pinned.source.name)),
  undo: {
    mirrors: true,
    expect: minutes(10),
    title: (cx) => note("step.name-target.undo", { target: targetName(cx), name: cx.pinned.source.name }),
    check: async (cx) => {
      const opened = await openedByOthers(cx);
      if (opened) return opened;
      const found = await findReplacement(cx);
      // Somebody has deleted it: the name is free.
      if (isResult(found)) return nameIsFree(cx);
      return isNamed(cx, targetName(cx), cx.names.replacement(cx.pinned.source.name));
    },
    run: (cx) => rename(cx, cx.names.replacement(cx.pinned.source.name), targetName(cx)),
  },
};

async function isNamed(cx: Context, wanted: string, otherwise: string): Promise<StepResult<Learned>> {
  const found = await findReplacement(cx);
  if (isResult(found)) return found;
  const { name, resourceId, status, arn } = found;
  if (name === otherwise && isUsable(status)) return { status: "todo" };
  if (name !== wanted || !isUsable(status) || found.endpoint !== endpointNamed(cx, wanted).host) {
    return onItsWay(found);
  }
  const claim = note("saw.target-named", { resourceId, name });
  return { status: "done", evidence: [evidence(claim, arn, `${toldBy(found)} by resource id`)] };
}

function nameIsFree({ names, pinned }: Context): StepResult<Learned> {
  const claim = note("saw.deleted", { name: names.target(pinned.source.name) });
  return { status: "done", evidence: [evidence(claim, "absent", toldBy(pinned.source))] };
}

async function rename(cx: Context, name: string, newName: string): Promise<void> {
  const { resourceId } = known(cx, "replacement");
  await change(cx.cloud, { kind: "instance", name, resourceId }, { newName });
}

/** The transfer has written into it who it is: under the source's name nobody else may answer. */
export const targetAnswers: SharedStep = {
  ...withoutRun(introduceReplacement),
  id: "target-answers",
  effect: "reads",
  title: ({ pinned }) => note("step.target-answers", { name: pinned.source.name }),
};

function withoutRun({ run: _run, keeps: _keeps, ...step }: SharedStep): SharedStep {
  return step;
}

/** What the transfer is told; undefined where either side cannot be asked yet. */
export async function jobOf(cx: DumpContext, work: TransferJob["work"]): Promise<TransferJob | undefined> {
  const { resourceId } = known(cx, "replacement");
  const [source, target] = await Promise.all([sourceWriter(cx), cx.cloud.findInstanceById(resourceId)]);
  const masterSecretArn = target?.standalone?.own.masterSecretArn;
  // Empty while AWS makes the secret.
  if ("status" in source || masterSecretArn === undefined || masterSecretArn === "") return undefined;
  const { names, pinned } = cx;
  return {
    ...{ id: names.migration, name: pinned.source.name, work, token: names.migration, source },
    target: { endpoint: targetEndpoint(cx), resourceId, masterUser: pinned.master, masterSecretArn },
    passwordsByOwner: (pinned.settings.tags[ownPasswordsTag] ?? "").split(/\s+/).filter(Boolean),
  };
}
