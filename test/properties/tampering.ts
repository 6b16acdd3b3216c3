import { addCluster } from "../../src/sim/aws/seeds/databases.ts";
import { databasesGroup } from "../../src/sim/aws/seeds/furniture.ts";
import type { Cluster } from "../../src/sim/aws/state.ts";
import { put, remove, type Turn } from "../../src/sim/aws/turn.ts";
import { fenceGroup } from "../../src/sim/fast-world.ts";
import { failRestore } from "../engine/failed-restore.ts";
import type { Life } from "../engine/life.ts";
import { pick, type Random } from "./faults.ts";

type Tamper = (life: Life, turn: Turn) => boolean;

const sourceOf = ({ source }: Life, { state }: Turn): Cluster | undefined =>
  state.clusters[source.resourceId];

function replacementOf({ source }: Life, { state }: Turn): Cluster | undefined {
  return Object.values(state.clusters).find(
    ({ id, resourceId }) => id === source.id && resourceId !== source.resourceId,
  );
}

function hasGroup({ settings }: Cluster, group: string): boolean {
  return settings.VpcSecurityGroups.some(({ VpcSecurityGroupId: id }) => id === group);
}

function isOurs({ settings }: Cluster): boolean {
  return settings.TagList.some(({ Key }) => Key?.startsWith("encrypt-db:"));
}

/** What other people do behind the product's back, where there is an occasion for it. */
const kinds: Readonly<Record<string, Tamper>> = {
  settings: (life, turn) => {
    const source = sourceOf(life, turn);
    if (source?.id !== life.source.id) return false;
    const settings = { ...source.settings, PreferredBackupWindow: "04:00-04:30" };
    put(turn, "clusters", { ...source, settings });
    return true;
  },
  "fence lifted": (life, turn) => {
    const source = sourceOf(life, turn);
    if (!source || !hasGroup(source, fenceGroup)) return false;
    const VpcSecurityGroups = [{ VpcSecurityGroupId: databasesGroup, Status: "active" }];
    put(turn, "clusters", { ...source, settings: { ...source.settings, VpcSecurityGroups } });
    return true;
  },
  "name taken": (life, turn) => {
    const isFree = !Object.values(turn.state.clusters).some(
      ({ id, applying }) => id === life.source.id || applying.id === life.source.id,
    );
    if (isFree) addCluster(turn, { id: life.source.id, members: [] });
    return isFree;
  },
  "replacement deleted": (life, turn) => {
    const replacement = replacementOf(life, turn);
    if (!replacement || !isOurs(replacement) || hasGroup(replacement, databasesGroup)) return false;
    for (const { resourceId, cluster } of Object.values(turn.state.instances)) {
      if (cluster === replacement.resourceId) remove(turn, "instances", resourceId);
    }
    remove(turn, "clusters", replacement.resourceId);
    return true;
  },
};

export interface Tampering {
  readonly at: number;
  readonly what: string;
}

/** Does one of them, if it can be done now. */
export function tamper(life: Life, random: Random): Tampering | undefined {
  const what = pick(random, [
    "settings",
    "fence lifted",
    "name taken",
    "replacement deleted",
    "restore failed",
  ]);
  const at = life.world.clock.now();
  const done =
    what === "restore failed"
      ? failRestore(life.world, "incompatible-restore")
      : life.world.account.alter((turn) => kinds[what]?.(life, turn) ?? false);
  return done ? { at, what } : undefined;
}
