import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { backupReadiness } from "../aws/backup-readiness.ts";
import { whoAmI } from "../aws/caller.ts";
import {
  type ClientOptions,
  createAccountClients,
  createDynamoClient,
  createLambdaClient,
  createStsClient,
} from "../aws/clients.ts";
import { createIdentityClient, createNetworkClient } from "../aws/deployment-clients.ts";
import { createDynamoReader } from "../aws/dynamo-store.ts";
import { findFunction } from "../aws/function-settings.ts";
import { call } from "../aws/functions.ts";
import { keyPolicyOf } from "../aws/key-rights.ts";
import { rotates } from "../aws/key-settings.ts";
import { findKey } from "../aws/kms.ts";
import { createOtherAccount } from "../aws/other-account.ts";
import { createRdsLookups } from "../aws/rds-read.ts";
import { allowedActions, findRole } from "../aws/role-rights.ts";
import { findSecurityGroup } from "../aws/security-groups.ts";
import { assume } from "../aws/session.ts";
import { findTable } from "../aws/table-settings.ts";
import type { DoctorConfig } from "../config.ts";
import type { Deployment } from "../doctor/deployment.ts";
import { readReadiness } from "../engine/readiness.ts";
import { createInstallation } from "../slack/installation.ts";
import { createLookUp } from "../slack/people.ts";
import { createWebClient } from "../slack/web-client.ts";
import { composeProbe } from "./probe.ts";
import { addressesOf, clientOptions, realClock, type Surroundings } from "./surroundings.ts";
import { backupOf, composeRemoteProbe } from "./worker.ts";

/** What the doctor looks at, with the credentials of whoever runs it. */
export function composeDoctor(
  config: DoctorConfig,
  around: Pick<Surroundings, "clock" | "aws"> = {},
): Deployment {
  const clients = clientOptions(config, around);
  const { now } = around.clock ?? realClock;
  const client = createWebClient(config.SLACK_BOT_TOKEN, addressesOf(config));
  const installation = createInstallation(client);
  const anybody = { kind: "people", users: [] } as const;
  return {
    config,
    now,
    manifest: () => readFileSync(fileURLToPath(new URL("../../manifest.yml", import.meta.url)), "utf8"),
    slack: {
      ...installation,
      findBot: once(installation.findBot),
      lookUp: createLookUp({ client, team: config.SLACK_TEAM_ID, approvers: anybody }),
    },
    cloud: lookUps(clients),
    account: accountLookUps(config, clients, now),
    backup: backupOf(config),
    backupReadiness: readinessOf(config, clients, now),
    probe: "PROBE_FUNCTION" in config ? composeRemoteProbe(config, around) : composeProbe(config, around),
  };
}

function lookUps(clients: ClientOptions): Deployment["cloud"] {
  const { kms, reads } = createAccountClients(clients);
  const { findCluster, membersOf, listDatabases, findSubnetGroup } = createRdsLookups(reads);
  return {
    findKey: once((key: string) => findKey(kms, key)),
    findCluster: once(findCluster),
    membersOf,
    listDatabases: once(listDatabases),
    findSubnetGroup: once(findSubnetGroup),
  };
}

function readinessOf(
  config: DoctorConfig,
  clients: ClientOptions,
  now: Deployment["now"],
): Deployment["backupReadiness"] {
  const { WORKER_FUNCTION: worker } = config;
  if (worker !== null) {
    const lambda = createLambdaClient(clients);
    return async (of) => readReadiness(await call(lambda, worker, { readiness: of }));
  }
  const account = createAccountClients(clients);
  const target = backupOf(config);
  const lookInto = createOtherAccount(account, now);
  return async (of) => {
    if (!target) throw new Error("no other account is configured");
    return backupReadiness(account, lookInto, target, of);
  };
}

function accountLookUps(
  config: DoctorConfig,
  clients: ClientOptions,
  now: Deployment["now"],
): Deployment["account"] {
  const dynamo = createDynamoClient(clients);
  const lambda = createLambdaClient(clients);
  const identity = createIdentityClient(clients);
  const network = createNetworkClient(clients);
  const { kms } = createAccountClients(clients);
  return {
    caller: once(() => whoAmI(clients)),
    findTable: once((name: string) => findTable(dynamo, name)),
    lastBeat: () => createDynamoReader(dynamo, config.TABLE_NAME).lastBeat(),
    findFunction: once((name: string) => findFunction(lambda, name)),
    findSecurityGroup: (id) => findSecurityGroup(network, id),
    findRole: once((name: string) => findRole(identity, name)),
    allowedActions: (principal, ask) => allowedActions(identity, principal, ask),
    tryRole: async (role) => {
      const nobody = `arn:aws:rds:${config.AWS_REGION}:${config.AWS_ACCOUNT_ID}:cluster:encrypt-db-doctor`;
      const doctor = { migration: "doctor", actor: "doctor", approver: "doctor" };
      const mandate = { ...doctor, effect: "creates", until: now() } as const;
      const nothing = {
        actions: ["rds:ModifyDBCluster"],
        changes: [],
        untagged: [],
        makes: [nobody],
        passes: [],
        secrets: [],
      };
      await assume(createStsClient(clients), role, mandate, nothing);
    },
    keyPolicyOf: (key) => keyPolicyOf(kms, key),
    rotates: (key) => rotates(kms, key),
  };
}

/** Several checks ask the same: it is looked up once, also where looking it up fails. */
function once<T>(look: () => Promise<T>): () => Promise<T>;
function once<T>(look: (of: string) => Promise<T>): (of: string) => Promise<T>;
function once<T>(look: (of: string) => Promise<T>): (of?: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (of = "") => {
    const known = asked.get(of) ?? look(of);
    asked.set(of, known);
    return known;
  };
}
