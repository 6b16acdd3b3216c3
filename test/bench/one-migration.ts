import { type DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { createDynamoClient } from "../../src/aws/clients.ts";
import { createDynamoStore } from "../../src/aws/dynamo-store.ts";
import type { Duration } from "../../src/core/time.ts";
import type { Deps, Log, Store } from "../../src/engine/deps.ts";
import { poll } from "../../src/engine/poll.ts";
import { FastWorld, seeded } from "../../src/sim/fast-world.ts";
import { acme } from "../../src/sim/slack/acme.ts";
import { type Slack, startSlack } from "../../src/sim/slack/server.ts";
import { Workspace } from "../../src/sim/slack/workspace.ts";
import { createSlackHandler } from "../../src/slack/app.ts";
import { createLookUp } from "../../src/slack/people.ts";
import { createChannel } from "../../src/slack/thread.ts";
import { createWebClient } from "../../src/slack/web-client.ts";
import { startDynamo } from "../aws/dynamo.ts";
import { executorAround } from "../engine/executor.ts";
import { meterCapacity, sizeOf, type Units } from "./capacity.ts";
import { databaseOf, finished, type People, runAsDeployed } from "./deployed.ts";

const name = "orders-prod";
const channel = "C0DBOPS01";
const token = "xoxb-bench";
const signingSecret = "a signing secret of thirty-two c";
const approvers = { kind: "group", group: "S0APPROVE" } as const;
const log: Log = { info: () => {}, error: (event, fields) => console.error(event, fields) };

/** What one migration takes of everything that is paid by the request or by the second. */
export interface Bill {
  /** From the command to the last message, without what the schedule costs anyway. */
  readonly units: Units;
  readonly idleRun: Units;
  /** What the table holds of the migration once it has ended. */
  readonly bytesKept: number;
  /** The migration itself among that. */
  readonly largestHead: number;
  /** Calls that the product makes of Slack, by method; answers to a person among them. */
  readonly slackCalls: ReadonlyMap<string, number>;
  /** Commands and clicks that Slack delivered. */
  readonly requests: number;
  readonly workerRuns: readonly Duration[];
  readonly probeCalls: readonly Duration[];
}

/** Moves one database with the real store on a DynamoDB of our own, and the real front and thread on the simulated Slack. */
export async function moveOne(): Promise<Bill> {
  const busy = countBusy();
  const world = new FastWorld({ random: seeded(1), asked: busy.asked });
  world.addCluster({ id: name });
  const dynamo = await startDynamo();
  const table = await dynamo.addTable();
  const metered = createDynamoClient({ region: "eu-central-1", endpoint: dynamo.endpoint });
  const units = meterCapacity(metered, dynamo.client);
  const store = createDynamoStore(metered, table);
  const aside = createDynamoStore(dynamo.client, table);
  const stage = await openSlack(world, store);
  try {
    const probeCalls: Duration[] = [];
    const calls = new Map<string, number>();
    const deps = executorAround(onSlack(world, stage, store), async (what, call) => {
      if (what === "channel.answer") calls.set("response_url", (calls.get("response_url") ?? 0) + 1);
      if (what.startsWith("database.")) return timed(world, probeCalls, call);
      // Whatever sleeps on the world's clock must not keep it from going on.
      return /^(?:store|channel|people)\./.test(what) ? busy.during(call) : call();
    });
    const people = peopleOnSlack(stage, busy, async () => {
      const isOver = (await aside.agenda(world.clock.now())).migrations.length === 0;
      return isOver && (await aside.lastPast(databaseOf(world, name))) !== undefined;
    });
    const workerRuns = await runAsDeployed(deps, people);
    await finished(aside, world, [name]);
    const whole = { ...units };
    await poll(deps, { beats: true });
    const idleRun = { writes: units.writes - whole.writes, reads: units.reads - whole.reads };
    for (const { method } of stage.workspace.calls) calls.set(method, (calls.get(method) ?? 0) + 1);
    const requests = people.asked();
    const scheduled = workerRuns.length - requests;
    return {
      units: {
        writes: whole.writes - scheduled * idleRun.writes,
        reads: whole.reads - scheduled * idleRun.reads,
      },
      idleRun,
      ...(await bytesIn(dynamo.client, table)),
      slackCalls: calls,
      requests,
      workerRuns,
      probeCalls,
    };
  } finally {
    await stage.slack.close();
    metered.destroy();
    await dynamo.close();
  }
}

/** Whether anybody waits for a server; as long as that is so, the world's clock stands still. */
function countBusy() {
  let waiting = 0;
  let turns = 0;
  return {
    asked: () => (waiting > 0 ? ++turns : turns),
    during: async <T>(call: () => Promise<T>): Promise<T> => {
      waiting++;
      try {
        return await call();
      } finally {
        waiting--;
      }
    },
  };
}

async function timed<T>({ clock }: FastWorld, durations: Duration[], call: () => Promise<T>): Promise<T> {
  const began = clock.now();
  try {
    return await call();
  } finally {
    durations.push(clock.now() - began);
  }
}

interface SlackStage {
  readonly workspace: Workspace;
  readonly slack: Slack;
}

async function openSlack({ clock }: FastWorld, { putRequest }: Store): Promise<SlackStage> {
  const workspace = new Workspace(acme(), { now: clock.now });
  let front: ReturnType<typeof createSlackHandler> | undefined;
  const slack = await startSlack({
    workspace,
    signingSecret,
    token,
    clock,
    deliver: async (request) => {
      if (!front) throw new Error("Slack was asked before the front was there");
      return front({ ...request, requestContext: { http: { method: "POST" } } });
    },
  });
  const { team, app } = workspace.state;
  front = createSlackHandler({
    signingSecret,
    token,
    botId: app.botId,
    botUserId: app.botUserId,
    team: team.id,
    appId: app.id,
    addresses: addressesOf(slack),
    putRequest,
    wake: async () => {},
    clock,
    log,
  });
  return { workspace, slack };
}

function addressesOf({ url }: Slack) {
  return { api: `${url}/api/`, answers: url, files: url };
}

/** The fast world's product, but for its store and its channel. */
function onSlack(world: FastWorld, { workspace, slack }: SlackStage, store: Store): Deps {
  const { team, app } = workspace.state;
  const addresses = addressesOf(slack);
  const client = createWebClient(token, addresses);
  return {
    ...world.deps,
    store,
    channel: createChannel({ client, botUserId: app.botUserId, approvers, addresses, log }),
    lookUp: createLookUp({ client, team: team.id, approvers }),
    environment: { ...world.environment, team: team.id, channels: [channel] },
    log,
  };
}

/** Alice types the command; Bob presses every button that approves, once he sees it. */
function peopleOnSlack(
  { workspace, slack }: SlackStage,
  busy: ReturnType<typeof countBusy>,
  areDone: People["areDone"],
): People & { asked(): number } {
  let asked = 0;
  const pressed = new Set<string>();
  const act = async () => {
    const button = asked === 0 ? undefined : approveIn(workspace);
    if (asked > 0 && (!button || pressed.has(button.actionId))) return false;
    if (button) pressed.add(button.actionId);
    const outcome = button
      ? await slack.click({ user: "U0BOB0001", channel, ...button })
      : await slack.command({ user: "U0ALICE01", channel, text: `start ${name}` });
    if (outcome !== "answered") throw new Error(`Slack says: ${outcome}`);
    asked++;
    return true;
  };
  return { act: () => busy.during(act), areDone: () => busy.during(areDone), asked: () => asked };
}

function approveIn(workspace: Workspace) {
  for (const { ts, blocks } of workspace.timeline(channel)) {
    for (const block of blocks ?? []) {
      if (block.type !== "actions") continue;
      for (const element of block.elements) {
        if (element.type === "button" && /^Approve/.test(element.text.text))
          return { messageTs: ts, actionId: element.action_id ?? "", blockId: block.block_id };
      }
    }
  }
  return undefined;
}

async function bytesIn(client: DynamoDBClient, TableName: string) {
  const { Items = [] } = await client.send(new ScanCommand({ TableName }));
  const sizes = Items.map(sizeOf);
  return { bytesKept: sizes.reduce((sum, size) => sum + size, 0), largestHead: Math.max(...sizes) };
}
