import type { Contents } from "../core/contents.ts";
import type { Session } from "../core/database.ts";
import { failure } from "../database/fault.ts";
import type { DataPlane, EmptyDatabase } from "./aws/data-plane.ts";
import { afterChange, afterForgetting, type WriterChange, type Writers } from "./memory-writers.ts";

/** What a transaction did. `nothing` is a commit that touches no table, as a heartbeat is. */
export type Change =
  | { readonly kind: "put"; readonly key: string; readonly value: string }
  | { readonly kind: "remove"; readonly key: string }
  | { readonly kind: "introduce"; readonly as: string }
  | { readonly kind: "mark"; readonly token: string }
  | { readonly kind: "forget" }
  | WriterChange
  | { readonly kind: "read"; readonly token: string; readonly found: Contents }
  | { readonly kind: "nothing" };

interface Commit {
  readonly at: number;
  readonly change: Change;
}

/** What a volume holds, which is what its commits made of it, and the commits themselves. */
export interface Volume {
  readonly database: string;
  readonly commits: readonly Commit[];
  readonly rows: ReadonlyMap<string, string>;
  readonly introducedAs: string | null;
  readonly markers: ReadonlySet<string>;
  readonly writers: Writers;
  readonly readings: ReadonlyMap<string, Contents>;
  /** Rows ever put or removed. */
  readonly written: number;
}

interface LiveVolume extends Volume {
  readonly commits: Commit[];
  readonly rows: Map<string, string>;
  introducedAs: string | null;
  readonly markers: Set<string>;
  writers: Writers;
  readonly readings: Map<string, Contents>;
  written: number;
}

export interface Instance {
  readonly id: string;
  readonly volume: string;
  readonly writer: boolean;
  readonly startedAt: string;
  /** What the volume had `written` when the instance started. */
  readonly writtenBefore: number;
  readonly sessions: Set<MemorySession>;
}

/** The part of an account that decides where a connection leads, and whether it gets there. */
export interface Network {
  resolve(host: string): { readonly instanceId: string } | undefined;
  admits(instanceId: string, origin: "application" | "probe"): boolean;
}

/**
 * Databases as values, for tests that need thousands of lives in a minute. As with real servers, sessions belong
 * to an instance and survive what happens to its name, and a restore to a time needs a later commit.
 */
export class MemoryServers implements DataPlane {
  readonly #clock: { now(): number };
  readonly #volumes = new Map<string, LiveVolume>();
  readonly #snapshots = new Map<string, LiveVolume>();
  readonly #instances = new Map<string, Instance>();
  #serial = 0;

  constructor(clock: { now(): number }) {
    this.#clock = clock;
  }

