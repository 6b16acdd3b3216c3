import { attachBlueGreen, attachIntegration, attachProxy } from "./aws/seeds/attach.ts";
import { addCluster } from "./aws/seeds/databases.ts";
import { addInstance } from "./aws/seeds/instances.ts";
import * as topologies from "./aws/seeds/topologies.ts";
import type { Turn } from "./aws/turn.ts";

/** A database that encrypt-db will not move, why, and what the headless demo exits with for it. */
export interface RefusedDatabase {
  readonly name: string;
  readonly code: string;
  readonly exitCode: number;
  /** Makes it in the account; absent where it is there anyway, or nowhere. */
  readonly seed?: (turn: Turn, name: string) => unknown;
  /** True where it must be asked over SQL before it is refused, and so needs a server. */
  readonly served?: true;
}

/** One of each kind, as the README lists them. */
export const refusedDatabases: readonly RefusedDatabase[] = [
  { name: "nowhere-prod", code: "target.not-found", exitCode: 10 },
  { name: "billing-prod", code: "target.already-encrypted", exitCode: 11 },
  { name: "orders-prod-1", code: "target.is-member", exitCode: 12 },
  { name: "archive-prod", code: "target.stopped", exitCode: 13, seed: topologies.stoppedCluster },
  { name: "graph-prod", code: "target.other-engine", exitCode: 14, seed: topologies.neptune },
  { name: "search-prod", code: "target.multi-az-cluster", exitCode: 15, seed: topologies.multiAzDbCluster },
  { name: "world-prod", code: "target.global-database", exitCode: 16, seed: topologies.globalDatabaseMember },
  { name: "copy-prod", code: "target.replica", exitCode: 17, seed: topologies.crossRegionReplica },
  { name: "origin-prod", code: "target.has-replicas", exitCode: 18, seed: topologies.replicatingCluster },
  { name: "small-prod", code: "target.serverless-v1", exitCode: 19, seed: topologies.serverlessV1 },
  { name: "huge-prod", code: "target.limitless", exitCode: 20, seed: topologies.limitless },
  { name: "partner-prod", code: "target.ram-shared", exitCode: 21, seed: topologies.sharedCluster },
  { name: "fresh-prod", code: "target.aws-owned-key", exitCode: 22, seed: topologies.auroraUnderRdsKey },
  {
    name: "nobodys-prod",
    code: "target.not-enrolled",
    exitCode: 23,
    seed: (turn, id) =>
      addCluster(turn, {
        id,
        members: [{ id: `${id}-1` }],
        settings: { TagList: [{ Key: "service", Value: id }] },
      }),
    served: true,
  },
  {
    name: "insights-prod",
    code: "attached.zero-etl",
    exitCode: 24,
    seed: (turn, id) =>
      attachIntegration(turn, addCluster(turn, { id, members: [{ id: `${id}-1` }] }), "insights-to-redshift"),
    served: true,
  },
  {
    name: "upgrade-prod",
    code: "attached.blue-green",
    exitCode: 25,
    seed: (turn, id) =>
      attachBlueGreen(turn, addCluster(turn, { id, members: [{ id: `${id}-1` }] }), "upgrade-to-17"),
    served: true,
  },
  {
    name: "reader-prod",
    code: "attached.read-replica",
    exitCode: 26,
    seed: (turn, id) => addInstance(turn, { id, storageKey: { type: "none" }, replicas: [`${id}-replica`] }),
    served: true,
  },
  {
    name: "portal-prod",
    code: "attached.not-enrolled",
    exitCode: 27,
    seed: (turn, id) => {
      const portal = addCluster(turn, { id, members: [{ id: `${id}-1` }] });
      attachProxy(turn, portal, `${id}-proxy`, { tags: {} });
    },
    served: true,
  },
];

/** For refusals of what was typed and not of a database. */
export const otherExitCodes: Readonly<Record<string, number>> = {
  "strategy.unknown": 30,
  "strategy.unsuitable": 31,
  "transfer.no-tools": 32,
};
