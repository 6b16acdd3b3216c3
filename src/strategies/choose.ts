import type { Cloud, ClusterFacts, Target } from "../core/cloud.ts";
import type { Migration } from "../core/migration.ts";
import { plain } from "../core/note.ts";
import type { Option } from "../core/plan.ts";
import { type Problem, problem } from "../core/problem.ts";
import { provedBy, rehearsalOf } from "../core/rehearsal.ts";
import { say } from "../core/sentences.ts";
import type { Candidate, Strategy } from "../core/strategy.ts";
import { strategies } from "./index.ts";

/** The way that is taken, and every way there is, so that an approver can compare them. */
export interface Choice {
  readonly kind: Target["kind"];
  readonly strategy: Strategy;
  readonly options: readonly Option[];
}

export interface Wanted {
  readonly region: string;
  readonly key: string;
  /** The strategy that was asked for; null leaves it to the bot. */
  readonly strategy: string | null;
  /** It is only to be tried. */
  readonly rehearses: boolean;
  /** What was done to this database before. */
  readonly pasts: readonly Migration[];
}

/** Which way a database can go, or why there is none for it and what to do instead. */
export async function chooseStrategy(
  name: string,
  wanted: Wanted,
  cloud: Cloud,
): Promise<Choice | { problem: Problem }> {
  const found = await findCandidate(name, wanted, cloud);
  if ("problem" in found) return found;
  const key = await cloud.findKey(wanted.key);
  if (key && isUnder(key.arn, found)) {
    return { problem: problem("target.already-encrypted", { name, key: key.arn }) };
  }
  return choose({ ...found, rehearsed: key ? provedBy(wanted.pasts, key.arn) : [] }, wanted);
}

/** The first of the registry that suits, or the one that was asked for if it may be. */
function choose(candidate: Candidate, { strategy: asked, rehearses }: Wanted): Choice | { problem: Problem } {
  const { name } = candidate.facts;
  const judged = strategies.map((strategy) => ({ strategy, ...strategy.suits(candidate) }));
  const options = judged.map(({ strategy: { id, title }, suits, why }) => ({
    strategy: id,
    title,
    suits,
    why,
  }));
  const taken =
    asked === null
      ? (judged.find(({ suits }) => suits === "yes") ??
        judged.find(({ suits }) => suits === "after rehearsal"))
      : judged.find(({ strategy }) => strategy.id === asked);
  if (asked !== null && !taken) {
    const known = strategies.map(({ id }) => id).join(", ");
    return { problem: problem("strategy.unknown", { strategy: asked, known }) };
  }
  if (!taken) return { problem: problem("target.unknown-encryption", { name }) };
  const { strategy, suits } = taken;
  if (suits === "no") {
    const why = say(taken.why, plain);
    return { problem: problem("strategy.unsuitable", { name, strategy: strategy.id, why }) };
  }
  if (suits === "after rehearsal" && !rehearses) {
    return { problem: problem("target.aws-owned-key", { name }) };
  }
  return { kind: candidate.kind, strategy: rehearses ? rehearsalOf(strategy) : strategy, options };
}

/** What is read of a database before anything of the past is. */
type Found =
  | Omit<Extract<Candidate, { kind: "cluster" }>, "rehearsed">
  | Omit<Extract<Candidate, { kind: "instance" }>, "rehearsed">;

async function findCandidate(
  name: string,
  { region }: Wanted,
  cloud: Cloud,
): Promise<Found | { problem: Problem }> {
  const cluster = await cloud.findCluster(name);
  if (cluster) {
    const refused = refuseTopology(cluster) ?? (await refuseShared(cluster, cloud));
    return refused ? { problem: refused } : { kind: "cluster", facts: cluster };
  }
  const facts = await cloud.findInstance(name);
  if (!facts) return { problem: problem("target.not-found", { name, region }) };
  if (facts.clusterName !== null || !facts.standalone) {
    return { problem: problem("target.is-member", { name, cluster: facts.clusterName ?? "?" }) };
  }
  if (facts.engine !== "postgres") return { problem: otherEngine(name, facts.engine) };
  const { settings, own } = facts.standalone;
  if (own.replicationSource !== null) {
    return { problem: problem("target.replica", { name, source: own.replicationSource }) };
  }
  if (facts.status === "stopped") return { problem: problem("target.stopped", { name }) };
  const orderable = await cloud.orderable(settings);
  return { kind: "instance", facts, canBeEncrypted: orderable?.storageEncryption ?? false };
}

function isUnder(key: string, { facts: { encryption, keyArn } }: Found): boolean {
  return encryption === "sse-kms" && keyArn === key;
}

/** What cannot be moved at all, whatever its key. */
function refuseTopology({ name, own, settings, status }: ClusterFacts): Problem | undefined {
  if (own.clusterInstanceClass !== null) return problem("target.multi-az-cluster", { name });
  if (settings.engine !== "aurora-postgresql") return otherEngine(name, settings.engine);
  if (settings.engineMode === "serverless") return problem("target.serverless-v1", { name });
  if (settings.engineMode !== "provisioned")
    return problem("target.engine-mode", { name, mode: settings.engineMode });
  if (own.scalability === "limitless") return problem("target.limitless", { name });
  if (own.replicationSource !== null)
    return problem("target.replica", { name, source: own.replicationSource });
  if (own.readReplicas.length > 0) {
    return problem("target.has-replicas", { name, replicas: own.readReplicas.join(", ") });
  }
  if (status === "stopped") return problem("target.stopped", { name });
  return undefined;
}

async function refuseShared(cluster: ClusterFacts, cloud: Cloud): Promise<Problem | undefined> {
  const { name } = cluster;
  const attachments = await cloud.attachmentsOf({ ...cluster, kind: "cluster" });
  const global = attachments.find(({ kind }) => kind === "global-database");
  if (global) return problem("target.global-database", { name, global: global.name });
  const share = attachments.find(({ kind }) => kind === "ram-share");
  return share && problem("target.ram-shared", { name, share: share.name });
}

function otherEngine(name: string, engine: string): Problem {
  return problem("target.other-engine", { name, engine });
}
