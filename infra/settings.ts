import * as z from "zod";
import { accountId, arn, regionName, type SettingsFile } from "./settings-file.ts";

const id = (prefixes: string, what: string) =>
  z.string().regex(new RegExp(`^[${prefixes}][A-Z0-9]{5,}$`), `must be the id of ${what}`);

/** A user, or one session of a role: what is open at its end would be anybody. */
const personArn = /^arn:[^:*?]+:(?:sts::\d{12}:assumed-role\/[^:/*?]+\/[^:/*?]+|iam::\d{12}:user\/[^:*?]+)$/;

/** A wide-open source would let the whole Internet be the database. */
const cidr = z.cidrv4().refine((block) => !block.endsWith("/0"), "must not be every address there is");

/** What a person says about a deployment, in infra/settings.json. It holds no secret. One deployment serves one VPC. */
const settingsSchema = z
  .strictObject({
    /** The account and the Region of the databases; the bot runs there, too. */
    account: accountId,
    region: regionName,
    slack: z.strictObject({
      /** From Slack's auth.test: team_id, bot_id and user_id. */
      team: id("T", "a workspace (T…)"),
      bot: id("B", "a bot (B…)"),
      botUser: id("UW", "the bot's user (U…)"),
      /** From the app's page: Basic Information, App ID. */
      app: id("A", "an app (A…)"),
      /** Where migrations may be started. The first is the one that people are pointed to. */
      channels: z.array(id("CG", "a channel (C…)")).min(1),
      /** Who may approve: people, or one user group. */
      approvers: z.array(id("UWS", "a person (U…) or a user group (S…)")).min(1),
    }),
    /** What `aws secretsmanager create-secret` and `put-secret-value` answer. See secrets.ts. */
    secret: z.strictObject({ arn: arn("secretsmanager", "secret:"), version: z.string().min(32) }),
    keys: z.strictObject({
      /** The key for those who name none. */
      default: arn("kms", "key/"),
      /**
       * Every other key that RDS may be given the use of: keys to choose from, those of Performance Insights, and those that
       * databases are under now: what is copied or restored is read under its own key.
       */
      others: z.array(arn("kms", "key/")),
    }),
    /** The roles of Enhanced Monitoring that the members of the clusters have, by ARN. */
    monitoringRoles: z.array(arn("iam", "role/")),
    /** The roles that the clusters have themselves, such as for imports from S3, by ARN. */
    clusterRoles: z.array(arn("iam", "role/")),
    vpc: z.strictObject({
      id: z.string().regex(/^vpc-[0-9a-f]+$/, "must be the id of a VPC (vpc-…)"),
      /** Where the probe gets its addresses: at least two, so that it survives a zone. */
      subnets: z
        .array(z.string().regex(/^subnet-[0-9a-f]+$/, "must be the id of a subnet (subnet-…)"))
        .min(2),
      /** Where the databases are, so that the probe reaches nothing else. */
      databaseCidrs: z.array(cidr).min(1),
      databasePorts: z.array(z.int().min(1).max(65_535)).min(1),
    }),
    /**
     * Who may use `npm run operate` to change anything: the ARN of an AWS identity, and whose it is in Slack. Sessions of IAM Identity
     * Center are called after their users; of a role whose sessions anybody names, any session could be anybody.
     */
    operators: z
      .record(
        z.string(),
        z
          .string()
          .regex(
            /^[UW][A-Z0-9]{5,}(?:\/[UWE][A-Z0-9]{5,})?$/,
            "must be the id of a person (U…, on Grid U…/W…)",
          ),
      )
      .optional(),
    /** Which of these people may approve, where the approvers are a user group: only Slack knows who is in it. */
    operatorApprovers: z.array(id("UW", "a person (U…)")).min(1).optional(),
    /** Who hears of an alarm. Each address has to confirm the message that AWS sends it. */
    alarmEmails: z.array(z.email()).min(1),
    /**
     * Moving by dump and restore, which needs a container task; without it no database is moved in that way. The secret then has
     * a field more: DATABASE_LOGINS, the passwords of roles that log in, as a JSON object in a text; "{}" for none.
     */
    transfer: z
      .strictObject({
        /** For one dump of one database, compressed. Fargate's own limits. */
        diskGiB: z.int().min(21).max(200),
        /** The client tools: for each major version of a target this one, or one between the source's and the target's. */
        clientVersions: z.array(z.int().min(11).max(99)).min(1),
      })
      .optional(),
    /**
     * Copies of every database in another account; without it nothing is backed up beyond what RDS does by itself. Both are as
     * `npm run deploy:destination` prints them.
     */
    backup: z
      .strictObject({
        destinationVaultArn: arn("backup", "backup-vault:"),
        verificationRoleArn: arn("iam", "role/"),
        /** Backups and copies are deleted after so many days. */
        keepDays: z.int().positive().optional(),
      })
      .optional(),
    /** Where the bot's own numbers are not wanted; src/config.ts says what they mean. */
    longestDowntimeMinutes: z.int().positive().optional(),
    approvalLifetimeMinutes: z.int().positive().optional(),
    retentionDays: z.int().positive().optional(),
  })
  .check(({ value, issues }) => {
    const { account, region, secret, keys, slack, backup } = value;
    const misplaced = (path: string[], message: string, input: string) =>
      issues.push({ code: "custom", path, message, input });
    if (!secret.arn.includes(`:${region}:${account}:`))
      misplaced(["secret", "arn"], `must be in ${region} of ${account}`, secret.arn);
    // A key cannot leave its Region, and RDS takes none from another.
    for (const key of [keys.default, ...keys.others])
      if (key.split(":")[3] !== region) misplaced(["keys"], `${key} is not in ${region}`, key);
    if (backup) {
      const [there, verifying] = [backup.destinationVaultArn, backup.verificationRoleArn].map(
        (of) => of.split(":")[4],
      );
      if (there === account || there !== verifying)
        misplaced(["backup"], "must be of another account, both of the same", backup.destinationVaultArn);
    }
    if (slack.approvers.length > 1 && slack.approvers.some((approver) => approver.startsWith("S")))
      misplaced(["slack", "approvers"], "must be people, or one user group alone", slack.approvers.join());
    const { operators = {}, operatorApprovers = [] } = value;
    for (const arn of Object.keys(operators))
      if (!personArn.test(arn))
        misplaced(["operators"], `${arn} is no user and no one session of a role`, arn);
    const users = Object.values(operators).map((user) => user.split("/")[0]);
    const strangers = operatorApprovers.filter((user) => !users.includes(user));
    if (strangers.length > 0)
      misplaced(["operatorApprovers"], "must be people whom operators names", strangers.join());
    if (operatorApprovers.length > 0 && slack.approvers.every((approver) => !approver.startsWith("S")))
      misplaced(
        ["operatorApprovers"],
        "goes only with a user group in slack.approvers",
        operatorApprovers.join(),
      );
  });

export type Settings = z.infer<typeof settingsSchema>;

export const settingsFile: SettingsFile<Settings> = {
  own: "infra/settings.json",
  example: "infra/settings.example.json",
  explainedIn: "infra/settings.ts",
  schema: settingsSchema,
};
