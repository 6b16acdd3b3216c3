import type { Counters, Endpoint } from "../core/database.ts";
import { isOurs } from "../core/names.ts";
import type { Note } from "../core/note.ts";
import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Evidence, StepResult } from "../core/step.ts";
import { type Context, known, type Learned, type Pinned } from "./facts.ts";
import { endpointOf, type Subject, serversOf, subjectById, subjectNamed } from "./subject.ts";

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

/** Serves and can be changed, also while AWS still moves its storage. Source: Aurora User Guide, status pages. */
export function isUsable(status: string): boolean {
  return status === "available" || (status.startsWith("storage-") && status !== "storage-full");
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
export async function findSource(cx: Context): Promise<Subject | { status: "blocked"; problem: Problem }> {
  const { resourceId } = cx.pinned.source;
  const found = await subjectById(cx, resourceId);
  return found ?? blockedBy(problem("source.missing", { resourceId }));
}

export function isResult(value: object): value is { status: "blocked"; problem: Problem } {
  return "status" in value && "problem" in value;
}

/** The source's writer, by its own endpoint. */
export async function sourceWriter(
  cx: Context,
): Promise<Endpoint | Exclude<StepResult<never>, { status: "done" | "todo" }>> {
  const source = await findSource(cx);
  if (isResult(source)) return source;
  const writer = (await serversOf(cx, source)).find((server) => server.writer);
  const at = writer && endpointOf(writer, cx.pinned);
  return at ?? waitingFor(note("wait.visible", { name: writer?.name ?? source.name }));
}

/** Where clients write, and where the replacement answers. */
export function writerEndpoint({ endpoints, settings, database }: Pinned): Endpoint {
  return { host: endpoints.writer, port: settings.port, database };
}

/** The same, but for a rehearsal, whose replacement has a name of its own. */
export function replacementEndpoint({ pinned, names }: Pick<Context, "pinned" | "names">): Endpoint {
  return endpointNamed({ pinned }, names.replacement(pinned.source.name));
}

/** The endpoint of a name is the one of the source but for that name. */
export function endpointNamed({ pinned }: Pick<Context, "pinned">, name: string): Endpoint {
  const at = writerEndpoint(pinned);
  return { ...at, host: at.host.replace(/^[^.]+/, name) };
}

/** Null where nothing but the writer would answer it. */
export function readerEndpoint({ endpoints, settings, database, members }: Pinned): Endpoint | null {
  if (endpoints.reader === null || members.length < 2) return null;
  return { host: endpoints.reader, port: settings.port, database };
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

export function isReplacement(cx: Context, found: Subject): boolean {
  return found.resourceId !== cx.pinned.source.resourceId && isOurs(found.settings.tags, cx.names);
}

/**
 * Before the way back puts the replacement aside: whatever this migration has opened it has closed again, and counted what
 * was written. Where it is open all the same, people have opened it, and what clients have written since is nowhere else.
 */
export async function openedByOthers(
  cx: Context,
  under: readonly string[] = [cx.names.replacement(cx.pinned.source.name)],
): Promise<{ status: "blocked"; problem: Problem } | undefined> {
  for (const name of new Set(under)) {
    const found = await subjectNamed(cx, name);
    // A cluster without an instance let nobody in.
    const isEmpty = found?.kind === "cluster" && found.members.length === 0;
    if (!found || isEmpty || !isReplacement(cx, found)) continue;
    if (sameGroups(found.settings.securityGroups, [cx.pinned.fenceGroup])) continue;
    return blockedBy(problem("rollback.opened-by-others", { name: cx.pinned.source.name }));
  }
  return undefined;
}

/** Out of the way of the source, which gets its name back. */
export function aside(name: string, observed: string): StepResult<Learned> {
  return {
    status: "done",
    evidence: [
      evidence(note("saw.put-aside", { name }), observed, "rds:DescribeDBClusters, DescribeDBInstances"),
    ],
  };
}

export function onItsWay(found: { readonly name: string; readonly status: string }) {
  return waitingFor(note("wait.status", { name: found.name, status: found.status }));
}

export function missingReplacement(cx: Context): { status: "blocked"; problem: Problem } {
  const { resourceId } = known(cx, "replacement");
  return blockedBy(problem("replacement.missing", { resourceId, name: cx.pinned.source.name }));
}

/** The replacement, once it was learned which one it is. */
export async function findReplacement(
  cx: Context,
): Promise<Subject | { status: "blocked"; problem: Problem }> {
  return (await subjectById(cx, known(cx, "replacement").resourceId)) ?? missingReplacement(cx);
}
