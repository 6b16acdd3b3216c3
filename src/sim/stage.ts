import { once } from "node:events";
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import dynalite from "dynalite";
import type { Log } from "../engine/deps.ts";
import { type Fleet, startFleet } from "./application/fleet.ts";
import type { Account, AccountOptions } from "./aws/account.ts";
import { databaseNamed, endpointNamed, isInstance } from "./aws/named.ts";
import { readerEndpoint } from "./aws/names.ts";
import { listen } from "./aws/wire/server.ts";
import type { WorldClock } from "./clock.ts";
import { fenceGroup, keyAlias, vpc } from "./demo-databases.ts";
import { deployProbe } from "./deployed-functions.ts";
import { Network } from "./network/network.ts";
import { type Resolver, startResolver } from "./network/resolver.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { backupVariables } from "./other-account.ts";
import type { Installation } from "./postgres/installation.ts";
import type { PostgresServers } from "./postgres/servers.ts";
import { logins } from "./postgres/template.ts";
import { giveRoles, workerKey } from "./roles.ts";
import { saved } from "./saved.ts";
import { acme } from "./slack/acme.ts";
import type { Deliver } from "./slack/interact.ts";
import type { WorldFact } from "./slack/page/page.ts";
import { type Slack, startSlack } from "./slack/server.ts";
import { Workspace, type WorkspaceState } from "./slack/workspace.ts";
import { accountId, createTable, openClock, openCloud, region, table } from "./stage-cloud.ts";
import { asDeployed, tableFront } from "./table-front.ts";

const signingSecret = "signing-secret-of-the-embedded-world";
const token = "xoxb-embedded-world";

/** Of the product. The simulated AWS asks for no signature, but looks which key it was made with. */
export const credentials = { accessKeyId: workerKey, secretAccessKey: "world" };

export interface StageOptions extends Pick<AccountOptions, "durations" | "heard"> {
  /** Everything that outlives a kill is in here. */
  readonly directory: string;
  /** Names of the databases that get a real server. */
  readonly served: readonly string[];
  /** Of PostgreSQL; the embedded one if not given. */
  readonly installation?: Installation | undefined;
  readonly awsPort?: number;
  readonly slackPort?: number;
  /** Carries what Slack sends to the product. */
  readonly deliver: Deliver;
  /** What the page shows of the world beside the channel. */
  readonly worldFacts?: () => Promise<readonly WorldFact[]>;
  readonly log: Log;
}

/** The world without the product: an account with its databases and their network, and a Slack workspace. */
export interface Stage {
  readonly clock: WorldClock;
  readonly account: Account;
  /** The account that copies of backups go to; calls that are made with a key of it reach it at the same address. */
  readonly other: Account;
  readonly workspace: Workspace;
  readonly slack: Slack;
  readonly servers: PostgresServers;
  readonly network: Network;
  readonly resolver: Resolver;
  readonly awsUrl: string;
  /** What the product has to be told, as environment variables; all but the AWS clients' own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Starts `count` writer processes on a database; their ledgers are in the world's directory. */
  startWriters(name: string, count: number): Promise<Fleet>;
  close(): Promise<void>;
}

/** Opens, or opens again, the stage in a directory. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const clock = openClock(directory);
  const { account, other, servers } = await openCloud(directory, clock, options);
  const roles = giveRoles(
    account,
    Object.values(account.state.keys).map(({ arn }) => arn),
  );
  deployProbe(account, "probe", vpc);
  const network = new Network({
    account: {
      resolve: (host) => account.resolve(host) ?? other.resolve(host),
      admits: (instance, origin) => account.admits(instance, origin) || other.admits(instance, origin),
    },
    servers: (instance) => {
      const port = servers.portOf(instance);
      return port === undefined ? undefined : { port };
    },
    clock,
  });
  const resolver = await startResolver(network);
  const dynamo = dynalite({ path: join(directory, "dynamo"), createTableMs: 0 });
  // Only a server that listens closes its database when it is closed.
  dynamo.listen(0, "127.0.0.1");
  await once(dynamo, "listening");
  const { port: dynamoPort } = dynamo.address() as AddressInfo;
  const wire = await listen(account, {
    ...(options.awsPort !== undefined && { port: options.awsPort }),
    dynamo: tableFront(asDeployed({ region, accountId }), {
      url: `http://127.0.0.1:${dynamoPort}`,
      listener: oneAtATime((request, response) => dynamo.emit("request", request, response)),
    }),
  });
  await createTable(wire.url, credentials);
  const workspace = openWorkspace(directory, clock);
  const slack = await startSlack({
    workspace,
    signingSecret,
    token,
    clock,
    deliver: options.deliver,
    ...(options.slackPort !== undefined && { port: options.slackPort }),
    ...(options.worldFacts && { worldFacts: options.worldFacts }),
  });
  const ticking = setInterval(() => {
    account.advance().catch((fault) => options.log.error("account-failed", { fault }));
  }, 250);
  return {
    clock,
    account,
    other,
    workspace,
    slack,
    servers,
    network,
    resolver,
    awsUrl: wire.url,
    environment: {
      ...environmentOf(workspace, slack, roles),
      ...backupVariables(account.state),
    },
    startWriters: (name, count) =>
      startWriters({ directory, account, resolver, ca: servers.ca }, name, count),
    close: async () => {
      clearInterval(ticking);
      await slack.close();
      await resolver.close();
      await wire.close();
      await network.close();
      await servers.close();
      await new Promise((done) => dynamo.close(done));
    },
  };
}

function openWorkspace(directory: string, clock: WorldClock): Workspace {
  const file = saved<WorkspaceState>(join(directory, "slack.json"));
  return new Workspace(file.read() ?? acme(), { now: clock.now, save: file.write });
}

function environmentOf(
  { state: { team, app, channels, userGroups } }: Workspace,
  { url }: Slack,
  roles: { readonly change: string; readonly destroy: string },
): Record<string, string> {
  return {
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_BOT_TOKEN: token,
    SLACK_BOT_ID: app.botId,
    SLACK_BOT_USER_ID: app.botUserId,
    SLACK_TEAM_ID: team.id,
    SLACK_APP_ID: app.id,
    SLACK_URL: url,
    SLACK_CHANNELS: channels[0]?.id ?? "",
    SLACK_APPROVERS: userGroups[0]?.id ?? "",
    AWS_REGION: region,
    AWS_ACCOUNT_ID: accountId,
    TABLE_NAME: table,
    KMS_KEY: keyAlias,
    CHANGE_ROLE_ARN: roles.change,
    DESTROY_ROLE_ARN: roles.destroy,
    FENCE_SECURITY_GROUPS: `${vpc}=${fenceGroup}`,
  };
}

function startWriters(
  world: {
    readonly directory: string;
    readonly account: Account;
    readonly resolver: Resolver;
    readonly ca: string;
  },
  name: string,
  count: number,
): Promise<Fleet> {
  const { state } = world.account;
  const at = (host: string) => ({ host, port: 5432, database: "orders" });
  return startFleet({
    directory: join(world.directory, "ledgers", name),
    count,
    resolverUrl: world.resolver.url,
    ca: world.ca,
    endpoint: at(endpointNamed(state, name)),
    readerEndpoint: at(
      isInstance(databaseNamed(state, name)) ? endpointNamed(state, name) : readerEndpoint(state, name),
    ),
    ...logins.application,
  });
}
