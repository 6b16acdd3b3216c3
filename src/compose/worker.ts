import { randomInt } from "node:crypto";
import { type Authority, narrowedAuthority, ownAuthority } from "../aws/authority.ts";
import {
  type ClientOptions,
  createAccountClients,
  createChangeClients,
  createDynamoClient,
  createLambdaClient,
  createStsClient,
} from "../aws/clients.ts";
import { createGateway } from "../aws/cloud.ts";
import { createDynamoStore } from "../aws/dynamo-store.ts";
import { call } from "../aws/functions.ts";
import { secretsIn, type WorkerConfig } from "../config.ts";
import type { BackupTarget } from "../core/backup.ts";
import type { Database } from "../core/database.ts";
import { cleaning } from "../core/secret-forms.ts";
import { days } from "../core/time.ts";
import type { Transfer } from "../core/transfer.ts";
import { remoteDatabase } from "../database/remote.ts";
import type { Clock, Deps } from "../engine/deps.ts";
import type { Approvers } from "../slack/approvers.ts";
import { createLookUp } from "../slack/people.ts";
import { createChannel } from "../slack/thread.ts";
import { createWebClient } from "../slack/web-client.ts";
import { lineLog } from "./line-log.ts";
import { addressesOf, clientOptions, realClock, type Surroundings } from "./surroundings.ts";

/** The databases, for a process that cannot reach them: the probe function asks them. */
export function composeRemoteProbe(
  config: Pick<WorkerConfig, "PROBE_FUNCTION" | "AWS_REGION" | "AWS_ENDPOINT_URL">,
  around: Surroundings = {},
): Database {
  const lambda = createLambdaClient(clientOptions(config, around));
  return remoteDatabase((payload) => call(lambda, config.PROBE_FUNCTION, payload));
}

/** Everything that the engine needs. */
export function composeWorker(
  config: Omit<WorkerConfig, "PROBE_FUNCTION">,
  around: Surroundings & { readonly database: Database; readonly transfer: Transfer },
): Deps {
  const clients = clientOptions(config, around);
  const clock = around.clock ?? realClock;
  const gateway = createGateway(createAccountClients(clients), authorityOf(config, clients, clock.now));
  const addresses = addressesOf(config);
  const client = createWebClient(config.SLACK_BOT_TOKEN, addresses);
  const approvers = approversOf(config.SLACK_APPROVERS);
  const team = config.SLACK_TEAM_ID;
  const log = around.log ?? lineLog(secretsIn(config));
  return {
    clock,
    store: createDynamoStore(createDynamoClient(clients), config.TABLE_NAME),
    cloudFor: (_target, mandate, heard) => gateway(mandate, heard),
    database: around.database,
    transfer: around.transfer,
    channel: createChannel({ client, botUserId: config.SLACK_BOT_USER_ID, approvers, addresses, log }),
    lookUp: createLookUp({ client, team, approvers }),
    environment: {
      account: config.AWS_ACCOUNT_ID,
      region: config.AWS_REGION,
      defaultKey: config.KMS_KEY ?? null,
      fenceGroups: config.FENCE_SECURITY_GROUPS,
      longestDowntime: config.LONGEST_DOWNTIME_MINUTES,
      approvalLifetime: config.APPROVAL_LIFETIME_MINUTES,
      backup: backupOf(config),
      retention: days(config.RETENTION_DAYS),
      team,
      channels: config.SLACK_CHANNELS,
    },
    withoutSecrets: cleaning(secretsIn(config)),
    newMigrationId,
    log,
    meter: around.meter ?? { count: () => {} },
  };
}

/** Null where no other account is configured. */
export function backupOf(
  config: Pick<WorkerConfig, `BACKUP_${string}` & keyof WorkerConfig>,
): BackupTarget | null {
  const {
    BACKUP_VAULT: vault,
    BACKUP_ROLE_ARN: roleArn,
    BACKUP_DESTINATION_VAULT_ARN: destinationVaultArn,
    BACKUP_VERIFICATION_ROLE_ARN: verificationRoleArn,
    BACKUP_KEEP_DAYS: keepDays,
  } = config;
  const isComplete = vault && roleArn && destinationVaultArn && verificationRoleArn;
  return isComplete ? { vault, roleArn, destinationVaultArn, verificationRoleArn, keepDays } : null;
}

function authorityOf(
  config: Omit<WorkerConfig, "PROBE_FUNCTION">,
  clients: ClientOptions,
  now: Clock["now"],
): Authority {
  const { CHANGE_ROLE_ARN: change, DESTROY_ROLE_ARN: destroy } = config;
  if (change === undefined || destroy === undefined) return ownAuthority(createChangeClients(clients), now);
  return narrowedAuthority({
    sts: createStsClient(clients),
    roles: { change, destroy },
    now,
    clientsWith: (credentials) => createChangeClients({ ...clients, credentials }),
  });
}

function approversOf(ids: readonly string[]): Approvers {
  const [first] = ids;
  const isGroup = ids.length === 1 && first?.startsWith("S");
  return isGroup && first !== undefined ? { kind: "group", group: first } : { kind: "people", users: ids };
}

const letters = "abcdefghijkmnpqrstuvwxyz";
const others = `${letters}23456789`;

/** Six characters, the first a letter, none that is mistaken for another: people read them to each other. */
function newMigrationId(): string {
  const pick = (from: string): string => from[randomInt(from.length)] ?? "a";
  return pick(letters) + Array.from({ length: 5 }, () => pick(others)).join("");
}
