import {
  changeInstanceInput,
  copySnapshotInput,
  createInstanceInput,
  decommissionInstanceInput,
  deleteInstanceInput,
  deleteInstanceSnapshotInput,
  instanceSnapshotInput,
  memberInput,
  replicaInput,
  restoreInstanceInput,
} from "../aws/instance-inputs.ts";
import {
  changeInput,
  clusterSnapshotInput,
  decommissionClusterInput,
  deleteClusterInput,
  deleteClusterSnapshotInput,
  restoreFromSnapshotInput,
  restoreInput,
  tagInput,
  untagInput,
} from "../aws/rds-inputs.ts";
import type { Cloud, Tags } from "../core/cloud.ts";
import type { Database } from "../core/database.ts";
import type { Transfer, TransferJob } from "../core/transfer.ts";
import { attachmentChangesOnPaper, attachmentsOnPaper } from "./paper-attachments.ts";
import { backupsOnPaper } from "./paper-backups.ts";
import {
  arnOf,
  changeCluster,
  changeInstance,
  makeCluster,
  makeInstance,
  named,
  retag,
  taken,
  underName,
  type World,
} from "./paper-world.ts";

/** What a step does, as a person can do it. */
export type Act =
  | { readonly to: "aws"; readonly operation: string; readonly input: object }
  | {
      readonly to: "database";
      readonly does: DatabaseAct;
      readonly host: string;
      readonly argument?: string;
    }
  | { readonly to: "transfer"; readonly job: TransferJob };

export type DatabaseAct =
  | "introduce"
  | "mark"
  | "heartbeat"
  | "end-sessions"
  | "forget"
  | "silence"
  | "restore-writers";

/**
 * A world on paper: what a step would change is written down, and from then on it is so. It answers what the steps' `run`
 * asks; a step that asks for more fails here, and not at night.
 */
export interface Paper {
  readonly cloud: Cloud;
  readonly database: Database;
  readonly transfer: Transfer;
  /** What was written down since this was last called. */
  take(): readonly Act[];
  /** From now on everything that was made on paper has failed, as AWS reports it. */
  fail(): void;
}

type Before = Pick<World, "clusters" | "instances" | "customEndpoints" | "proxies">;

/** `replacementId` is the resource id of what a restore makes, `migration` whose things are made. */
export function createPaper(before: Before, replacementId: string, migration: string): Paper {
  const world: World = { ...before, clusterSnapshots: new Map(), instanceSnapshots: new Map() };
  const acts: Act[] = [];
  return {
    cloud: { ...lookups(world), ...changes(world, acts, { replacementId, migration }) },
    database: databaseOn(acts),
    transfer: transferOn(acts),
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
    findSnapshot: unanswered,
    orderable: unanswered,
    findKey: unanswered,
    rightOnKey: unanswered,
    attachmentsOf: unanswered,
    attachedTo: unanswered,
    findScaling: unanswered,
    ...attachmentsOnPaper(world),
    quotas: unanswered,
    findSubnetGroup: unanswered,
    offersVersion: unanswered,
    certificateValidUntil: unanswered,
    listDatabases: unanswered,
    backupReadiness: unanswered,
    findRecoveryPoint: unanswered,
    recoveryPointsOf: unanswered,
    findCopy: unanswered,
    copiesOf: unanswered,
    snapshotsOf: unanswered,
    findAutomatedBackups: unanswered,
    findSecretReads: unanswered,
    // Until the steps are there that call them.
  } satisfies Partial<Cloud>;
}

type Changes = Omit<Cloud, keyof ReturnType<typeof lookups>>;

interface Making {
  readonly replacementId: string;
  readonly migration: string;
}

type Write = (operation: string, input: object) => void;

