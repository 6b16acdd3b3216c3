import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import * as z from "zod";
import { type Authority, writeCertificate } from "./certificates.ts";
import { replaceFile } from "./directories.ts";
import type { Installation } from "./installation.ts";
import { findServer, reloadSettings, type Server, startServer, stopServer } from "./server.ts";
import { catchUp, follow } from "./standby.ts";
import { lastCommit, superuserPool } from "./superuser.ts";
import type { Volumes } from "./volumes.ts";

const instanceSchema = z.object({
  id: z.string(),
  volume: z.string(),
  writer: z.boolean(),
  /** What its certificate is for: the endpoint names that the account gave it at its last start or reboot. */
  names: z.array(z.string()),
});
type Instance = Readonly<z.infer<typeof instanceSchema>>;

interface Running extends Instance {
  readonly server: Server;
  readonly superuser: pg.Pool;
}

/**
 * The instances that should be running, and the servers that they are. What should run is saved in
 * instances.json before a server starts and after one has stopped, so that whoever opens the world next
 * brings everything back to that, adopting the servers that never went away.
 */
export class Instances {
  readonly #installation: Installation;
  readonly #directory: string;
  readonly #volumes: Volumes;
  readonly #authority: Authority;
  readonly #certificateNames: (instanceId: string) => readonly string[];
  readonly #wanted = new Map<string, Instance>();
  readonly #running = new Map<string, Running>();
  /** The last thing under way on each volume. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(world: {
    installation: Installation;
    directory: string;
    volumes: Volumes;
    authority: Authority;
    certificateNames: (instanceId: string) => readonly string[];
  }) {
    this.#installation = world.installation;
    this.#directory = world.directory;
    this.#volumes = world.volumes;
    this.#authority = world.authority;
    this.#certificateNames = world.certificateNames;
  }

  async open(): Promise<void> {
    const saved = await readFile(this.#file, "utf8").catch(() => "[]");
    for (const instance of z.array(instanceSchema).parse(JSON.parse(saved)))
      this.#wanted.set(instance.id, instance);
    await this.#stopStrays();
    // Writers first: a reader waits until it has caught up with its writer.
    for (const writer of [true, false]) await this.#each({ writer }, (instance) => this.#launch(instance));
  }

  async #each({ writer }: { writer: boolean }, act: (instance: Instance) => Promise<void>): Promise<void> {
    await Promise.all([...this.#wanted.values()].filter((one) => one.writer === writer).map(act));
  }

  get #file(): string {
    return join(this.#directory, "instances.json");
  }

  async #stopStrays(): Promise<void> {
    const wanted = await Promise.all(
      [...this.#wanted.values()].map((instance) => this.#dataDirectory(instance)),
    );
    for (const directory of await this.#volumes.serverDirectories()) {
      if (wanted.includes(directory)) continue;
      const server = await findServer(this.#installation, directory);
      if (server) await stopServer(server);
    }
  }

  async #want(...instances: readonly Instance[]): Promise<void> {
    for (const instance of instances) this.#wanted.set(instance.id, instance);
    await this.#save();
  }

  async #save(): Promise<void> {
    await replaceFile(this.#file, JSON.stringify([...this.#wanted.values()]));
  }

  portOf(id: string): number | undefined {
    return this.#running.get(id)?.server.port;
  }

  #writerOf(volume: string): Running | undefined {
    return [...this.#running.values()].find((instance) => instance.volume === volume && instance.writer);
  }

  #instance(id: string): Instance {
    const instance = this.#wanted.get(id);
    if (!instance) throw new Error(`${id} is not running`);
    return instance;
  }

  #readersOf = (volume: string) =>
    [...this.#running.values()].filter((instance) => instance.volume === volume && !instance.writer);

  /** As on AWS, a rename does not change the certificate of an instance that keeps running. */
  #namedNow(instance: Omit<Instance, "names">): Instance {
    return { ...instance, names: [...this.#certificateNames(instance.id)] };
  }

  start(instance: Omit<Instance, "names">): Promise<void> {
    return this.#inTurn(instance.volume, async () => {
      if (this.#running.has(instance.id)) return;
      const writer = this.#writerOf(instance.volume);
      if (instance.writer && writer) throw new Error(`${instance.volume} has a writer already: ${writer.id}`);
      await this.#want(this.#namedNow(instance));
      await this.#launch(this.#instance(instance.id));
    });
  }

