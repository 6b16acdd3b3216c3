import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import { transferTasksVariable } from "./json-variables.ts";
import {
  backupRoleArn,
  fenceGroups,
  filled,
  list,
  operators,
  roleArn,
  text,
  url,
  vaultArn,
  wholeDays,
  wholeMinutes,
} from "./variable-forms.ts";

const slack = {
  /** Signing secret of the Slack app: Basic Information, App Credentials. */
  SLACK_SIGNING_SECRET: filled,
  /** Bot token, xoxb-…: OAuth & Permissions. */
  SLACK_BOT_TOKEN: filled,
  /** Of the bot, as auth.test gives them; with both, nothing is asked of Slack at the start. */
  SLACK_BOT_ID: text("must begin with B", /^B/),
  SLACK_BOT_USER_ID: text("must begin with U or W", /^[UW]/),
  /** The workspace that the bot serves. */
  SLACK_TEAM_ID: text("must begin with T", /^T/),
  /** Of the Slack app: a command of the same name may belong to another one. */
  SLACK_APP_ID: text("must begin with A", /^A/),
  /** Another address than Slack's own, for a stand-in: its Web API is below /api/. */
  SLACK_URL: z.optional(url),
};

const store = {
  /** Set by Lambda; elsewhere the Region of the databases. */
  AWS_REGION: filled,
  /** One address for every AWS service, for a stand-in. The AWS clients read it themselves. */
  AWS_ENDPOINT_URL: z.optional(url),
  /** The DynamoDB table that holds the migrations. */
  TABLE_NAME: filled,
};

/** The front function needs no more than this: it has no business with databases. */
export const frontSchema = z.object({
  ...slack,
  ...store,
  /** The function that carries requests out; it is told to look at once. */
  WORKER_FUNCTION: filled,
});
export type FrontConfig = z.infer<typeof frontSchema>;

/** Lambda's own, for calls that a function signs itself. They last as long as the environment that they are in. */
export const lambdaCredentialsSchema = z.object({
  AWS_ACCESS_KEY_ID: filled,
  AWS_SECRET_ACCESS_KEY: filled,
  AWS_SESSION_TOKEN: z.optional(filled),
});
export type LambdaCredentials = z.infer<typeof lambdaCredentialsSchema>;

/** What carries migrations out. */
const engine = {
  /** The account of the databases. */
  AWS_ACCOUNT_ID: text("must be the 12 digits of an account", /^\d{12}$/),
  /**
   * The roles that are assumed, narrowed to one act each, to change and to delete; both or neither. Without them every act runs
   * under the credentials of the process itself.
   */
  CHANGE_ROLE_ARN: z.optional(roleArn),
  DESTROY_ROLE_ARN: z.optional(roleArn),
  /** The key for those who name none: an ARN, an id or alias/…. */
  KMS_KEY: z.optional(filled),
  /** The security group that admits only the probe, per VPC: vpc-1=sg-1,vpc-2=sg-2. */
  FENCE_SECURITY_GROUPS: fenceGroups,
  /** Channel ids in which migrations may be started, separated by commas. */
  SLACK_CHANNELS: list,
  /** Who may approve: user ids separated by commas, or the id of one user group (S…). */
  SLACK_APPROVERS: list,
  /** Who may use `npm run operate` to change anything: the ARN of an AWS identity and whose it is in Slack, separated by commas. */
  OPERATORS: z.prefault(operators, ""),
  /** Which of them may approve, by user id, where SLACK_APPROVERS is a user group: only Slack knows who is in it. */
  OPERATOR_APPROVERS: z.optional(list),
  /** Minutes from fence to open that a plan proposes as the longest. */
  LONGEST_DOWNTIME_MINUTES: wholeMinutes(90),
  /** Minutes for which an approval lives until its first step has begun. */
  APPROVAL_LIFETIME_MINUTES: wholeMinutes(60),
  /** The vault of this account into which databases are backed up before they are copied. */
  BACKUP_VAULT: z.optional(filled),
  /** The role under which AWS Backup works here; its name must hold AWSBackup. */
  BACKUP_ROLE_ARN: z.optional(backupRoleArn),
  /** The vault of the other account into which every database is copied; without it, and the other BACKUP_… variables, nothing is backed up. */
  BACKUP_DESTINATION_VAULT_ARN: z.optional(vaultArn),
  /** The role of the other account under which the bot looks whether a copy has arrived. */
  BACKUP_VERIFICATION_ROLE_ARN: z.optional(roleArn),
  /** Days after which backups and copies are deleted. */
  BACKUP_KEEP_DAYS: wholeDays(35),
  /** Days for which a source is kept at least after its migration. */
  RETENTION_DAYS: wholeDays(14),
  /** Where databases are dumped and restored, as JSON, as the deployment prints it; without it none is moved in that way. */
  TRANSFER_TASKS: z.optional(transferTasksVariable),
};

