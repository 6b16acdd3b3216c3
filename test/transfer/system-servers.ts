import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFile, chmod, chown, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import type { TransferJob } from "../../src/core/transfer.ts";
import { type Authority, openAuthority, writeCertificate } from "../../src/sim/postgres/certificates.ts";
import { exists } from "../../src/sim/postgres/directories.ts";
import type { Installation } from "../../src/sim/postgres/installation.ts";
import { preparePostgres } from "../../src/sim/postgres/installation.ts";
import { type Server, startServer, stopServer } from "../../src/sim/postgres/server.ts";
import { createLocalTransfer } from "../../src/transfer/local.ts";
import { installedTools, type Tools } from "../../src/transfer/tools.ts";
import type { TransferOptions } from "../../src/transfer/workshop.ts";

/** The client tools of this machine whose server is installed beside them; the embedded servers come without any. */
export const systemTools: Tools | undefined = await findSystemTools();

async function findSystemTools(): Promise<Tools | undefined> {
  for (const tools of await installedTools()) {
    if (await exists(join(dirname(tools.pgDump), "postgres"))) return tools;
  }
  return undefined;
}

export const without = systemTools
  ? ""
  : " (skipped: PostgreSQL's server and client are not installed together on this machine, for example postgresql-15)";

export const logins = {
  bot: { user: "encrypt_db", password: "bot: of \\ these servers" },
  master: { user: "postgres", password: "master-of-these-servers" },
  app: { user: "app", password: "app-of-these-servers" },
} as const;

const settings = `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 60
shared_buffers = 16MB
fsync = off
full_page_writes = off
autovacuum = off
timezone = UTC
ssl = on
`;

const authentication = `
host    all rdsadmin 127.0.0.1/32 trust
hostssl all all      127.0.0.1/32 scram-sha-256
`;

/** As on RDS: the superuser belongs to AWS, and the master owns the databases that are there at the beginning. */
const serviceRoles = `
create role rds_superuser;
grant pg_monitor, pg_signal_backend to rds_superuser with admin option;
create role rds_iam;
create role postgres login createdb createrole password '${logins.master.password}';
grant rds_superuser to postgres;
alter database postgres owner to postgres;
alter database template1 owner to postgres;`;

export interface TestServer {
  readonly installation: Installation;
  readonly server: Server;
  /** In a session of rdsadmin, whom no right restricts; each statement begins a line. */
  ask(database: string, sql: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

/** A server of its own in `folder`, of whatever version the installation is. */
export async function startOne(
  { binaries, user, superuserPassword }: Installation,
  authority: Authority,
  folder: string,
  name: string,
): Promise<TestServer> {
  const data = join(folder, name);
  await mkdir(data, { mode: 0o700 });
  if (user) await chown(data, user.uid, user.gid);
  const options = ["--encoding=UTF8", "--locale=C", "--auth=trust", "--no-sync"];
  await promisify(execFile)(join(binaries, "initdb"), ["-D", data, "-U", "rdsadmin", ...options], {
    cwd: data,
    ...user,
  });
  await appendFile(join(data, "postgresql.conf"), settings);
  await writeFile(join(data, "pg_hba.conf"), authentication);
  await writeCertificate(authority, data, { id: name, names: [`${name}.test`, "localhost"] }, user);
  const installation = { binaries, user, template: data, superuserPassword };
  const server = await startServer(installation, data);
  async function ask(database: string, sql: string) {
    const client = new pg.Client({ host: "127.0.0.1", port: server.port, user: "rdsadmin", database });
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      // One by one: CREATE DATABASE is for itself alone.
      for (const statement of sql.split(/;\n/)) ({ rows } = await client.query(statement));
      return rows;
    } finally {
      await client.end();
    }
  }
  await ask("postgres", serviceRoles);
  return { installation, server, ask, stop: () => stopServer(server) };
}

/** Two servers, the source with the bot's login, and a transfer between them. */
export async function openSystemServers(tools: Tools) {
  const folder = await mkdtemp(join(tmpdir(), "encrypt-db-transfer-"));
  await chmod(folder, 0o755);
  const authority = await openAuthority(folder);
  const embedded = await preparePostgres();
  const system = { ...embedded, binaries: dirname(tools.pgDump) };
  const source = await startOne(system, authority, folder, "source");
  const target = await startOne(system, authority, folder, "target");
  const servers = new Map([
    ["source.test", source],
    ["target.test", target],
  ]);
  await source.ask(
    "postgres",
    `create role ${logins.bot.user} login password '${logins.bot.password}';
     grant pg_read_all_data, pg_read_all_stats, pg_signal_backend to ${logins.bot.user};`,
  );
  const logged: string[] = [];
  const options: TransferOptions = {
    login: { user: logins.bot.user, password: async () => logins.bot.password },
    masterPassword: async () => logins.master.password,
    passwords: {},
    ca: authority.cert,
    spool: join(folder, "spool"),
    jobs: 2,
    log: (line) => void logged.push(line),
    resolve: async (host) => ({ address: "127.0.0.1", port: servers.get(host)?.server.port ?? 1 }),
    tools: async () => [tools],
  };
  const job: TransferJob = {
    id: "m1",
    name: "orders-prod",
    work: "move",
    token: randomBytes(8).toString("hex"),
    source: { host: "source.test", port: 5432, database: "orders" },
    target: {
      endpoint: { host: "target.test", port: 5432, database: "orders" },
      resourceId: "db-TARGET",
      masterUser: logins.master.user,
      masterSecretArn: null,
    },
    passwordsByOwner: [],
  };

  /** Throws away what is on the target, as a new instance has nothing. */
  async function emptyTarget(): Promise<void> {
    const databases = await target.ask(
      "postgres",
      "select datname from pg_database where datname not in ('template0', 'template1')",
    );
    for (const { datname } of databases) {
      await target.ask("template1", `alter database "${datname}" is_template false`);
      await target.ask("template1", `drop database "${datname}" with (force)`);
    }
    const roles = await target.ask(
      "template1",
      "select rolname from pg_roles where rolname !~ '^(pg_|rds|postgres$)'",
    );
    await target.ask("template1", "create database postgres owner postgres template template0");
    for (const { rolname } of roles) {
      await target.ask("postgres", `drop owned by "${rolname}"; drop role "${rolname}"`);
    }
    await target.ask("postgres", "alter role all reset all");
  }

  /** Does a job to its end. */
  async function run(changes: Partial<TransferJob> = {}, how: Partial<TransferOptions> = {}) {
    const transfer = createLocalTransfer({ ...options, ...how });
    const whole = { ...job, ...changes };
    await transfer.start(whole);
    for (;;) {
      const state = await transfer.look(whole);
      if (state.state !== "running") return state;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async function close(): Promise<void> {
    await Promise.all([source.stop(), target.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
  return { folder, source, target, options, job, logged, run, emptyTarget, close };
}

export type SystemServers = Awaited<ReturnType<typeof openSystemServers>>;