  async stop(id: string): Promise<void> {
    const volume = this.#wanted.get(id)?.volume;
    if (volume === undefined) return;
    await this.#inTurn(volume, async () => {
      const reader = this.#wanted.get(id)?.writer === false;
      await this.#halt(id);
      if (reader) await this.#volumes.deleteReader(volume, id);
      this.#wanted.delete(id);
      await this.#save();
    });
  }

  async stopAllOf(volume: string): Promise<void> {
    for (const instance of [...this.#wanted.values()])
      if (instance.volume === volume) await this.stop(instance.id);
  }

  async reboot(id: string): Promise<void> {
    await this.#inTurn(this.#instance(id).volume, async () => {
      await this.#halt(id);
      await this.#want(this.#namedNow(this.#instance(id)));
      await this.#launch(this.#instance(id));
    });
  }

  /**
   * A failover as Aurora does it, where the members share one volume: both restart, and the reader goes on
   * with exactly the data that the writer left.
   */
  async promote(id: string): Promise<void> {
    const { volume } = this.#instance(id);
    await this.#inTurn(volume, async () => {
      const reader = this.#instance(id);
      if (reader.writer) return;
      const former = [...this.#wanted.values()].filter((other) => other.volume === volume && other.writer);
      const swapped = [
        { ...reader, writer: true },
        ...former.map((writer) => ({ ...writer, writer: false })),
      ];
      const next = swapped.map((instance) => this.#namedNow(instance));
      for (const { id } of next) await this.#halt(id);
      await this.#want(...next);
      await this.#volumes.deleteReader(volume, id);
      for (const instance of next) await this.#launch(instance);
    });
  }

  /** Stops every server; opening the world again starts the same ones. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#turns.values());
    // Readers first: a writer that shuts down waits for them.
    for (const writer of [false, true]) await this.#each({ writer }, (instance) => this.#halt(instance.id));
  }

  /** Forgets the servers and leaves them running. */
  async detach(): Promise<void> {
    await Promise.allSettled(this.#turns.values());
    await Promise.all([...this.#running.values()].map((instance) => instance.superuser.end()));
    this.#running.clear();
  }

  async #launch(instance: Instance): Promise<void> {
    const directory = await this.#dataDirectory(instance);
    const server =
      (await findServer(this.#installation, directory)) ?? (await this.#startOn(directory, instance));
    const pool = superuserPool(this.#installation, server.port);
    this.#running.set(instance.id, { ...instance, server, superuser: pool });
    if (instance.writer) await this.#pointReadersAt(instance.volume, server.port);
    const writer = this.#writerOf(instance.volume);
    if (writer && !instance.writer) await catchUp(writer.superuser, pool);
  }

  #dataDirectory(instance: Instance): Promise<string> {
    return this.#volumes.dataDirectory(instance.volume, instance.writer ? undefined : instance.id);
  }

  async #startOn(directory: string, instance: Instance): Promise<Server> {
    const { volume, writer } = instance;
    await writeCertificate(this.#authority, directory, instance, this.#installation.user);
    if (!writer) await follow(this.#installation, directory, this.#writerOf(volume)?.server.port);
    return startServer(this.#installation, directory, { ssl: "on" });
  }

  async #pointReadersAt(volume: string, port: number): Promise<void> {
    for (const { server } of this.#readersOf(volume)) {
      await follow(this.#installation, server.directory, port);
      reloadSettings(server);
    }
  }

  async #halt(id: string): Promise<void> {
    const instance = this.#running.get(id);
    if (!instance) return;
    const wall = instance.writer ? await lastCommit(instance.superuser).catch(unreachable) : undefined;
    if (wall !== undefined) await this.#volumes.rememberLastCommit(instance.volume, wall);
    this.#running.delete(id);
    await instance.superuser.end();
    await stopServer(instance.server);
  }

  /** Wall clock; the moment just before the last commit, which a restore can always reach. */
  async lastCommit(volume: string): Promise<number | undefined> {
    const writer = this.#writerOf(volume);
    return writer ? lastCommit(writer.superuser) : this.#volumes.rememberedLastCommit(volume);
  }

  async #inTurn<T>(volume: string, act: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(volume) ?? Promise.resolve()).then(act, act);
    this.#turns.set(volume, turn);
    return turn;
  }
}

/** A server that has crashed can still be stopped. */
const unreachable = () => undefined;
