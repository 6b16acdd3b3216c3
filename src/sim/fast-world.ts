import { narrowedAuthority, ownAuthority, type Roles } from "../aws/authority.ts";
import { createAccountClients, createChangeClients, createStsClient } from "../aws/clients.ts";
import { createGateway } from "../aws/cloud.ts";
import type { Clicker } from "../core/approval.ts";
import type { BackupTarget } from "../core/backup.ts";
import type { Database } from "../core/database.ts";
import { cleaning } from "../core/secret-forms.ts";
import { type Duration, days, hours, minutes } from "../core/time.ts";
import {
  ChannelFault,
  type Clock,
  type Deps,
  type Environment,
  type Figures,
  type Log,
} from "../engine/deps.ts";
import { Account, type AccountOptions } from "./aws/account.ts";
import { Accounts } from "./aws/accounts.ts";
import { roleArn } from "./aws/iam/identities.ts";
import { accountPlugin, type Hold } from "./aws/middleware.ts";
import { isInstance } from "./aws/named.ts";
import { policyLettingCopies } from "./aws/seeds/backup.ts";
import { addCluster, type GivenCluster } from "./aws/seeds/databases.ts";
import { addKey, addSecurityGroup, furnish } from "./aws/seeds/furniture.ts";
import { addInstance, type GivenInstance } from "./aws/seeds/instances.ts";
import type { Cluster, Instance } from "./aws/state.ts";
import type { Key } from "./aws/surroundings.ts";
import { instancesOn } from "./aws/turn.ts";
import { WorldClock } from "./clock.ts";
import { MemoryChannel } from "./memory-channel.ts";
import { memoryDatabase } from "./memory-database.ts";
import { MemoryServers, type Network } from "./memory-servers.ts";
import { createMemoryStore } from "./memory-store.ts";
import { memoryTransfer } from "./memory-transfer.ts";
import { backupTarget, furnishBackups, openOtherAccount, otherAccountId } from "./other-account.ts";
import { giveRoles, workerKey, workerRole } from "./roles.ts";
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
  /**
   * How far beyond what the product sleeps the clock may go on, to the account's next event: a life with far fewer
   * polls, whose durations mean nothing.
   */
  readonly hurry?: Duration;
  /** No roles were made: every act under the credentials of the account's owner. */
  readonly unnarrowed?: true;
  /** Databases are backed up into the other account. */
  readonly backup?: boolean;
  /** Grows as long as something outside of memory, such as a server on a port, has not answered: no time passes meanwhile. */
  readonly asked?: () => number;
}

/**
 * The whole product over values: the real strategies, engine, gateway and SDK clients, and an account, databases, store and
 * channel in memory. No time passes but what is slept.
 */
