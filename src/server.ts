import { composeServer } from "./compose/server.ts";
import { ConfigError, readServerConfig, type ServerConfig, silenceNodeVersionWarning } from "./config.ts";
import { type Duration, seconds } from "./core/time.ts";
import type { Log } from "./engine/deps.ts";
import { pollForever } from "./engine/poll.ts";
import { watchHealth } from "./server/health.ts";
import { type HttpServer, serveHttp } from "./server/http.ts";
import { createWakes } from "./server/wakes.ts";

/**
 * The product as one process: what the functions slack and worker do, and, unless PROBE_FUNCTION is set, the probe. It may run
 * beside a deployment of the functions, or several times, on the same table.
 */

/** Docker kills ten seconds after it has asked. Being killed does no harm either, but the next process has more to look up. */
const patience = seconds(8);

/** A reason not to start that whoever starts it can do something about. */
class StartFault extends Error {}

async function main(): Promise<number> {
  silenceNodeVersionWarning();
  const config = readServerConfig();
  const wakes = createWakes();
  const { deps, front, desk } = composeServer(config, wakes.wake);
  const { store, health } = watchHealth(deps);
  await deps.store.agenda(deps.clock.now()).catch((fault: unknown) => {
    throw new StartFault(
      `The table ${config.TABLE_NAME} in ${config.AWS_REGION} cannot be read: ${reasonOf(fault)}`,
    );
  });
  const { log } = deps;
  const { PORT: port, LISTEN_ADDRESS: address } = config;
  const http = await serveHttp({ address, port, front, desk, health, log }).catch((fault: unknown) => {
    throw new StartFault(`${address}:${port} cannot be listened on: ${reasonOf(fault)}`);
  });
  const stopping = new AbortController();
  const polling = pollForever({ ...deps, store }, wakes, stopping.signal);
  log.info("serving", whatIsServed(config, http));
  log.info("stopping", { signal: await signal() });
  stopping.abort();
  return end(Promise.all([polling, http.close()]), log);
}

function whatIsServed(config: ServerConfig, { url }: HttpServer) {
  return {
    slack: `${url}/slack`,
    health: `${url}/health`,
    operators: `${url}/operate`,
    account: config.AWS_ACCOUNT_ID,
    region: config.AWS_REGION,
    table: config.TABLE_NAME,
    workspace: config.SLACK_TEAM_ID,
    databases: "PROBE_FUNCTION" in config ? `through the function ${config.PROBE_FUNCTION}` : "directly",
  };
}

/** Ctrl-C reaches this process more than once, by the terminal and by npm; the later ones must not cut the stopping short. */
function signal(): Promise<string> {
  return new Promise((resolve) => {
    process.on("SIGINT", resolve);
    process.on("SIGTERM", resolve);
  });
}

async function end(work: Promise<unknown>, log: Log): Promise<number> {
  const isDone = await Promise.race([work.then(() => true), after(patience, false)]);
  if (isDone) log.info("stopped", {});
  else log.error("stopped-midway", { after: patience });
  return isDone ? 0 : 1;
}

function after<T>(duration: Duration, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), duration));
}

function reasonOf(fault: unknown): string {
  return fault instanceof Error ? `${fault.name}: ${fault.message}` : String(fault);
}

/** 2: the environment is wrong; 1: something else is. */
const code = await main().catch((fault: unknown) => {
  if (!(fault instanceof ConfigError || fault instanceof StartFault)) throw fault;
  console.error(fault.message);
  return fault instanceof ConfigError ? 2 : 1;
});
// A wait that was cut short would hold the process until it is over.
process.exit(code);
