import type { DataPlane } from "./aws/data-plane.ts";

/**
 * A data plane that knows of databases without a server: what happens to those in the account happens on paper only, such as
 * the start of a stopped cluster after its seven days.
 */
export function withoutServers(of: DataPlane, unserved: (volume: string) => boolean): DataPlane {
  const instances = new Set<string>();
  const onPaper = (instance: string) => instances.has(instance);
  return {
    createEmptyVolume: (volume, made) => of.createEmptyVolume(volume, made),
    restoreToTime: (from, to, at) => of.restoreToTime(from, to, at),
    takeSnapshot: async (volume, snapshot) => {
      if (!unserved(volume)) await of.takeSnapshot(volume, snapshot);
    },
    restoreSnapshot: (snapshot, to) => of.restoreSnapshot(snapshot, to),
    deleteVolume: async (volume) => {
      if (!unserved(volume)) await of.deleteVolume(volume);
    },
    deleteSnapshot: (snapshot) => of.deleteSnapshot(snapshot),
    startInstance: async (instance) => {
      if (unserved(instance.volume)) instances.add(instance.id);
      else await of.startInstance(instance);
    },
    stopInstance: async (id) => {
      if (!onPaper(id)) await of.stopInstance(id);
    },
    rebootInstance: async (id) => {
      if (!onPaper(id)) await of.rebootInstance(id);
    },
    promoteInstance: async (id) => {
      if (!onPaper(id)) await of.promoteInstance(id);
    },
    lastCommit: async (volume) => (unserved(volume) ? undefined : of.lastCommit(volume)),
  };
}
