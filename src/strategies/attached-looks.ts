import type { CustomEndpointFacts } from "../core/attachments.ts";
import type { ClusterFacts, Ref } from "../core/cloud.ts";
import { type Problem, problem } from "../core/problem.ts";
import { note } from "../core/sentences.ts";
import type { Evidence, StepResult } from "../core/step.ts";
import type { Attached } from "./attached.ts";
import { type AuroraContext, type AuroraPinned, known, type Learned } from "./facts.ts";
import { blockedBy, evidence, missingReplacement, waitingFor } from "./looks.ts";

type Blocked = { readonly status: "blocked"; readonly problem: Problem };

/** The replacement under the name that it has while it is built and serves. */
export function replacementRef(cx: AuroraContext): Ref {
  const { resourceId } = known(cx, "replacement");
  return { kind: "cluster", name: cx.names.replacement(cx.pinned.source.name), resourceId };
}

export async function sourceCluster({ cloud, pinned }: AuroraContext): Promise<ClusterFacts | Blocked> {
  const { resourceId } = pinned.source;
  return (await cloud.findClusterById(resourceId)) ?? blockedBy(problem("source.missing", { resourceId }));
}

export async function replacementCluster(cx: AuroraContext): Promise<ClusterFacts | Blocked> {
  return (await cx.cloud.findClusterById(known(cx, "replacement").resourceId)) ?? missingReplacement(cx);
}

export function isBlocked(value: object): value is Blocked {
  return "problem" in value;
}

/** What one of several things shows: all of them are done, or the first that is not says so. */
type Part = Evidence | Exclude<StepResult<Learned>, { status: "done" }>;

/** `todo` comes first: what can be begun is begun, whatever else is still on its way. */
export function together(parts: readonly Part[]): StepResult<Learned> {
  const open = parts.flatMap((part) => ("status" in part ? [part] : []));
  const first =
    open.find(({ status }) => status === "blocked") ??
    open.find(({ status }) => status === "todo") ??
    open[0];
  if (first) return first;
  const [seen, ...rest] = parts.flatMap((part) => ("status" in part ? [] : [part]));
  if (!seen) throw new Error("there is nothing of the kind: the step should have been skipped");
  return { status: "done", evidence: [seen, ...rest] };
}

export function proxyNames({ attached }: Pick<AuroraPinned, "attached">): string {
  return attached.proxies.map(({ name }) => name).join(", ");
}

export function endpointNames({ attached }: Pick<AuroraPinned, "attached">): string {
  return attached.customEndpoints.map(({ name }) => name).join(", ");
}

type Endpoint = Attached["customEndpoints"][number];

/** Every custom endpoint as it is found, with what it must be. */
export function eachEndpoint<T>(
  { cloud, pinned }: AuroraContext,
  look: (endpoint: Endpoint, found: CustomEndpointFacts | undefined) => T,
): Promise<T[]> {
  return Promise.all(
    pinned.attached.customEndpoints.map(async (endpoint) =>
      look(endpoint, await cloud.findCustomEndpoint(endpoint.name)),
    ),
  );
}

export function isSameEndpoint(wanted: Endpoint, found: CustomEndpointFacts): boolean {
  const same = (a: readonly string[], b: readonly string[]) =>
    a.length === b.length && a.every((one) => b.includes(one));
  return (
    wanted.type === found.type &&
    same(wanted.staticMembers, found.staticMembers) &&
    same(wanted.excludedMembers, found.excludedMembers)
  );
}

/** At the cluster of that name, as they must be and ready. */
export async function endpointsMade(cx: AuroraContext, cluster: string): Promise<StepResult<Learned>> {
  const parts = await eachEndpoint(cx, (endpoint, found) => ({
    found,
    part: endpointMade(endpoint, found, cluster),
  }));
  // All of them at once: one that is made alone keeps the next one waiting until it has settled.
  const going = parts.find(({ found }) => found?.status === "deleting");
  if (going?.found) return waitingForEndpoint(going.found);
  return together(parts.map(({ part }) => part));
}

function endpointMade(endpoint: Endpoint, found: CustomEndpointFacts | undefined, cluster: string): Part {
  if (!found) return { status: "todo" };
  if (found.clusterName !== cluster) {
    return blockedBy(problem("attached.taken", { endpoint: endpoint.name, cluster: found.clusterName }));
  }
  if (found.status !== "available" || !isSameEndpoint(endpoint, found)) return waitingForEndpoint(found);
  const claim = note("saw.endpoint-made", { endpoint: endpoint.name, name: cluster });
  return evidence(claim, found.arn, "rds:DescribeDBClusterEndpoints");
}

export function waitingForEndpoint({ name, status }: CustomEndpointFacts) {
  return waitingFor(note("wait.endpoint", { endpoint: name, status }));
}
