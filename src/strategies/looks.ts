import type { ClusterFacts, InstanceFacts, Ref } from "../core/cloud.ts";
import type { Counters, Endpoint } from "../core/database.ts";
import { isOurs } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Evidence, StepResult } from "../core/step.ts";
import { type AuroraContext, type AuroraLearned, type AuroraPinned, known } from "./facts.ts";

/** Statuses that end badly. An unknown one counts as on its way: AWS adds new ones. Source: Aurora User Guide, status pages. */
const endedBadly = new Set([
  "cloning-failed",
  "failed",
  "inaccessible-encryption-credentials",
  "inaccessible-encryption-credentials-recoverable",
  "incompatible-create",
  "incompatible-network",
  "incompatible-option-group",
  "incompatible-parameters",
  "incompatible-restore",
  "insufficient-capacity",
  "insufficient-resource-limits",
  "migration-failed",
  "restore-error",
  "storage-full",
  "upgrade_failed",
]);

/** True where waiting will not help. The SDK's waiters do not fail on most of these; they time out. */
export function hasFailed(status: string): boolean {
  return endedBadly.has(status);
}

export function evidence(claim: Note, observed: string, source: string): Evidence {
  return { claim, observed, source };
}

export function waitingFor(
  because: Note,
  progress?: number,
): { status: "waiting"; because: Note; progress?: number } {
  return progress === undefined ? { status: "waiting", because } : { status: "waiting", because, progress };
}

export function blockedBy(is: Problem): { status: "blocked"; problem: Problem } {
  return { status: "blocked", problem: is };
}

/** The source, wherever its name is by now. Its resource id is the one thing that stays. */
export async function findSource(
  cx: AuroraContext,
): Promise<ClusterFacts | { status: "blocked"; problem: Problem }> {
  const { resourceId } = cx.pinned.source;
  const found = await cx.cloud.findClusterById(resourceId);
  return found ?? blockedBy(problem("source.missing", { resourceId }));
}

export function isResult(value: object): value is { status: "blocked"; problem: Problem } {
  return "status" in value && "problem" in value;
}

/** Where to ask one instance. By its own endpoint: the certificate of a renamed cluster's endpoint may be stale. */
export function endpointOf(member: InstanceFacts, pinned: AuroraPinned): Endpoint | undefined {
  if (member.endpoint === null) return undefined;
  return { host: member.endpoint, port: member.port, database: pinned.database };
}

/** The source's writer, by its own endpoint. */
export async function sourceWriter(
  cx: AuroraContext,
): Promise<Endpoint | Exclude<StepResult<never>, { status: "done" | "todo" }>> {
  const source = await findSource(cx);
  if (isResult(source)) return source;
  const writer = source.members.find((member) => member.writer);
  const facts = writer && (await cx.cloud.findInstance(writer.name));
  const at = facts && endpointOf(facts, cx.pinned);
  return at ?? waitingFor(note("wait.visible", { name: writer?.name ?? source.name }));
}

export function clusterEndpoint(pinned: AuroraPinned): Endpoint {
  return { host: pinned.endpoints.writer, port: pinned.settings.port, database: pinned.database };
}

export function readerEndpoint(pinned: AuroraPinned): Endpoint {
  return { host: pinned.endpoints.reader, port: pinned.settings.port, database: pinned.database };
}

export function sameGroups(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((group) => b.includes(group));
}

/**
 * Have user tuples changed between two looks at one database? Statistics live in the server: a restart may keep
 * them or start them anew, and then nobody can say.
 */
export function compareCounters(
  before: Counters,
  after: Counters,
):
  | { verdict: "unchanged" }
  | { verdict: "changed"; changes: string }
  | { verdict: "incomparable"; reason: string } {
  if (before.startedAt !== after.startedAt)
    return { verdict: "incomparable", reason: "the server restarted" };
  const changes: string[] = [];
  for (const then of before.databases) {
    const now = after.databases.find(({ name }) => name === then.name);
    if (now === undefined) return { verdict: "incomparable", reason: `${then.name} is gone` };
    if (now.reset !== then.reset)
      return { verdict: "incomparable", reason: `statistics of ${then.name} were reset` };
    if (now.changes < then.changes)
      return { verdict: "incomparable", reason: `counters of ${then.name} went back` };
    if (now.changes !== then.changes) changes.push(`${now.changes - then.changes} in ${then.name}`);
  }
  const added = after.databases.find(({ name }) => !before.databases.some((then) => then.name === name));
  if (added) changes.push(`database ${added.name} is new`);
  return changes.length > 0 ? { verdict: "changed", changes: changes.join(", ") } : { verdict: "unchanged" };
}

export function totalChanges(of: Counters): number {
  return of.databases.reduce((sum, { changes }) => sum + changes, 0);
}

export function isReplacement(cx: AuroraContext, found: ClusterFacts): boolean {
  return found.resourceId !== cx.pinned.source.resourceId && isOurs(found.settings.tags, cx.names);
}

/**
 * Before the way back puts the replacement aside: whatever this migration has opened it has closed again, and counted what
 * was written. Where it is open all the same, people have opened it, and what clients have written since is nowhere else.
 */
export async function openedByOthers(
  cx: AuroraContext,
): Promise<{ status: "blocked"; problem: Problem } | undefined> {
  const { name } = cx.pinned.source;
  const found = await cx.cloud.findCluster(name);
  // Without an instance nobody was let in.
  if (!found || found.members.length === 0 || !isReplacement(cx, found)) return undefined;
  if (sameGroups(found.settings.securityGroups, [cx.pinned.fenceGroup])) return undefined;
  return blockedBy(problem("rollback.opened-by-others", { name }));
}

/** Out of the way of the source, which gets its name back. */
export function aside(name: string, observed: string): StepResult<AuroraLearned> {
  return {
    status: "done",
    evidence: [evidence(note("saw.put-aside", { name }), observed, "rds:DescribeDBClusters")],
  };
}

export function onItsWay(found: ClusterFacts | InstanceFacts) {
  return waitingFor(note("wait.status", { name: found.name, status: found.status }));
}

export function refOf(kind: Ref["kind"], found: { readonly name: string; readonly resourceId: string }): Ref {
  return { kind, name: found.name, resourceId: found.resourceId };
}

export function missingReplacement(cx: AuroraContext): { status: "blocked"; problem: Problem } {
  const { resourceId } = known(cx, "replacement");
  return blockedBy(problem("replacement.missing", { resourceId, name: cx.pinned.source.name }));
}