function changes(world: World, acts: Act[], { replacementId, migration }: Making): Changes {
  const write: Write = (operation, input) => void acts.push({ to: "aws", operation, input });
  return {
    ...clusterChanges(world, write, replacementId),
    ...instanceChanges(world, write, replacementId),
    ...snapshotChanges(world, write),
    ...attachmentChangesOnPaper(world, write),
    ...backupsOnPaper(write, migration),
    decommission: async ({ kind, name }) => {
      const left = <T extends { readonly name: string }>(all: readonly T[]) =>
        all.filter((one) => one.name !== name);
      if (kind === "cluster") {
        write("DeleteDBCluster", decommissionClusterInput(name));
        world.clusters = left(world.clusters);
      } else {
        write("DeleteDBInstance", decommissionInstanceInput(name));
        world.instances = left(world.instances);
      }
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
  };
}

function clusterChanges(world: World, write: Write, resourceId: string) {
  return {
    changeCluster: async ({ name }, change) => {
      write("ModifyDBCluster", changeInput(name, change));
      changeCluster(world, name, change);
    },
    restoreClusterToTime: async (restore) => {
      write("RestoreDBClusterToPointInTime", restoreInput(restore));
      const { source, name, keyArn, settings } = restore;
      makeCluster(world, named(world.clusters, source.name), { resourceId, name, keyArn, settings });
    },
    restoreClusterFromSnapshot: async (restore) => {
      write("RestoreDBClusterFromSnapshot", restoreFromSnapshotInput(restore));
      const { snapshot, name, keyArn, settings } = restore;
      const source = taken(world.clusterSnapshots, snapshot);
      makeCluster(world, source, { resourceId, name, keyArn, settings });
    },
    createMember: async (cluster, settings) => {
      const { settings: own } = named(world.clusters, cluster.name);
      write("CreateDBInstance", memberInput(cluster.name, own.engine, settings));
      const sibling = named(world.instances, world.instances[0]?.name ?? "");
      const member = {
        ...underName(sibling, settings.name),
        resourceId: `db of ${settings.name}`,
        settings,
        clusterName: cluster.name,
      };
      world.instances = [...world.instances, member];
    },
    deleteCluster: async ({ name }) => {
      write("DeleteDBCluster", deleteClusterInput(name));
      world.clusters = world.clusters.filter((one) => one.name !== name);
    },
  } satisfies Partial<Changes>;
}

/**
 * What a restore of an instance leaves at its default, or as it likes.
 * Source: RDS API, RestoreDBInstanceFromDBSnapshot compared with ModifyDBInstance.
 */
const notRestored = {
  monitoring: null,
  performanceInsights: null,
  databaseInsights: "standard",
  maxAllocatedStorage: null,
  maintenanceWindow: "",
};

function instanceChanges(world: World, write: Write, resourceId: string) {
  return {
    changeInstance: async ({ name }, change) => {
      write("ModifyDBInstance", changeInstanceInput(name, change));
      changeInstance(world, name, change);
    },
    restoreInstanceFromSnapshot: async (restore) => {
      write("RestoreDBInstanceFromDBSnapshot", restoreInstanceInput(restore));
      const { snapshot, name, settings } = restore;
      const source = taken(world.instanceSnapshots, snapshot);
      const restored = { ...settings, ...notRestored };
      makeInstance(world, source, { resourceId, name, keyArn: source.keyArn, settings: restored });
    },
    createInstance: async (instance) => {
      write("CreateDBInstance", createInstanceInput(instance));
      const { source, name, keyArn, settings } = instance;
      makeInstance(world, named(world.instances, source.name), { resourceId, name, keyArn, settings });
    },
    createReplica: async (replica) => {
      write("CreateDBInstanceReadReplica", replicaInput(replica));
      const { source, name, settings } = replica;
      const of = named(world.instances, source.name);
      makeInstance(world, of, { resourceId: `db of ${name}`, name, keyArn: of.keyArn, settings });
    },
    deleteInstance: async ({ name }) => {
      write("DeleteDBInstance", deleteInstanceInput(name));
      world.instances = world.instances.filter((one) => one.name !== name);
    },
  } satisfies Partial<Changes>;
}

function snapshotChanges(world: World, write: Write) {
  return {
    takeSnapshot: async ({ kind, name }, snapshot, add) => {
      if (kind === "cluster") {
        write("CreateDBClusterSnapshot", clusterSnapshotInput(name, snapshot, add));
        world.clusterSnapshots.set(snapshot, named(world.clusters, name));
      } else {
        write("CreateDBSnapshot", instanceSnapshotInput(name, snapshot, add));
        world.instanceSnapshots.set(snapshot, named(world.instances, name));
      }
    },
    copySnapshot: async (copy) => {
      write("CopyDBSnapshot", copySnapshotInput(copy));
      const source = taken(world.instanceSnapshots, copy.snapshot);
      world.instanceSnapshots.set(copy.name, { ...source, keyArn: copy.keyArn });
    },
    deleteSnapshot: async (kind, name) =>
      kind === "cluster"
        ? write("DeleteDBClusterSnapshot", deleteClusterSnapshotInput(name))
        : write("DeleteDBSnapshot", deleteInstanceSnapshotInput(name)),
  } satisfies Partial<Changes>;
}

function databaseOn(acts: Act[]): Database {
  const write = (does: DatabaseAct, host: string, argument?: string) =>
    void acts.push({ to: "database", does, host, ...(argument !== undefined && { argument }) });
  return {
    introduce: async ({ host }, as) => write("introduce", host, as),
    silence: async ({ host }) => write("silence", host),
    restoreWriters: async ({ host }) => write("restore-writers", host),
    forget: async ({ host }) => write("forget", host),
    mark: async ({ host }, token) => write("mark", host, token),
    heartbeat: async ({ host }) => write("heartbeat", host),
    endSessions: async ({ host }) => {
      write("end-sessions", host);
      return 0;
    },
    writers: unanswered,
    look: unanswered,
    watch: unanswered,
    inventory: unanswered,
    watchQuiet: unanswered,
    counters: unanswered,
    findMarker: unanswered,
    catalogue: unanswered,
    contents: unanswered,
    // By hand it is one command, which shows what it finds.
    readOn: async () => {},
    readSoFar: unanswered,
  };
}

/** Whoever runs one by hand sees it run, and ends it by hand. */
function transferOn(acts: Act[]): Transfer {
  return {
    start: async (job) => void acts.push({ to: "transfer", job }),
    stop: async () => {},
    look: unanswered,
    unready: unanswered,
  };
}
