import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { Endpoint } from "../../src/core/database.ts";
import { createDatabase, type DatabaseOptions } from "../../src/database/database.ts";
import { failure } from "../../src/database/fault.ts";
import { preparePostgres } from "../../src/sim/postgres/installation.ts";
import { openPostgresServers } from "../../src/sim/postgres/servers.ts";
import { superuserClient } from "../../src/sim/postgres/superuser.ts";
import { logins } from "../../src/sim/postgres/template.ts";
import { showOffset } from "../../src/sim/postgres/world-time.ts";
import type { ForeignSession, Stage } from "../contracts/database-contract.ts";
import { TurnedTime } from "../contracts/turned-time.ts";
import { installCron, openCron, removeCron, shutCron } from "./cron.ts";

const schema = `
  create table items (id bigserial primary key, body text not null check (body <> ''));
  create index items_body on items (body);
  create view bodies as select body from items;
  create function twice(n int) returns int language sql as 'select n * 2';
  grant select on items, items_id_seq to encrypt_db;
  insert into items (body) select 'seed ' || n from generate_series(1, 20) n;`;

/** Real PostgreSQL servers, a writer and its standby, reached by names that a table resolves. */
export async function openRealServers() {
  const directory = await mkdtemp(join(tmpdir(), "encrypt-db-database-"));
  // PostgreSQL runs as another user where the tests run as root.
  await chmod(directory, 0o755);
  const time = new TurnedTime({ save: ({ offset }) => showOffset(directory, offset) });
  const names = new Map([
    ["writer.test", "db-W"],
    ["reader.test", "db-R"],
    ["stopped.test", "db-S"],
  ]);
  const servers = await openPostgresServers({
    directory,
    clock: time.world,
    certificateNames: (instance) => [...names].filter(([, id]) => id === instance).map(([name]) => name),
  });
  await servers.createVolume(
    "cluster-A",
    { database: "orders", sql: schema },
    { database: "billing", sql: "create table bills (id int primary key);" },
  );
  await servers.data.startInstance({ id: "db-W", volume: "cluster-A", writer: true });
  // What the product can do without: here the login has what is granted, table by table.
  await bySuperuser("revoke pg_read_all_data from encrypt_db");
  await servers.data.startInstance({ id: "db-R", volume: "cluster-A", writer: false });

  const at = (host: string): Endpoint => ({ host, port: 5432, database: "orders" });
  async function resolve(host: string) {
    const instance = names.get(host);
    if (instance === undefined) throw failure("ENOTFOUND");
    // Port 1 is nobody's.
    return { address: "127.0.0.1", port: servers.portOf(instance) ?? 1 };
  }
  const options: DatabaseOptions = {
    login: { user: logins.bot.user, password: async () => logins.bot.password },
    ca: servers.ca,
    clock: time,
    resolve,
  };

  /** A session of one of the world's logins, past everything that is tested here. */
  async function session(
    instance: string,
    login: pg.ClientConfig & { replication?: string } = logins.application,
    database = "orders",
  ): Promise<pg.Client> {
    const client = new pg.Client({
      host: "127.0.0.1",
      port: servers.portOf(instance) ?? 1,
      database,
      ...login,
      ssl: { ca: servers.ca, checkServerIdentity: () => undefined },
    });
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  /** A session of rdsadmin, whom nobody counts. */
  async function asSuperuser(instance: string, database: string): Promise<pg.Client> {
    const client = superuserClient(await preparePostgres(), servers.portOf(instance) ?? 1, database);
    client.on("error", () => {});
    await client.connect();
    return client;
  }

  async function copy(): Promise<Endpoint> {
    const name = `copy-${names.size}`;
    await servers.data.takeSnapshot("cluster-A", name);
    await servers.data.restoreSnapshot(name, name);
    names.set(`${name}.test`, `db-${name}`);
    await servers.data.startInstance({ id: `db-${name}`, volume: name, writer: true });
    return at(`${name}.test`);
  }

  async function bySuperuser(sql: string, values: readonly unknown[] = []): Promise<void> {
    const inside = await asSuperuser("db-W", "orders");
    await inside.query(sql, [...values]);
    await inside.end();
  }

  let hasCron = false;
  async function schedule(job: string, on: boolean): Promise<void> {
    if (!hasCron) await bySuperuser(installCron + openCron);
    hasCron = true;
    await bySuperuser("insert into cron.job (jobname, active) values ($1, $2)", [job, on]);
  }

  async function unschedule(): Promise<void> {
    if (hasCron) await bySuperuser(removeCron + shutCron);
    hasCron = false;
  }

  const stage: Omit<Stage, "database"> = {
    time,
    writer: at("writer.test"),
    reader: at("reader.test"),
    nowhere: at("nowhere.test"),
    stopped: at("stopped.test"),
    connect: async ({ host }) => foreign(await session(names.get(host) ?? "")),
    schedule,
    unschedule,
    restartWriter: () => servers.data.rebootInstance("db-W"),
    copy,
  };
  async function close() {
    await servers.close();
    await rm(directory, { recursive: true, force: true });
  }
  return {
    ...stage,
    stage,
    options,
    database: createDatabase(options),
    servers,
    names,
    at,
    session,
    asSuperuser,
    close,
  };
}

export type RealServers = Awaited<ReturnType<typeof openRealServers>>;

function foreign(client: pg.Client): ForeignSession {
  return {
    write: async () => void (await client.query("insert into items (body) values ('foreign')")),
    isEnded: async () => {
      const answer = await client.query("select 1").catch(() => undefined);
      return answer === undefined;
    },
    close: () => client.end(),
  };
}
