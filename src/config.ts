import { readFileSync } from "node:fs";
import * as z from "zod";
import { minutes } from "./core/time.ts";

const list = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ""))
  .pipe(z.array(z.string()).min(1, "must not be empty"));

/** `vpc-1=sg-1,vpc-2=sg-2` */
const fenceGroups = list.transform((pairs, cx) => {
  const entries = pairs.map((pair) => /^(vpc-[^=]+)=(sg-[^=]+)$/.exec(pair));
  if (entries.some((entry) => entry === null)) {
    cx.addIssue({ code: "custom", message: "must look like vpc-1=sg-1,vpc-2=sg-2" });
    return z.NEVER;
  }
  return Object.fromEntries(entries.map((entry) => [entry?.[1] ?? "", entry?.[2] ?? ""]));
});

const wholeMinutes = (fallback: number) =>
  z.coerce
    .number("must be a number of minutes")
    .int("must be a whole number of minutes")
    .positive("must be more than no minute")
    .default(fallback)
    .transform((count) => minutes(count));

const roleArn = z.string().regex(/^arn:[^:]+:iam::\d{12}:role\/.+$/, "must be the ARN of a role");

const slack = {
  /** Signing secret of the Slack app: Basic Information, App Credentials. */
  SLACK_SIGNING_SECRET: z.string().min(1),
  /** Bot token, xoxb-…: OAuth & Permissions. */
  SLACK_BOT_TOKEN: z.string().min(1),
  /** Of the bot, as auth.test gives them; with both, nothing is asked of Slack at the start. */
  SLACK_BOT_ID: z.string().startsWith("B"),
  SLACK_BOT_USER_ID: z.string().regex(/^[UW]/),
  /** The workspace that the bot serves. */
  SLACK_TEAM_ID: z.string().startsWith("T"),
  /** Of the Slack app: a command of the same name may belong to another one. */
  SLACK_APP_ID: z.string().startsWith("A"),
  /** Another address than Slack's own, for a stand-in: its Web API is below /api/. */
  SLACK_URL: z.url().optional(),
};

const store = {
  /** Set by Lambda; elsewhere the Region of the databases. */
  AWS_REGION: z.string().min(1),
  /** One address for every AWS service, for a stand-in. The AWS clients read it themselves. */
  AWS_ENDPOINT_URL: z.url().optional(),
  /** The DynamoDB table that holds the migrations. */
  TABLE_NAME: z.string().min(1),
};

/** The front function needs no more than this: it has no business with databases. */
export const frontSchema = z.object({
  ...slack,
  ...store,
  /** The function that carries requests out; it is told to look at once. */
  WORKER_FUNCTION: z.string().min(1),
});
export type FrontConfig = z.infer<typeof frontSchema>;

/** What carries migrations out. */
const engine = {
  /** The account of the databases. */
  AWS_ACCOUNT_ID: z.string().regex(/^\d{12}$/, "must be the 12 digits of an account"),
  /**
   * The roles that are assumed, narrowed to one act each, to change and to delete; both or neither. Without them every act runs
   * under the credentials of the process itself.
   */
  CHANGE_ROLE_ARN: roleArn.optional(),
  DESTROY_ROLE_ARN: roleArn.optional(),
  /** The key for those who name none: an ARN, an id or alias/…. */
  KMS_KEY: z.string().min(1).optional(),
  /** The security group that admits only the probe, per VPC: vpc-1=sg-1,vpc-2=sg-2. */
  FENCE_SECURITY_GROUPS: fenceGroups,
  /** Channel ids in which migrations may be started, separated by commas. */
  SLACK_CHANNELS: list,
  /** Who may approve: user ids separated by commas, or the id of one user group (S…). */
  SLACK_APPROVERS: list,
  /** Minutes from fence to open that a plan proposes as the longest. */
  LONGEST_DOWNTIME_MINUTES: wholeMinutes(90),
  /** Minutes for which an approval lives until its first step has begun. */
  APPROVAL_LIFETIME_MINUTES: wholeMinutes(60),
};

const throughProbe = {
  /** The function inside the VPC that asks the databases. */
  PROBE_FUNCTION: z.string().min(1),
};

