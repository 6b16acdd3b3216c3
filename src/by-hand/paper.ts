import {
  changeInput,
  deleteClusterInput,
  deleteInstanceInput,
  memberInput,
  renameInput,
  restoreInput,
  snapshotInput,
  tagInput,
  untagInput,
} from "../aws/rds-inputs.ts";
import type { Cloud, ClusterChange, ClusterFacts, InstanceFacts, Ref, Tags } from "../core/cloud.ts";
import type { Database } from "../core/database.ts";

/** What a step does, as a person can do it. */
export type Act =
  | { readonly to: "aws"; readonly operation: string; readonly input: object }
  | {
      readonly to: "database";
      readonly does: DatabaseAct;
      readonly host: string;
      readonly argument?: string;
    };

export type DatabaseAct = "introduce" | "mark" | "heartbeat" | "end-sessions" | "forget";

/**
 * A world on paper: what a step would change is written down, and from then on it is so. It answers what the steps' `run`
 * asks; a step that asks for more fails here, and not at night.
 */
export interface Paper {
  readonly cloud: Cloud;
  readonly database: Database;
  /** What was written down since this was last called. */
  take(): readonly Act[];
  /** From now on everything that was made on paper has failed, as AWS reports it. */
  fail(): void;
}

interface World {
  clusters: readonly ClusterFacts[];
  instances: readonly InstanceFacts[];
}

/** `replacementId` is the resource id of the cluster that a restore makes. */
export function createPaper(before: Readonly<World>, replacementId: string): Paper {
  const world: World = { ...before };
  const acts: Act[] = [];
  return {
    cloud: { ...lookups(world), ...changes(world, acts, replacementId) },
    database: databaseOn(acts),
    take: () => acts.splice(0),
    fail: () => {
      const made = (original: readonly { resourceId: string }[]) => (one: { resourceId: string }) =>
        !original.some(({ resourceId }) => resourceId === one.resourceId);
      const failing = <T extends { resourceId: string }>(all: readonly T[], original: readonly T[]) =>
        all.map((one) => (made(original)(one) ? { ...one, status: "failed" } : one));
      world.clusters = failing(world.clusters, before.clusters);
      world.instances = failing(world.instances, before.instances);
    },
  };
}

const unanswered = async (): Promise<never> => {
  throw new Error("a step's run asks for what paper does not answer");
};

function lookups(world: World) {
  return {
    findCluster: async (name: string) => world.clusters.find((one) => one.name === name),
    findClusterById: async (id: string) => world.clusters.find(({ resourceId }) => resourceId === id),
    findInstance: async (name: string) => world.instances.find((one) => one.name === name),
    findInstanceById: async (id: string) => world.instances.find(({ resourceId }) => resourceId === id),
    membersOf: async (cluster: string) =>
      world.instances.filter(({ clusterName }) => clusterName === cluster),
    findClusterSnapshot: unanswered,
    findKey: unanswered,
    attachmentsOf: unanswered,
    quotas: unanswered,
    vpcOf: unanswered,
    listDatabases: unanswered,
  } satisfies Partial<Cloud>;
}

type Changes = Omit<Cloud, keyof ReturnType<typeof lookups>>;