  createVolume(volume: string, database: string): void {
    if (!this.#volumes.has(volume)) this.#volumes.set(volume, replay(database, []));
  }

  volume(volume: string): Volume {
    return this.#live(volume);
  }

  instance(id: string): Instance | undefined {
    return this.#instances.get(id);
  }

  instances(): readonly Instance[] {
    return [...this.#instances.values()];
  }

  /**
   * A new session, if the network lets it through. Throws an error with the code that a socket would give:
   * ENOTFOUND, ETIMEDOUT or ECONNREFUSED.
   */
  connect(network: Network, to: { host: string; user: string }): MemorySession {
    const instance = this.reach(network, to.host, "application");
    const session = new MemorySession(this, instance, ++this.#serial, to.user);
    instance.sessions.add(session);
    return session;
  }

  /** The instance that `host` leads to from `origin`; throws as `connect` does. */
  reach(network: Network, host: string, origin: "application" | "probe"): Instance {
    const address = network.resolve(host);
    if (address === undefined) throw failure("ENOTFOUND");
    if (!network.admits(address.instanceId, origin)) throw failure("ETIMEDOUT");
    const instance = this.#instances.get(address.instanceId);
    if (instance === undefined) throw failure("ECONNREFUSED");
    return instance;
  }

  /** Commits a change through an instance. Throws 25006 on a reader, as PostgreSQL does. */
  commit(instanceId: string, change: Change): void {
    const instance = this.#instances.get(instanceId);
    if (instance === undefined) throw failure("57P01");
    if (!instance.writer) throw failure("25006");
    const volume = this.#live(instance.volume);
    const commit = { at: this.#clock.now(), change };
    volume.commits.push(commit);
    apply(volume, commit);
  }

  async createEmptyVolume(volume: string, { database = "postgres" }: EmptyDatabase): Promise<void> {
    this.createVolume(volume, database);
  }

  async restoreToTime(from: string, to: string, at: number): Promise<void> {
    if (this.#volumes.has(to)) return;
    const { database, commits } = this.#live(from);
    if (!commits.some((commit) => commit.at > at)) {
      throw new Error("recovery ended before configured recovery target was reached");
    }
    this.#volumes.set(
      to,
      replay(
        database,
        commits.filter((commit) => commit.at <= at),
      ),
    );
  }

  async takeSnapshot(volume: string, snapshot: string): Promise<void> {
    if (!this.#snapshots.has(snapshot)) this.#snapshots.set(snapshot, copy(this.#live(volume)));
  }

  async restoreSnapshot(snapshot: string, to: string): Promise<void> {
    const held = this.#snapshots.get(snapshot);
    if (held === undefined) throw new Error(`There is no snapshot ${snapshot}.`);
    if (!this.#volumes.has(to)) this.#volumes.set(to, copy(held));
  }

  async deleteVolume(volume: string): Promise<void> {
    for (const instance of this.#instances.values()) {
      if (instance.volume === volume) await this.stopInstance(instance.id);
    }
    this.#volumes.delete(volume);
  }

  async deleteSnapshot(snapshot: string): Promise<void> {
    this.#snapshots.delete(snapshot);
  }

  async startInstance(instance: { id: string; volume: string; writer: boolean }): Promise<void> {
    if (!this.#instances.has(instance.id)) this.#start(instance);
  }

  async stopInstance(id: string): Promise<void> {
    this.#instances.get(id)?.sessions.forEach((session) => {
      session.close();
    });
    this.#instances.delete(id);
  }

  async rebootInstance(id: string): Promise<void> {
    const instance = this.#instances.get(id);
    if (instance === undefined) throw new Error(`There is no instance ${id}.`);
    await this.#restart(instance, instance.writer);
  }

  async promoteInstance(id: string): Promise<void> {
    const promoted = this.#instances.get(id);
    if (promoted === undefined) throw new Error(`There is no instance ${id}.`);
    if (promoted.writer) return;
    for (const instance of [...this.#instances.values()]) {
      if (instance.volume === promoted.volume && instance.writer) await this.#restart(instance, false);
    }
    await this.#restart(promoted, true);
  }

  async lastCommit(volume: string): Promise<number | undefined> {
    return this.#live(volume).commits.at(-1)?.at;
  }

  #live(volume: string): LiveVolume {
    const found = this.#volumes.get(volume);
    if (found === undefined) throw new Error(`There is no volume ${volume}.`);
    return found;
  }

  #start({ id, volume, writer }: { id: string; volume: string; writer: boolean }): void {
    this.#instances.set(id, {
      id,
      volume,
      writer,
      // Two starts within a millisecond are two starts.
      startedAt: `${this.#clock.now()}-${++this.#serial}`,
      writtenBefore: this.#live(volume).written,
      sessions: new Set(),
    });
  }

  async #restart(instance: Instance, writer: boolean): Promise<void> {
    await this.stopInstance(instance.id);
    this.#start({ ...instance, writer });
  }
}

/** A session of an application. It lives until it, or its instance, ends. */
export class MemorySession {
  readonly facts: Session;
  readonly #servers: MemoryServers;
  readonly #instance: Instance;

  constructor(servers: MemoryServers, instance: Instance, pid: number, user: string) {
    this.#servers = servers;
    this.#instance = instance;
    const { database } = servers.volume(instance.volume);
    this.facts = { pid, user, database, application: user, client: "192.0.2.1", state: "idle" };
  }

  get isOpen(): boolean {
    return this.#instance.sessions.has(this);
  }

  /** Commits a row; it is acknowledged when this returns. Throws 57P01 once the session has ended, 25006 on a reader. */
  put(key: string, value: string): void {
    this.#commit({ kind: "put", key, value });
  }

  remove(key: string): void {
    this.#commit({ kind: "remove", key });
  }

  close(): void {
    this.#instance.sessions.delete(this);
  }

  #commit(change: Change): void {
    if (!this.isOpen) throw failure("57P01");
    this.#servers.commit(this.#instance.id, change);
  }
}

function replay(database: string, commits: readonly Commit[]): LiveVolume {
  const volume: LiveVolume = {
    database,
    commits: [...commits],
    rows: new Map(),
    introducedAs: null,
    markers: new Set(),
    writers: new Map(),
    readings: new Map(),
    written: 0,
  };
  for (const commit of commits) apply(volume, commit);
  return volume;
}

function copy(volume: LiveVolume): LiveVolume {
  return {
    ...volume,
    commits: [...volume.commits],
    rows: new Map(volume.rows),
    markers: new Set(volume.markers),
    readings: new Map(volume.readings),
  };
}

function apply(volume: LiveVolume, { change }: Commit): void {
  switch (change.kind) {
    case "put":
      volume.rows.set(change.key, change.value);
      volume.written++;
      return;
    case "remove":
      volume.rows.delete(change.key);
      volume.written++;
      return;
    case "introduce":
      volume.introducedAs = change.as;
      return;
    case "mark":
      volume.markers.add(change.token);
      return;
    case "forget":
      volume.introducedAs = null;
      volume.markers.clear();
      volume.readings.clear();
      volume.writers = afterForgetting(volume.writers);
      return;
    case "schedule":
    case "unschedule":
    case "silence":
    case "wake":
      volume.writers = afterChange(volume.writers, change);
      return;
    case "read":
      volume.readings.set(change.token, change.found);
      return;
    case "nothing":
      return;
  }
}
