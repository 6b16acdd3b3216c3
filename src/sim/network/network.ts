import type { WorldClock } from "../clock.ts";
import { type Front, openFront } from "./front.ts";

/** Where a connection comes from: the customer's application, or the bot's probe inside the VPC. */
export type Origin = "application" | "probe";

export interface Address {
  readonly address: string;
  readonly port: number;
}

interface Endpoint {
  readonly instanceId: string;
  /** The port that the database is configured to listen on. */
  readonly port: number;
}

/** What the account knows that the network needs. */
export interface Routes {
  /** The instance that an endpoint name leads to at this moment; undefined where the name does not exist. */
  resolve(host: string): Endpoint | undefined;
  /** Whether the security groups of the instance let new connections of this origin in. */
  admits(instanceId: string, origin: Origin): boolean;
}

/** How long a resolver keeps an answer, also the answer that there is none: Aurora's records live 5 s. */
const timeToLive = 5_000;

/**
 * The world's network: names, their staleness, and security groups. There is one TCP front per origin and
 * instance, and its address belongs to them and not to a name: who has the address still reaches the same
 * server after a rename.
 */
export class Network {
  readonly #account: Routes;
  readonly #servers: (instanceId: string) => { readonly port: number } | undefined;
  readonly #clock: WorldClock;
  readonly #fronts = new Map<string, Promise<Front>>();
  readonly #cache = new Map<string, { readonly endpoint: Endpoint | undefined; readonly until: number }>();

  constructor(world: {
    account: Routes;
    servers: (instanceId: string) => { readonly port: number } | undefined;
    clock: WorldClock;
  }) {
    this.#account = world.account;
    this.#servers = world.servers;
    this.#clock = world.clock;
  }

  /**
   * The loopback address that stands for `host` and `port` as seen from `origin`. Throws an error with code
   * ENOTFOUND, as node:dns does, for a name that does not exist or did not when the resolver last asked.
   */
  async resolve(origin: Origin, host: string, port: number): Promise<Address> {
    const endpoint = this.#lookUp(origin, host);
    if (!endpoint) {
      throw Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: "ENOTFOUND", hostname: host });
    }
    const front = await this.#front(origin, endpoint.instanceId, port === endpoint.port);
    return { address: front.address, port: front.port };
  }

  async close(): Promise<void> {
    for (const front of await Promise.all(this.#fronts.values())) front.close();
  }

  // The probe looks every name up afresh; an application's resolver remembers.
  #lookUp(origin: Origin, host: string): Endpoint | undefined {
    if (origin === "probe") return this.#account.resolve(host);
    const now = this.#clock.now();
    const cached = this.#cache.get(host);
    if (cached && now < cached.until) return cached.endpoint;
    const endpoint = this.#account.resolve(host);
    this.#cache.set(host, { endpoint, until: now + timeToLive });
    return endpoint;
  }

  #front(origin: Origin, instanceId: string, portIsOpen: boolean): Promise<Front> {
    const key = `${origin} ${instanceId} ${portIsOpen}`;
    const existing = this.#fronts.get(key);
    if (existing) return existing;
    // A port other than the database's is open in no security group.
    const front = openFront(
      () => portIsOpen && this.#account.admits(instanceId, origin),
      () => this.#servers(instanceId)?.port,
    );
    this.#fronts.set(key, front);
    return front;
  }
}
