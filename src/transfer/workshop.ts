import { createSecureContext } from "node:tls";
import type { TransferJob } from "../core/transfer.ts";
import { defaultTimeOuts, lookUpHost } from "../database/connect.ts";
import type { Address } from "../database/dial.ts";
import type { Passwords } from "./logins.ts";
import { type Progress, type Running, tracked } from "./progress.ts";
import { alwaysThere, clientEnvironment, inSession, type Server } from "./server.ts";
import { chooseTools, installedTools, type Tools } from "./tools.ts";

/** What a process is told in which transfers run. */
export interface TransferOptions {
  /** The bot's own login: it reads the source, whose proof does not count its sessions as foreign. */
  readonly login: { readonly user: string; readonly password: () => Promise<string> };
  /** Of the target's master, by the ARN of the secret that RDS keeps it in; null where there is none. */
  readonly masterPassword: (secretArn: string | null) => Promise<string>;
  /** Of roles that log in, as far as they are known. */
  readonly passwords: Passwords;
  /** The authorities that certificates must come from, in PEM. */
  readonly ca: string;
  /** A folder for dumps, which nobody else writes to. */
  readonly spool: string;
  /** Sessions, and processes, at once on either side. */
  readonly jobs: number;
  /** Hears what people are not told in Slack: the tools' own words. */
  readonly log: (line: string) => void;
  /** Where a host is. The default asks DNS. */
  readonly resolve?: (host: string, port: number) => Promise<Address>;
  /** The client programs there are. The default looks where packages put them. */
  readonly tools?: () => Promise<Tools[]>;
}

/** What one run has at hand. */
export interface Workshop {
  readonly source: Server;
  readonly target: Server;
  readonly tools: Tools;
  readonly environments: Readonly<Record<Server["side"], Readonly<Record<string, string>>>>;
  readonly jobs: number;
  /** A folder of this run's own. */
  readonly spool: string;
  readonly progress: Progress;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A table is read in one statement, and the largest takes hours: a day is the longest that a timer can be relied on to mean. */
const timeOuts = { ...defaultTimeOuts, query: 86_400_000 };

/** Looks at both servers and finds the tools for them. Throws `Stopped` where there is no way in, or no tool. */
export async function openWorkshop(
  job: TransferJob,
  options: TransferOptions,
  {
    tell,
    signal,
    spool,
  }: {
    readonly tell: (state: Running) => void;
    readonly signal: AbortSignal;
    readonly spool: string;
  },
): Promise<Workshop> {
  const { login, masterPassword, ca, jobs, log } = options;
  const shared = {
    trust: createSecureContext({ ca }),
    resolve: options.resolve ?? lookUpHost,
    timeOuts,
  };
  const { name, target: to } = job;
  const source: Server = { side: "source", endpoint: job.source, access: { ...shared, ...login }, name };
  const master = { user: to.masterUser, password: () => masterPassword(to.masterSecretArn) };
  const target: Server = { side: "target", endpoint: to.endpoint, access: { ...shared, ...master }, name };
  const [from, onto, installed] = await Promise.all([
    majorOf(source, job.source.database),
    majorOf(target, alwaysThere),
    (options.tools ?? installedTools)(),
  ]);
  return {
    source,
    target,
    tools: chooseTools(installed, { source: from, target: onto, name }),
    environments: {
      source: await clientEnvironment(source, ca, spool),
      target: await clientEnvironment(target, ca, spool),
    },
    jobs,
    spool,
    progress: tracked(tell),
    log,
    signal,
  };
}

function majorOf(server: Server, database: string): Promise<number> {
  return inSession(server, database, async (session) => {
    const [row] = await session.query<{ major: number }>(
      "select current_setting('server_version_num')::int / 10000 as major",
    );
    return row?.major ?? 0;
  });
}
