import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { DynamoDBClient, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { composeFront } from "../compose/front.ts";
import { composeProbe } from "../compose/probe.ts";
import { composeWorker } from "../compose/worker.ts";
import type { FrontConfig, WorkerConfig } from "../config.ts";
import { hours, minutes } from "../core/time.ts";
import type { Deps, Log } from "../engine/deps.ts";
import { pollForever } from "../engine/poll.ts";
import { createWakes } from "../server/wakes.ts";
import { type Fleet, startFleet } from "./application/fleet.ts";
import { ordersTable } from "./application/settings.ts";
import { Account } from "./aws/account.ts";
import { clusterEndpoint, readerEndpoint } from "./aws/names.ts";
import type { AccountState } from "./aws/state.ts";
import { membersOf } from "./aws/turn.ts";
import { listen } from "./aws/wire/server.ts";
import { type Jump, WorldClock } from "./clock.ts";
import { createTable } from "./create-table.ts";
import { fenceGroup, keyAlias, seedAccount, vpc } from "./demo-databases.ts";
import { Network } from "./network/network.ts";
import { type Resolver, startResolver } from "./network/resolver.ts";
import { openPostgresServers, type PostgresServers } from "./postgres/servers.ts";
import { logins } from "./postgres/template.ts";
import { showOffset } from "./postgres/world-time.ts";
import { giveRoles, workerKey } from "./roles.ts";
import { saved, savedLines } from "./saved.ts";
import { withoutServers } from "./served.ts";
import { acme } from "./slack/acme.ts";
import type { WorldFact } from "./slack/page/page.ts";
import { type Slack, startSlack } from "./slack/server.ts";
import { Workspace, type WorkspaceState } from "./slack/workspace.ts";
import { turningClock } from "./turning-clock.ts";

const account = "123456789012";
const region = "eu-west-1";
const table = "encrypt-db";
const signingSecret = "signing-secret-of-the-embedded-world";
const token = "xoxb-embedded-world";

export interface WorldOptions {
  /** Everything that outlives a kill is in here. */
  readonly directory: string;
  /** Names of the clusters that get a real server. */
  readonly served: readonly string[];
  /** Seconds of the world per second on the wall while the engine sleeps; absent: as fast as it goes. */
  readonly pace?: number;
  readonly awsPort?: number;
  readonly slackPort?: number;
  /** Where the product's AWS clients go instead of to the simulated AWS directly. */
  readonly awsEndpoint?: string;
  /** What stands between the engine and everything it asks; a test ends the process there. */
  readonly around?: (deps: Deps) => Deps;
  /** What the page shows of the world beside the channel. */
  readonly worldFacts?: () => Promise<readonly WorldFact[]>;
  readonly log: Log;
}

export interface World {
  readonly clock: WorldClock;
  readonly account: Account;
  readonly workspace: Workspace;
  readonly slack: Slack;
  readonly servers: PostgresServers;
  readonly network: Network;
  readonly deps: Deps;
  readonly awsUrl: string;
  /** Starts `count` writer processes on a cluster; their ledgers are in the world's directory. */
  startWriters(cluster: string, count: number): Promise<Fleet>;
  close(): Promise<void>;
}

/** Opens, or opens again, the embedded world in a directory, with the product running in it. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true, mode: 0o755 });
  const clock = openClock(directory);
  const { account: aws, servers } = await openCloud(directory, clock, options.served);
  const network = new Network({
    account: aws,
    servers: (instance) => {
      const port = servers.portOf(instance);
      return port === undefined ? undefined : { port };
    },
    clock,
  });
  const resolver = await startResolver(network);
  const dynamo = dynalite({ path: join(directory, "dynamo"), createTableMs: 0 });
  // Only a server that listens closes its database when it is closed; nobody uses the port.
  dynamo.listen(0, "127.0.0.1");
  await once(dynamo, "listening");
  const wire = await listen(aws, {
    ...(options.awsPort !== undefined && { port: options.awsPort }),
    dynamo: (request, response) => dynamo.emit("request", request, response),
  });
  await makeTable(wire.url);
  const workspaceFile = saved<WorkspaceState>(join(directory, "slack.json"));
  const workspace = new Workspace(workspaceFile.read() ?? acme(), {
    now: clock.now,
    save: workspaceFile.write,
  });
  const product = runProduct({
    ...options,
    clock,
    aws,
    network,
    workspace,
    ca: servers.ca,
    awsUrl: options.awsEndpoint ?? wire.url,
  });
  const { slack, deps } = await product;
  const ticking = setInterval(() => {
    aws.advance().catch((fault) => options.log.error("account-failed", { fault }));
  }, 250);
  return {
    clock,
    account: aws,
    workspace,
    slack,
    servers,
    network,
    deps,
    awsUrl: wire.url,
    startWriters: (cluster, count) =>
      startWriters({ directory, aws, resolver, ca: servers.ca }, cluster, count),
    close: async () => {
      clearInterval(ticking);
      await (await product).stop();
      await slack.close();
      await resolver.close();
      await wire.close();
      await network.close();
      await servers.close();
      await new Promise((done) => dynamo.close(done));
    },
  };
}

function openClock(directory: string): WorldClock {
  const jumps = savedLines<Jump>(join(directory, "jumps.jsonl"));
  return new WorldClock({
    jumps: jumps.read(),
    save: (jump) => {
      jumps.add(jump);
      showOffset(directory, jump.offset);
    },
  });
}

async function openCloud(directory: string, clock: WorldClock, served: readonly string[]) {
  const file = saved<AccountState>(join(directory, "account.json"));
  const seeding = saved<Seeding>(join(directory, "seeding.json"));
  const before = file.read();
  let names = (_instance: string): readonly string[] => [];
  let unserved: readonly string[] = seeding.read()?.unserved ?? [];
  const servers = await openPostgresServers({
    directory,
    clock,
    certificateNames: (instance) => names(instance),
  });
  const aws = new Account({
    accountId: account,
    region,
    clock,
    data: withoutServers(servers.data, (volume) => unserved.includes(volume)),
    save: file.write,
    ...(before && { state: before }),
  });
  names = (instance) => aws.certificateNames(instance);
  if (!before) aws.alter(seedAccount);
  if (seeding.read()?.complete) return { account: aws, servers };
  const clusters = Object.values(aws.state.clusters);
  unserved = clusters.filter(({ id }) => !served.includes(id)).map(({ resourceId }) => resourceId);
  seeding.write({ unserved, complete: false });
  for (const { id, resourceId } of clusters) {
    if (!served.includes(id)) continue;
    await servers.createVolume(resourceId, { database: "orders", sql: ordersTable });
    for (const member of membersOf(aws.state, resourceId)) {
      await servers.data.startInstance({ id: member.resourceId, volume: resourceId, writer: member.writer });
    }
  }
  seeding.write({ unserved, complete: true });
  return { account: aws, servers };
}

/** Which clusters have no server, by resource id, and whether the others have got theirs. */
interface Seeding {
  readonly unserved: readonly string[];
  readonly complete: boolean;
}

const credentials = { accessKeyId: workerKey, secretAccessKey: "world" };

async function makeTable(endpoint: string): Promise<void> {
  const client = new DynamoDBClient({ region, endpoint, credentials });
  try {
    await createTable(client, table);
  } catch (fault) {
    if (!(fault instanceof ResourceInUseException)) throw fault;
  } finally {
    client.destroy();
  }
}

/** The product itself, as it is deployed: only the clock, the addresses and the resolver are the world's. */
async function runProduct(world: {
  readonly clock: WorldClock;
  readonly aws: Account;
  readonly network: Network;
  readonly workspace: Workspace;
  readonly ca: string;
  readonly awsUrl: string;
  readonly pace?: number;
  readonly slackPort?: number;
  readonly worldFacts?: WorldOptions["worldFacts"];
  readonly around?: WorldOptions["around"];
  readonly log: Log;
}): Promise<{ slack: Slack; deps: Deps; stop(): Promise<void> }> {
  const { log, workspace } = world;
  const wakes = createWakes();
  const clock = turningClock(world.clock, {
    arrive: () => world.aws.advance(),
    ...(world.pace !== undefined && { pace: world.pace }),
  });
  const around = { clock, log, aws: { endpoint: world.awsUrl, credentials } };
  const roles = giveRoles(
    world.aws,
    Object.values(world.aws.state.keys).map(({ arn }) => arn),
  );
  const { team, app, channels, userGroups } = workspace.state;
  const config: Omit<WorkerConfig & FrontConfig, "SLACK_URL"> = {
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_BOT_TOKEN: token,
    SLACK_BOT_ID: app.botId,
    SLACK_BOT_USER_ID: app.botUserId,
    SLACK_TEAM_ID: team.id,
    SLACK_APP_ID: app.id,
    SLACK_CHANNELS: channels.slice(0, 1).map(({ id }) => id),
    SLACK_APPROVERS: userGroups.map(({ id }) => id),
    AWS_REGION: region,
    AWS_ACCOUNT_ID: account,
    TABLE_NAME: table,
    WORKER_FUNCTION: "worker",
    PROBE_FUNCTION: "probe",
    KMS_KEY: keyAlias,
    CHANGE_ROLE_ARN: roles.change,
    DESTROY_ROLE_ARN: roles.destroy,
    FENCE_SECURITY_GROUPS: { [vpc]: fenceGroup },
    LONGEST_DOWNTIME_MINUTES: minutes(90),
    APPROVAL_LIFETIME_MINUTES: hours(1),
  };
  let front: ReturnType<typeof composeFront> | undefined;
  const slack = await startSlack({
    workspace,
    signingSecret,
    token,
    clock,
    deliver: async (request) => {
      if (!front) throw new Error("Slack was asked before the product was there");
      return front({ ...request, requestContext: { http: { method: "POST" } } });
    },
    ...(world.slackPort !== undefined && { port: world.slackPort }),
    ...(world.worldFacts && { worldFacts: world.worldFacts }),
  });
  const addressed = { ...config, SLACK_URL: slack.url };
  front = composeFront(addressed, { ...around, wake: wakes.wake });
  const database = composeProbe(
    {
      DATABASE_USER: logins.bot.user,
      DATABASE_PASSWORD: logins.bot.password,
      DATABASE_CA_FILE: world.ca,
    },
    { clock, resolve: (host, port) => world.network.resolve("probe", host, port) },
  );
  const made = composeWorker(addressed, { ...around, database });
  const deps = world.around?.(made) ?? made;
  const stopping = new AbortController();
  const polling = pollForever(deps, wakes, stopping.signal);
  return {
    slack,
    deps,
    stop: async () => {
      stopping.abort();
      await polling;
    },
  };
}

function startWriters(
  world: {
    readonly directory: string;
    readonly aws: Account;
    readonly resolver: Resolver;
    readonly ca: string;
  },
  cluster: string,
  count: number,
): Promise<Fleet> {
  return startFleet({
    directory: join(world.directory, "ledgers", cluster),
    count,
    resolverUrl: world.resolver.url,
    ca: world.ca,
    endpoint: { host: clusterEndpoint(world.aws.state, cluster), port: 5432, database: "orders" },
    readerEndpoint: { host: readerEndpoint(world.aws.state, cluster), port: 5432, database: "orders" },
    ...logins.application,
  });
}
