import { type Cloud, databaseKey, type Target } from "../core/cloud.ts";
import type { Command } from "../core/command.ts";
import type { Migration } from "../core/migration.ts";
import { readRetired } from "../core/names.ts";
import type { Plan } from "../core/plan.ts";
import { type Problem, problem } from "../core/problem.ts";
import { backupStrategy, decommissionStrategy, lastMove, retiredName } from "../core/purpose.ts";
import type { Strategy } from "../core/strategy.ts";
import { findStrategy } from "../strategies/index.ts";
import type { Deps } from "./deps.ts";
import { lookingOnce, pastsOf, planByOne, planFor, surveyContext } from "./survey.ts";

/** With which a migration begins, whatever it is there for. */
export type Beginning = Extract<Command, { verb: "start" | "rehearse" | "backup" | "decommission" }>;

type Made =
  | { readonly plan: Plan; readonly strategy: Strategy; readonly key: string }
  | { readonly problems: readonly Problem[] };

/** The name under which the database serves that a command is about: a retired source is kept with it. */
export function servingName({
  verb,
  name,
}: {
  readonly verb: Command["verb"];
  readonly name: string;
}): string {
  return verb === "decommission" ? (readRetired(name)?.database ?? name) : name;
}

/** The plan that a command asks for, or everything that stands against it. Reads only. */
export async function planOf(deps: Deps, command: Beginning, migration: string): Promise<Made> {
  if (command.verb === "start" || command.verb === "rehearse") {
    return planFor(deps, { ...command, migration, rehearses: command.verb === "rehearse" });
  }
  const { account, region } = deps.environment;
  const name = servingName(command);
  const deletes = command.verb === "decommission";
  const move = deletes ? readRetired(command.name)?.migration : undefined;
  const pasts = await pastsOf(deps, databaseKey({ account, region, name }), move);
  const refused = deletes ? judgeRetired(command.name, name, pasts) : undefined;
  if (refused) return { problems: [refused] };
  const id = deletes ? decommissionStrategy : backupStrategy;
  return planByPurpose(deps, id, { name, migration, pasts });
}

/** Whoever deletes a database has typed its own name, and no other one that would have been near enough. */
function judgeRetired(typed: string, name: string, pasts: readonly Migration[]): Problem | undefined {
  const move = lastMove(pasts);
  if (!move) return problem("retired.unknown", { typed, name });
  const retired = retiredName(move);
  return typed === retired ? undefined : problem("retired.other-name", { typed, name, retired });
}

/** There is one way each, and the key is the one that the database is under. */
async function planByPurpose(
  deps: Deps,
  id: string,
  of: { readonly name: string; readonly migration: string; readonly pasts: readonly Migration[] },
): Promise<Made> {
  const { account, region } = deps.environment;
  const { name, migration, pasts } = of;
  const strategy = findStrategy(id);
  if (!strategy) throw new Error(`there is no strategy ${id}`);
  const cloud = lookingOnce(deps.cloudFor({ account, region, kind: "cluster", name }, { effect: "reads" }));
  const found = await findServing(cloud, name, region);
  if ("problem" in found) return { problems: [found.problem] };
  const { kind, key } = found;
  const target: Target = { account, region, kind, name };
  const cx = surveyContext(deps, { target, key, strategy, migration, cloud, interrupts: false, pasts });
  const made = await planByOne(deps, strategy, cx);
  return "problems" in made ? made : { ...made, strategy, key };
}

async function findServing(
  cloud: Cloud,
  name: string,
  region: string,
): Promise<{ readonly kind: Target["kind"]; readonly key: string } | { readonly problem: Problem }> {
  const cluster = await cloud.findCluster(name);
  const instance = cluster ? undefined : await cloud.findInstance(name);
  if (instance && instance.clusterName !== null) {
    return { problem: problem("target.is-member", { name, cluster: instance.clusterName }) };
  }
  const found = cluster ?? instance;
  if (!found) return { problem: problem("target.not-found", { name, region }) };
  if (found.keyArn === null) return { problem: problem("target.no-key", { name }) };
  return { kind: cluster ? "cluster" : "instance", key: found.keyArn };
}
