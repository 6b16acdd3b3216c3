import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Installation } from "./installation.ts";
import { superuserClient } from "./superuser.ts";

/** A running PostgreSQL server. */
export interface Server {
  readonly directory: string;
  readonly pid: number;
  readonly port: number;
}

const pollMs = 10;
const attempts = 5;

/**
 * Starts a server on a data directory and waits until it accepts connections. It outlives this process unless it is stopped. Throws the server's own words when it gives up.
 */
export async function startServer(
  installation: Installation,
  directory: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Server> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const failure = await launch(installation, directory, port, settings);
    if (typeof failure !== "string") return failure;
    // Between our look and the server's, somebody else may have taken the port.
    if (attempt === attempts || !failure.includes("Address already in use")) throw new Error(failure);
  }
}

async function launch(
  installation: Installation,
  directory: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): Promise<Server | string> {
  const log = `${directory}.log`;
  const logDescriptor = openSync(log, "w");
  const child = spawn(
    join(installation.binaries, "postgres"),
    [
      "-D",
      directory,
      "-p",
      String(port),
      ...Object.entries(settings).flatMap(([k, v]) => ["-c", `${k}=${v}`]),
    ],
    // Detached, because Ctrl-C in the terminal must reach the demo first, which then stops its servers.
    { cwd: directory, detached: true, stdio: ["ignore", logDescriptor, logDescriptor], ...installation.user },
  );
  closeSync(logDescriptor);
  child.unref();
  const failed = new Promise<Error>((resolve) => child.once("error", resolve));
  const ended = new Promise<true>((resolve) => child.once("exit", () => resolve(true)));
  for (;;) {
    const outcome = await Promise.race([failed, ended, sleep(pollMs, false)]);
    if (outcome instanceof Error) throw outcome;
    if (outcome) return `PostgreSQL stopped in ${directory}:\n${await lastWords(log)}`;
    const found = await readPidFile(directory);
    if (found?.pid === child.pid && found?.status === "ready") return { directory, pid: found.pid, port };
  }
}

async function lastWords(log: string): Promise<string> {
  return (await readFile(log, "utf8")).trim().split("\n").slice(-12).join("\n");
}

/** Ends every session and waits until the data directory is at rest. */
export async function stopServer(server: Server): Promise<void> {
  const patience = Date.now() + 10_000;
  for (let signal: NodeJS.Signals | undefined = "SIGINT"; await isRunning(server); ) {
    if (signal) process.kill(server.pid, signal);
    signal = Date.now() > patience ? "SIGQUIT" : undefined;
    await sleep(pollMs);
  }
}

/** The file goes last. The process can stay, as a zombie, where it is not our child but init's. */
async function isRunning(server: Server): Promise<boolean> {
  return isAlive(server.pid) && (await readPidFile(server.directory))?.pid === server.pid;
}

/** Makes a server read its settings again, if it is there to do so. */
export function reloadSettings(server: Server): void {
  if (isAlive(server.pid)) process.kill(server.pid, "SIGHUP");
}

/**
 * The server that runs on a data directory, perhaps started by a process that is gone. A number in a pid
 * file proves nothing, it may be anybody's by now: the server has to say itself where its data is.
 */
export async function findServer(installation: Installation, directory: string): Promise<Server | undefined> {
  const found = await readPidFile(directory);
  if (!found) return undefined;
  if (isAlive(found.pid) && (await servesDirectory(installation, directory, found.port))) {
    return { directory, pid: found.pid, port: found.port };
  }
  // PostgreSQL would refuse to start while the stale file names a living process.
  await rm(join(directory, "postmaster.pid"), { force: true });
  return undefined;
}

async function servesDirectory(
  installation: Installation,
  directory: string,
  port: number,
): Promise<boolean> {
  for (;;) {
    const client = superuserClient(installation, port, "postgres");
    try {
      await client.connect();
      const answer = await client.query<{ directory: string }>(
        "select current_setting('data_directory') as directory",
      );
      return answer.rows[0]?.directory === directory;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) return false;
      // 57P03: it is still starting up.
      if (error.code !== "57P03") throw error;
      await sleep(pollMs);
    } finally {
      await client.end();
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** postmaster.pid: the process, then the directory, start time, port, …, and in line 8 the readiness. */
async function readPidFile(
  directory: string,
): Promise<{ pid: number; port: number; status: string } | undefined> {
  const text = await readFile(join(directory, "postmaster.pid"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? "").trim() };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const listener = createServer().once("error", reject);
    listener.listen(0, "127.0.0.1", () => {
      const address = listener.address();
      listener.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
