import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { appendFile, chown, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ServerUser } from "./directories.ts";

/** The superuser; on RDS it belongs to AWS. */
export const superuser = "rdsadmin";

/** The logins of the embedded world and their passwords, which are no secret. */
export const logins = {
  master: { user: "postgres", password: "master-of-the-embedded-world" },
  bot: { user: "encrypt_db", password: "bot-of-the-embedded-world" },
  application: { user: "app", password: "app-of-the-embedded-world" },
} as const;

const settings = (major: number) => `
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 60
shared_buffers = 16MB
${major < 18 ? "" : "io_method = sync"}
jit = off
timezone = UTC
log_timezone = UTC
# The machine may lose what it likes: what must survive is the death of a process.
fsync = off
full_page_writes = off
# A volume is its base and all the log since: restores, snapshots and readers are made from these two.
wal_level = logical
wal_keep_size = 1TB
track_commit_timestamp = on
max_prepared_transactions = 10
wal_retrieve_retry_interval = 100ms
`;

const authentication = `
host    all         ${superuser} 127.0.0.1/32 scram-sha-256
host    replication ${superuser} 127.0.0.1/32 scram-sha-256
hostssl all         all          127.0.0.1/32 scram-sha-256
`;

// The file's place is relative to the data directory: <world>/volumes/<volume>/<server>.
const clock = `
set allow_system_table_mods = on;
alter function pg_catalog.clock_timestamp() rename to wall_clock_timestamp;
create function pg_catalog.clock_timestamp() returns timestamptz
  language sql volatile parallel safe security definer as $$
    select pg_catalog.wall_clock_timestamp()
         + pg_catalog.make_interval(secs => pg_catalog.pg_read_file('../../../clock')::float8 / 1000)
  $$;
`;

// As on RDS, the master user is no superuser; the bot has what the README asks of a user, and no more.
const roles = (major: number) => `
create role rds_superuser;
grant pg_monitor, pg_signal_backend, pg_checkpoint${major < 16 ? "" : ", pg_create_subscription"} to rds_superuser with admin option;
create role ${logins.master.user} login createdb createrole replication password '${logins.master.password}';
grant rds_superuser to ${logins.master.user};
alter database postgres owner to ${logins.master.user};
create database ${superuser};
revoke connect on database ${superuser} from public;
create role ${logins.bot.user} login password '${logins.bot.password}';
grant pg_signal_backend, pg_read_all_stats, pg_read_all_data to ${logins.bot.user};
create role ${logins.application.user} login password '${logins.application.password}';
`;

/** Where the clock is put: every database that is made later is one of these, what is restored from a dump the last. */
const databases = ["template1", "postgres", "template0"] as const;

/** Changes with everything a template is made from, so that no later version uses a stale one. */
export function templateFingerprint(major: number): string {
  const all = settings(major) + authentication + clock + roles(major) + databases.join();
  return createHash("sha256").update(all).digest("hex").slice(0, 12);
}

/** Fills `directory` with a data directory and the superuser's password, which is different on every machine. */
export async function makeTemplate(
  directory: string,
  binaries: string,
  { user, major }: { readonly user: ServerUser | undefined; readonly major: number },
): Promise<void> {
  const data = join(directory, "data");
  const passwordFile = join(directory, "password");
  await mkdir(data, { recursive: true, mode: 0o755 });
  await writeFile(passwordFile, randomBytes(18).toString("base64url"), { mode: 0o600 });
  for (const path of [data, passwordFile]) if (user) await chown(path, user.uid, user.gid);
  const how = { cwd: data, ...user };
  const options = ["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--wal-segsize=1", "--no-sync"];
  await promisify(execFile)(
    join(binaries, "initdb"),
    ["-D", data, "-U", superuser, `--pwfile=${passwordFile}`, ...options],
    how,
  );
  if (user) await chown(passwordFile, 0, 0);
  await appendFile(join(data, "postgresql.conf"), settings(major));
  await writeFile(join(data, "pg_hba.conf"), authentication);
  const [first, ...others] = databases;
  await runAlone(binaries, data, user, first, clock + roles(major));
  for (const database of others) await runAlone(binaries, data, user, database, clock);
}

/** Runs statements in a server of its own that has no network, which is how a template gets its contents. */
async function runAlone(
  binaries: string,
  data: string,
  user: ServerUser | undefined,
  database: string,
  statements: string,
): Promise<void> {
  const running = promisify(execFile)(
    join(binaries, "postgres"),
    ["--single", "-j", "-D", data, "-c", "exit_on_error=on", database],
    { cwd: data, ...user },
  );
  // Statements end at an empty line (postgres --single -j).
  running.child.stdin?.end(`${statements.trim().replaceAll(/;\n/g, ";\n\n")}\n\n`);
  await running;
}
