import * as z from "zod/mini";
import { containerCredentials } from "../aws/container-credentials.ts";
import { masterPassword } from "../aws/master-password.ts";
import { stateLine } from "../aws/transfer-tasks.ts";
import { probeSchema, secretsIn } from "../config.ts";
import { type TransferState, transferJob } from "../core/transfer.ts";
import { json } from "../json-variables.ts";
import { transfer } from "../transfer/local.ts";
import { lineLog } from "./line-log.ts";
import { realClock } from "./surroundings.ts";

const filled = z.string().check(z.minLength(1, "must not be empty"));

/** What one transfer is told that runs as a process, or a container, of its own: beside the probe's login this. */
export const transferSchema = z.extend(probeSchema, {
  /** The job, as JSON. */
  TRANSFER_JOB: json(transferJob),
  /** Passwords of roles that log in, as JSON: {"app": "…"}. They are tried on the source, and set on the target. */
  DATABASE_LOGINS: z.prefault(json(z.record(z.string(), z.string())), "{}"),
  /** Of the target's master, where RDS does not keep it in a secret. */
  MASTER_PASSWORD: z.optional(filled),
  /** A folder for dumps. */
  TRANSFER_SPOOL: z.prefault(filled, "/spool"),
  /** Sessions at once on either side. */
  TRANSFER_SESSIONS: z.prefault(
    z.pipe(z.string().check(z.regex(/^[1-9]\d?$/, "must be a number from 1 to 99")), z.transform(Number)),
    "4",
  ),
  AWS_REGION: z.optional(filled),
  /** Set by ECS. */
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: z.optional(filled),
});
export type TransferConfig = z.infer<typeof transferSchema>;

/** Does the one job that it was told, says where it is, and returns what it came to. Throws nothing that is not a bug. */
export async function runOneTransfer(
  config: TransferConfig,
  write: Pick<Console, "log" | "error">,
): Promise<TransferState> {
  const secrets = [...secretsIn(config), ...Object.values(config.DATABASE_LOGINS)];
  const log = lineLog(config.MASTER_PASSWORD ? [...secrets, config.MASTER_PASSWORD] : secrets, write);
  let last: TransferState = { state: "not-started" };
  const said = sparingly((state) => write.log(stateLine(state)));
  await transfer(
    config.TRANSFER_JOB,
    {
      login: { user: config.DATABASE_USER, password: async () => config.DATABASE_PASSWORD },
      masterPassword: (arn) => masterPasswordOf(config, arn),
      passwords: config.DATABASE_LOGINS,
      ca: config.DATABASE_CA_FILE,
      spool: config.TRANSFER_SPOOL,
      jobs: config.TRANSFER_SESSIONS,
      log: (line) => log.error("transfer", { line }),
    },
    {
      tell: (state) => {
        last = state;
        said(state);
      },
      signal: new AbortController().signal,
    },
  );
  return last;
}

/** One line for each of ten thousand tables would bury the others; a new phase, and the end, are always said. */
function sparingly(say: (state: TransferState) => void): (state: TransferState) => void {
  let phase = "";
  let at = 0;
  return (state) => {
    const now = realClock.now();
    const entered = state.state === "running" ? `${state.phase} ${state.database}` : state.state;
    if (entered === phase && now < at + 2_000) return;
    phase = entered;
    at = now;
    say(state);
  };
}

async function masterPasswordOf(config: TransferConfig, secretArn: string | null): Promise<string> {
  const { AWS_REGION: region, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: uri, MASTER_PASSWORD } = config;
  if (secretArn === null) {
    if (MASTER_PASSWORD === undefined) throw new Error("MASTER_PASSWORD is not set, and RDS keeps none");
    return MASTER_PASSWORD;
  }
  if (region === undefined || uri === undefined) throw new Error("not in a task of ECS: no credentials");
  const credentials = await containerCredentials(uri);
  return masterPassword({ region, credentials, now: realClock.now }, secretArn);
}
