import { clusterEndpoint, instanceEndpoint } from "./names.ts";
import type { AccountState, Cluster, Instance } from "./state.ts";

/** What has the name: a cluster, or an instance outside of one. Throws where nothing has. */
export function databaseNamed(state: AccountState, name: string): Cluster | Instance {
  const found = findDatabase(state, name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

export function findDatabase(state: AccountState, name: string): Cluster | Instance | undefined {
  return databases(state).find(({ id }) => id === name);
}

/** Every cluster, and every instance outside of one. */
export function databases({ clusters, instances }: AccountState): readonly (Cluster | Instance)[] {
  return [
    ...Object.values(clusters),
    ...Object.values(instances).filter(({ cluster }) => cluster === undefined),
  ];
}

export function isInstance(database: Cluster | Instance): database is Instance {
  return "writer" in database;
}

/** Where clients write to what has the name. */
export function endpointNamed(state: AccountState, name: string): string {
  return isInstance(databaseNamed(state, name))
    ? instanceEndpoint(state, name)
    : clusterEndpoint(state, name);
}

/** The resource id of the database that a server belongs to. */
export function databaseOf({ cluster, resourceId }: Instance): string {
  return cluster ?? resourceId;
}
