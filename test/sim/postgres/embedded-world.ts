import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { WorldClock } from "../../../src/sim/clock.ts";
import { openPostgresServers, type PostgresServers } from "../../../src/sim/postgres/servers.ts";
import { logins } from "../../../src/sim/postgres/template.ts";
import { showOffset } from "../../../src/sim/postgres/world-time.ts";

export function worldDirectory(): string {
  return mkdtempSync(join(tmpdir(), "encrypt-db-test-"));
}

export interface EmbeddedWorld {
  readonly directory: string;
  readonly clock: WorldClock;
  readonly servers: PostgresServers;
  /** The endpoint names that the account gives to an instance; a test changes them. */
  readonly names: Map<string, string[]>;
  /** Connects as one of the world's logins, straight to the instance's server. */
  connect(instance: string, login?: keyof typeof logins, database?: string): Promise<pg.Client>;
  /** One statement in a session of its own. */
  query(instance: string, sql: string, login?: keyof typeof logins): Promise<unknown[]>;
  close(): Promise<void>;
}

export async function openWorld(directory = worldDirectory()): Promise<EmbeddedWorld> {
  const clock = new WorldClock({ save: ({ offset }) => showOffset(directory, offset) });
  const names = new Map<string, string[]>();
  const certificateNames = (instance: string) => names.get(instance) ?? [];
  const servers = await openPostgresServers({ directory, clock, certificateNames });
  const world: EmbeddedWorld = {
    directory,
    clock,
    servers,
    names,
    async connect(instance, login = "application", database = "orders") {
      const client = new pg.Client({
        host: "127.0.0.1",
        port: servers.portOf(instance),
        database,
        ...logins[login],
        ssl: { ca: servers.ca, servername: instance },
      });
      client.on("error", () => {});
      await client.connect();
      return client;
    },
    async query(instance, sql, login) {
      const client = await world.connect(instance, login);
      try {
        return (await client.query(sql)).rows;
      } finally {
        await client.end();
      }
    },
    async close() {
      await servers.close();
      rmSync(directory, { recursive: true });
    },
  };
  return world;
}

/** Opened worlds with one volume that has the tables of the tests. */
export const orders = {
  database: "orders",
  sql: "create table orders (id bigint primary key, value text not null); insert into orders values (1, 'seeded');",
};