export class FastWorld {
  readonly clock = new WorldClock({ wall: () => start });
  readonly servers = new MemoryServers(this.clock);
  readonly account: Account;
  /** The account that copies go to. */
  readonly other: Account;
  /** Where backups go; the environment names it where the world was made with backups. */
  readonly backupTarget: BackupTarget;
  readonly transfer: ReturnType<typeof memoryTransfer>;
  readonly channel = new MemoryChannel(this.clock);
  readonly store = createMemoryStore();
  readonly people = new Map<string, Clicker>();
  /** What Secrets Manager tells of a secret that was read or rotated, by ARN; dates are epoch seconds. */
  readonly secrets = new Map<string, { LastAccessedDate?: number; LastRotatedDate?: number }>();
  /** What every run measured. */
  readonly counted: Figures[] = [];
  readonly environment: Environment;
  readonly key: Key;
  readonly deps: Deps;
  /** Called whenever time has passed: what clients do meanwhile. */
  meanwhile: (() => void) | undefined;
  readonly #gateway: (hold?: Hold) => ReturnType<typeof createGateway>;
  readonly #turning: Clock;
  readonly #hurry: Duration;
  readonly #log: Log;
  readonly #network: Network = {
    resolve: (host) => this.account.resolve(host) ?? this.other.resolve(host),
    admits: (instanceId, origin) =>
      this.account.admits(instanceId, origin) || this.other.admits(instanceId, origin),
  };
  #serial = 0;

  constructor(options: FastWorldOptions = {}) {
    const { random = seeded(1), durations, log = silent, hurry = 0, unnarrowed, asked = () => 0 } = options;
    const accounts = new Accounts();
    const place = {
      region,
      clock: this.clock,
      data: this.servers,
      accounts,
      ...(durations && { durations }),
    };
    this.#log = log;
    this.#hurry = hurry;
    this.#turning = turningClock(this.clock, {
      arrive: () => this.#arrive(),
      asked: () => this.account.ledger.length + this.other.ledger.length + asked(),
    });
    this.account = new Account({ ...place, accountId: account, random });
    const owner = `arn:aws:iam::${account}:root`;
    const trusted = unnarrowed ? owner : roleArn({ accountId: account }, workerRole);
    this.other = openOtherAccount({ ...place, random: seeded(2), source: account, trusted });
    this.backupTarget = backupTarget(this.account.state);
    this.transfer = memoryTransfer(this.servers, { clock: this.clock, ...this.#network });
    this.account.alter((turn) => {
      furnish(turn);
      addSecurityGroup(turn, { id: fenceGroup, admits: ["probe"] });
    });
    const policy = policyLettingCopies(account, otherAccountId);
    this.key = this.account.alter((turn) => addKey(turn, { alias: "alias/databases", policy }));
    this.account.alter((turn) => furnishBackups(turn, this.key.arn));
    this.environment = {
      account,
      region,
      defaultKey: "alias/databases",
      fenceGroups: { [vpc]: fenceGroup },
      longestDowntime: minutes(90),
      approvalLifetime: hours(1),
      backup: options.backup ? this.backupTarget : null,
      retention: days(14),
      team,
      channels: [channelId],
    };
    const roles = unnarrowed ? undefined : giveRoles(this.account, [this.key.arn]);
    this.#gateway = (hold) => gatewayTo(this, roles, hold);
    this.deps = this.executor();
    for (const name of ["alice", "bob", "carol"]) this.addPerson(name);
  }

  /** What one process of the product has. Several share the store, the account, the channel and the clock. */
  executor(hold?: Hold): Deps {
    const gateway = this.#gateway(hold);
    return {
      clock: { now: this.clock.now, sleep: (duration) => this.#sleep(duration) },
      store: this.store,
      cloudFor: (_target, mandate, heard) => gateway(mandate, heard),
      database: this.#database(),
      transfer: this.transfer,
      channel: this.channel,
      lookUp: async (user) => this.find(user),
      environment: this.environment,
      withoutSecrets: cleaning([]),
      newMigrationId: () => `m${(++this.#serial).toString(36).padStart(5, "0")}`,
      log: this.#log,
      meter: { count: (figures) => this.counted.push(figures) },
    };
  }

  #database(): Database {
    const database = memoryDatabase(this.servers, {
      clock: this.#turning,
      ...this.#network,
    });
    return {
      ...database,
      // One look each time: an endpoint that is watched four times a second would be most of a life.
      watch: async (at, options) => {
        const seen = await database.watch(at, { ...options, during: 0 });
        await this.#sleep(options.during);
        return seen;
      },
    };
  }

  #sleep(duration: Duration): Promise<void> {
    const next = this.account.nextEventAt() ?? Number.POSITIVE_INFINITY;
    const ahead = Math.min(next - this.clock.now(), this.#hurry);
    return this.#turning.sleep(Math.max(duration, ahead));
  }

  async #arrive(): Promise<void> {
    await this.account.advance();
    this.meanwhile?.();
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

  /** An instance outside Aurora with its volume, running, and its read replicas with it. */
  addInstance(given: GivenInstance): Instance {
    const instance = this.account.alter((turn) => addInstance(turn, given));
    this.run(instance);
    return instance;
  }

  /** Gives a database that is in the account its volume and lets its instances serve. */
  run(database: Cluster | Instance): void {
    const { state } = this.account;
    const { resourceId: volume } = database;
    const name = isInstance(database) ? database.settings.DBName : database.settings.DatabaseName;
    this.servers.createVolume(volume, name ?? "postgres");
    for (const { resourceId, writer } of instancesOn(state, volume)) {
      void this.servers.startInstance({ id: resourceId, volume, writer });
      if (writer) this.servers.commit(resourceId, { kind: "put", key: "first", value: "row" });
    }
  }

  find(user: string): Clicker {
    const found = this.people.get(user);
    if (!found) throw new ChannelFault("unanswered", `nobody is known as ${user}`);
    return found;
  }
}

/** The product's gateway, with the account in the place of the network. */
function gatewayTo(world: FastWorld, roles: Roles | undefined, hold?: Hold) {
  const { now } = world.clock;
  const credentials = roles && { accessKeyId: workerKey, secretAccessKey: "secret" };
  const options = {
    region,
    plugin: accountPlugin(world.account, hold) as never,
    describeSecret: async (arn: string) => world.secrets.get(arn) ?? {},
    ...(credentials && { credentials }),
  };
  const clients = createAccountClients(options);
  // Putting the middleware in order for every call anew would be most of a life.
  for (const client of Object.values(clients))
    if (client && "config" in client) Object.assign(client.config, { cacheMiddleware: true });
  if (!roles) return createGateway(clients, ownAuthority(createChangeClients(options), now));
  const clientsWith = (given: object) => createChangeClients({ ...options, credentials: given as never });
  const sts = createStsClient(options);
  return createGateway(clients, narrowedAuthority({ sts, roles, now, clientsWith }));
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
