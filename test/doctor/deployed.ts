import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import dynalite from "dynalite";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { tableDefinition } from "../../src/aws/dynamo-items.ts";
import { createDynamoStore } from "../../src/aws/dynamo-store.ts";
import { composeDoctor } from "../../src/compose/doctor.ts";
import { backupOf } from "../../src/compose/worker.ts";
import { readDoctorConfig } from "../../src/config.ts";
import { examine, type Finding, type Result } from "../../src/doctor/check.ts";
import { checks } from "../../src/doctor/checks.ts";
import { answerReadiness, readinessQuestion } from "../../src/engine/readiness.ts";
import { createProbeHandler } from "../../src/lambda/probe.ts";
import { giveKey } from "../../src/sim/aws/iam/identities.ts";
import type { AccountState } from "../../src/sim/aws/state.ts";
import type { FunctionSettings } from "../../src/sim/aws/surroundings.ts";
import { listen } from "../../src/sim/aws/wire/server.ts";
import { createTable } from "../../src/sim/create-table.ts";
import { deployProbe, deployWorker } from "../../src/sim/deployed-functions.ts";
import { FastWorld, fenceGroup } from "../../src/sim/fast-world.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { startSlack } from "../../src/sim/slack/server.ts";
import { Workspace, type WorkspaceState } from "../../src/sim/slack/workspace.ts";
import { asDeployed, type TableSettings, tableFront } from "../../src/sim/table-front.ts";

const region = "eu-west-1";
export const accountId = "123456789012";
export const vpc = "vpc-0a1b2c3d4e5f60718";
export { fenceGroup };

export const secrets = {
  SLACK_SIGNING_SECRET: "signing-secret-that-nobody-may-see",
  SLACK_BOT_TOKEN: "xoxb-token-that-nobody-may-see",
};
/** Of whoever runs the doctor. */
export const doctorKey = { accessKeyId: "AKIADOCTOR", secretAccessKey: "secret" };

/** A deployment in which everything is as it should be, until a test plants something. */
export interface Deployed {
  readonly world: FastWorld;
  /** Read when it is looked over. */
  readonly environment: Record<string, string>;
  readonly table: TableSettings;
  /** What the table is made with. */
  readonly definition: { -readonly [Name in keyof typeof tableDefinition]: unknown };
  readonly workspace: Workspace;
  manifest: string;
  /** How long ago the worker's schedule last ran; null: it never did. */
  silence: number | null;
  change(state: (state: AccountState) => AccountState): void;
  changeFunction(name: string, settings: Partial<FunctionSettings>): void;
  changeSlack(change: Partial<WorkspaceState>): void;
}

export interface Looked {
  readonly results: readonly Result[];
  readonly findings: readonly Finding[];
}

/** Looks a deployment over after `plant` has changed it. */
export async function lookOver(plant: (deployed: Deployed) => void = () => {}): Promise<Looked> {
  const deployed = deploy();
  plant(deployed);
  const { world, workspace, environment } = deployed;
  const dynamo = await startTable(deployed);
  const wire = await listen(world.account, { dynamo: dynamo.listener });
  const slack = await startSlack({
    workspace,
    signingSecret: secrets.SLACK_SIGNING_SECRET,
    token: secrets.SLACK_BOT_TOKEN,
    clock: world.clock,
    deliver: () => Promise.reject(new Error("nobody is there")),
  });
  try {
    const config = readDoctorConfig({ ...environment, SLACK_URL: slack.url, AWS_ENDPOINT_URL: wire.url });
    const around = { clock: world.deps.clock, aws: { credentials: doctorKey } };
    const deployment = {
      ...composeDoctor(config, around),
      manifest: () => deployed.manifest,
      // One process that asks the databases itself; these are in nobody's DNS.
      ...(environment.PROBE_FUNCTION === undefined && { probe: world.deps.database }),
    };
    const results = await examine(checks, deployment);
    return { results, findings: results.flatMap((result) => ("findings" in result ? result.findings : [])) };
  } finally {
    await Promise.all([slack.close(), wire.close(), dynamo.close()]);
  }
}

function deploy(): Deployed {
  const world = new FastWorld({ backup: true });
  const { account } = world;
  world.addCluster({ id: "orders" });
  account.functions.set("probe", createProbeHandler(world.deps.database));
  const state = acme();
  const workspace = new Workspace(state, { now: world.clock.now });
  const environment: Record<string, string> = {
    ...secrets,
    SLACK_BOT_ID: state.app.botId,
    SLACK_BOT_USER_ID: state.app.botUserId,
    SLACK_TEAM_ID: state.team.id,
    SLACK_APP_ID: state.app.id,
    SLACK_CHANNELS: "C0DBOPS01",
    SLACK_APPROVERS: "S0APPROVE",
    AWS_REGION: region,
    AWS_ACCOUNT_ID: accountId,
    TABLE_NAME: "encrypt-db",
    KMS_KEY: "alias/databases",
    CHANGE_ROLE_ARN: `arn:aws:iam::${accountId}:role/encrypt-db-change`,
    DESTROY_ROLE_ARN: `arn:aws:iam::${accountId}:role/encrypt-db-destroy`,
    FENCE_SECURITY_GROUPS: `${vpc}=${fenceGroup}`,
    BACKUP_VAULT: world.backupTarget.vault,
    BACKUP_ROLE_ARN: world.backupTarget.roleArn,
    BACKUP_DESTINATION_VAULT_ARN: world.backupTarget.destinationVaultArn,
    BACKUP_VERIFICATION_ROLE_ARN: world.backupTarget.verificationRoleArn,
    PROBE_FUNCTION: "probe",
    WORKER_FUNCTION: "worker",
  };
  deployProbe(account, "probe", vpc);
  deployWorker(account, "worker", { ...environment });
  account.functions.set("worker", async (event) => {
    const question = readinessQuestion.safeParse(event);
    if (!question.success) return undefined;
    const backup = backupOf(readDoctorConfig(environment));
    return answerReadiness(
      { ...world.deps, environment: { ...world.deps.environment, backup } },
      question.data,
    );
  });
  const change: Deployed["change"] = (to) =>
    account.alter((turn) => {
      turn.state = to(turn.state);
    });
  change((before) =>
    giveKey(before, doctorKey.accessKeyId, "engineer", [{ Effect: "Allow", Action: "*", Resource: "*" }]),
  );
  return {
    world,
    environment,
    workspace,
    change,
    table: asDeployed({ region, accountId }),
    definition: { ...tableDefinition },
    manifest: readFileSync("manifest.yml", "utf8"),
    silence: 30_000,
    changeFunction: (name, settings) =>
      change((before) => {
        const known = before.functions[name];
        if (!known) throw new Error(`there is no function ${name}`);
        return { ...before, functions: { ...before.functions, [name]: { ...known, ...settings } } };
      }),
    changeSlack: (to) => void Object.assign(state, to),
  };
}

async function startTable({ table, definition, world, silence }: Deployed) {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = createDynamoClient({ region, endpoint: url, credentials: doctorKey });
  await createTable(client, "encrypt-db", definition as typeof tableDefinition);
  if (silence !== null) await createDynamoStore(client, "encrypt-db").beat(world.clock.now() - silence);
  client.destroy();
  return {
    listener: tableFront(table, {
      url,
      listener: (request, response) => server.emit("request", request, response),
    }),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
