import type { CustomEndpointFacts, ProxyFacts } from "../core/attachments.ts";
import type { ClusterChange, InstanceChange } from "../core/changes.ts";
import type { ClusterFacts, ClusterSettings, InstanceFacts, Ref, Tags } from "../core/cloud.ts";
import type { InstanceSettings } from "../core/instance.ts";

/** What is there on paper, and how it changes. */
export interface World {
  clusters: readonly ClusterFacts[];
  instances: readonly InstanceFacts[];
  customEndpoints: readonly CustomEndpointFacts[];
  proxies: readonly ProxyFacts[];
  /** What was taken of them, as it was then and under the key of the snapshot. */
  readonly clusterSnapshots: Map<string, ClusterFacts>;
  readonly instanceSnapshots: Map<string, InstanceFacts>;
}

export function changeCluster(world: World, name: string, change: ClusterChange): void {
  const { newName = name, ...settings } = change;
  world.clusters = world.clusters.map((one) =>
    one.name === name
      ? {
          ...underName(one, newName),
          settings: {
            ...one.settings,
            ...settings,
            securityGroups: [...(settings.securityGroups ?? one.settings.securityGroups)],
          },
        }
      : one,
  );
  world.instances = world.instances.map((one) =>
    one.clusterName === name ? { ...one, clusterName: newName } : one,
  );
  world.customEndpoints = world.customEndpoints.map((one) =>
    one.clusterName === name ? { ...one, clusterName: newName } : one,
  );
}

export function changeInstance(world: World, name: string, change: InstanceChange): void {
  const { newName = name, ...settings } = change;
  world.instances = world.instances.map((one) =>
    one.name === name ? withSettings(underName(one, newName), settings) : one,
  );
  world.clusters = world.clusters.map((one) => ({
    ...one,
    members: one.members.map((member) => (member.name === name ? { ...member, name: newName } : member)),
  }));
}

/** A member has no settings that a step looks at after it has changed them. */
function withSettings(
  one: InstanceFacts,
  { securityGroups, ...change }: Omit<InstanceChange, "newName">,
): InstanceFacts {
  if (!one.standalone) return one;
  const { settings } = one.standalone;
  const changed = {
    ...settings,
    ...change,
    securityGroups: [...(securityGroups ?? settings.securityGroups)],
  };
  return { ...one, standalone: { ...one.standalone, settings: changed } };
}

/** What only a later change can set is at its default. Source: RDS API, DatabaseInsightsMode. */
export function makeCluster(
  world: World,
  like: ClusterFacts,
  made: {
    readonly resourceId: string;
    readonly name: string;
    readonly keyArn: string;
    readonly settings: ClusterSettings;
  },
): void {
  // Only a later change sets these.
  const settings = { ...made.settings, databaseInsights: "standard", localWriteForwarding: false };
  const encryption = "sse-kms" as const;
  // What hung on the other does not hang on it.
  const own = { ...like.own, roles: [], dataApi: false, activityStream: null, masterSecret: null };
  const cluster = { ...underName(like, made.name), ...made, encryption, settings, members: [], own };
  world.clusters = [...world.clusters, cluster];
}

export function makeInstance(
  world: World,
  like: InstanceFacts,
  made: {
    readonly resourceId: string;
    readonly name: string;
    readonly keyArn: string | null;
    readonly settings: InstanceSettings;
  },
): void {
  if (!like.standalone) throw new Error(`${like.name} is a member of a cluster`);
  const { settings } = made;
  const instance = {
    ...underName(like, made.name),
    ...made,
    encryption: made.keyArn === null ? like.encryption : ("sse-kms" as const),
    settings: { ...like.settings, ...settings, name: made.name },
    standalone: { ...like.standalone, settings },
  };
  world.instances = [...world.instances, instance];
}

/** Names are the first part of an endpoint and the last of an ARN. */
export function underName<T extends { arn: string; endpoint: string | null }>(of: T, name: string): T {
  const endpoint = of.endpoint?.replace(/^[^.]+/, name) ?? null;
  return { ...of, name, arn: of.arn.replace(/[^:]+$/, name), endpoint };
}

export function retag(world: World, { kind, name }: Ref, change: (tags: Tags) => Tags): void {
  const retagged = <T extends { settings: { tags: Tags } }>(one: T): T => ({
    ...one,
    settings: { ...one.settings, tags: change(one.settings.tags) },
  });
  if (kind === "cluster") {
    world.clusters = world.clusters.map((one) => (one.name === name ? retagged(one) : one));
  } else {
    world.instances = world.instances.map((one) =>
      one.name === name ? { ...retagged(one), standalone: one.standalone && retagged(one.standalone) } : one,
    );
  }
}

export function arnOf(world: World, { kind, name }: Ref): string {
  return named<{ name: string; arn: string }>(kind === "cluster" ? world.clusters : world.instances, name)
    .arn;
}

export function named<T extends { name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`nothing is named ${name} on paper`);
  return found;
}

/** What a snapshot was taken of. */
export function taken<T>(snapshots: ReadonlyMap<string, T>, name: string): T {
  const of = snapshots.get(name);
  if (!of) throw new Error(`no snapshot is named ${name} on paper`);
  return of;
}
