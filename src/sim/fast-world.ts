import { type AccountClients, createAccountClients } from "../aws/clients.ts";
import { createGateway } from "../aws/cloud.ts";
import type { Clicker } from "../core/approval.ts";
import { hours, minutes } from "../core/time.ts";
import { ChannelFault, type Deps, type Environment, type Log } from "../engine/deps.ts";
import { Account, type AccountOptions } from "./aws/account.ts";
import { sdkMiddleware } from "./aws/middleware.ts";
import { addCluster, type GivenCluster } from "./aws/seeds/databases.ts";
import { addKey, addSecurityGroup, furnish } from "./aws/seeds/furniture.ts";
import type { Cluster, Key } from "./aws/state.ts";
import { membersOf } from "./aws/turn.ts";
import { WorldClock } from "./clock.ts";
import { MemoryChannel } from "./memory-channel.ts";
import { memoryDatabase } from "./memory-database.ts";
import { MemoryServers } from "./memory-servers.ts";
import { createMemoryStore } from "./memory-store.ts";
import { turningClock } from "./turning-clock.ts";

const account = "123456789012";
const region = "eu-west-1";
export const team = "T0ENCRYPT";
export const channelId = "C0DATABASE";
export const fenceGroup = "sg-0fe7ce0000000001";
const vpc = "vpc-0a1b2c3d4e5f60718";
const start = Date.UTC(2026, 10, 24, 1, 0, 0);

export interface FastWorldOptions {
  /** From 0 up to 1; drives jitter and ids, so that a seed gives one world. */
  readonly random?: () => number;
  readonly durations?: AccountOptions["durations"];
  readonly log?: Log;
}

/**
 * The whole product over values: the real strategies, engine, gateway and SDK clients, and an account, databases, store and
 * channel in memory. No time passes but what is slept.
 */
export class FastWorld {
  readonly clock = new WorldClock({ wall: () => start });
  readonly servers = new MemoryServers(this.clock);
  readonly account: Account;
  readonly channel = new MemoryChannel(this.clock);
  readonly store = createMemoryStore();
  readonly people = new Map<string, Clicker>();
  readonly environment: Environment;
  readonly key: Key;
  readonly deps: Deps;

  constructor({ random = seeded(1), durations, log = silent }: FastWorldOptions = {}) {
    this.account = new Account({
      accountId: account,
      region,
      clock: this.clock,
      data: this.servers,
      random,
      ...(durations && { durations }),
    });
    this.account.alter((turn) => {
      furnish(turn);
      addSecurityGroup(turn, { id: fenceGroup, admits: ["probe"] });
    });
    this.key = this.account.alter((turn) => addKey(turn, { alias: "alias/databases" }));
    this.environment = {
      account,
      region,
      defaultKey: "alias/databases",
      fenceGroups: { [vpc]: fenceGroup },
      longestDowntime: minutes(90),
      approvalLifetime: hours(1),
      team,
      channels: [channelId],
    };
    const clock = turningClock(this.clock, { arrive: () => this.account.advance() });
    const gateway = createGateway(this.clients());
    let serial = 0;
    this.deps = {
      clock,
      store: this.store,
      cloudFor: (_target, effect) => gateway(effect),
      database: memoryDatabase(this.servers, {
        clock,
        resolve: (host) => this.account.resolve(host),
        admits: (instanceId, origin) => this.account.admits(instanceId, origin),
      }),
      channel: this.channel,
      lookUp: async (user) => this.find(user),
      environment: this.environment,
      newMigrationId: () => `m${(++serial).toString(36).padStart(5, "0")}`,
      log,
    };
    for (const name of ["alice", "bob", "carol"]) this.addPerson(name);
  }

  /** Clients of the product, with the account in the place of the network. */
  clients(): AccountClients {
    return createAccountClients({ region, plugin: sdkMiddleware(this.account) as never });
  }

  addPerson(name: string, facts: Partial<Clicker> = {}): void {
    const person = { id: name, user: `U${name.toUpperCase()}`, name };
    this.people.set(person.user, { person, team, standing: "member", approver: true, ...facts });
  }

  /** A cluster with its volume and running members, as it has been for months. */
  addCluster(given: GivenCluster): Cluster {
    const cluster = this.account.alter((turn) => addCluster(turn, given));
    this.run(cluster);
    return cluster;
  }

  /** Gives a cluster that is in the account its volume and lets its members serve. */
  run(cluster: Cluster): void {
    this.servers.createVolume(cluster.resourceId, cluster.settings.DatabaseName ?? "postgres");
    for (const { resourceId, writer } of membersOf(this.account.state, cluster.resourceId)) {
      void this.servers.startInstance({ id: resourceId, volume: cluster.resourceId, writer });
      if (writer) this.servers.commit(resourceId, { kind: "put", key: "first", value: "row" });
    }
  }

  find(user: string): Clicker {
    const found = this.people.get(user);
    if (!found) throw new ChannelFault("unanswered", `nobody is known as ${user}`);
    return found;
  }
}

const silent: Log = { info: () => {}, error: () => {} };

/** A small generator of its own, so that a seed gives the same world on every machine (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
