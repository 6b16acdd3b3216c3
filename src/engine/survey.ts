import { type Cloud, databaseKey, type Target } from "../core/cloud.ts";
import { forwardCourse } from "../core/course.ts";
import type { Event } from "../core/events.ts";
import type { Migration } from "../core/migration.ts";
import { namesFor } from "../core/names.ts";
import { makePlan, type Plan } from "../core/plan.ts";
import { type Problem, problem } from "../core/problem.ts";
import type { Strategy, SurveyContext } from "../core/strategy.ts";
import { type Choice, chooseStrategy } from "../strategies/choose.ts";
import type { Deps } from "./deps.ts";

/** Surveys a database and makes the plan, or tells everything that stands against it. Reads only. */
export async function planFor(
  deps: Deps,
  asked: {
    readonly name: string;
    readonly key: string | null;
    readonly strategy: string | null;
    readonly migration: string;
  },
): Promise<{ plan: Plan; strategy: Strategy } | { problems: readonly Problem[] }> {
  const { account, region, defaultKey } = deps.environment;
  const key = asked.key ?? defaultKey;
  if (key === null) return { problems: [problem("key.none-given", { name: asked.name })] };
  const { name, migration } = asked;
  const cloud = lookingOnce(deps.cloudFor({ account, region, kind: "cluster", name }, { effect: "reads" }));
  const chosen = await chooseStrategy(name, { region, key, strategy: asked.strategy }, cloud);
  if ("problem" in chosen) return { problems: [chosen.problem] };
  const target: Target = { account, region, kind: chosen.kind, name };
  const made = await planWith(deps, chosen, surveyContext(deps, { target, key, migration, cloud }));
  return "problems" in made ? made : { ...made, strategy: chosen.strategy };
}

function surveyContext(
  { environment, clock, database }: Deps,
  asked: { readonly target: Target; readonly key: string; readonly migration: string; readonly cloud: Cloud },
): SurveyContext {
  const { target, key, migration, cloud } = asked;
  const { fenceGroups } = environment;
  return {
    target,
    key,
    fenceGroups,
    names: namesFor(migration, target.name),
    now: clock.now(),
    cloud,
    database,
  };
}

/**
 * What the choice of a strategy and its survey both ask for is asked for once: it is fewer calls, and the plan rests on one
 * look at the database and not on two that may differ. Good for one plan.
 */
function lookingOnce(cloud: Cloud): Cloud {
  return {
    ...cloud,
    findCluster: once(cloud.findCluster),
    findInstance: once(cloud.findInstance),
    findKey: once(cloud.findKey),
    attachmentsOf: once(cloud.attachmentsOf),
  };
}

function once<Of, Found>(look: (of: Of) => Promise<Found>): (of: Of) => Promise<Found> {
  const asked = new Map<Of, Promise<Found>>();
  return (of) => {
    const found = asked.get(of) ?? look(of);
    asked.set(of, found);
    return found;
  };
}

async function planWith(
  deps: Deps,
  { strategy, options }: Choice,
  cx: SurveyContext,
): Promise<{ plan: Plan } | { problems: readonly Problem[] }> {
  const survey = await strategy.survey(cx);
  if ("problem" in survey) return { problems: [survey.problem] };
  const found = strategy.preconditions.flatMap((condition) => condition.check(survey, cx) ?? []);
  if (found.length > 0) return { problems: found };
  const { pinned, keyArn, remarks } = survey;
  const { longestDowntime } = deps.environment;
  return {
    plan: makePlan(strategy, {
      target: cx.target,
      keyArn,
      pinned,
      remarks,
      options,
      names: cx.names,
      longestDowntime,
    }),
  };
}

/**
 * Is the database still what was approved? Asked at each click and before every run until the fence's first act. A pinned
 * difference makes a new plan, which voids the approvals of the old one; a precondition that no longer holds blocks.
 */
export async function drift(
  deps: Deps,
  strategy: Strategy,
  migration: Migration,
): Promise<{ event: Event; plan: Plan | null } | undefined> {
  const { target, request, id } = migration;
  const cloud = lookingOnce(deps.cloudFor(target, { effect: "reads" }));
  const cx = surveyContext(deps, { target, key: request.key, migration: id, cloud });
  const survey = await strategy.survey(cx);
  if ("problem" in survey) return { event: { type: "blocked", problem: survey.problem }, plan: null };
  const found = strategy.preconditions.flatMap((condition) => condition.check(survey, cx) ?? []);
  if (found[0]) return { event: { type: "blocked", problem: found[0] }, plan: null };
  const { pinned, keyArn, remarks } = survey;
  const differences = strategy.differences(migration.pinned, pinned);
  if (differences.length === 0) return undefined;
  const { longestDowntime } = migration;
  const approved = await deps.store.findPlan(databaseKey(target), migration.planHash);
  const plan = makePlan(strategy, {
    target,
    keyArn,
    pinned,
    remarks,
    options: approved?.options ?? [],
    names: cx.names,
    longestDowntime,
  });
  const gates = forwardCourse(strategy, pinned).flatMap(({ key, step }) => (step.gate ? [key] : []));
  const event: Event = {
    type: "replanned",
    planHash: plan.hash,
    pinned,
    gates,
    differences: differences.join("; "),
  };
  return { event, plan };
}
