import type { Neighbours } from "./accounts.ts";
import type { DataPlane } from "./data-plane.ts";
import type { Durations } from "./durations.ts";
import { rdsFault } from "./fault.ts";
import type { Identity } from "./iam/identities.ts";
import { type ArnType, arn, nameIn, type ResourcePrefix, resourceId } from "./names.ts";
import type { DueEvent } from "./schedule.ts";
import type {
  AccountEvent,
  AccountState,
  Cluster,
  Due,
  Instance,
  InstanceSnapshot,
  Instant,
  Snapshot,
} from "./state.ts";

/** A resource that a call named, as it was at that moment. */
export interface Touched {
  readonly resourceId: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The account during one call or one due event: what it changes is kept only if it does not throw. */
export interface Turn {
  state: AccountState;
  readonly now: Instant;
  /** What Describes answer from: the state, or what it was seconds ago. */
  readonly seen: AccountState;
  readonly data: DataPlane;
  readonly durations: Durations;
  readonly random: () => number;
  readonly caller: Identity;
  readonly touched: Touched[];
  /** The other accounts of the world. */
  readonly neighbours: Neighbours;
}

export type Collection = "clusters" | "instances" | "snapshots" | "instanceSnapshots";

type Resource = Cluster | Instance | Snapshot | InstanceSnapshot;

export function put<C extends Collection>(
  turn: Turn,
  collection: C,
  resource: AccountState[C][string] & { readonly resourceId: string },
): void {
  turn.state = {
    ...turn.state,
    [collection]: { ...turn.state[collection], [resource.resourceId]: resource },
  };
}

export function remove(turn: Turn, collection: Collection, id: string): void {
  const { [id]: _, ...rest } = turn.state[collection];
  turn.state = { ...turn.state, [collection]: rest };
}

export function newResourceId(turn: Turn, prefix: ResourcePrefix): string {
  const serial = turn.state.serial + 1;
  turn.state = { ...turn.state, serial };
  return resourceId(turn.state, prefix, serial);
}

/** ±10 %, so that nothing can rely on two things ending in order. */
export function jittered(turn: Turn, duration: number): number {
  return Math.round(duration * (0.9 + 0.2 * turn.random()));
}

export function after(turn: Turn, duration: number, event: DueEvent): void {
  schedule(turn, { at: turn.now + jittered(turn, duration), event });
}

/** Kept in order of time; what is due at the same moment happens in the order in which it was scheduled. */
export function schedule(turn: Turn, due: Due): void {
  const later = turn.state.schedule.findIndex(({ at }) => at > due.at);
  const place = later === -1 ? turn.state.schedule.length : later;
  turn.state = { ...turn.state, schedule: turn.state.schedule.toSpliced(place, 0, due) };
}

/** Drops the scheduled events that `matches`: what they were to do has been overtaken. */
export function unschedule(turn: Turn, matches: (event: DueEvent) => boolean): void {
  turn.state = { ...turn.state, schedule: turn.state.schedule.filter(({ event }) => !matches(event)) };
}

const fourteenDays = 14 * 24 * 3_600_000;

const sources: Readonly<Record<ResourcePrefix, readonly [AccountEvent["sourceType"], ArnType]>> = {
  cluster: ["db-cluster", "cluster"],
  db: ["db-instance", "db"],
  snapshot: ["db-cluster-snapshot", "cluster-snapshot"],
  dbsnapshot: ["db-snapshot", "snapshot"],
};

/** What DescribeEvents will list, for fourteen days. */
export function announce(
  turn: Turn,
  code: string,
  subject: Resource,
  message: string,
  category: string,
): void {
  const [sourceType, type] = sources[subject.resourceId.split("-")[0] as ResourcePrefix];
  const event: AccountEvent = {
    at: turn.now,
    code,
    sourceType,
    sourceId: subject.id,
    arn: arn(turn.state, type, subject.id),
    message,
    categories: [category],
  };
  const recent = turn.state.events.filter(({ at }) => at > turn.now - fourteenDays);
  turn.state = { ...turn.state, events: [...recent, event] };
}

/** Notes in the ledger that the call concerns the resource. */
export function touch<R extends Resource>(turn: Turn, resource: R): R {
  const tags = "settings" in resource ? resource.settings.TagList : resource.tags;
  turn.touched.push({
    resourceId: resource.resourceId,
    name: resource.id,
    tags: Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? "", Value ?? ""])),
  });
  return resource;
}

function named<R extends { readonly id: string }>(resources: Readonly<Record<string, R>>, id: string) {
  for (const resourceId in resources) {
    const resource = resources[resourceId];
    if (resource?.id === id) return resource;
  }
  return undefined;
}

/** The cluster that a mutating call names, by identifier or ARN. Throws DBClusterNotFoundFault. */
export function clusterNamed(turn: Turn, nameOrArn: string): Cluster {
  const cluster = named(turn.state.clusters, nameIn(nameOrArn));
  if (cluster === undefined) throw rdsFault("DBClusterNotFoundFault", `DBCluster ${nameOrArn} not found.`);
  return touch(turn, cluster);
}

/** The instance that a mutating call names, by identifier or ARN. Throws DBInstanceNotFoundFault. */
export function instanceNamed(turn: Turn, nameOrArn: string): Instance {
  const instance = named(turn.state.instances, nameIn(nameOrArn));
  if (instance === undefined) throw rdsFault("DBInstanceNotFoundFault", `DBInstance ${nameOrArn} not found.`);
  return touch(turn, instance);
}

/** The snapshot that a mutating call names, by identifier or ARN. Throws DBClusterSnapshotNotFoundFault. */
export function snapshotNamed(turn: Turn, nameOrArn: string): Snapshot {
  const snapshot = named(turn.state.snapshots, nameIn(nameOrArn));
  if (snapshot === undefined) {
    throw rdsFault("DBClusterSnapshotNotFoundFault", `DBClusterSnapshot ${nameOrArn} not found.`);
  }
  return touch(turn, snapshot);
}

/** The DB snapshot that a mutating call names, by identifier or ARN. Throws DBSnapshotNotFoundFault. */
export function instanceSnapshotNamed(turn: Turn, nameOrArn: string): InstanceSnapshot {
  const snapshot = named(turn.state.instanceSnapshots, nameIn(nameOrArn));
  if (snapshot === undefined) {
    throw rdsFault("DBSnapshotNotFoundFault", `DBSnapshot not found: ${nameOrArn}`);
  }
  return touch(turn, snapshot);
}

/** Adds what a call has just made to what it touched. */
export function made(turn: Turn, collection: Collection, resource: Resource): void {
  put(turn, collection, resource as never);
  touch(turn, resource);
}

export function membersOf(state: AccountState, cluster: string): readonly Instance[] {
  return Object.values(state.instances).filter((instance) => instance.cluster === cluster);
}

/** Of an instance outside Aurora. */
export function replicasOf(state: AccountState, source: string): readonly Instance[] {
  return Object.values(state.instances).filter((instance) => instance.replicaOf === source);
}

/** Every instance that serves the volume, its writer first. */
export function instancesOn(state: AccountState, volume: string): readonly Instance[] {
  const all = Object.values(state.instances).filter((instance) => volumeOf(instance) === volume);
  return all.sort((a, b) => Number(b.writer) - Number(a.writer));
}

/** What an instance serves: its cluster's volume, that of the instance which it follows, or its own. */
export function volumeOf({ cluster, replicaOf, resourceId }: Instance): string {
  return cluster ?? replicaOf ?? resourceId;
}
