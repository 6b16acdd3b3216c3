import { purposeOf } from "./purpose.ts";
import { isRehearsal, namesBy } from "./rehearsal.ts";
import { sentences } from "./sentences.ts";
import type { Step } from "./step.ts";
import type { Strategy } from "./strategy.ts";

type Facts = Readonly<Record<string, unknown>>;
type AnyStep = Step<Facts, Facts>;
type Rule = (strategy: Strategy) => readonly string[];

/**
 * What is wrong with a strategy as a list of steps, in words; nothing where all is well. The order of the steps is the
 * safety argument, so that a list which breaks it must not be in the registry.
 */
export function lintStrategy(strategy: Strategy): readonly string[] {
  return rules.flatMap((rule) => rule(strategy));
}

const rules: readonly Rule[] = [
  idsAreUnique,
  gatesOnlyWait,
  nothingChangesBeforeAGate,
  nothingServesOrGoesUnverified,
  everythingHasAWayBack,
  downtimeBeginsAndEndsOnce,
  onlyMovesInterrupt,
  rehearsalsInterruptNothing,
  everyNoteHasItsSentence,
  everythingCanBeDoneByHand,
];

function idsAreUnique({ steps, afterRollback }: Strategy): string[] {
  const ids = [...steps, ...afterRollback].map(({ id }) => id);
  const repeated = ids.filter((id, index) => ids.indexOf(id) !== index);
  return [...new Set(repeated)].map((id) => `${id} is the id of several steps`);
}

function gatesOnlyWait({ steps }: Strategy): string[] {
  return steps.flatMap(({ id, gate, run, undo, effect }) =>
    gate && (run || undo || effect !== "reads") ? [`${id} is a gate and must only wait`] : [],
  );
}

function nothingChangesBeforeAGate({ steps }: Strategy): string[] {
  const first = steps.findIndex(({ gate }) => gate);
  const before = first === -1 ? steps : steps.slice(0, first);
  return before.filter(changes).map(({ id, effect }) => `${id} ${effect} before anybody has approved`);
}

/**
 * Verified since the last change, for a proof of what was there before says nothing. What was destroyed meanwhile takes
 * nothing from what may be destroyed next.
 */
function nothingServesOrGoesUnverified({ steps }: Strategy): string[] {
  return steps.flatMap((step, index) => {
    const verb = step.effect === "destroys" ? "destroys" : step.downtime === "ends" ? "opens" : undefined;
    if (verb === undefined) return [];
    const before = steps.slice(0, index);
    const spoils = (one: AnyStep) => changes(one) && !(verb === "destroys" && one.effect === "destroys");
    const sinceLastChange = before.slice(before.findLastIndex(spoils) + 1);
    return sinceLastChange.some(({ verifies }) => verifies)
      ? []
      : [`${step.id} ${verb} without a verification since the last change`];
  });
}

function everythingHasAWayBack({ steps }: Strategy): string[] {
  return steps
    .filter((step) => changes(step) && !step.undo && !step.keeps)
    .map(({ id }) => `${id} has no way back and does not say why`);
}

function downtimeBeginsAndEndsOnce(strategy: Strategy): string[] {
  if (purposeOf({ strategy }) !== "move") return [];
  const { steps } = strategy;
  const marks = steps.flatMap(({ downtime }) => downtime ?? []).join(", ");
  return marks === "begins, ends" ? [] : [`the downtime ${marks || "never begins"}`];
}

/** A backup and a decommission are asked for while a database serves, which goes on serving. */
function onlyMovesInterrupt(strategy: Strategy): string[] {
  const purpose = purposeOf({ strategy });
  if (purpose === "move" || purpose === "rehearsal") return [];
  return strategy.steps.flatMap(({ id, effect, downtime }) =>
    effect === "interrupts" || downtime ? [`${id} of a ${purpose} interrupts`] : [],
  );
}

/** It may be asked for at any hour, and so may its end: nobody serves from what it makes, and what serves it leaves alone. */
function rehearsalsInterruptNothing(strategy: Strategy): string[] {
  if (!isRehearsal({ strategy })) return [];
  const { steps } = strategy;
  const destroys = steps.findIndex(({ effect }) => effect === "destroys");
  const last = steps.slice(0, destroys).findLastIndex(changes);
  const isAskedFor = steps.slice(last + 1, Math.max(0, destroys)).some(({ gate }) => gate);
  return [
    ...steps.flatMap(({ id, effect, downtime }) =>
      effect === "interrupts" || downtime ? [`${id} of a rehearsal interrupts`] : [],
    ),
    ...(destroys === -1 ? ["a rehearsal takes nothing down"] : []),
    ...(destroys !== -1 && !isAskedFor ? ["a rehearsal is taken down without being asked"] : []),
    ...(steps.some(({ settlesPlan }) => settlesPlan) ? [] : ["a rehearsal judges its own copy as a change"]),
    ...steps
      .filter((step) => changes(step) && step.effect !== "destroys" && step.keeps?.code === "keeps.snapshot")
      .map(({ id }) => `${id} of a rehearsal leaves a snapshot behind`),
  ];
}

function everyNoteHasItsSentence(strategy: Strategy): string[] {
  const cx = { pinned: anything, names: namesBy(strategy, "m1", "name") };
  const spoken = [...strategy.steps, ...strategy.afterRollback].flatMap((step) => [
    step.title(cx),
    ...(step.undo ? [step.undo.title(cx)] : []),
    ...(step.keeps ? [step.keeps] : []),
  ]);
  const claims = strategy.preconditions.map(({ claim }) => claim);
  return [strategy.title, ...claims, ...spoken]
    .filter(({ code }) => !Object.hasOwn(sentences, code))
    .map(({ code }) => `there is no sentence for ${code}`);
}

function everythingCanBeDoneByHand({ steps, afterRollback, byHand }: Strategy): string[] {
  const keys = [
    ...steps.filter(({ gate }) => !gate).flatMap(({ id, undo }) => (undo ? [id, `undo:${id}`] : [id])),
    ...afterRollback.map(({ id }) => `after:${id}`),
  ];
  const guided = Object.keys(byHand.guides);
  return [
    ...keys.filter((key) => !guided.includes(key)).map((key) => `nobody is told how ${key} is done by hand`),
    ...guided.filter((key) => !keys.includes(key)).map((key) => `${key} is told by hand and is no step`),
  ];
}

function changes({ effect }: AnyStep): boolean {
  return effect !== "reads";
}

/** Stands for the facts of any database: each of its fields and answers is the like of it, and as text it is a word. */
const anything: Facts = new Proxy(() => {}, {
  get: (_, field) => (field === Symbol.toPrimitive ? () => "anything" : anything),
  apply: () => anything,
}) as unknown as Facts;