const throughProbe = {
  /** The function inside the VPC that asks the databases. */
  PROBE_FUNCTION: filled,
};

/** With one role alone every act would quietly run unnarrowed. */
const bothRoles = z.refine<{ CHANGE_ROLE_ARN?: string | undefined; DESTROY_ROLE_ARN?: string | undefined }>(
  ({ CHANGE_ROLE_ARN: change, DESTROY_ROLE_ARN: destroy }) =>
    (change === undefined) === (destroy === undefined),
  { path: ["DESTROY_ROLE_ARN"], error: "CHANGE_ROLE_ARN and DESTROY_ROLE_ARN go together", when: () => true },
);

/** A copy that nobody can look at proves nothing, and a look at nothing even less. */
const backupVariables = [
  "BACKUP_VAULT",
  "BACKUP_ROLE_ARN",
  "BACKUP_DESTINATION_VAULT_ARN",
  "BACKUP_VERIFICATION_ROLE_ARN",
] as const;
const allOfBackup = z.refine<Partial<Record<(typeof backupVariables)[number], string | undefined>>>(
  (given) => new Set(backupVariables.map((name) => given[name] === undefined)).size === 1,
  { path: ["BACKUP_VAULT"], error: `${backupVariables.join(", ")} go together`, when: () => true },
);

/** A vault of the same account protects from nothing, and a role of a third one sees nothing of what has arrived. */
const inOtherAccount = z.refine<{
  AWS_ACCOUNT_ID: string;
  BACKUP_DESTINATION_VAULT_ARN?: string | undefined;
  BACKUP_VERIFICATION_ROLE_ARN?: string | undefined;
}>(
  ({ AWS_ACCOUNT_ID: own, BACKUP_DESTINATION_VAULT_ARN: vault, BACKUP_VERIFICATION_ROLE_ARN: role }) => {
    const [of, verifying] = [vault, role].map((arn) => arn?.split(":")[4]);
    return of === verifying && of !== own;
  },
  {
    path: ["BACKUP_DESTINATION_VAULT_ARN"],
    error: "must be of another account, the one of BACKUP_VERIFICATION_ROLE_ARN",
  },
);

interface Approving {
  OPERATORS: Readonly<Record<string, { readonly user: string }>>;
  OPERATOR_APPROVERS?: readonly string[] | undefined;
  SLACK_APPROVERS: readonly string[];
}

/** Two lists of who may approve would not stay the same. */
const oneListOfApprovers = z.refine<Approving>(
  ({ OPERATOR_APPROVERS: operators, SLACK_APPROVERS: approvers }) =>
    operators === undefined || approvers.every((id) => id.startsWith("S")),
  { path: ["OPERATOR_APPROVERS"], error: "goes only with a user group in SLACK_APPROVERS" },
);

const approversAreOperators = z.refine<Approving>(
  ({ OPERATORS, OPERATOR_APPROVERS = [] }) => {
    const users = Object.values(OPERATORS).map(({ user }) => user);
    return OPERATOR_APPROVERS.every((id) => users.includes(id));
  },
  { path: ["OPERATOR_APPROVERS"], error: "must be user ids that OPERATORS names" },
);

/** What no schema of a single variable can say. */
const together = [bothRoles, allOfBackup, inOtherAccount, oneListOfApprovers, approversAreOperators] as const;

export const workerSchema = z.object({ ...slack, ...store, ...engine, ...throughProbe }).check(...together);
export type WorkerConfig = z.infer<typeof workerSchema>;

const login = {
  /** The login that the probe uses, on every database alike. */
  DATABASE_USER: z.prefault(filled, "encrypt_db"),
  DATABASE_PASSWORD: filled,
  /** File with the certificate authorities of RDS, in PEM (global-bundle.pem). */
  DATABASE_CA_FILE: z.pipe(
    filled,
    z.transform((path: string, cx) => {
      try {
        return readFileSync(path, "utf8");
      } catch {
        cx.issues.push({ code: "custom", message: "cannot be read", input: path });
        return z.NEVER;
      }
    }),
  ),
};