/** With one role alone every act would quietly run unnarrowed. */
const bothRoles = z.refine<{ CHANGE_ROLE_ARN?: string | undefined; DESTROY_ROLE_ARN?: string | undefined }>(
  ({ CHANGE_ROLE_ARN: change, DESTROY_ROLE_ARN: destroy }) =>
    (change === undefined) === (destroy === undefined),
  { path: ["DESTROY_ROLE_ARN"], error: "CHANGE_ROLE_ARN and DESTROY_ROLE_ARN go together", when: () => true },
);

export const workerSchema = z.object({ ...slack, ...store, ...engine, ...throughProbe }).check(bothRoles);
export type WorkerConfig = z.infer<typeof workerSchema>;

const login = {
  /** The login that the probe uses, on every database alike. */
  DATABASE_USER: z.string().min(1).default("encrypt_db"),
  DATABASE_PASSWORD: z.string().min(1),
  /** File with the certificate authorities of RDS, in PEM (global-bundle.pem). */
  DATABASE_CA_FILE: z.string().transform((path, cx) => {
    try {
      return readFileSync(path, "utf8");
    } catch {
      cx.addIssue({ code: "custom", message: "cannot be read" });
      return z.NEVER;
    }
  }),
};

export const probeSchema = z.object(login);
export type ProbeConfig = z.infer<typeof probeSchema>;

const listening = {
  /** The port that is listened on; 0 is any free one. */
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, "must be a port number")
    .default("3000")
    .transform(Number)
    .pipe(z.number().max(65_535, "must be a port number")),
  /**
   * The address that is listened on. Slack speaks only TLS, so something stands in front of this process: 127.0.0.1 where that is on
   * the same machine, 0.0.0.0 in a container.
   */
  LISTEN_ADDRESS: z.union([z.ipv4(), z.ipv6()], "must be an IP address").default("127.0.0.1"),
};

/** One process that does everything; the databases are asked through the probe function where one is named, else by itself. */
const served = { ...slack, ...store, ...engine, ...listening };
const servedThroughProbe = z.object({ ...served, ...throughProbe }).check(bothRoles);
const servedAlone = z
  .object({
    ...served,
    ...login,
    DATABASE_PASSWORD: z
      .string("is not set (or name a PROBE_FUNCTION, if this process cannot reach the databases)")
      .min(1),
  })
  .check(bothRoles);
export type ServerConfig = z.infer<typeof servedThroughProbe> | z.infer<typeof servedAlone>;

/** The demo starts everything itself; this is all that it can be told. */
export const demoSchema = z.object({
  /** Where the demo's own AWS clients go, instead of to the simulated AWS that it starts. */
  AWS_ENDPOINT_URL: z.url().optional(),
});

/** The environment is not as it should be; the message names every variable and what is wrong, and no value. */
export class ConfigError extends Error {
  constructor(lines: readonly string[]) {
    const all = lines.map((line) => `  ${line}`).join("\n");
    super(`The environment is not complete:\n${all}\nSee src/config.ts for what each variable means.`);
    this.name = "ConfigError";
  }
}

/** Reads the environment; nothing else in the product does. Throws a `ConfigError`. */
export function readConfig<T>(schema: z.ZodType<T>, environment: NodeJS.ProcessEnv = process.env): T {
  const parsed = schema.safeParse(environment);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    parsed.error.issues.map(({ path, message }) => {
      const name = path.map(String).join(".");
      return `${name}: ${message.startsWith("Invalid input") && environment[name] === undefined ? "is not set" : message}`;
    }),
  );
}

/** What the one long-running process is told. Throws a `ConfigError`. */
export function readServerConfig(environment: NodeJS.ProcessEnv = process.env): ServerConfig {
  const { PROBE_FUNCTION } = environment;
  return PROBE_FUNCTION === undefined
    ? readConfig(servedAlone, environment)
    : readConfig(servedThroughProbe, environment);
}

/**
 * At every start the AWS SDK says that its versions after January 2027 need Node 22. This one is pinned, and Node 20 is
 * supported with it. To be called before the first client is made.
 */
export function silenceNodeVersionWarning(environment: NodeJS.ProcessEnv = process.env): void {
  environment.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
}
