import { cutoverGate } from "../core/approval.ts";
import { databaseKey } from "../core/cloud.ts";
import { courseOf, currentOf, forwardCourse, hasBegun } from "../core/course.ts";
import type { Event } from "../core/events.ts";
import { type Finding, newWarnings } from "../core/finding.ts";
import { measure } from "../core/measure.ts";
import type { Migration } from "../core/migration.ts";
import { sourceOf } from "../core/phase.ts";
import { expectedBy, makePlan, type Plan } from "../core/plan.ts";
import { type Problem, problem } from "../core/problem.ts";
import { moveIn } from "../core/purpose.ts";
import type { Strategy } from "../core/strategy.ts";
import type { Deps } from "./deps.ts";
import { blockers, lookingOnce, pastsOf, surveyContext, weigh } from "./survey.ts";

/** What has become of a database since its plan was made. */
export type Drift =
  /** As it is now, no plan could be made. */
  | { readonly is: "blocked"; readonly problems: readonly [Problem, ...Problem[]] }
  /** Another database has the name, and the one that was prepared has not: there is nothing to go on with. */
  | { readonly is: "replaced"; readonly problem: Problem }
  /** It is not what was approved: the new plan voids the approvals of the old one. */
  | { readonly is: "another"; readonly event: Extract<Event, { type: "replanned" }>; readonly plan: Plan }
  /** It is what was approved, and there are other findings than before; `fresh` are warnings that nobody has read. */
  | {
      readonly is: "the-same";
      readonly event: Extract<Event, { type: "found" }>;
      readonly fresh: readonly Finding[];
    };

/**
 * Is the database still what was approved? Asked at each click and before every run until the fence's first act. Undefined
 * where there is nothing to tell.
 */
export async function drift(
  deps: Deps,
  strategy: Strategy,
  migration: Migration,
): Promise<Drift | undefined> {
  const { target, request, id } = migration;
  const cloud = lookingOnce(deps.cloudFor(target, { effect: "reads" }));
  const interrupts = isAtCutover(strategy, migration);
  const pasts = await pastsOf(deps, databaseKey(target), moveIn(migration));
  const asked = { target, key: request.key, strategy, migration: id, interrupts, cloud, pasts };
  const cx = surveyContext(deps, asked);
  const survey = await strategy.survey(cx);
  if ("problem" in survey) return { is: "blocked", problems: [survey.problem] };
  const { pinned, keyArn, remarks } = survey;
  const replaced = replacedBy(strategy, migration, pinned);
  if (replaced) return { is: "replaced", problem: replaced };
  const { findings, held } = weigh(strategy, survey, cx);
  const [first, ...others] = blockers(findings);
  if (first) return { is: "blocked", problems: [first, ...others] };
  const differences = strategy.differences(migration.pinned, pinned);
  if (differences.length === 0) return otherFindings(migration, findings);
  const { longestDowntime } = migration;
  const approved = await deps.store.findPlan(databaseKey(target), migration.planHash);
  const plan = makePlan(strategy, {
    target,
    keyArn,
    pinned,
    checks: held,
    remarks,
    findings,
    options: approved?.options ?? [],
    measurements: measure(strategy, pasts),
    names: cx.names,
    longestDowntime,
  });
  const gates = forwardCourse(strategy, pinned).flatMap(({ key, step }) => (step.gate ? [key] : []));
  return {
    is: "another",
    plan,
    event: {
      type: "replanned",
      planHash: plan.hash,
      pinned,
      expected: expectedBy(plan),
      findings,
      gates,
      differences: differences.join("; "),
    },
  };
}

/** As long as nothing was made, a new plan is as good for the one as for the other. */
function replacedBy(
  strategy: Strategy,
  migration: Migration,
  pinned: Migration["pinned"],
): Problem | undefined {
  const planned = sourceOf(migration).resourceId;
  const found = sourceOf({ pinned }).resourceId;
  const begun = courseOf(strategy, migration).some(
    ({ key, step }) => !step.gate && hasBegun(migration.steps[key]),
  );
  if (found === planned || !begun) return undefined;
  const { name } = migration.target;
  return problem("source.replaced", { name, planned: planned ?? "?", found: found ?? "?" });
}

/** True from the cutover's gate on: what begins next keeps clients out. */
function isAtCutover(strategy: Strategy, migration: Migration): boolean {
  const current = currentOf(strategy, migration);
  return current?.key === cutoverGate || current?.gate === cutoverGate;
}

/** Figures move with every look; only what is found at all counts. */
function otherFindings(migration: Migration, findings: readonly Finding[]): Drift | undefined {
  const said = (of: readonly Finding[]) => of.map(({ severity, code }) => `${severity} ${code}`).join();
  if (said(migration.findings) === said(findings)) return undefined;
  const fresh = newWarnings(migration.findings, findings);
  return { is: "the-same", event: { type: "found", findings }, fresh };
}