function changes(world: World, acts: Act[], replacementId: string): Changes {
  const write = (operation: string, input: object) => void acts.push({ to: "aws", operation, input });
  return {
    changeCluster: async ({ name }, change) => {
      write("ModifyDBCluster", changeInput(name, change));
      changeCluster(world, name, change);
    },
    renameInstance: async ({ name }, newName) => {
      write("ModifyDBInstance", renameInput(name, newName));
      renameInstance(world, name, newName);
    },
    addTags: async (to, add) => {
      write("AddTagsToResource", tagInput(arnOf(world, to), add));
      retag(world, to, (tags) => ({ ...tags, ...add }));
    },
    removeTags: async (from, keys) => {
      write("RemoveTagsFromResource", untagInput(arnOf(world, from), keys));
      const left = (tags: Tags) => Object.entries(tags).filter(([key]) => !keys.includes(key));
      retag(world, from, (tags) => Object.fromEntries(left(tags)));
    },
    snapshotCluster: async ({ name }, snapshot, add) =>
      write("CreateDBClusterSnapshot", snapshotInput(name, snapshot, add)),
    restoreClusterToTime: async (restore) => {
      write("RestoreDBClusterToPointInTime", restoreInput(restore));
      const source = named(world.clusters, restore.source.name);
      const replacement: ClusterFacts = {
        ...underName(source, restore.name),
        resourceId: replacementId,
        keyArn: restore.keyArn,
        // What only a later change can set is at its default. Source: RDS API, DatabaseInsightsMode.
        settings: { ...restore.settings, databaseInsights: "standard" },
        members: [],
      };
      world.clusters = [...world.clusters, replacement];
    },
    createMember: async (cluster, settings) => {
      const { settings: own } = named(world.clusters, cluster.name);
      write("CreateDBInstance", memberInput(cluster.name, own.engine, settings));
      const sibling = named(world.instances, world.instances[0]?.name ?? "");
      const resourceId = `db of ${settings.name}`;
      const member = {
        ...underName(sibling, settings.name),
        resourceId,
        settings,
        clusterName: cluster.name,
      };
      world.instances = [...world.instances, member];
    },
    deleteCluster: async ({ name }) => {
      write("DeleteDBCluster", deleteClusterInput(name));
      world.clusters = world.clusters.filter((one) => one.name !== name);
    },
    deleteInstance: async ({ name }) => {
      write("DeleteDBInstance", deleteInstanceInput(name));
      world.instances = world.instances.filter((one) => one.name !== name);
    },
  };
}

function changeCluster(world: World, name: string, change: ClusterChange): void {
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
}

function renameInstance(world: World, name: string, newName: string): void {
  world.instances = world.instances.map((one) => (one.name === name ? underName(one, newName) : one));
  world.clusters = world.clusters.map((one) => ({
    ...one,
    members: one.members.map((member) => (member.name === name ? { ...member, name: newName } : member)),
  }));
}

/** Names are the first part of an endpoint and the last of an ARN. */
function underName<T extends { arn: string; endpoint: string | null }>(of: T, name: string): T {
  const endpoint = of.endpoint?.replace(/^[^.]+/, name) ?? null;
  return { ...of, name, arn: of.arn.replace(/[^:]+$/, name), endpoint };
}

function retag(world: World, { kind, name }: Ref, change: (tags: Tags) => Tags): void {
  const retagged = <T extends { name: string; settings: { tags: Tags } }>(all: readonly T[]) =>
    all.map((one) =>
      one.name === name ? { ...one, settings: { ...one.settings, tags: change(one.settings.tags) } } : one,
    );
  if (kind === "cluster") world.clusters = retagged(world.clusters);
  else world.instances = retagged(world.instances);
}

function arnOf(world: World, { kind, name }: Ref): string {
  return named<{ name: string; arn: string }>(kind === "cluster" ? world.clusters : world.instances, name)
    .arn;
}

function named<T extends { name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`nothing is named ${name} on paper`);
  return found;
}

function databaseOn(acts: Act[]): Database {
  const write = (does: DatabaseAct, host: string, argument?: string) =>
    void acts.push({ to: "database", does, host, ...(argument !== undefined && { argument }) });
  return {
    introduce: async ({ host }, as) => write("introduce", host, as),
    forget: async ({ host }) => write("forget", host),
    mark: async ({ host }, token) => write("mark", host, token),
    heartbeat: async ({ host }) => write("heartbeat", host),
    endSessions: async ({ host }) => {
      write("end-sessions", host);
      return 0;
    },
    look: unanswered,
    watch: unanswered,
    inventory: unanswered,
    watchQuiet: unanswered,
    counters: unanswered,
    findMarker: unanswered,
    catalogue: unanswered,
  };
}