export const probeSchema = z.object(login);
export type ProbeConfig = z.infer<typeof probeSchema>;

const listening = {
  /** The port that is listened on; 0 is any free one. */
  PORT: z.prefault(
    z.pipe(
      z.pipe(text("must be a port number", /^\d{1,5}$/), z.transform(Number)),
      z.number().check(z.maximum(65_535, "must be a port number")),
    ),
    "3000",
  ),
  /** The address that is listened on. Slack speaks only TLS, so something stands in front: on the same machine, or before a container (0.0.0.0). */
  LISTEN_ADDRESS: z.prefault(z.union([z.ipv4(), z.ipv6()], "must be an IP address"), "127.0.0.1"),
};

/** One process that does everything; the databases are asked through the probe function where one is named, else by itself. */
const served = { ...slack, ...store, ...engine, ...listening };
const servedThroughProbe = z.object({ ...served, ...throughProbe }).check(...together);
const servedAlone = z
  .object({
    ...served,
    ...login,
    DATABASE_PASSWORD: z
      .string("is not set (or name a PROBE_FUNCTION, if this process cannot reach the databases)")
      .check(z.minLength(1, "must not be empty")),
  })
  .check(...together);
export type ServerConfig = z.infer<typeof servedThroughProbe> | z.infer<typeof servedAlone>;

/** What `npm run operate` is told, beside the AWS credentials of whoever runs it. The names are those of a deployment. */
export const operatorSchema = z.object({
  ...store,
  TABLE_NAME: z.prefault(filled, "encrypt-db"),
  WORKER_FUNCTION: z.prefault(filled, "encrypt-db-worker"),
  /** Of the databases, where the operator's identity belongs to another account. */
  AWS_ACCOUNT_ID: z.optional(engine.AWS_ACCOUNT_ID),
});
export type OperatorConfig = z.infer<typeof operatorSchema>;

/** The demo starts everything itself; this is all that it can be told. */
export const demoSchema = z.object({
  /** Where the demo's own AWS clients go, instead of to the simulated AWS that it starts. */
  AWS_ENDPOINT_URL: z.optional(url),
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
export function readConfig<T>(schema: z.core.$ZodType<T>, environment: NodeJS.ProcessEnv = process.env): T {
  const parsed = z.safeParse(schema, environment);
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

/** What `npm run doctor` looks over: what the one process is told, and of a deployment the function that does the work. */
export type DoctorConfig = ServerConfig & { readonly WORKER_FUNCTION: string | null };

/** Throws a `ConfigError`. */
export function readDoctorConfig(environment: NodeJS.ProcessEnv = process.env): DoctorConfig {
  return { ...readServerConfig(environment), WORKER_FUNCTION: environment.WORKER_FUNCTION || null };
}

/** The variables that a function needs and was not given. */
export function missingVariables(schema: z.core.$ZodType, environment: NodeJS.ProcessEnv): readonly string[] {
  const { error } = z.safeParse(schema, environment);
  const named = error?.issues.map(({ path }) => path.map(String).join(".")) ?? [];
  return [...new Set(named)].filter((name) => environment[name] === undefined);
}

/** The variables whose values nobody may read in a log. */
const secretVariables = [
  "SLACK_SIGNING_SECRET",
  "SLACK_BOT_TOKEN",
  "DATABASE_PASSWORD",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
] as const;

/** The secrets among what was read. */
export function secretsIn(config: Readonly<Partial<Record<string, unknown>>>): readonly string[] {
  return secretVariables.flatMap((name) => {
    const value = config[name];
    return typeof value === "string" ? [value] : [];
  });
}

/** Of the request that Lambda is serving, as X-Ray has it; undefined elsewhere. Another one at every request. */
export function traceId(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return /\bRoot=([^;]+)/.exec(environment._X_AMZN_TRACE_ID ?? "")?.[1];
}

/**
 * At every start the AWS SDK says that its versions after January 2027 need Node 22. This one is pinned, and Node 20 is
 * supported with it. To be called before the first client is made.
 */
export function silenceNodeVersionWarning(environment: NodeJS.ProcessEnv = process.env): void {
  environment.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
}
