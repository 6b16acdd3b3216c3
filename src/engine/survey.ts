import { type Cloud, databaseKey, type Target } from "../core/cloud.ts";
import type { Finding } from "../core/finding.ts";
import { type Measurements, measure } from "../core/measure.ts";
import type { Migration } from "../core/migration.ts";
import type { Note } from "../core/note.ts";
import { makePlan, type Plan } from "../core/plan.ts";
import { type Problem, problem } from "../core/problem.ts";
import { namesBy } from "../core/rehearsal.ts";
import type { Strategy, Survey, SurveyContext } from "../core/strategy.ts";
import { type Choice, chooseStrategy } from "../strategies/choose.ts";
import type { Deps } from "./deps.ts";

/** Surveys a database and makes the plan for it and for `key` as it was asked for, or tells everything that stands against it. Reads only. */
export async function planFor(
  deps: Deps,
  asked: {
    readonly name: string;
    readonly key: string | null;
    readonly strategy: string | null;
    readonly migration: string;
    /** It is only to be tried. */
    readonly rehearses?: boolean;
  },
): Promise<{ plan: Plan; strategy: Strategy; key: string } | { problems: readonly Problem[] }> {
  const { account, region, defaultKey } = deps.environment;
  const key = asked.key ?? defaultKey;
  if (key === null) return { problems: [problem("key.none-given", { name: asked.name })] };
  const { name, migration, rehearses = false } = asked;
  const cloud = lookingOnce(deps.cloudFor({ account, region, kind: "cluster", name }, { effect: "reads" }));
  const pasts = await deps.store.lastPasts(databaseKey({ account, region, name }));
  const wanted = { region, key, strategy: asked.strategy, rehearses, pasts };
  const chosen = await chooseStrategy(name, wanted, cloud);
  if ("problem" in chosen) return { problems: [chosen.problem] };
  const target: Target = { account, region, kind: chosen.kind, name };
  const { strategy } = chosen;
  const cx = surveyContext(deps, { target, key, strategy, migration, cloud, interrupts: false, pasts });
  const made = await planWith(deps, chosen, measure(strategy, pasts), cx);
  return "problems" in made ? made : { ...made, strategy, key };
}

/**
 * What ended last of what was done to a database, the newest first. `move` is one that is needed however long it is ago, and
 * whatever was done since.
 */
export async function pastsOf(
  { store }: Pick<Deps, "store">,
  database: string,
  move: string | undefined,
): Promise<readonly Migration[]> {
  const pasts = await store.lastPasts(database);
  if (move === undefined || pasts.some(({ id }) => id === move)) return pasts;
  const found = await store.findPast(database, move);
  return found ? [...pasts, found] : pasts;
}

export function surveyContext(
  { environment, clock, database, transfer }: Deps,
  asked: Pick<SurveyContext, "target" | "key" | "interrupts" | "cloud" | "pasts"> & {
    readonly strategy: Pick<Strategy, "id">;
    readonly migration: string;
  },
): SurveyContext {
  const { target, key, strategy, migration, interrupts, cloud, pasts } = asked;
  const { fenceGroups, backup, retention } = environment;
  return {
    target,
    key,
    fenceGroups,
    names: namesBy(strategy, migration, target.name),
    now: clock.now(),
    interrupts,
    cloud,
    database,
    transfer,
    backup,
    retention,
    pasts,
  };
}

/**
 * What the choice of a strategy and its survey both ask for is asked for once: it is fewer calls, and the plan rests on one
 * look at the database and not on two that may differ. Good for one plan.
 */
export function lookingOnce(cloud: Cloud): Cloud {
  return {
    ...cloud,
    findCluster: once(cloud.findCluster),
    findInstance: once(cloud.findInstance),
    findKey: once(cloud.findKey),
    findSubnetGroup: once(cloud.findSubnetGroup),
    certificateValidUntil: once(cloud.certificateValidUntil),
    attachmentsOf: once(cloud.attachmentsOf, ({ arn }) => arn),
    orderable: once(cloud.orderable, ({ engine, engineVersion, instanceClass, storageType }) =>
      [engine, engineVersion, instanceClass, storageType].join(),
    ),
  };
}

/** `known` tells what is the same question, where that is not the same thing. */
function once<Of, Found>(
  look: (of: Of) => Promise<Found>,
  known: (of: Of) => unknown = (of) => of,
): (of: Of) => Promise<Found> {
  const asked = new Map<unknown, Promise<Found>>();
  return (of) => {
    const found = asked.get(known(of)) ?? look(of);
    asked.set(known(of), found);
    return found;
  };
}

/** By a strategy that nobody chooses among others. */
export function planByOne(
  deps: Deps,
  strategy: Strategy,
  cx: SurveyContext,
): Promise<{ plan: Plan } | { problems: readonly Problem[] }> {
  return planWith(deps, { strategy, options: [] }, measure(strategy, cx.pasts), cx);
}

async function planWith(
  deps: Deps,
  { strategy, options }: Pick<Choice, "strategy" | "options">,
  measurements: Measurements,
  cx: SurveyContext,
): Promise<{ plan: Plan } | { problems: readonly Problem[] }> {
  const survey = await strategy.survey(cx);
  if ("problem" in survey) return { problems: [survey.problem] };
  const { findings, held } = weigh(strategy, survey, cx);
  const blocking = blockers(findings);
  if (blocking.length > 0) return { problems: blocking };
  const { pinned, keyArn, remarks } = survey;
  const { longestDowntime } = deps.environment;
  return {
    plan: makePlan(strategy, {
      target: cx.target,
      keyArn,
      pinned,
      checks: held,
      remarks,
      findings,
      options,
      measurements,
      names: cx.names,
      longestDowntime,
    }),
  };
}

/** What does not hold, and how much that weighs; `held` is what was claimed and does. */
export function weigh(
  { preconditions }: Strategy,
  survey: Survey<Record<string, unknown>, Record<string, unknown>>,
  cx: SurveyContext,
): { readonly findings: readonly Finding[]; readonly held: readonly Note[] } {
  const looks = preconditions
    .filter((condition) => condition.concerns?.(survey) ?? true)
    .map((condition) => ({ condition, found: condition.check(survey, cx) }));
  return {
    findings: looks.flatMap(({ condition, found }) =>
      found ? [{ ...found, severity: condition.weighs?.(cx) ?? "blocks" }] : [],
    ),
    held: looks.flatMap(({ condition, found }) => (found ? [] : [condition.claim])),
  };
}

export function blockers(findings: readonly Finding[]): readonly Problem[] {
  return findings.flatMap(({ severity, code, params }) => (severity === "blocks" ? [{ code, params }] : []));
}
