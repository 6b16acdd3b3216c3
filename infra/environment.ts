import type * as z from "zod";
import type { frontSchema, probeSchema, workerSchema } from "../src/config.ts";
import type { Backups } from "./backup.ts";
import { functionNames, product } from "./names.ts";
import { secretNamed } from "./secrets.ts";
import type { Settings } from "./settings.ts";

/** Lambda sets these itself. */
type SetByLambda = "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" | "AWS_SESSION_TOKEN";
/** Where something stands in for AWS or for Slack. */
type ForStandIns = "AWS_ENDPOINT_URL" | "SLACK_URL";

type Read<Schema extends z.core.$ZodType> = Omit<z.input<Schema>, SetByLambda | ForStandIns>;
/** What a function reads, as src/config.ts has it: a variable that is missing, or that nobody reads, does not compile. */
type Environment<Schema extends z.core.$ZodType> = { readonly [Name in keyof Read<Schema>]: string };

export function slackEnvironment(settings: Settings): Environment<typeof frontSchema> {
  return { ...slack(settings), TABLE_NAME: product, WORKER_FUNCTION: functionNames.worker };
}

export function workerEnvironment(
  settings: Settings,
  made: {
    readonly fenceGroup: string;
    readonly changeRole: string;
    readonly destroyRole: string;
    /** As JSON, where databases are moved in that way. */
    readonly transferTasks: string | undefined;
    /** Where databases are copied to another account. */
    readonly backup: Backups | undefined;
  },
): Environment<typeof workerSchema> {
  const { longestDowntimeMinutes: downtime, approvalLifetimeMinutes: lifetime } = settings;
  const { operators, operatorApprovers, retentionDays } = settings;
  return {
    ...slack(settings),
    TABLE_NAME: product,
    AWS_ACCOUNT_ID: settings.account,
    PROBE_FUNCTION: functionNames.probe,
    KMS_KEY: settings.keys.default,
    FENCE_SECURITY_GROUPS: `${settings.vpc.id}=${made.fenceGroup}`,
    CHANGE_ROLE_ARN: made.changeRole,
    DESTROY_ROLE_ARN: made.destroyRole,
    SLACK_CHANNELS: settings.slack.channels.join(","),
    SLACK_APPROVERS: settings.slack.approvers.join(","),
    ...(operators && {
      OPERATORS: Object.entries(operators)
        .map(([arn, user]) => `${arn}=${user}`)
        .join(","),
    }),
    ...(operatorApprovers && { OPERATOR_APPROVERS: operatorApprovers.join(",") }),
    ...(downtime !== undefined && { LONGEST_DOWNTIME_MINUTES: String(downtime) }),
    ...(made.backup && backup(made.backup)),
    ...(retentionDays !== undefined && { RETENTION_DAYS: String(retentionDays) }),
    ...(made.transferTasks !== undefined && { TRANSFER_TASKS: made.transferTasks }),
    ...(lifetime !== undefined && { APPROVAL_LIFETIME_MINUTES: String(lifetime) }),
  };
}

function backup({ vault, roleArn, destinationVaultArn, verificationRoleArn, keepDays }: Backups) {
  return {
    BACKUP_VAULT: vault,
    BACKUP_ROLE_ARN: roleArn,
    BACKUP_DESTINATION_VAULT_ARN: destinationVaultArn,
    BACKUP_VERIFICATION_ROLE_ARN: verificationRoleArn,
    ...(keepDays !== undefined && { BACKUP_KEEP_DAYS: String(keepDays) }),
  };
}

export function probeEnvironment({ secret }: Settings): Environment<typeof probeSchema> {
  return {
    DATABASE_PASSWORD: secretNamed("DATABASE_PASSWORD", secret),
    // Every authority of RDS, kept up to date by Lambda. Source: Lambda Developer Guide, Node.js: CA certificate loading.
    DATABASE_CA_FILE: "/var/runtime/ca-cert.pem",
  };
}

function slack({ secret, slack: { team, app, bot, botUser } }: Settings) {
  return {
    SLACK_SIGNING_SECRET: secretNamed("SLACK_SIGNING_SECRET", secret),
    SLACK_BOT_TOKEN: secretNamed("SLACK_BOT_TOKEN", secret),
    SLACK_BOT_ID: bot,
    SLACK_BOT_USER_ID: botUser,
    SLACK_TEAM_ID: team,
    SLACK_APP_ID: app,
  };
}
