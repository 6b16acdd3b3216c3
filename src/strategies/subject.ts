import type { Cloud, ClusterFacts, Encryption, InstanceFacts, Ref } from "../core/cloud.ts";
import type { Endpoint } from "../core/database.ts";
import type { Instant } from "../core/time.ts";
import type { Pinned } from "./facts.ts";

/** A database as a whole, as steps see it that do not care whether AWS calls it a cluster or an instance. */
export interface Subject {
  readonly kind: Ref["kind"];
  readonly name: string;
  readonly resourceId: string;
  readonly arn: string;
  readonly status: string;
  readonly encryption: Encryption;
  readonly keyArn: string | null;
  readonly endpoint: string | null;
  readonly settings: Pinned["settings"];
  readonly securityGroupsActive: boolean;
  readonly earliestRestorableTime: Instant | null;
  readonly latestRestorableTime: Instant | null;
  readonly pendingChanges: readonly string[];
  /** The instances of a cluster; an instance outside of one has none. */
  readonly members: ClusterFacts["members"];
}

/** What is asked over SQL, and what carries a key of its own: a member of a cluster, or the instance itself. */
export interface Server {
  readonly name: string;
  readonly resourceId: string;
  readonly arn: string;
  readonly writer: boolean;
  readonly endpoint: string | null;
  readonly encryption: Encryption;
  readonly keyArn: string | null;
}

type Seeing = { readonly cloud: Cloud; readonly pinned: { readonly source: Pick<Ref, "kind"> } };

export async function subjectById({ cloud, pinned }: Seeing, id: string): Promise<Subject | undefined> {
  return pinned.source.kind === "cluster"
    ? ofCluster(await cloud.findClusterById(id))
    : ofInstance(await cloud.findInstanceById(id));
}

export async function subjectNamed({ cloud, pinned }: Seeing, name: string): Promise<Subject | undefined> {
  return pinned.source.kind === "cluster"
    ? ofCluster(await cloud.findCluster(name))
    : ofInstance(await cloud.findInstance(name));
}

function ofCluster(facts: ClusterFacts | undefined): Subject | undefined {
  return facts && { ...facts, kind: "cluster" };
}

/** A member of a cluster is no subject. */
export function ofInstance(facts: InstanceFacts | undefined): Subject | undefined {
  if (!facts?.standalone) return undefined;
  // AWS does not tell it with the instance.
  return { ...facts, ...facts.standalone, kind: "instance", members: [], earliestRestorableTime: null };
}

/** Those that can be seen; a cluster may have more, which are on their way. */
export async function serversOf(
  { cloud }: Pick<Seeing, "cloud">,
  subject: Subject,
): Promise<readonly Server[]> {
  if (subject.kind === "instance") return [{ ...subject, writer: true }];
  const writes = (name: string) => subject.members.some((member) => member.name === name && member.writer);
  return (await cloud.membersOf(subject.name)).map((member) => ({ ...member, writer: writes(member.name) }));
}

export function sees(all: readonly Server[], { kind, members }: Subject): boolean {
  return kind === "instance" || (all.length > 0 && all.length >= members.length);
}

/** Where to ask a server. By its own endpoint: the certificate of a renamed cluster's endpoint may be stale. */
export function endpointOf(
  server: Server,
  { settings, database }: { readonly settings: { readonly port: number }; readonly database: string },
): Endpoint | undefined {
  return server.endpoint === null ? undefined : { host: server.endpoint, port: settings.port, database };
}

interface Change {
  readonly newName?: string;
  readonly securityGroups?: readonly string[];
  readonly deletionProtection?: boolean;
}

/** Asks for a change that clusters and instances both know; applied immediately. */
export function change(cloud: Cloud, ref: Ref, to: Change): Promise<void> {
  return ref.kind === "cluster" ? cloud.changeCluster(ref, to) : cloud.changeInstance(ref, to);
}

export function remove(cloud: Cloud, ref: Ref): Promise<void> {
  return ref.kind === "cluster" ? cloud.deleteCluster(ref) : cloud.deleteInstance(ref);
}

/** Which look-up told it, for evidence. */
export function toldBy({ kind }: Pick<Subject, "kind">): string {
  return kind === "cluster" ? "rds:DescribeDBClusters" : "rds:DescribeDBInstances";
}

export function refOf({ kind, name, resourceId }: Subject): Ref {
  return { kind, name, resourceId };
}
