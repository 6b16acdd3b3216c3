import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import type { EmptyDatabase } from "../aws/data-plane.ts";
import { copyDirectory, exists, makeWhole, replaceFile } from "./directories.ts";
import type { Installation } from "./installation.ts";
import { recover } from "./recovery.ts";
import { findServer, startServer, stopServer } from "./server.ts";
import { superuserClient } from "./superuser.ts";
import { logins } from "./template.ts";

/** A database to make in a new volume, and what its application puts into it. */
export interface Seed {
  readonly database: string;
  /** Run as the application's login. */
  readonly sql: string;
}

/**
 * The storage of the embedded world. A volume is its *base*, the data directory as it was when the volume
 * came to be, and the log written since, which PostgreSQL is told to keep. Everything is made from these two:
 * point-in-time restores, snapshots, readers. A snapshot is a base.
 *
 *     <world>/clock                          read by clock_timestamp() as ../../../clock
 *     <world>/volumes/<volume>/base          at rest, never started again
 *     <world>/volumes/<volume>/live          what the writer serves
 *     <world>/volumes/<volume>/reader-<id>   a standby
 *     <world>/snapshots/<snapshot>/base      at rest
 */
export class Volumes {
  readonly #installation: Installation;
  readonly #directory: string;

  constructor(installation: Installation, directory: string) {
    this.#installation = installation;
    this.#directory = directory;
  }

  #volume = (volume: string) => join(this.#directory, "volumes", encodeURIComponent(volume));
  #snapshot = (snapshot: string) => join(this.#directory, "snapshots", encodeURIComponent(snapshot));

  /** Clears what a killed process left half made, together with the servers that were making it. */
  async open(): Promise<void> {
    for (const kind of ["volumes", "snapshots"]) {
      await mkdir(join(this.#directory, kind), { recursive: true });
      for (const whole of await readdir(join(this.#directory, kind))) {
        const path = join(this.#directory, kind, whole);
        for (const part of await readdir(path)) {
          if (!`${whole}/${part}`.includes(".unfinished-")) continue;
          const server = await findServer(this.#installation, join(path, part));
          if (server) await stopServer(server);
          await rm(join(path, part), { recursive: true });
        }
        if (whole.includes(".unfinished-")) await rm(path, { recursive: true });
      }
    }
  }

  /** Data directories of the volume that some server may be running on. */
  async serverDirectories(): Promise<readonly string[]> {
    const volumes = join(this.#directory, "volumes");
    const found: string[] = [];
    for (const volume of await readdir(volumes)) {
      for (const part of await readdir(join(volumes, volume))) found.push(join(volumes, volume, part));
    }
    return found;
  }

  async create(volume: string, seeds: readonly Seed[]): Promise<void> {
    await this.#make(this.#volume(volume), async (base) => {
      await copyDirectory(this.#installation.template, base);
      const server = await startServer(this.#installation, base);
      try {
        for (const seed of seeds) await sow(this.#installation, server.port, seed);
      } finally {
        await stopServer(server);
      }
    });
  }

  /** As RDS makes an instance: nobody but its own superuser and one master can log in. */
  async createEmpty(volume: string, made: EmptyDatabase): Promise<void> {
    await this.#make(this.#volume(volume), async (base) => {
      await copyDirectory(this.#installation.template, base);
      const server = await startServer(this.#installation, base);
      try {
        await leaveMasterAlone(this.#installation, server.port, made);
      } finally {
        await stopServer(server);
      }
    });
  }

  /** `until` is a wall-clock instant. */
  async restoreToTime(from: string, to: string, until: number): Promise<void> {
    const source = await this.#source(from);
    await this.#make(this.#volume(to), (base) => recover(this.#installation, source, base, until));
  }

  async takeSnapshot(volume: string, snapshot: string): Promise<void> {
    const source = await this.#source(volume);
    await this.#make(this.#snapshot(snapshot), (base) => recover(this.#installation, source, base));
  }

  async restoreSnapshot(snapshot: string, to: string): Promise<void> {
    await this.#make(this.#volume(to), (base) => copyDirectory(join(this.#snapshot(snapshot), "base"), base));
  }

  /** The data directory of the writer, or of the reader with this instance id. */
  async dataDirectory(volume: string, reader: string | undefined): Promise<string> {
    const part = reader === undefined ? "live" : `reader-${encodeURIComponent(reader)}`;
    const path = join(this.#volume(volume), part);
    if (!(await exists(path))) {
      await makeWhole(path, (directory) => copyDirectory(join(this.#volume(volume), "base"), directory));
    }
    return path;
  }

  async deleteReader(volume: string, reader: string): Promise<void> {
    await rm(join(this.#volume(volume), `reader-${encodeURIComponent(reader)}`), {
      recursive: true,
      force: true,
    });
  }

  async delete(volume: string): Promise<void> {
    await rm(this.#volume(volume), { recursive: true, force: true });
  }

  async deleteSnapshot(snapshot: string): Promise<void> {
    await rm(this.#snapshot(snapshot), { recursive: true, force: true });
  }

  /** What is remembered while no server can be asked; a wall-clock instant. */
  async rememberLastCommit(volume: string, wall: number): Promise<void> {
    await replaceFile(join(this.#volume(volume), "last-commit"), String(wall));
  }

  async rememberedLastCommit(volume: string): Promise<number | undefined> {
    const text = await readFile(join(this.#volume(volume), "last-commit"), "utf8").catch(() => undefined);
    return text === undefined ? undefined : Number(text);
  }

  async #make(path: string, fill: (base: string) => Promise<void>): Promise<void> {
    if (await exists(path)) return;
    await makeWhole(path, async (directory) => {
      await mkdir(directory);
      await fill(join(directory, "base"));
    });
  }

  async #source(volume: string): Promise<{ base: string; log: string }> {
    const base = join(this.#volume(volume), "base");
    const live = join(this.#volume(volume), "live", "pg_wal");
    return { base, log: (await exists(live)) ? live : join(base, "pg_wal") };
  }
}

async function leaveMasterAlone(
  installation: Installation,
  port: number,
  { database, user, password }: EmptyDatabase,
): Promise<void> {
  const [master, owned] = [user, database ?? ""].map((name) => pg.escapeIdentifier(name));
  const { bot, application } = logins;
  const client = superuserClient(installation, port, "postgres");
  try {
    await client.connect();
    await client.query(`drop role ${bot.user}; drop role ${application.user}`);
    if (user !== logins.master.user)
      await client.query(`alter role ${logins.master.user} rename to ${master}`);
    // A rename takes the password away.
    const given = pg.escapeLiteral(password ?? logins.master.password);
    await client.query(`alter role ${master} password ${given}`);
    await client.query(`alter database postgres owner to ${master}`);
    if (database !== undefined) await client.query(`create database ${owned} owner ${master}`);
  } finally {
    await client.end();
  }
}

async function sow(installation: Installation, port: number, { database, sql }: Seed): Promise<void> {
  const name = pg.escapeIdentifier(database);
  const { master, bot, application } = logins;
  const everywhere = superuserClient(installation, port, "postgres");
  const inside = superuserClient(installation, port, database);
  try {
    await everywhere.connect();
    await everywhere.query(`create database ${name} owner ${master.user}`);
    await everywhere.query(`grant create on database ${name} to ${bot.user}, ${application.user}`);
    await inside.connect();
    await inside.query(`grant create on schema public to ${application.user}`);
    await inside.query(`set role ${application.user}; ${sql}`);
  } finally {
    await everywhere.end();
    await inside.end();
  }
}
