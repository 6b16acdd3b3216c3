import { readFileSync } from "node:fs";
import * as z from "zod";
import { minutes } from "./core/time.ts";

const list = z
  .string()
  .transform((text) => text.split(/[\s,]+/).filter((part) => part !== ""))
  .pipe(z.array(z.string()).min(1));

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
    .number()
    .int()
    .positive()
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

export const workerSchema = z.object({
  ...slack,
  ...store,
  /** The account of the databases. */
  AWS_ACCOUNT_ID: z.string().regex(/^\d{12}$/, "must be the 12 digits of an account"),
  /**
   * The roles that are assumed, narrowed to one act each, to change and to delete; both or neither. Without them every act runs
   * under the credentials of the process itself.
   */
  CHANGE_ROLE_ARN: roleArn.optional(),
  DESTROY_ROLE_ARN: roleArn.optional(),
  /** The function inside the VPC that asks the databases. */
  PROBE_FUNCTION: z.string().min(1),
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
});
export type WorkerConfig = z.infer<typeof workerSchema>;

export const probeSchema = z.object({
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
});
export type ProbeConfig = z.infer<typeof probeSchema>;

/** The demo starts everything itself; this is all that it can be told. */
export const demoSchema = z.object({
  /** Where the demo's own AWS clients go, instead of to the simulated AWS that it starts. */
  AWS_ENDPOINT_URL: z.url().optional(),
});

/** The environment is not as it should be; the message names every variable and what is wrong, and no value. */
class ConfigError extends Error {
  constructor(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]) {
    const lines = issues.map(({ path, message }) => `  ${path.map(String).join(".")}: ${message}`);
    super(
      `The environment is not complete:\n${lines.join("\n")}\nSee src/config.ts for what each variable means.`,
    );
    this.name = "ConfigError";
  }
}

/** Reads the environment; nothing else in the product does. Throws a `ConfigError`. */
export function readConfig<T>(schema: z.ZodType<T>, environment: NodeJS.ProcessEnv = process.env): T {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) throw new ConfigError(parsed.error.issues);
  return parsed.data;
}

/**
 * At every start the AWS SDK says that its versions after January 2027 need Node 22. This one is pinned, and Node 20 is
 * supported with it. To be called before the first client is made.
 */
export function silenceNodeVersionWarning(environment: NodeJS.ProcessEnv = process.env): void {
  environment.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
}
